"""Runs the services of a local cloud: emulators, database, functions host and edge.

config            ports, state folder and settings of a cloud; CloudError
services          the services: commands, dependencies and readiness checks
supervisor        starts the services, restarts those that die, stops them
processes         starts and stops child processes
database          commands of the private MariaDB or MySQL
database_users    the functions' own database users, with `--isolated`
google_emulators  commands of the Firestore and Pub/Sub emulators
wiring            topics, subscriptions and document triggers from the manifests
snapshots         saves and restores the in-memory data of Google's emulators
http_server       HTTP servers of child processes, on an inherited socket
seed              sample data
terminal          progress, tables and the summary that `up` prints

Other packages import: config, processes, database, google_emulators, wiring, http_server.
"""
