"""Imports of lists of games, ours and Discord's. An import only adds (docs/adr/0018).

records     reads records from a stream of JSON lines or one array
candidates  finds the game that a record belongs to: by store id, Discord id, then title
importing   writes records in batches, and reports what became of each

Other packages import: candidates.by_title, candidates.ImportRun, importing.import_file,
importing.import_records, importing.ImportReport, records.read, records.Form, records.Placed.
"""
