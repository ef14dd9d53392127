"""A recipe makes one vector: a JSON file that is named for what is right or wrong with it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent / "v1"


@dataclass(frozen=True)
class Recipe:
    """One vector.

    Attributes:
        format: its folder.
        name: what is wrong with it, or special about it.
        refused: whether readers must refuse it.
        content: the JSON object of the file.
    """

    format: str
    name: str
    refused: bool
    content: dict[str, Any]

    @property
    def path(self) -> Path:
        return ROOT / self.format / ("refused" if self.refused else "valid") / f"{self.name}.json"

    @property
    def text(self) -> str:
        return json.dumps(self.content, indent=1) + "\n"


class Book:
    """Collects the recipes of one format."""

    def __init__(self, form: str, error: str = "MalformedError", field: str | None = None) -> None:
        """Name the folder, and what refusals usually are and name."""
        self.form, self.error, self.field = form, error, form if field is None else field
        self.recipes: list[Recipe] = []

    def valid(self, name: str, desc: str, facts: dict[str, Any] | None = None, **given: Any) -> None:
        """Add a vector that is accepted, and what a reader must find in it."""
        content = {"desc": desc} | {key: _plain(value) for key, value in given.items()} | {"facts": facts or {}}
        self.recipes.append(Recipe(self.form, name, refused=False, content=_plain(content)))

    def refused(
        self, name: str, desc: str, *, error: str | None = None, field: str | None = None, **given: Any
    ) -> None:
        """Add a vector that is refused: by which error, in which field."""
        refusal = {"error": error or self.error, "field": self.field if field is None else field}
        self.recipes.append(Recipe(self.form, name, refused=True, content=_plain({"desc": desc} | given | refusal)))


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: bytes in hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
