"""Step 1, Ledger: the charter walk from the pinned hash, and the ledger's own signatures."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import NotPermittedError, UntrustedError
from verifier.judgement.charter import APPROVAL, CHARTER, Charter
from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import Header
from verifier.primitives.checkpoint import Cosignature, parse_signed_checkpoint, verify_lines
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_NOTE, ML_DSA_COSIGNATURE
from verifier.primitives.tlog_policy import TlogPolicy
from verifier.proof.bundle import StatementPart, by_leaf
from verifier.proof.examination import Examination, read_event
from verifier.proof.footing import Footing
from verifier.proof.verdict import Said


def establish_ledger(
    found: Examination, parts: Sequence[StatementPart], checkpoint: bytes, footing: Footing | None = None
) -> list[Said]:
    """Establish which ledger speaks, and that it signed the checkpoint; `parts` are those of registry and trace."""
    found.charters = _charters(found, parts, footing)
    read, note = found.standpoint.known.ask(parse_signed_checkpoint, checkpoint)
    charter = found.charter_at(read.size - 1)
    if read.origin != charter.origin:
        raise UntrustedError("checkpoint.origin", came=read.origin, expected=charter.origin)
    found.checkpoint = read
    found.cosignatures = found.standpoint.known.ask(verify_lines, read, note, charter.policy.keys)
    kinds = require_log_lines(found.cosignatures, charter, found.standpoint.policy.policy)
    if ML_DSA_COSIGNATURE not in kinds:
        found.unchecked.append(Said("unchecked.post-quantum"))
    return [
        Said("step1.charter", {"version": charter.version, "hash": found.standpoint.policy.charter.hex()[:16]}),
        Said("step1.checkpoint", {"origin": charter.origin, "size": read.size}),
    ]


def _charters(found: Examination, parts: Sequence[StatementPart], footing: Footing | None) -> Replay:
    """Return the charters that the parts lead to, walked once for a registry part that is known."""
    if footing and (known := footing.walked(found)):
        return known
    charters = walk_charter(found, parts)
    if footing:
        footing.keep_walked(found, charters)
    return charters


def require_log_lines(lines: Sequence[Cosignature], charter: Charter, own: TlogPolicy | None) -> set[int]:
    """Return the kinds of the ledger's own lines, once it signed as charter and, if there is one, own policy ask.

    Raises:
        UntrustedError: no Ed25519 line of the charter's log keys, or no line of a log of the own policy.
    """
    kinds = {each.key.kind for each in lines if each.key in charter.policy.logs}
    if ED25519_NOTE not in kinds:
        raise UntrustedError("checkpoint", came="no Ed25519 line of the ledger", expected=f"one of {charter.origin}")
    if own and not any(each.key in own.logs for each in lines):
        raise UntrustedError("checkpoint", came="no line of a log that you trust", expected="a log line of your policy")
    return kinds


def walk_charter(found: Examination, parts: Sequence[StatementPart], *, approved: bool = True) -> Replay:
    """Return the charters in force, from the pinned leaf 0 on; only charters and approvals are applied.

    `approved`: whether one has to be in force; before a leaf, version 1 may still wait.

    Raises:
        UntrustedError: leaf 0 is not the pinned one, or no charter reached its threshold.
    """
    replay = Replay(found.standpoint.builtin)
    leaves = by_leaf(parts)
    if not leaves or leaves[0][0].leaf != 0:
        raise UntrustedError("charter", came="no leaf 0", expected="the founding charter")
    pinned = leaf_hash(found.statement(leaves[0][0]).entry)
    if pinned != found.standpoint.policy.charter:
        raise UntrustedError("charter", came=pinned, expected=found.standpoint.policy.charter.hex())
    for shown in leaves:
        rooted = [part for part in shown if _is_of_root(found, part, replay)]
        _apply(found, rooted, replay)
        for part in rooted:
            if not part.leaf:
                _verify_founding(found, part, replay)
    if approved:
        replay.registry.charter_at(0)  # raises where version 1 was never approved
    return replay


def _is_of_root(found: Examination, part: StatementPart, replay: Replay) -> bool:
    """Return whether a statement is a root's, once its signature is checked; that of leaf 0 is checked later."""
    header = found.statement(part).header
    root = replay.root_key(header.kid, part.leaf)
    if root is None or (part.leaf and _is_only_claimed(root[0], header, part, replay)):
        return not part.leaf
    found.verify(part, root[0], root[1], _origin(replay))
    return True


def _is_only_claimed(holder: str, header: Header, part: StatementPart, replay: Replay) -> bool:
    """Return whether a charter that waits names the key, for another than who signed: step 4 knows whose it is."""
    return replay.registry.root_at(header.kid, part.leaf) is None and holder != header.issuer


def _apply(found: Examination, parts: Sequence[StatementPart], replay: Replay) -> None:
    """Apply the charters and approvals of one leaf; the walk needs no ledger time."""
    events = []
    for part in parts:
        header = found.statement(part).header
        shown = (each for each in part.events if parse_head(each.head).type in (CHARTER, APPROVAL))
        events += [read_event(part, each, header.issuer, header.kid).event for each in shown]
    for event in sorted(events, key=lambda each: each.place):
        replay.apply(event, time=0)


def _verify_founding(found: Examination, part: StatementPart, replay: Replay) -> None:
    """Check leaf 0's signature by the root that the charter itself names; the pin stands for the rest."""
    header = found.statement(part).header
    root = replay.root_key(header.kid, 0)
    if root is None or part.count != 1:
        raise NotPermittedError("charter", came="another batch", expected="one event, by a root key that it names")
    found.verify(part, root[0], root[1], _origin(replay))


def _origin(replay: Replay) -> str:
    if replay.founding is None:
        raise UntrustedError("charter", came="none", expected="a charter in leaf 0")
    return replay.founding.origin
