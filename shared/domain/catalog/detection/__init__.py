"""The lists by which a client recognises running games locally (docs/detection.md).

lists       pure: compiles, reads and matches a list; deltas between two lists
publishing  batch job: builds the lists and publishes them as files; returns the current files

Other packages import: publishing.current_version, publishing.delete_unused,
publishing.list_current, publishing.publish, publishing.DetectionList.
"""
