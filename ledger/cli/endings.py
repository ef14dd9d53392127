"""Acts about keys, and acts that end something for a while or for good: each command writes a ceremony."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from ledger.cli.options import argument, option, sharing
from ledger.cli.ordering import Agency, Order, Reason, read_order, read_public, read_term, write_ceremony
from ledger.cli.speaking import door
from ledger.clock import milliseconds
from ledger.governance import drafts
from ledger.governance.changes import moment
from verifier.errors import MalformedError
from verifier.judgement.participants import key_subject
from verifier.primitives.base64strict import parse_hash_hex

_LONGEST = 72 * 3_600_000  # milliseconds for which two roots may suspend
_ROTATED = "rotated"
Subject = Annotated[str, argument("help.act-subject", "SUBJECT")]
Suspended = Annotated[str, argument("help.suspended-subject", "SUBJECT")]
Restored = Annotated[str, argument("help.restored-subject", "SUBJECT")]
Until = Annotated[str | None, option("--until", text="help.until", metavar="TIME")]


@door
@sharing(read_order)
def key(  # noqa: PLR0913 - a command's options
    order: Order,
    agency: Agency,
    new: Annotated[Path, argument("help.public-key", "FILE")],
    *,
    use: Annotated[str, option("--use", text="help.use", metavar="WORD")] = "statement",
    types: Annotated[list[str], option("--types", text="help.key-types", metavar="PATTERN")] = ["*"],  # noqa: B006
    subjects: Annotated[list[str], option("--subjects", text="help.key-subjects", metavar="PREFIX")] = [],  # noqa: B006
    until: Until = None,
    replaces: Annotated[str | None, option("--replaces", text="help.replaces", metavar="KID")] = None,
) -> None:
    """Register a key of an agency; with `--replaces`, revoke the one that it takes over from, in one act."""
    time, public = milliseconds(), read_public(new)
    term = read_term(until, now=time) if until is not None else None
    acts = [drafts.register_key(agency, public, use=use, types=types, subjects=subjects, until=term, time=time)]
    if replaces is not None:
        before = key_subject(parse_hash_hex(replaces, "--replaces"))
        acts.append(drafts.revoke(before, reason=_ROTATED, time=time))
    write_ceremony(order, acts)


@door
@sharing(read_order)
def revoke(
    order: Order,
    subject: Subject,
    *,
    reason: Reason,
    compromised_since: Annotated[
        int | None, option("--compromised-since", text="help.compromised-since", min=0)
    ] = None,
) -> None:
    """Revoke a key, agency, enterprise, mandate or grant."""
    write_ceremony(
        order, [drafts.revoke(subject, reason=reason, compromised_since=compromised_since, time=milliseconds())]
    )


@door
@sharing(read_order)
def suspend(order: Order, subject: Suspended, *, reason: Reason, until: Until = None) -> None:
    """Suspend a key or agency: two roots, and at most 72 hours."""
    now = milliseconds()
    end = read_term(until, now=now) if until is not None else now + _LONGEST
    if end > now + _LONGEST:
        expected, todo = f"at most 72 hours ahead: {moment(now + _LONGEST)}", "For longer, revoke: k roots decide."
        raise MalformedError("--until", came=moment(end), expected=expected, todo=todo)
    write_ceremony(order, [drafts.suspend(subject, reason=reason, until=end, time=now)])


@door
@sharing(read_order)
def restore(order: Order, subject: Restored, *, reason: Reason) -> None:
    """End a suspension, or undo a revocation."""
    write_ceremony(order, [drafts.restore(subject, reason=reason, time=milliseconds())])
