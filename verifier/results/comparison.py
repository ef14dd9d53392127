"""Comparing fields of documents that may not be there yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.results.amounts import read_amount
from verifier.results.documents import Document
from verifier.results.findings import Difference, Finding, conclude
from verifier.results.normalisation import normalise
from verifier.results.rules import ALWAYS, AMOUNT, GIVEN, Field, Pair

Documents = Mapping[str, Document]


@dataclass(slots=True)
class Comparison:
    """One rule at work: what differs, and what is missing for it.

    Attributes:
        documents: those that are there, by source.
        differences: found so far.
        missing: documents and fields that the rule needs and that are not there.
    """

    documents: Documents
    differences: list[Difference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def finding(self, rule: str) -> Finding:
        """Return the rule's finding."""
        return conclude(rule, self.differences, self.missing)

    def differ(self, values: Mapping[str, Any]) -> None:
        """Note that fields differ: `expected` beside them where no document states what they should be."""
        self.differences.append(Difference(values))

    def require(self, wanted: Field) -> Any:
        """Return a field's value; None where it is missing, which is noted."""
        document = self.documents.get(wanted.source)
        value = document.find(wanted.pointer) if document else None
        if value is None:
            self.missing.append(str(wanted) if document else wanted.source)
        return value

    def compare(self, pair: Pair) -> None:
        """Compare two fields."""
        if not self._is_asked(pair):
            return
        left, right = self.require(pair.left), self.require(pair.right)
        if left is not None and right is not None and not agree(left, right, pair.kind):
            self.differ({str(pair.left): left, str(pair.right): right})

    def _is_asked(self, pair: Pair) -> bool:
        """Return whether a pair has to be compared now."""
        if pair.asked == GIVEN:
            return self._may_state(pair.left)
        return pair.asked == ALWAYS or (self._may_state(pair.left) and self._may_state(pair.right))

    def _may_state(self, wanted: Field) -> bool:
        """Return whether a document states a field, or withholds it: what may be stated has to be shown."""
        document = self.documents.get(wanted.source)
        return document is not None and (
            document.find(wanted.pointer) is not None or document.is_withheld(wanted.pointer)
        )


def agree(left: Any, right: Any, kind: str) -> bool:
    """Return whether two values say the same: numbers by value, texts normalised; anything else with nothing."""
    if kind == AMOUNT:
        one, other = read_amount(left), read_amount(right)
        return one is not None and one == other
    return isinstance(left, str) and isinstance(right, str) and normalise(left) == normalise(right)
