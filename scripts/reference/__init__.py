"""Generates pages and schemas from the code.

generate        writes or checks all generated files
openapi         docs/openapi.json
event_schemas   docs/events/, and the compatibility of messages
limits_page     docs/limits.md
request_fields  the parameters and fields of docs/limits.md
metrics_page    docs/metrics.md
estimate        docs/estimate.md: monthly cost and the load on limits
estimate_plot   docs/pictures/estimate.svg
"""
