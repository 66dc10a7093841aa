"""The steps that the migration guard refuses, each with its reason."""

from pathlib import Path

import pytest

from scripts.checks import last_release, migration_guard
from shared.schema.all_tables import metadata

HEAD = """from alembic import op
from shared.schema.migrations import steps
def upgrade() -> None:
"""

REFUSED = {
    "op.drop_table('games')": "running revision reads",
    "op.drop_column('games', 'title')": "running revision reads",
    "op.drop_index('games_by_title')": "rely on",
    "op.drop_constraint('fk', 'games')": "relies on",
    "op.rename_table('games', 'titles')": "renames",
    "op.alter_column('games', 'title', new_column_name='name')": "changes or renames",
    "op.alter_column('games', 'title', type_=TEXT)": "changes or renames",
    "op.alter_column('games', 'title', nullable=False)": "changes or renames",
    "op.create_index('games_by_title', 'games', ['title'])": "lock the table",
    "op.create_unique_constraint('u', 'games', ['title'])": "rejects rows",
    "op.create_foreign_key('f', 'a', 'b', ['c'], ['d'])": "rejects rows",
    "op.create_check_constraint('c', 'games', 'x > 1')": "rejects rows",
    "op.add_column('games', column)": "use a step",
    "op.create_table('games')": "use a step",
    "steps.drop_column('games', name)": "cannot be checked",
    "steps.change_column('games', 'title', before, after)": "cannot be checked",
    "op.execute('ALTER TABLE games DROP COLUMN title')": "unchecked SQL",
    "op.get_bind().execute('DROP TABLE games')": "use a step",
    "steps.add_column('games', 'subtitle', 'VARCHAR(9) NOT NULL')": "NOT NULL without DEFAULT",
    "steps.add_column('games', 'subtitle', 'VARCHAR(9) UNIQUE')": "constraint or a key",
    "steps.add_column('games', 'subtitle', kind)": "cannot be checked",
    "steps.create_table(statement)": "cannot be checked",
    "steps.create_table('CREATE TABLE a (b INT)')": "can run again",
    "steps.create_table('DROP TABLE a')": "can run again",
    "steps.text('DROP TABLE a')": "not a step",
    "from shared.domain.play import playtime": "imports shared.domain",
    "from shared.schema.migrations.steps import text": "imports shared.schema.migrations.steps",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_locking_or_breaking_step_is_refused(line: str) -> None:
    found = list(migration_guard.findings(f"{HEAD}    {line}\n"))
    assert found
    assert REFUSED[line] in found[0]
    assert found[0].startswith("line 4: ")


@pytest.mark.parametrize(
    "line",
    [
        "steps.create_table('CREATE TABLE IF NOT EXISTS a (b INT NOT NULL)')",
        "steps.add_column('games', 'subtitle', 'VARCHAR(9)')",
        "steps.add_column('games', 'subtitle', \"VARCHAR(9) NOT NULL DEFAULT ''\")",
        "steps.add_index('games', 'games_by_title', 'title')",
        "steps.insert_missing('achievements', [{'achievement_id': 'first_hour'}])",
    ],
)
def test_an_expanding_step_passes(line: str) -> None:
    assert list(migration_guard.findings(f"{HEAD}    {line}\n")) == []


GOES = {
    "drop_column('games', 'subtitle')": "games.subtitle",
    "drop_table('subtitles')": "subtitles",
    "drop_index('games', 'games_by_subtitle')": "games.games_by_subtitle",
}


@pytest.mark.parametrize("step", GOES)
def test_a_contracting_step_names_the_release_that_stopped_the_use(step: str) -> None:
    drop = f"    steps.{step}\n"
    comment = f"    # contract: since 0.4.0 nothing reads {GOES[step]}\n"
    assert list(migration_guard.findings(HEAD + comment + drop)) == []
    for other in (
        "",
        "    # contract: nobody needs it\n",
        comment + "\n",
        comment.replace("subt", "t"),
    ):
        found = list(migration_guard.findings(HEAD + other + drop))
        assert "# contract: since <release> nothing reads" in found[0]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("drop_column('games', 'subtitle')", "select(games.c.subtitle)"),
        ("drop_column('games', 'subtitle')", "SELECT subtitle\nFROM games"),
        ("drop_table('subtitles')", "from shared.schema.catalog import subtitles"),
        ("drop_index('games', 'games_by_subtitle')", 'Index("games_by_subtitle", "subtitle")'),
    ],
)
def test_a_name_in_the_last_release_cannot_be_dropped(step: str, text: str) -> None:
    source = f"{HEAD}    # contract: since 0.4.0 nothing reads {GOES[step]}\n    steps.{step}\n"
    found = list(migration_guard.findings(source, {"shared/domain/catalog/reading.py": text}))
    assert "the running release still names, in shared/domain/catalog/reading.py" in found[0]
    # Only the full name counts: another table may have a column of that name.
    other = {"shared/domain/tools/published.py": "tools.c.subtitle", "shared/domain/x.py": "games"}
    assert list(migration_guard.findings(source, other)) == []
    # A name in a contract comment is not a use.
    assert list(migration_guard.findings(source, {"shared/schema/all_tables.py": text})) == []


def test_a_name_that_an_older_release_dropped_may_be_reused(tmp_path: Path) -> None:
    comment = "    # contract: since 0.4.0 nothing reads games.subtitle\n"
    file = tmp_path / "v0010_gone.py"
    file.write_text(f"{HEAD}{comment}    steps.drop_column('games', 'subtitle')\n")
    code = {"shared/domain/catalog/reading.py": "games.c.subtitle"}
    assert len(migration_guard.check([file], code)) == 1
    assert migration_guard.check([file], code, [file.name]) == []


def test_the_code_of_a_commit_is_read_without_its_migrations() -> None:
    code = last_release.files("HEAD", "shared", "functions", "triggers")
    assert "games" in code["shared/schema/catalog.py"]
    assert "functions/catalog/main.py" in code
    assert not any("/versions/" in name for name in code)


def test_the_last_release_is_in_the_history() -> None:
    # A shallow clone has none, and reports that.
    commit = last_release.before_newest_migration()
    newest = max(migration_guard.VERSIONS.glob("v*.py")).name
    shown = last_release.listed(commit or "HEAD", last_release.VERSIONS)
    assert any(name.endswith("v0001_first_tables.py") for name in shown)
    assert commit is None or not any(name.endswith(newest) for name in shown)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("VARCHAR(64) NOT NULL", "VARCHAR(63) NOT NULL", "is narrowed"),
        ("BIGINT UNSIGNED", "INT UNSIGNED", "is narrowed"),
        ("MEDIUMTEXT", "TEXT", "is narrowed"),
        ("DATETIME(6)", "DATETIME", "is narrowed"),
        ("BINARY(32)", "BINARY(20)", "becomes another type"),
        ("BIGINT", "VARCHAR(20)", "becomes another type"),
        ("BIGINT", "BIGINT UNSIGNED", "changes more than the size"),
        ("VARCHAR(9)", "VARCHAR(9) COLLATE utf8mb4_bin", "changes more than the size"),
        ("VARCHAR(9)", "VARCHAR(9) NOT NULL", "becomes NOT NULL"),
        ("VARCHAR(9)", "VARCHAR(9) NOT NULL DEFAULT ''", "becomes NOT NULL"),
        ("VARCHAR(9) NOT NULL", "VARCHAR(30) NOT NULL", None),
        ("VARCHAR(9) NOT NULL", "VARCHAR(9)", None),
        ("varchar(9)", "VARCHAR(9) NULL", None),
        ("INTEGER", "BIGINT", None),
        ("TEXT", "MEDIUMTEXT", None),
    ],
)
def test_a_column_may_only_widen(before: str, after: str, reason: str | None) -> None:
    line = f"    steps.change_column('games', 'subtitle', {before!r}, {after!r})\n"
    found = list(migration_guard.findings(HEAD + line))
    if reason is None:
        assert found == []
    else:
        assert f"games.subtitle {reason}" in found[0]


def test_a_growing_table_is_not_copied() -> None:
    line = "    steps.change_column('{}', 'c', 'INT', 'BIGINT', copy=True)\n"
    assert list(migration_guard.findings(HEAD + line.format("games"))) == []
    assert "copies player_stats" in next(
        migration_guard.findings(HEAD + line.format("player_stats"))
    )
    # The size of a table that the code does not declare is unknown.
    assert "copies others" in next(migration_guard.findings(HEAD + line.format("others")))


def test_the_declared_growth_determines_the_big_tables() -> None:
    big = {name for name in metadata.tables if migration_guard.is_big(name)}
    assert {"player_stats", "library_entries", "import_claims", "inbox"} <= big
    assert {"games", "consumers", "tools", "outbox"} & big == set()


def test_the_existing_migrations_pass() -> None:
    files = sorted(migration_guard.VERSIONS.glob("*.py"))
    assert files
    assert migration_guard.check(files) == []
