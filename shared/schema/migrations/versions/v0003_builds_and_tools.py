"""Adds tables for builds, tools and tool versions, and columns for games."""

from shared.schema.migrations import steps

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    steps.add_column("games", "players", "BIGINT UNSIGNED NOT NULL DEFAULT 0")
    steps.add_column("games", "merged_into", "BIGINT UNSIGNED")
    steps.add_column("games", "titles", "MEDIUMTEXT COLLATE utf8mb4_bin")
    steps.add_column("games", "art", "MEDIUMTEXT COLLATE utf8mb4_bin")
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_builds (
            build_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            game_id BIGINT UNSIGNED NOT NULL,
            name VARCHAR(100) COLLATE utf8mb4_unicode_520_ci NOT NULL,
            released_at DATETIME(6) NOT NULL,
            created_by VARCHAR(128) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (build_id),
            KEY game_builds_by_game (game_id, released_at, build_id),
            KEY game_builds_by_creator (created_by, build_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS game_build_marks (
            kind VARCHAR(20) NOT NULL,
            value VARCHAR(128) NOT NULL,
            build_id BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (kind, value, build_id),
            KEY game_build_marks_by_build (build_id),
            FOREIGN KEY (build_id) REFERENCES game_builds (build_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS tools (
            tool_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            game_id BIGINT UNSIGNED NOT NULL,
            kind VARCHAR(16) NOT NULL,
            creator_uid VARCHAR(128) NOT NULL,
            plan VARCHAR(32),
            texts MEDIUMTEXT NOT NULL,
            art MEDIUMTEXT,
            revision BIGINT UNSIGNED NOT NULL,
            created_at DATETIME(6) NOT NULL,
            updated_at DATETIME(6) NOT NULL,
            PRIMARY KEY (tool_id),
            KEY tools_by_game (game_id, tool_id),
            KEY tools_by_creator (creator_uid, tool_id),
            FOREIGN KEY (game_id) REFERENCES games (game_id)
        )
    """)
    steps.create_table("""
        CREATE TABLE IF NOT EXISTS tool_versions (
            version_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
            tool_id BIGINT UNSIGNED NOT NULL,
            version VARCHAR(64) NOT NULL,
            sort_key VARCHAR(191) NOT NULL,
            channel VARCHAR(10) NOT NULL,
            state VARCHAR(10) NOT NULL,
            options MEDIUMTEXT NOT NULL,
            dependencies MEDIUMTEXT NOT NULL,
            first_build_id BIGINT UNSIGNED,
            last_build_id BIGINT UNSIGNED,
            upload_id VARCHAR(36),
            size BIGINT UNSIGNED,
            sha256 VARCHAR(64),
            murmur2 INTEGER UNSIGNED,
            reason VARCHAR(500) COLLATE utf8mb4_unicode_520_ci,
            revision BIGINT UNSIGNED NOT NULL,
            created_at DATETIME(6) NOT NULL,
            updated_at DATETIME(6) NOT NULL,
            published_at DATETIME(6),
            PRIMARY KEY (version_id),
            UNIQUE KEY tool_versions_by_version (tool_id, version),
            KEY tool_versions_by_order (tool_id, state, sort_key),
            FOREIGN KEY (tool_id) REFERENCES tools (tool_id),
            FOREIGN KEY (first_build_id) REFERENCES game_builds (build_id),
            FOREIGN KEY (last_build_id) REFERENCES game_builds (build_id)
        )
    """)
