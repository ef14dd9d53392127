"""Step 9, Fresh: recently cosigned, charter not expired, not older than what this verifier has seen."""

from __future__ import annotations

from verifier.errors import IncompleteError, InconsistentError, MismatchError
from verifier.proof.examination import Examination
from verifier.proof.steps.step2_unforked import require_quorum
from verifier.proof.verdict import Said

CLOCK_SKEW = 300  # seconds by which a witness's clock may be ahead of this verifier's


def establish_fresh(found: Examination) -> list[Said]:
    """Establish that the checkpoint is recent enough, by this verifier's clock or the time it was given."""
    checkpoint = found.checkpoint
    if checkpoint is None:
        raise MismatchError("checkpoint", came="none", expected="step 1 first")
    now, policy = found.standpoint.now, found.standpoint.policy
    charter = found.charter_at(checkpoint.size - 1)
    if charter.expires <= now * 1000:
        raise IncompleteError(
            "charter", came=f"expired at {charter.expires}", expected="a charter that has not expired"
        )
    timed = [each for each in found.cosignatures if each.time is not None and each.time <= now + CLOCK_SKEW]
    if policy.max_age is None:
        found.unchecked.append(Said("unchecked.age"))
        recent = timed
    else:
        recent = [each for each in timed if each.time is not None and each.time >= now - policy.max_age]
    require_quorum(charter.policy, charter.policy.quorum, recent, "the quorum within max-age")
    if policy.policy:
        require_quorum(policy.policy, policy.policy.quorum, recent, "your quorum within max-age")
    _require_not_older(found)
    if found.standpoint.archived:
        found.unchecked.append(Said("unchecked.archived", {"time": now}))
    newest = max((each.time or 0 for each in timed), default=0)
    return [Said("step9.fresh", {"age": max(0, now - newest)})]


def _require_not_older(found: Examination) -> None:
    """Refuse to go back behind what was seen. Offline, a larger size cannot be compared: it is said."""
    seen, checkpoint = found.standpoint.seen, found.checkpoint
    if seen is None or checkpoint is None:
        found.unchecked.append(Said("unchecked.first-sight"))
        return
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        raise InconsistentError("checkpoint", came=checkpoint.root, expected=f"{seen.root.hex()}, seen for this size")
    if checkpoint.size < seen.size:
        if found.standpoint.archived:
            return
        came = f"size {checkpoint.size}"
        raise IncompleteError("checkpoint", came=came, expected=f"at least {seen.size}, seen before")
    if checkpoint.size > seen.size:
        found.unchecked.append(Said("unchecked.consistency", {"size": seen.size}))
