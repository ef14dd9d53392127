"""Step 8, Coherent: the story can be told in this order, and an item belongs to its product."""

from __future__ import annotations

from verifier.errors import ContradictionError, MismatchError
from verifier.judgement.coherence import Violation, judge_order
from verifier.judgement.digest import Digests
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import form_of, product_of, subject_name
from verifier.proof.examination import Examination
from verifier.proof.verdict import Said


def establish_coherent(found: Examination, subject: str) -> list[Said]:
    """Establish that the rules of order of the types hold, as far as the histories are held."""
    closure, registry = found.closure, found.registry
    if closure is None or registry is None:
        raise MismatchError("trace", came="none", expected="step 5 first")
    rules, digests = 0, Digests(closure.histories.get if found.since is None else _unheld)
    for event in closure.story():
        kind = registry.type_at(event.head.type, event.leaf)
        rules += len(kind.order)
        for finding in judge_order(event, kind, digests):
            if isinstance(finding, Violation):
                raise ContradictionError("order", came=str(finding), expected=finding.expected)
            found.unchecked.append(Said("unchecked.order", {"code": finding.rule.code}))
    _require_product(found, subject)
    return [Said("step8.rules", {"rules": rules})]


def _unheld(_pair: Pair) -> None:
    """Hold no history: of the one that is proved, what stands before the first entry shown might decide."""


def _require_product(found: Examination, subject: str) -> None:
    """Whoever knows an item or lot derives its product, and asks for that follow."""
    if found.closure is None or form_of(subject) not in ("item", "lot"):
        return
    history = found.closure.histories.get(("trace", subject_name(subject)), ())
    followed = ("trace", subject_name(product_of(subject)))
    if history and not any(followed in event.head.follows for event in history):
        raise ContradictionError("follows", came="no follow to the product", expected=product_of(subject))
