"""Benchmarks our code, comparing each figure with a lower bound (floor) from the same run.

cached_read, sql_routes, cold_start, pipeline, console, search, matching, detection  sections a to h
matching_quality  precision and recall of library matching
figures           builds lines, targets and tables
servers, load     run functions with their production command, and an HTTP client
stores, bundles   run databases and emulators, and stage the functions
cpu               CPU accounting and placement
probe             records a function's CPU time by store, and its SQL statements
roll_up_floor     compares the roll-up with its own SQL statements
session_reports   generates the reports of one player's evening
"""
