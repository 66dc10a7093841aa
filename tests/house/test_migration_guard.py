"""What the migration guard refuses, each with the reason it gives."""

import pytest

from scripts import migration_guard

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
    "op.create_unique_constraint('u', 'games', ['title'])": "refuses rows",
    "op.create_foreign_key('f', 'a', 'b', ['c'], ['d'])": "refuses rows",
    "op.create_check_constraint('c', 'games', 'x > 1')": "refuses rows",
    "op.add_column('games', column)": "use a step",
    "op.create_table('games')": "use a step",
    "op.execute('ALTER TABLE games DROP COLUMN title')": "nobody checks",
    "op.get_bind().execute('DROP TABLE games')": "use a step",
    "steps.add_column('games', 'subtitle', 'VARCHAR(9) NOT NULL')": "NOT NULL without DEFAULT",
    "steps.add_column('games', 'subtitle', 'VARCHAR(9) UNIQUE')": "constraint or a key",
    "steps.add_column('games', 'subtitle', kind)": "cannot be checked",
    "steps.create_table(statement)": "cannot be checked",
    "steps.create_table('CREATE TABLE a (b INT)')": "can run again",
    "steps.create_table('DROP TABLE a')": "can run again",
    "steps.text('DROP TABLE a')": "not a step",
    "from shared.domain import playtime": "imports shared.domain",
    "from shared.schema.migrations.steps import text": "imports shared.schema.migrations.steps",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_locks_or_breaks_is_refused(line: str) -> None:
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
def test_what_only_expands_passes(line: str) -> None:
    assert list(migration_guard.findings(f"{HEAD}    {line}\n")) == []


def test_contracting_needs_the_release_that_stopped_using_it() -> None:
    drop = "    op.drop_column('games', 'title')\n"
    said = "    # contract: since 0.4.0 nothing reads games.title\n"
    vague = "    # contract: nobody needs it\n"
    assert list(migration_guard.findings(HEAD + said + drop)) == []
    assert list(migration_guard.findings(HEAD + vague + drop)) != []
    assert list(migration_guard.findings(HEAD + said + "\n" + drop)) != []


def test_the_migrations_that_exist_pass() -> None:
    files = sorted(migration_guard.VERSIONS.glob("*.py"))
    assert files
    assert migration_guard.check(files) == []
