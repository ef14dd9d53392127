"""What this agency answered: out of the kept submissions, with how far each has come.

Beside a submission the desk keeps `<identity>.answers`: what its events are about, as the checked proofs told it then.
Nothing is judged by it; a submission of another program has none, and then only names are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.desk.preparing import Target
from ledger.client.keeping import Kept
from ledger.endorsing.endorse import VERBS
from verifier.errors import SuyuanError
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.receipt import parse_receipt
from verifier.ledgerformat.submission import parse_submission

SIGNED, PROMISED, RECORDED, BROKEN = "signed", "promised", "recorded", "broken"
_VERB_OF = {type_: verb for verb, type_ in VERBS.items()}
_NOTES = "answers"


@dataclass(frozen=True, slots=True)
class Answered:
    """A batch of answers under one signature.

    Attributes:
        kept: its files.
        verb: what was answered, a key of VERBS.
        time: claimed time, milliseconds since 1970.
        targets: what was answered.
    """

    kept: Kept
    verb: str
    time: int
    targets: tuple[Target, ...]

    @property
    def state(self) -> str:
        """Return SIGNED, PROMISED, RECORDED or BROKEN, as the files beside it say."""
        for state, kind in ((BROKEN, "evidence"), (BROKEN, "other-promise"), (RECORDED, "receipt")):
            if self.kept.path(kind).exists():
                return state
        return PROMISED if self.kept.path("promise").exists() else SIGNED

    @property
    def path(self) -> Path:
        """Return the newest file of it: what somebody would want to keep or send."""
        kinds = {RECORDED: "receipt", PROMISED: "promise", SIGNED: "submission", BROKEN: "promise"}
        return self.kept.path(kinds[self.state])

    @property
    def leaf(self) -> int | None:
        """Return where it stands in the log, as the promise says; None before one came."""
        promise = self.kept.read("promise")
        return parse_receipt(promise).index if promise else None


def note_targets(kept: Kept, targets: Sequence[Target]) -> None:
    """Keep what a submission's events are about, in their order."""
    values = [
        {"name": each.name, "type": each.type, "title": dict(each.title), "issuer": dict(each.issuer),
         "subject": each.subject, "time": each.time}
        for each in targets
    ]  # fmt: skip
    kept.write(_NOTES, json.dumps(values, ensure_ascii=False).encode())


class History:
    """The answers of an agency in a folder of kept submissions; each is read once."""

    def __init__(self, folder: Path, agency: str) -> None:
        """Read below `folder` what `agency` said."""
        self._folder = folder
        self._agency = agency
        self._read: dict[str, Answered | None] = {}

    def newest(self) -> Iterator[Answered]:
        """Yield answers, the newest first."""
        paths = sorted(self._folder.glob("*.submission"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        for path in reversed(paths):
            if found := self.find(path.stem):
                yield found

    def find(self, identity: str) -> Answered | None:
        """Return the answers of a kept submission; None where there is none, or it answers nothing."""
        if identity not in self._read:
            path = self._folder / f"{identity}.submission"
            if not path.exists():
                return None
            self._read[identity] = self._answered(Kept(self._folder, bytes.fromhex(identity)), path.read_bytes())
        return self._read[identity]

    def _answered(self, kept: Kept, submission: bytes) -> Answered | None:
        try:
            heads = [parse_head(each) for each in parse_submission(submission).heads]
        except SuyuanError:
            return None  # no submission of ours; `suyuan submit` says what is wrong with it
        if not all(head.principal == self._agency and head.type in _VERB_OF and head.about for head in heads):
            return None
        return Answered(kept, _VERB_OF[heads[0].type], heads[0].time, _targets(kept, heads))


def _targets(kept: Kept, heads: Sequence[Head]) -> tuple[Target, ...]:
    notes = _notes(kept)
    if len(notes) == len(heads):
        return notes
    return tuple(Target(head.about[0].hex(), "", {}, {}, "", 0) for head in heads)


def _notes(kept: Kept) -> tuple[Target, ...]:
    try:
        values: list[Mapping[str, Any]] = json.loads(kept.read(_NOTES) or b"[]")
        return tuple(
            Target(str(each["name"]), str(each["type"]), dict(each["title"]), dict(each["issuer"]),
                   str(each["subject"]), int(each["time"]))
            for each in values
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return ()
