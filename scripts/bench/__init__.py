"""Measures our code, each figure beside a floor that is measured in the same run.

cached_read, sql_routes, cold_start, pipeline, console, search, matching, detection  sections a to h
matching_quality  precision and recall of library matching
figures           lines, targets and tables
servers, load     functions under their production command, and an HTTP client
stores, bundles   databases and emulators, and the staged functions
cpu               CPU accounting and placement
probe             CPU time inside a function by store, and its statements
roll_up_floor     the roll-up beside its own statements
session_reports   one player's evening as reports
"""
