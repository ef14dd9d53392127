"""Cosigning for a log that is no ledger of ours: its name and verifier keys are all that is known of it.

What is checked is what C2SP tlog-witness asks for: the log's signature, and that the log only grows.
What it holds is its auditors' business.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.errors import BusyError
from ledger.failpoints import reach
from ledger.signing.notes import sign_line
from ledger.signing.signer import Signer
from ledger.tiles.files import write_new
from ledger.witness.keys import CosignerKeys
from ledger.witness.protocol import AddCheckpoint, require_extends
from ledger.witness.store import Cosigned, WitnessStore
from verifier.errors import InconsistentError, MalformedError, UntrustedError
from verifier.primitives.checkpoint import Checkpoint, parse_checkpoint, verify_line
from verifier.primitives.note import (
    ED25519_COSIGNATURE,
    ED25519_NOTE,
    Note,
    NoteKey,
    NoteSignature,
    format_note,
    format_signature_line,
    parse_note,
)

_LINES = 3  # origin, size and root; what follows are extension lines


@dataclass(frozen=True, slots=True)
class ForeignCheckpoint:
    """A checkpoint that may have extension lines, which lines of type 0x01 and 0x04 sign with the rest.

    Attributes:
        checkpoint: origin, size and root.
        note: the whole note.
    """

    checkpoint: Checkpoint
    note: Note


class ForeignLog:
    """One foreign log; `add_checkpoint` is all that ever happens to it."""

    def __init__(
        self,
        origin: str,
        vkeys: Sequence[NoteKey],
        *,
        keys: CosignerKeys,
        store: WitnessStore,
        evidence: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Cosign for the log of this name.

        Args:
            origin: first line of its checkpoints.
            vkeys: keys of which one must have signed.
            keys: the witness's own.
            store: what it cosigned.
            evidence: the folder for two checkpoints of one size.
            clock: POSIX seconds.
        """
        self._origin, self._vkeys, self._keys = origin, tuple(vkeys), keys
        self._store, self._evidence, self._clock = store, evidence, clock
        self._turn = threading.Lock()

    @property
    def origin(self) -> str:
        """Return its name."""
        return self._origin

    def add_checkpoint(self, asked: AddCheckpoint) -> bytes:
        """Return lines under a checkpoint that extends what was cosigned; see `WitnessedLog`."""
        signed = parse_foreign_checkpoint(asked.note)
        own = self._require_signed(signed)
        with self._turn:
            before = self._store.newest(self._origin)
            try:
                require_extends(asked, signed.checkpoint, (before.size, before.root) if before else None)
            except InconsistentError:
                self._keep_contradiction(before, signed.checkpoint, own)
                raise
            return self._cosign(signed, own, before)

    def _require_signed(self, signed: ForeignCheckpoint) -> bytes:
        """Return the note with the log's own lines, one a key; unknown keys are passed over, as C2SP has it."""
        known = {(key.name, key.key_id): key for key in self._vkeys}
        lines = [line for line in signed.note.signatures if (line.name, line.key_id) in known]
        if signed.checkpoint.origin != self._origin or not lines:
            raise UntrustedError("checkpoint", came="no line of its keys", expected=f"a signature of {self._origin}")
        for line in lines:
            _verify(known[line.name, line.key_id], signed, line)
        own = {(line.name, line.key_id): line for line in lines}
        return format_note(Note(signed.note.text, tuple(own.values())))

    def _cosign(self, signed: ForeignCheckpoint, own: bytes, before: Cosigned | None) -> bytes:
        now = int(self._clock())
        if before and now < before.time:
            raise BusyError("clock", came=now, expected=f"at least {before.time}", todo="Set the witness's clock.")
        checkpoint = signed.checkpoint
        lines = "".join(_line(key, signer, signed, now) for key, signer in self._keys.signers).encode()
        cosigned = Cosigned(checkpoint.size, checkpoint.root, now, None, own, lines)
        reach("witness-signed")
        if before and before.size == checkpoint.size:
            self._store.renew(self._origin, cosigned)
        else:
            self._store.advance(self._origin, before, cosigned)
        reach("witness-persisted")
        return lines

    def _keep_contradiction(self, before: Cosigned | None, checkpoint: Checkpoint, own: bytes) -> None:
        """Keep two checkpoints of one size that the log signed both; a bad proof alone says nothing of the log."""
        if before and checkpoint.size == before.size and checkpoint.root != before.root:
            stem = f"{_stem(self._origin)}-{before.size}"
            for note, root in ((before.note, before.root), (own, checkpoint.root)):
                write_new(self._evidence / f"{stem}-{root.hex()[:16]}.checkpoint", note)


def contradictions(evidence: Path, origin: str) -> list[Path]:
    """Return the checkpoints that were kept because a foreign log signed two of one size, in a folder of evidence."""
    return sorted(evidence.glob(f"{_stem(origin)}-*.checkpoint"))


def parse_foreign_checkpoint(data: bytes) -> ForeignCheckpoint:
    """Read a checkpoint with or without extension lines (C2SP tlog-checkpoint v1.0.0).

    Raises:
        MalformedError: it is none, or has an empty extension line.
    """
    note = parse_note(data, "checkpoint", distinct=False)
    lines = note.text.split("\n")
    if not all(lines[_LINES:-1]):
        raise MalformedError("checkpoint", came="an empty extension line", expected="none")
    return ForeignCheckpoint(parse_checkpoint("\n".join([*lines[:_LINES], ""]), "checkpoint"), note)


def _stem(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()[:16]


def _verify(key: NoteKey, signed: ForeignCheckpoint, line: NoteSignature) -> None:
    """Raise BadSignatureError unless a line is over the whole text; 0x06 signs origin, size and root alone."""
    what, text = f"checkpoint signature of {key.name}", signed.note.text
    if key.kind == ED25519_NOTE:
        key.key.verify(line.blob, text.encode(), what)
    elif key.kind == ED25519_COSIGNATURE:
        key.key.verify(line.blob[8:], _timed(int.from_bytes(line.blob[:8], "big"), text), what)
    else:
        verify_line(key, signed.checkpoint, line)


def _line(key: NoteKey, signer: Signer, signed: ForeignCheckpoint, now: int) -> str:
    if key.kind != ED25519_COSIGNATURE:
        return format_signature_line(sign_line(key, signer, signed.checkpoint, now))
    blob = now.to_bytes(8, "big") + signer.sign(_timed(now, signed.note.text))
    return format_signature_line(NoteSignature(key.name, key.key_id, blob))


def _timed(time_: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time_}\n{text}".encode()
