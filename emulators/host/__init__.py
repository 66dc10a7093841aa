"""Serves all functions at one address, forwarding `/{function}/rest` to a function as `/rest`.

server      the default host: forks workers, and replaces them when a file changes
watcher     the process that reports changed files to the server
worker      the process that imports the functions and serves them
isolated    the host for `--isolated`: one process per function, from its bundle
bundles     stages those bundles
dispatcher  the ASGI application that finds the function of a request

Other packages import: dispatcher (the console reads its paths), isolated.Instance and bundles
(a staging host). `services` starts server and isolated as processes.
"""
