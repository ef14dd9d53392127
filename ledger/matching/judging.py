"""A case judged: its documents out of a proof, what is disclosed of them to the agency, and what the rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.client.client import LedgerClient
from ledger.client.reading import read_disclosures
from ledger.errors import PrivateError, UnknownError
from ledger.matching.following import LINKING
from ledger.matching.memory import Due
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.head import Head
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Story, StoryEvent
from verifier.proof.verify import RefusedError, examine_trace
from verifier.results.documents import Document
from verifier.results.recomputation import Input, read_input
from verifier.results.recomputed_matches import MATCH, SOURCES_OF

RETURN = "return"
QUOTA_USE = "clearance.quota-use"
_WAYBILLS = frozenset(kind for each in SOURCES_OF.values() for kind, source in each.items() if source == "waybill")


@dataclass(frozen=True, slots=True)
class Case:
    """An order's case, as its proof and the disclosures that are open to the agency show it.

    Attributes:
        order: URI.
        rules: version of the rules that its documents are for: of imports, or of exports.
        size: leaves that the proof covers.
        inputs: the latest document of each source but returns, with what of it is disclosed.
        returns: every return.
        matches: results that this service's issuer recorded before, oldest first: their data.
        quota_used: whether the use of the buyer's quota is recorded for the declaration.
    """

    order: str
    rules: str
    size: int
    inputs: Mapping[str, Input]
    returns: tuple[Input, ...]
    matches: tuple[Mapping[str, object], ...]
    quota_used: bool

    @property
    def heads(self) -> dict[bytes, Head]:
        """Return the heads of the documents by event name."""
        return {each.event.name: each.event.head for each in (*self.inputs.values(), *self.returns)}

    @property
    def variants(self) -> list[dict[str, Input]]:
        """Return what is judged: the documents with each return, or without where nothing came back."""
        return [{**self.inputs, RETURN: each} for each in self.returns] or [dict(self.inputs)]


def documents_of(inputs: Mapping[str, Input]) -> dict[str, Document]:
    """Return documents as the rules read them."""
    return {source: read_input(source, each) for source, each in inputs.items()}


class CaseReader:
    """Reads cases; what was disclosed is kept for as long as the same event is read again."""

    def __init__(self, client: LedgerClient, standpoint: Standpoint, *, issuer: str) -> None:
        """Read through a client that signs its requests as an agency; `issuer` is whose matches count as said."""
        self._client, self._standpoint, self._issuer = client, standpoint, issuer
        self._disclosed: dict[bytes, tuple[Disclosure, ...]] = {}

    def read(self, due: Due) -> Case:
        """Return a case.

        Raises:
            RefusedError: its proof does not verify.
            SuyuanError: what the service answered.
        """
        subject = due.parcel or due.order  # a waybill goes on at its order, so the parcel's proof has both
        proof = self._client.trace(subject, walk="parties")
        verdict = examine_trace(proof, self._standpoint, subject=subject, walk="parties")
        if verdict.story is None:
            raise RefusedError(verdict)
        return self._case(due, verdict.story)

    def _case(self, due: Due, story: Story) -> Case:
        order, shipped = due.order, _order_shipped(story.timeline, due.parcel) or due.order
        subjects = _subjects_of(order, story)
        told = [
            each
            for each in story.timeline
            if _is_of(each, shipped if each.event.head.type in _WAYBILLS else order, subjects)
        ]
        rules = next((each for each in SOURCES_OF if any(one.event.head.type in SOURCES_OF[each] for one in told)), "")
        sources = SOURCES_OF.get(rules, {})
        found = [(sources[each.event.head.type], each) for each in told if each.event.head.type in sources]
        latest = {source: each for source, each in found if source != RETURN}
        return Case(
            order,
            rules,
            story.size,
            {source: self._input(latest[source]) for source in sources.values() if source in latest},
            tuple(self._input(each) for source, each in found if source == RETURN),
            self._matches(story.timeline, {each.event.name for _, each in found}),
            _is_quota_used(story.timeline, latest.get("list")),
        )

    def _input(self, told: StoryEvent) -> Input:
        return Input(told.event, told.kind, self._open(told))

    def _open(self, told: StoryEvent) -> tuple[Disclosure, ...]:
        name, body = told.event.name, told.event.body
        if body is None or not body.digests:
            return ()
        if name not in self._disclosed:
            try:
                self._disclosed[name] = tuple(read_disclosures(self._client, name, body).values())
            except (PrivateError, UnknownError):
                self._disclosed[name] = ()  # nothing is open: the rules say what they lack
        return self._disclosed[name]

    def _matches(self, timeline: Sequence[StoryEvent], names: set[bytes]) -> tuple[Mapping[str, object], ...]:
        return tuple(
            each.event.body.data
            for each in timeline
            if each.event.head.type == MATCH
            and each.event.body
            and each.event.head.principal == self._issuer
            and names & set(each.event.head.about)
        )


def _order_shipped(timeline: Sequence[StoryEvent], parcel: str | None) -> str | None:
    """Return the order that a parcel's first waybill names: a number is given once, whatever names it later."""
    for each in timeline:
        body = each.event.body
        if each.event.head.type in _WAYBILLS and body and parcel in body.of_role("parcel"):
            return next(iter(body.of_role("order")), None)
    return None


def _is_quota_used(timeline: Sequence[StoryEvent], listed: StoryEvent | None) -> bool:
    """Return whether the use is recorded for the list's declaration: one that was cancelled has its own."""
    declared = set(listed.event.body.of_role("declaration")) if listed and listed.event.body else set()
    used = (each.event.body for each in timeline if each.event.head.type == QUOTA_USE)
    return any(body is None or not declared.isdisjoint(body.of_role("declaration")) for body in used)


def _subjects_of(order: str, story: Story) -> frozenset[str]:
    """Return the parcels and declarations that some document names with an order."""
    bodies = [each.event.body for each in story.timeline if each.event.body]
    return frozenset(
        subject
        for body in bodies
        if order in body.of_role("order")
        for role in LINKING
        for subject in body.of_role(role)
    )


def _is_of(told: StoryEvent, order: str, subjects: frozenset[str]) -> bool:
    """Return whether an event is of an order: it names it, or none and a subject that leads to it."""
    body = told.event.body
    if body is None:
        return False
    if orders := body.of_role("order"):
        return order in orders
    return any(subject in subjects for role in LINKING for subject in body.of_role(role))
