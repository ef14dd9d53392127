"""What a check found: where, and what is wrong there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from verifier.errors import SuyuanError

MOST = 200


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not what it must be.

    Attributes:
        table: the table, or `file`, or `database`.
        key: which row, like `leaf=17` or `size=300, line=witness0.test`; or the file's path.
        column: which column; "" for the row or file as a whole.
        came: what is there.
        expected: what must be there.
    """

    table: str
    key: str
    column: str
    came: str
    expected: str

    @property
    def place(self) -> str:
        """Return table, key and column as one word group."""
        return ", ".join(each for each in (self.table, self.key, self.column) if each)

    def __str__(self) -> str:
        """Return one line for a person."""
        return str(self.error)

    @property
    def error(self) -> SuyuanError:
        """Return it as a refusal, whose frame is there in every language."""
        return SuyuanError(self.place, came=self.came, expected=self.expected)


class Damages:
    """The damages so far, each once, at most so many."""

    def __init__(self, most: int = MOST) -> None:
        """Collect at most `most`; what comes later is counted only."""
        self._found: dict[tuple[str, str, str], Damage] = {}
        self._most = most
        self.more = 0

    def __len__(self) -> int:
        """Return how many were found, those that are only counted included."""
        return len(self._found) + self.more

    def add(self, table: str, key: str, column: str = "", *, came: object = "", expected: str = "") -> None:
        """Take a damage; of one place only the first is kept."""
        place = table, key, column
        if place in self._found:
            return
        if len(self._found) >= self._most:
            self.more += 1
            return
        shown = SuyuanError("", came=came)
        self._found[place] = Damage(table, key, column, shown.came, expected)

    def refuse(self, table: str, key: str, column: str, error: SuyuanError) -> None:
        """Take a refusal of the formats as a damage."""
        self.add(table, key, column, came=error.came, expected=error.expected or error.field)

    def compare(self, table: str, key: str, column: str, came: object, expected: object) -> bool:
        """Take a damage if a value is not the expected one; return whether it is."""
        if came == expected and type(came) is type(expected):
            return True
        spelt = expected.hex() if isinstance(expected, bytes) else str(expected)
        self.add(table, key, column, came="nothing" if came is None else came, expected=spelt[:120])
        return False

    def has(self, *tables: str, columns: Collection[str] = ()) -> bool:
        """Return whether one of these tables is damaged, in one of these columns if any are named."""
        return any(table in tables and (not columns or column in columns) for table, _, column in self._found)

    def list(self) -> list[Damage]:
        """Return the damages in the order in which they were found."""
        return list(self._found.values())
