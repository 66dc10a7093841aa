"""The operator's commands for the local cloud or another deployment: `python -m ops COMMAND`.

errors        the error of every command
client        signs in and calls `/v1/admin`
arguments     command-line arguments shared by all commands
output        prints tables on standard output
local_cloud   the default target without --url; the only module that imports `emulators`
dead_letters  list, show, redrive, resolve
projections   compare, rebuild
consumers     list, pause, resume
roles         list, grant, revoke
import_games  import a file of games
mcp           the same commands as tools of the Model Context Protocol

No other package imports `ops`.
"""
