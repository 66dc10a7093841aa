"""The local cloud: emulators, a database and the functions, wired together as in production.

cloud     its description, its services, and the supervisor that runs them
edge      the process behind its address: gateway, issuer, event relay, schedules
host      the processes that serve the functions
objects   the object store
console   the web page that shows the running cloud, and its API
commands  `python -m emulators COMMAND`
staging   the same services under systemd, on a staging host

Only scripts, tests and ops/local_cloud.py import `emulators`. Deployed code does not.
"""
