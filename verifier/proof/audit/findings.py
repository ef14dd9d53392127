"""What an audit finds: each fault with its place, and how much it weighs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from verifier.errors import IncompleteError, SuyuanError, UnsupportedError
from verifier.primitives.cbor import Value
from verifier.proof.audit.source import SourceError

FAULT, UNSUPPORTED, UNREADABLE, INCOMPLETE = "fault", "unsupported", "unreadable", "incomplete"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong: a leaf, an event of its batch, a file, or the checkpoint.

    Attributes:
        leaf: log position; None where it concerns no single leaf.
        position: of an event in its batch.
        path: of a file under the log's address: a tile, a bundle, a batch, `checkpoint`, `charter`.
        inside: which hash of a tile or which entry of a bundle.
    """

    leaf: int | None = None
    position: int | None = None
    path: str | None = None
    inside: int | None = None

    def __str__(self) -> str:
        """Return the place for a person."""
        parts = [] if self.path is None else [self.path if self.inside is None else f"{self.path}[{self.inside}]"]
        if self.leaf is not None:
            parts.append(f"leaf {self.leaf}" + ("" if self.position is None else f", event {self.position}"))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be.

    Attributes:
        at: leaf by which findings are ordered: the first one concerned.
        place: where.
        check: which check found it: tree, entry, seal, index, statement, batch, event, checkpoint, charter, opinion.
        weight: FAULT, UNSUPPORTED, UNREADABLE or INCOMPLETE.
        code: of the refusal (`verifier.errors`).
        field: what was looked at.
        came: what was found.
        expected: what must be there.
    """

    at: int
    place: Place
    check: str
    weight: str
    code: str
    field: str
    came: str
    expected: str

    @property
    def error(self) -> SuyuanError:
        """Return the refusal, for rendering."""
        return SuyuanError(self.field, came=self.came, expected=self.expected)

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.place}: {self.error}"


class EnoughError(Exception):
    """More findings than anybody reads: the audit stops here."""


@dataclass(frozen=True, slots=True)
class _Catch:
    """A block whose refusals become findings."""

    findings: Findings
    check: str
    place: Place
    at: int | None

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, _: object, raised: BaseException | None, trace: object) -> bool:
        """Take a refusal; let everything else go on rising."""
        if not isinstance(raised, SuyuanError):
            return False
        self.findings.add(raised, self.check, self.place, self.at)
        return True


class Findings:
    """The findings so far, at most so many."""

    def __init__(self, most: int) -> None:
        """Collect at most `most`."""
        self.most = most
        self._found: list[Finding] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def add(self, error: SuyuanError, check: str, place: Place, at: int | None = None) -> None:
        """Take a finding; `at` orders it where its place names no leaf.

        Raises:
            EnoughError: there are as many as anybody reads.
        """
        first = (place.leaf if at is None else at) or 0
        parts = (error.code, error.field, error.came, error.expected)  # `todo` speaks to those who submit
        found = Finding(first, place, check, weigh(error), *parts)
        self._found.append(found)
        if len(self._found) >= self.most:
            raise EnoughError

    def catch(self, check: str, place: Place, at: int | None = None) -> _Catch:
        """Return a block that takes what is raised inside as a finding, and goes on behind it."""
        return _Catch(self, check, place, at)

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings in log order; of one place, in the order in which they were found."""
        return tuple(sorted(self._found, key=lambda each: each.at))

    def dump(self) -> list[Value]:
        """Return the findings as CBOR has them."""
        return [
            [each.at, each.place.leaf, each.place.position, each.place.path, each.place.inside, each.check,
             each.weight, each.code, each.field, each.came, each.expected]
            for each in self._found
        ]  # fmt: skip

    def load(self, values: Value, without: Collection[str] = ()) -> None:
        """Take the findings that were dumped, but for those of the checks in `without`."""
        for each in values if isinstance(values, list) else []:
            at, leaf, position, path, inside, *texts = each if isinstance(each, list) else []
            place = Place(_number(leaf), _number(position), path if isinstance(path, str) else None, _number(inside))
            found = Finding(_number(at) or 0, place, *map(str, texts))
            if found.check not in without:
                self._found.append(found)


def weigh(error: SuyuanError) -> str:
    """Return how much a refusal weighs: what cannot be read or judged here is not yet a fault of the ledger."""
    if isinstance(error, SourceError):
        return UNREADABLE
    if isinstance(error, UnsupportedError):
        return UNSUPPORTED
    return INCOMPLETE if isinstance(error, IncompleteError) else FAULT


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None
