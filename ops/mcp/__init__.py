"""An operator's view as tools of the Model Context Protocol: `/v1/admin` and the local logs."""
