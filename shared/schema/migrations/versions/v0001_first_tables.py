"""Creates the first tables."""

from shared.schema.migrations import steps

revision = "0001"
down_revision = None


def upgrade() -> None:
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS achievements (
            achievement_id VARCHAR(64) NOT NULL,
            metric VARCHAR(32) NOT NULL,
            threshold BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (achievement_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS audit (
            audit_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            at DATETIME(6) NOT NULL,
            actor VARCHAR(128) NOT NULL,
            action VARCHAR(64) NOT NULL,
            target VARCHAR(191) NOT NULL,
            detail MEDIUMTEXT NOT NULL,
            PRIMARY KEY (audit_id),
            KEY audit_by_age (at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS catalog_version (
            only SMALLINT NOT NULL,
            version BIGINT UNSIGNED NOT NULL,
            updated_at DATETIME(6) NOT NULL,
            PRIMARY KEY (only)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS consumers (
            consumer VARCHAR(26) NOT NULL,
            paused_at DATETIME(6) NOT NULL,
            paused_by VARCHAR(128) NOT NULL,
            reason VARCHAR(500) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            PRIMARY KEY (consumer)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS dead_letters (
            dead_letter_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            consumer VARCHAR(26) NOT NULL,
            event_id VARCHAR(191) NOT NULL,
            code VARCHAR(64) NOT NULL,
            reason VARCHAR(2000) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            occurred_at DATETIME(6) NOT NULL,
            recorded_at DATETIME(6) NOT NULL,
            headers MEDIUMTEXT NOT NULL,
            body MEDIUMBLOB NOT NULL,
            uid VARCHAR(128),
            state VARCHAR(10) NOT NULL,
            settled_at DATETIME(6),
            settled_by VARCHAR(128),
            resolution VARCHAR(500) COLLATE utf8mb4_unicode_520_ci,
            PRIMARY KEY (dead_letter_id),
            KEY dead_letters_by_consumer (consumer, state, dead_letter_id),
            UNIQUE KEY dead_letters_by_event (consumer, event_id),
            KEY dead_letters_by_player (uid),
            KEY dead_letters_by_state (state, dead_letter_id),
            KEY dead_letters_to_end (settled_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS erasures (
            uid VARCHAR(128) NOT NULL,
            requested_at DATETIME(6) NOT NULL,
            finished_at DATETIME(6),
            PRIMARY KEY (uid),
            KEY erasures_by_finish (finished_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS event_failures (
            consumer VARCHAR(26) NOT NULL,
            event_id VARCHAR(191) NOT NULL,
            attempts INTEGER NOT NULL,
            reason VARCHAR(2000) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            first_failed_at DATETIME(6) NOT NULL,
            last_failed_at DATETIME(6) NOT NULL,
            PRIMARY KEY (consumer, event_id),
            KEY event_failures_by_age (last_failed_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS games (
            game_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            title VARCHAR(300) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            import_key VARCHAR(300) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            updated_at DATETIME(6) NOT NULL,
            PRIMARY KEY (game_id),
            UNIQUE KEY import_key (import_key)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS inbox (
            consumer VARCHAR(26) NOT NULL,
            event_id VARCHAR(191) NOT NULL,
            handled_at DATETIME(6) NOT NULL,
            PRIMARY KEY (consumer, event_id),
            KEY inbox_by_age (handled_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS outbox (
            event_id VARCHAR(36) NOT NULL,
            topic VARCHAR(64) NOT NULL,
            attributes MEDIUMTEXT NOT NULL,
            body MEDIUMTEXT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (event_id),
            KEY outbox_by_age (created_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS play_intervals (
            uid VARCHAR(128) NOT NULL,
            game_key VARCHAR(80) NOT NULL,
            session_id VARCHAR(64) NOT NULL,
            start_at DATETIME(6) NOT NULL,
            end_at DATETIME(6) NOT NULL,
            utc_offset_min SMALLINT NOT NULL,
            PRIMARY KEY (uid, game_key, session_id, start_at),
            KEY play_intervals_by_end (uid, game_key, end_at),
            KEY play_intervals_to_fold (end_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS player_achievements (
            uid VARCHAR(128) NOT NULL,
            achievement_id VARCHAR(64) NOT NULL,
            granted_at DATETIME(6) NOT NULL,
            delivered_at DATETIME(6),
            PRIMARY KEY (uid, achievement_id),
            KEY player_achievements_undelivered (delivered_at, granted_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS player_stats (
            uid VARCHAR(128) NOT NULL,
            game_key VARCHAR(80) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            play_ms BIGINT UNSIGNED NOT NULL,
            first_played_at DATETIME(6),
            last_played_at DATETIME(6),
            last_ended_at DATETIME(6),
            PRIMARY KEY (uid, game_key)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS playtime_days (
            uid VARCHAR(128) NOT NULL,
            day DATE NOT NULL,
            game_key VARCHAR(80) NOT NULL,
            play_ms BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (uid, day, game_key),
            KEY playtime_days_by_game (uid, game_key)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS projections (
            uid VARCHAR(128) NOT NULL,
            kind VARCHAR(32) NOT NULL,
            item VARCHAR(128) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            due_at DATETIME(6),
            projected_revision BIGINT UNSIGNED NOT NULL DEFAULT '0',
            projected_at DATETIME(6),
            document_updated_at DATETIME(6),
            PRIMARY KEY (uid, kind, item),
            KEY projections_due (due_at)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS unlisted_games (
            game_key VARCHAR(80) NOT NULL,
            uid VARCHAR(128) NOT NULL,
            first_seen_at DATETIME(6) NOT NULL,
            PRIMARY KEY (game_key, uid),
            KEY unlisted_games_by_age (first_seen_at),
            KEY unlisted_games_by_player (uid)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_executables (
            suffix_hash BINARY(32) NOT NULL,
            os VARCHAR(10) NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            suffix VARCHAR(400) NOT NULL,
            is_launcher BOOL NOT NULL,
            PRIMARY KEY (suffix_hash, os, game_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id),
            KEY game_executables_by_game (game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_names (
            name_key VARCHAR(191) NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            name VARCHAR(300) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            is_title BOOL NOT NULL,
            PRIMARY KEY (name_key, game_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id),
            KEY game_names_by_game (game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_stores (
            store VARCHAR(20) NOT NULL,
            store_id VARCHAR(100) NOT NULL,
            game_id BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (store, store_id, game_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id),
            KEY game_stores_by_game (game_id)
        )
    """)
