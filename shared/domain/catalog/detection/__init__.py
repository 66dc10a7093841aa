"""The lists that clients use to detect running games locally (docs/detection.md).

lists       pure functions: compile, read and match a list; create and apply deltas
publishing  batch job: builds the lists and publishes them as files; returns the current files

Other packages import: publishing.current_version, publishing.delete_unused,
publishing.list_current, publishing.publish, publishing.DetectionList.
"""
