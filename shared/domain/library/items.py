"""A client's report about one item on disk."""

from typing import Annotated, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from shared.domain.programs import Os

MAX_PATH_LENGTH = 4096

_EXAMPLES: list[JsonValue] = [
    {
        "id": "steam-620",
        "store": "steam",
        "store_id": "620",
        "os": "win32",
        "path": "D:\\SteamLibrary\\steamapps\\common\\Portal 2\\portal2.exe",
    },
    {"id": "found-17", "os": "linux", "path": "/home/ada/Games/undertale/UNDERTALE.exe"},
]


def _without_nul(text: str | None) -> str | None:
    if text and "\0" in text:
        raise ValueError("must not contain a NUL character")
    return text


Plain = AfterValidator(_without_nul)


class LibraryItem(BaseModel):
    """An item on disk; the more fields the client sets, the better the match.

    path: the program's path, as the operating system writes it. The path is never stored, because
    it may contain a person's name.
    sha1, sha512, murmur2: hashes of the program file. murmur2 uses seed 1, as on CurseForge.
    store_build_id: the store's id of the installed build.
    """

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": _EXAMPLES})
    item_id: ClassVar[str] = "id"

    id: Annotated[str, StringConstraints(min_length=1, max_length=100), Plain]
    store: Annotated[
        str | None, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9_]{1,20}$")
    ] = None
    store_id: Annotated[
        str | None, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Plain
    ] = None
    path: Annotated[
        str | None, StringConstraints(min_length=1, max_length=MAX_PATH_LENGTH), Plain
    ] = None
    os: Os | None = None
    sha1: Annotated[str | None, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{40}$")] = (
        None
    )
    sha512: Annotated[
        str | None, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{128}$")
    ] = None
    murmur2: Annotated[int | None, Field(ge=0, lt=2**32)] = None
    store_build_id: Annotated[
        str | None, StringConstraints(min_length=1, max_length=100), Plain
    ] = None

    @model_validator(mode="after")
    def _names_its_store(self) -> Self:
        if self.store is None and (self.store_id or self.store_build_id):
            raise ValueError("store: a store's id or build id needs the name of the store")
        return self
