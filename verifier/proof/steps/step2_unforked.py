"""Step 2, Not forked: enough witnesses cosigned this checkpoint."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.errors import IncompleteError, MismatchError
from verifier.primitives.checkpoint import Cosignature
from verifier.primitives.tlog_policy import TlogPolicy
from verifier.proof.examination import Examination
from verifier.proof.verdict import Said


def establish_unforked(found: Examination) -> list[Said]:
    """Establish that cosignatures reach the charter's quorum, and that of the policy text."""
    if found.checkpoint is None:
        raise MismatchError("checkpoint", came="none", expected="step 1 first")
    charter = found.charter_at(found.checkpoint.size - 1)
    require_quorum(charter.policy, charter.policy.quorum, found.cosignatures, "the charter's quorum")
    own = found.standpoint.policy.policy
    if own:
        require_quorum(own, own.quorum, found.cosignatures, "your policy's quorum")
    names = [each.key.name for each in found.cosignatures if each.key not in charter.policy.logs]
    return [Said("step2.quorum", {"count": len(names), "names": ", ".join(sorted(set(names))) or "-"})]


def require_quorum(policy: TlogPolicy, name: str | None, cosigned: Iterable[Cosignature], what: str) -> None:
    """Return if a name of the policy is satisfied; raise IncompleteError if not."""
    keys = [each.key for each in cosigned]
    if not policy.satisfied(name, keys):
        came = ", ".join(sorted(key.name for key in keys if key not in policy.logs)) or "no cosignature"
        raise IncompleteError("cosignatures", came=came, expected=f"{what}: {name}")
