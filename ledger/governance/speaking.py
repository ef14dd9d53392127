"""Acts that need nobody's approval: a participant says them under its own statement key."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.compose.event import Draft, Randomness
from ledger.governance.ceremony import Batch
from ledger.governance.checking import Checked, check_ceremony
from ledger.governance.proposing import Evidence, propose
from ledger.governance.state import RegistryState
from ledger.governance.submitting import rehearse
from verifier.errors import NotPermittedError
from verifier.judgement.answers import check_answers
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.submission import Submission

_STATEMENT = "statement"


def draft_alone(
    draft: Draft,
    *,
    issuer: str,
    kid: bytes,
    evidence: Evidence,
    state: RegistryState,
    targets: Mapping[bytes, Head],
    random: Randomness,
) -> Checked:
    """Return an act, unsigned, once the registry's rules let this key say it.

    Args:
        draft: the act.
        issuer: who says it.
        kid: of its statement key.
        evidence: what shows the state.
        state: the registry that it is judged by.
        targets: heads of the events that it answers, by name.
        random: the source of salts and ids.

    Raises:
        NotPermittedError: the key is another's, or none for statements; or the act is not this issuer's to say.
        SuyuanError: a draft that does not fit its type.
    """
    key = state.replay.registry.key(kid)
    if key is None or (key.holder, key.use) != (issuer, _STATEMENT):
        came = f"a key of {key.holder} for use {key.use}" if key else f"{kid.hex()}, which nobody registered"
        raise NotPermittedError("--key", came=came, expected=f"a statement key of {issuer}")
    origin = state.replay.registry.charter_at(state.size).origin
    ceremony = propose(
        [draft], issuer=issuer, kid=kid, origin=origin, evidence=evidence, random=random, targets=targets
    )
    checked = check_ceremony(ceremony, state)
    for act in checked.acts:
        heads = [targets[name] for name in act.head.about]
        check_answers(act, registry=state.replay.registry, targets=heads)
    rehearse(checked)
    return checked


def submission_of(batch: Batch) -> Submission:
    """Return a signed batch as it is sent."""
    return Submission(batch.statement or b"", batch.heads, batch.bodies, ((),) * len(batch.heads))
