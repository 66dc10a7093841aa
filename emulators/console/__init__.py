"""The console: a web page that shows the local cloud live, and its back end in the edge process.

- `routes`: its API, and the page. `guard`: refuses requests from other origins.
- `actions`: reporting play for ada, injecting failures. `exchanges`: recorded requests, for replay.
- `tail`, `log_lines`: following the log files, and turning their lines into events.
- `event_stream`, `monitor`: streaming events to windows, and watching for what to stream.
- `health`, `metrics`: which services and functions run, including functions stopped on purpose;
  each function's runs, errors and latencies.
- `topology`, `trace`, `data`: the graph of the local cloud, traces, and a player's stored data.
"""
