"""The console: a live web page about the local cloud, and its back end in the edge process.

- `routes` serves the page and its API; `guard` refuses requests from other origins.
- `actions` reports play sessions for ada and injects failures.
- `exchanges` records requests for inspection and replay.
- `tail` follows the log files, and `log_lines` turns their lines into events.
- `monitor` watches the local cloud for changes, and `event_stream` streams them to windows.
- `health` reads which services and functions are running, and which were broken on purpose.
- `metrics` computes each function's runs, errors and latencies.
- `topology` describes the local cloud as a graph.
- `trace` reads traces, and `data` reads a player's stored data.
"""
