"""What the ledger signed and others cosigned: checkpoint rows, receipts, cosignatures, and the meta table."""

from __future__ import annotations

from typing import Any

from ledger.fsck.damage import Damages
from ledger.fsck.derive import Derived
from ledger.fsck.entries import Log
from ledger.fsck.erasures import read_deletion
from ledger.fsck.rows import Rows, text_of
from ledger.store.erasing import ERASED
from ledger.store.sqlite.erasing import OVERWRITES
from verifier.errors import SuyuanError
from verifier.judgement.charter import Charter
from verifier.ledgerformat.receipt import format_receipt_header
from verifier.primitives.checkpoint import Checkpoint, format_checkpoint, parse_signed_checkpoint, verify_line
from verifier.primitives.cose import verify_sign1
from verifier.primitives.note import NoteKey, NoteSignature, format_signature_line, parse_signature_line
from verifier.proof.examination import WHOLE_BODY

_KNOWN_NAMES = ("origin", "guard", "tiles", "looked-up", OVERWRITES)


def check_commitments(rows: Rows, log: Log, derived: Derived, damages: Damages) -> None:
    """Check the checkpoint of every block with its receipts, cosignatures and quorum; and what the database is of."""
    times = {row[0] + 1: row[3] for row in rows.all("seal")}
    missing = dict.fromkeys(log.roots)
    for row in rows.all("checkpoint"):
        size, key = row[0], f"size={row[0]}"
        if size not in missing:
            damages.add("checkpoint", key, came="a row too many", expected="one for each block")
            continue
        del missing[size]
        charter = derived.replay.registry.charter_in_force(size - 1)
        if charter is None:
            damages.add("checkpoint", key, came="no charter in force", expected="a founded ledger")
            continue
        checkpoint = Checkpoint(charter.origin, size, log.roots[size])
        _check_note(row, checkpoint, charter, damages)
        _check_receipts(row, checkpoint, charter, times[size], damages)
        cosigned = _check_cosignatures(rows, checkpoint, charter, damages)
        _check_quorum(row, cosigned, charter, derived, damages)
    for size in missing:
        damages.add("checkpoint", f"size={size}", came="no row", expected="the checkpoint of a block")
    for size, line in rows.all("cosignature"):
        if size not in log.roots:
            damages.add("cosignature", _key(size, line), came="of no block", expected="none")


def check_meta(rows: Rows, log: Log, derived: Derived, damages: Damages) -> None:
    """Check what the database says of itself."""
    charter = derived.replay.founding
    for name, value in rows.all("meta"):
        key, spelt = f"name={text_of(name)}", text_of(value)
        if (text_of(name) or "").startswith(ERASED):
            _check_deletion(text_of(name) or "", value, derived, damages, log.size)
        elif text_of(name) not in _KNOWN_NAMES or spelt is None:
            damages.add("meta", key, came="a name that this version does not write", expected=", ".join(_KNOWN_NAMES))
        elif text_of(name) == "origin" and charter:
            damages.compare("meta", key, "value", spelt, charter.origin)


def _check_deletion(name: str, value: object, derived: Derived, damages: Damages, size: int) -> None:
    """Check that what a meta row says was taken out is what an order in force is about."""
    deletion, key = read_deletion(name.encode(), value), f"name={name}"
    if deletion is None:
        damages.add("meta", key, "value", came="what nobody can read", expected="what an order took out")
        return
    orders = derived.replay.registry.erasures_of(deletion.event, size)
    what = next((each.what for each in orders if each.event == deletion.order), ())
    said = {*deletion.pointers, *([WHOLE_BODY] if deletion.body else [])}
    if not what or (WHOLE_BODY not in what and not said <= set(what)):
        damages.add("meta", key, "value", came="no such order in force", expected="an order that says so")


def _check_note(row: tuple[Any, ...], checkpoint: Checkpoint, charter: Charter, damages: Damages) -> None:
    """A block's note is the ledger's text and its two lines, each verified."""
    key = f"size={checkpoint.size}"
    try:
        read, note = parse_signed_checkpoint(row[1] if isinstance(row[1], bytes) else b"")
    except SuyuanError as error:
        damages.refuse("checkpoint", key, "note", error)
        return
    if note.text != format_checkpoint(checkpoint):
        damages.add("checkpoint", key, "note", came=read, expected=f"{checkpoint}, by the rows")
    own = {(each.name, each.key_id): each for each in charter.policy.logs}
    if {(each.name, each.key_id) for each in note.signatures} != own.keys():
        damages.add("checkpoint", key, "note", came="other signature lines", expected="the ledger's own two")
        return
    for line in note.signatures:
        try:
            verify_line(own[line.name, line.key_id], checkpoint, line)
        except SuyuanError as error:
            damages.refuse("checkpoint", key, "note", error)


def _check_receipts(
    row: tuple[Any, ...], checkpoint: Checkpoint, charter: Charter, time: Any, damages: Damages
) -> None:
    """All receipts of a block share one header and one signature over its root."""
    key, public = f"size={checkpoint.size}", charter.receipt
    header = format_receipt_header(
        alg=public.alg,
        kid=public.kid,
        origin=charter.origin,
        time=time // 1000 if isinstance(time, int) else 0,
        size=checkpoint.size,
    )
    damages.compare("checkpoint", key, "receipt_header", row[2], header)
    signature = row[3] if isinstance(row[3], bytes) else b""
    try:
        verify_sign1(public, protected=header, payload=checkpoint.root, signature=signature, what="receipt")
    except SuyuanError as error:
        damages.refuse("checkpoint", key, "receipt_signature", error)


def _check_cosignatures(rows: Rows, checkpoint: Checkpoint, charter: Charter, damages: Damages) -> list[NoteKey]:
    """Return the witnesses whose lines under a checkpoint verify; each other line is damaged."""
    known = {(each.name, each.key_id): each for each in charter.policy.witnesses.values()}
    cosigned = []
    for _, held in rows.where("cosignature", "size", checkpoint.size):
        spelt = text_of(held)
        try:
            line = parse_signature_line(spelt or "", "cosignature")
            key = _require_known(known, line, spelt)
            verify_line(key, checkpoint, line)
        except SuyuanError as error:
            damages.refuse("cosignature", _key(checkpoint.size, held), "line", error)
        else:
            cosigned.append(key)
    return cosigned


def _require_known(known: dict[tuple[str, bytes], NoteKey], line: NoteSignature, spelt: str | None) -> NoteKey:
    key = known.get((line.name, line.key_id))
    if key is None or format_signature_line(line) != f"{spelt}\n":
        raise SuyuanError("cosignature", came=line.name, expected="a line of a witness that the charter names")
    return key


def _check_quorum(
    row: tuple[Any, ...], cosigned: list[NoteKey], charter: Charter, derived: Derived, damages: Damages
) -> None:
    """A block has its quorum where the lines under it reach it; before the founding was approved, none is reached."""
    reached = int(charter.policy.satisfied(charter.policy.quorum, cosigned))
    early = row[0] <= derived.founded and not cosigned
    if row[4] != 0 or not early:
        damages.compare("checkpoint", f"size={row[0]}", "quorum", row[4], reached)


def _key(size: object, line: object) -> str:
    """Return a cosignature's key: the line's name is enough for a person."""
    spelt = text_of(line) or ""
    return f"size={size}, line={spelt[:48]}"
