"""The edge process, which receives every external request to the local cloud.

server            assembles the routes and background jobs below, and the console
gateway           forwards a request to the function that owns its path
issuer            manages keys and signs tokens
identity_toolkit  serves accounts' custom claims under Firebase's own paths
relay             delivers document events with retries
schedules         runs scheduled triggers on time
prometheus        receives the functions' metrics and serves them to Prometheus
responses         builds problem documents and CORS headers

Other packages import: issuer.mint (tokens), gateway.proxy and gateway.new_client, responses,
schedules.call. `services` starts the server as a process.
"""
