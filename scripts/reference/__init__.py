"""Writes the pages and schemas that are generated from the code.

generate        writes or checks all of them
openapi         docs/openapi.json
event_schemas   docs/events/ and the compatibility of messages
limits_page     docs/limits.md
request_fields  the parameters and fields of docs/limits.md
metrics_page    docs/metrics.md
estimate        monthly cost and load on limits, docs/estimate.md
estimate_plot   docs/pictures/estimate.svg
"""
