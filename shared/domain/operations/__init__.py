"""What an operator sees and does.

consumers             the backlog of each consumer; pause and resume
dead_letters          events that consumers gave up on: list, redrive, resolve
dead_letter_messages  parses dead letters from the messages of their topic
projections           compares documents with their rows, and rebuilds them
retention             how long each table keeps its rows
roles                 roles in token claims: grant and revoke

Other packages import: consumers.get, consumers.pause, consumers.resume, consumers.ConsumerPause,
consumers.ConsumersOverview, dead_letter_messages.parse, dead_letters.get, dead_letters.list_page,
dead_letters.record, dead_letters.redrive, dead_letters.redrive_page, dead_letters.resolve,
dead_letters.DeadLetter, dead_letters.DeadLetterDetail, dead_letters.RedriveResult,
dead_letters.State, projections.compare, projections.rebuild_page, projections.rebuild_player,
projections.KindName, projections.ProjectionComparison, projections.RebuildResult,
retention.clean, roles.get, roles.grant, roles.revoke, roles.GrantableRole, roles.Roles.
"""
