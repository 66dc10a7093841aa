"""Whether every value of a column still fits after its definition has changed."""

import re

# Each family from its smallest to its largest type.
LADDERS = (
    ("TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"),
    ("TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"),
    ("TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"),
)
SIZED = ("VARCHAR", "VARBINARY", "DATETIME")
SAME = {"INTEGER": "INT", "BOOL": "TINYINT", "BOOLEAN": "TINYINT"}
_DEFINITION = re.compile(r"\s*(\w+)(?:\((\d+)\))?\s*(.*)", re.DOTALL)
_NOT_NULL = re.compile(r"\bNOT NULL\b")
_NULL = re.compile(r"\b(NOT )?NULL\b")


def objection(before: str, after: str) -> str | None:
    """Return why `after` refuses what `before` took, or None when it takes it all."""
    old_type, old_size, old_rest = _parts(before)
    new_type, new_size, new_rest = _parts(after)
    if _NOT_NULL.search(new_rest) and not _NOT_NULL.search(old_rest):
        return "becomes NOT NULL: the running revision writes NULL"
    if _options(old_rest) != _options(new_rest):
        return "changes more than the size of the type"
    if old_type == new_type and (old_type in SIZED or old_size == new_size):
        return "is narrowed" if new_size < old_size else None
    for ladder in LADDERS:
        if old_type in ladder and new_type in ladder:
            return "is narrowed" if ladder.index(new_type) < ladder.index(old_type) else None
    return "becomes another type"


def _parts(definition: str) -> tuple[str, int, str]:
    found = _DEFINITION.fullmatch(definition.upper())
    if not found:
        return definition, 0, ""
    name, size, rest = found.groups()
    return SAME.get(name, name), int(size or 0), rest


def _options(rest: str) -> set[str]:
    return set(_NULL.sub("", rest).split())
