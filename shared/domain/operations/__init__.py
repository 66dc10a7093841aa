"""Operators' actions on consumers, dead letters, projections, expired rows and roles.

consumers             shows each consumer's backlog; pauses and resumes consumers
dead_letters          lists, redrives and resolves events that could not be handled
dead_letter_messages  parses dead letters from the messages on their topic
projections           compares documents with their rows, and rebuilds them
retention             deletes expired rows of each table
roles                 grants and revokes roles in token claims

Other packages import: consumers.get, consumers.pause, consumers.resume, consumers.ConsumerPause,
consumers.ConsumersOverview, dead_letter_messages.parse, dead_letters.get, dead_letters.list_page,
dead_letters.record, dead_letters.redrive, dead_letters.redrive_page, dead_letters.resolve,
dead_letters.DeadLetter, dead_letters.DeadLetterDetail, dead_letters.RedriveResult,
dead_letters.State, projections.compare, projections.rebuild_page, projections.rebuild_player,
projections.KindName, projections.ProjectionComparison, projections.RebuildResult,
retention.clean, roles.get, roles.grant, roles.revoke, roles.GrantableRole, roles.Roles.
"""
