"""Imports lists of games, in our format or Discord's; an import only adds facts (docs/adr/0018).

records     splits a stream of JSON lines, or of one array, into records
candidates  finds the game that a record belongs to: by store id, Discord id, then title
importing   writes records in batches and reports the outcome

Other packages import: candidates.by_title, candidates.ImportRun, importing.import_file,
importing.import_records, importing.ImportReport, records.read, records.Form, records.RawRecord.
"""
