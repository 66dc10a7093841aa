"""`/v1/admin` and the logs as tools of the Model Context Protocol.

command      `python -m ops mcp`
server       which tools exist, and how their errors reach the client
deployment   which deployment the tools act on; the types of their arguments
read_tools   tools that change nothing
write_tools  tools behind --allow-writes, each confirmed
logs         log lines: from the local cloud's files, or as a query for Cloud Logging
"""
