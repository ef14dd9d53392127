"""Collecting from one witness by C2SP tlog-witness, whoever wrote it: push, learn its size, take its lines.

What a witness answers is believed in one case only: a line that one of the charter's witness keys signed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ledger.client.transport import Answer, Patience, Transport
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.prove.log import consistency_path
from ledger.witness.history import ledger_lines
from ledger.witness.protocol import AddCheckpoint, format_add_checkpoint
from ledger.witnessing.rounds import Rounds, Target
from verifier.errors import MalformedError, SuyuanError
from verifier.primitives.base64strict import parse_decimal
from verifier.primitives.checkpoint import parse_signed_checkpoint, verify_line
from verifier.primitives.note import Note, NoteKey, NoteSignature, format_note, parse_signature_line

LOOK = 0.1  # seconds between two looks for a newer checkpoint
_MOST_PAUSE = 30.0  # seconds after many failures
_MAX_ANSWER = 65_536
_TURNS = 3  # requests for one checkpoint: one to learn the size, one with the proof, one if it moved meanwhile
COSIGNED, REFUSED, AHEAD, WAITING = "cosigned", "refused", "ahead", "waiting"


class RefusedError(LedgerError):
    """A witness did not cosign."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one witness.

    Attributes:
        url: its address.
        outcome: of the last exchange: WAITING (none yet), COSIGNED, AHEAD (it says that it cosigned more than we
            asked about) or REFUSED (anything else, silence too).
        size: that it cosigned last for us, 0 for none.
        failures: exchanges since then that came to nothing.
        error: why, for the last of them.
    """

    url: str
    outcome: str = WAITING
    size: int = 0
    failures: int = 0
    error: SuyuanError | None = None


class Collector:
    """One witness's thread."""

    def __init__(self, ledger: Ledger, url: str, rounds: Rounds, *, timeout: float = 5.0) -> None:
        """Collect from the witness below `url`; `timeout` in seconds, twice that for a whole answer."""
        patience = Patience(attempts=1)
        self._transport = Transport(url, timeout=timeout, deadline=2 * timeout, patience=patience)
        self._ledger, self._rounds = ledger, rounds
        self._known = 0  # what the witness says that it cosigned; only ever a guess
        self._asked = 0  # the newest size that it was asked about in vain or not
        self.standing = Standing(url)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="suyuan-collector", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more; an exchange under way comes to nothing."""
        self._done.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._done.is_set():
            target = self._rounds.current()
            if self._ledger.leads and target and (target.size > self._asked or self.standing.failures):
                self._exchange(target)
            failures = self.standing.failures
            self._done.wait(min(_MOST_PAUSE, LOOK * (1 << min(failures, 12))))

    def _exchange(self, target: Target) -> None:
        """Ask about one checkpoint, and write down what came of it."""
        try:
            outcome = self._push(target)
        except SuyuanError as error:
            self._known = 0
            failures = self.standing.failures + 1
            self.standing = Standing(self.standing.url, REFUSED, self.standing.size, failures, error)
        else:
            size = target.size if outcome == COSIGNED else self.standing.size
            self.standing = Standing(self.standing.url, outcome, size)
        self._asked = target.size

    def _push(self, target: Target) -> str:
        own = ledger_lines(target.note)
        for _ in range(_TURNS):
            if self._known > target.size:
                return self._ahead()
            answer = self._post(own, target.size)
            if answer.status == 200:
                self._take(own, answer)
                self._known = target.size
                return COSIGNED
            if answer.status != 409:
                raise RefusedError(
                    self._transport.url, came=f"{answer.status} {_text(answer)}", expected="cosignatures"
                )
            known = parse_decimal(_text(answer), "x.tlog.size")
            if known == self._known:
                raise RefusedError(
                    self._transport.url, came=f"409 with {known}, which was asked from", expected="lines"
                )
            self._known = known
        raise self._refused(f"another size {_TURNS} times", "cosignatures")

    def _ahead(self) -> str:
        """A witness may have cosigned a newer checkpoint, which it followed by itself; never one that is not there."""
        size = self._ledger.head.edge.size
        if self._known > size:
            todo = "If it shows such a checkpoint, this ledger is an older state."
            raise self._refused(f"size {self._known}", f"at most {size}, our newest", todo)
        return AHEAD

    def _post(self, own: bytes, size: int) -> Answer:
        with self._ledger.sources() as sources:
            proof = consistency_path(sources.log, self._known, size)
        body = format_add_checkpoint(AddCheckpoint(self._known, tuple(proof), own))
        kind = "text/plain; charset=utf-8"
        return self._transport.post("/add-checkpoint", body, kind=kind, limit=_MAX_ANSWER)

    def _take(self, own: bytes, answer: Answer) -> None:
        """Store the lines of the charter's witness keys; lines of other keys are passed over."""
        checkpoint, note = parse_signed_checkpoint(own)
        keys = {(key.name, key.key_id): key for key in self._witness_keys(checkpoint.size)}
        lines: list[NoteSignature] = []
        for text in _text(answer).split("\n"):
            line = parse_signature_line(text, "cosignature")
            if (key := keys.get((line.name, line.key_id))) and line not in lines:
                verify_line(key, checkpoint, line)
                lines.append(line)
        if not lines:
            raise self._refused("no line of the charter's witnesses", "one at least")
        if not self._done.is_set() and self._ledger.cosign(format_note(Note(note.text, tuple(lines)))).quorum:
            self._rounds.reached(checkpoint.size)

    def _refused(self, came: str, expected: str, todo: str = "") -> RefusedError:
        return RefusedError(self._transport.url, came=came, expected=expected, todo=todo)

    def _witness_keys(self, size: int) -> tuple[NoteKey, ...]:
        charter = self._ledger.head.replay.registry.charter_at(size - 1)
        return tuple(charter.policy.witnesses.values())


def _text(answer: Answer) -> str:
    try:
        return answer.body.decode().removesuffix("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("answer", came="bytes that are no UTF-8", expected="text") from error
