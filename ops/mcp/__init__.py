"""Offers `/v1/admin` and the logs as Model Context Protocol tools.

command      the command `python -m ops mcp`
server       the MCP server, which registers the tools and passes on their errors
deployment   the deployment that the tools act on, and the types of their arguments
read_tools   read-only tools
write_tools  tools that need --allow-writes and a confirmation
logs         log lines from the local cloud's files, or a query for Cloud Logging
"""
