"""Fetching what a case is made from: the trace of the subject that an event joins, and disclosures."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.client.client import LedgerClient
from ledger.client.reading import read_disclosures, read_head
from ledger.endorsing.case import Case, check_case
from ledger.endorsing.differences import ORDERS
from ledger.errors import PrivateError, UnknownError
from verifier.errors import IncompleteError
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.subject import subject_name
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import StoryEvent

_ANSWERS = 4  # an answer to an answer to …: how far to look for the subject of the first


class CaseReader:
    """Fetches and checks cases; the trace of a subject that many events join is fetched once."""

    def __init__(
        self, client: LedgerClient, standpoint: Standpoint, *, walk: str = "public", compare: bool = True
    ) -> None:
        """Read from a ledger.

        Args:
            client: asks it; with a request key it gets what is open to that agency.
            standpoint: whom the officer trusts.
            walk: `parties` where the client signs its requests; else `public`.
            compare: whether to fetch the disclosures of all events of the case, and not of the event alone.
        """
        self._client = client
        self._standpoint = standpoint
        self._walk = walk
        self._compare = compare
        self._proofs: dict[str, bytes] = {}
        self._disclosed: dict[bytes, dict[str, Disclosure]] = {}

    def read(self, name: bytes, hints: Iterable[str] = ()) -> Case:
        """Return the checked case of an event.

        Args:
            name: the event's, 32 bytes.
            hints: subjects that it may join, as an inbox names them; none is believed.

        Raises:
            RefusedError: its proof does not verify.
            IncompleteError: no subject of it is known in clear, or the newest quorum does not cover it yet.
            SuyuanError: what the service answered.
        """
        subject = self._subject(name, tuple(hints))
        if subject not in self._proofs:
            self._proofs[subject] = self._client.trace(subject, walk=self._walk)
        case = check_case(name, self._proofs[subject], self._standpoint, subject=subject, walk=self._walk)
        told = case.story.timeline if self._compare else (case.told,)
        return case.disclosing({each.event.name: found for each in told if (found := self._open(each))})

    def _subject(self, name: bytes, hints: tuple[str, ...]) -> str:
        """Return the subject whose trace holds an event, in clear."""
        head = read_head(self._client, name)
        joined = {joined for kind, joined in head.joins if kind == "trace" or self._walk == "parties"}
        known = [each for each in hints if subject_name(each) in joined]
        known = known or [each for each in self._subjects(name, head) if subject_name(each) in joined]
        # An order's trace has what the other sources say of it; a declaration's has the list alone.
        found = min(known, key=lambda each: not each.startswith(ORDERS), default=None)
        if found is None:
            todo = "Sign requests with the agency's request key (--request-key)."
            raise IncompleteError("subject", came="none in clear", expected="a subject that it joins", todo=todo)
        return found

    def _subjects(self, name: bytes, head: Head) -> tuple[str, ...]:
        """Return the subjects in clear of an event and of those that it answers."""
        found: list[str] = []
        for _ in range(_ANSWERS):
            body = self._body(name, head)
            found += body.all_subjects() if body else ()
            if not head.about:
                break
            name = head.about[0]
            head = read_head(self._client, name)
        return tuple(found)

    def _body(self, name: bytes, head: Head) -> Body | None:
        try:
            data = self._client.body(name)
        except (PrivateError, UnknownError):
            return None
        return parse_body(data) if body_hash(data) == head.body else None

    def _open(self, told: StoryEvent) -> dict[str, Disclosure]:
        name, body = told.event.name, told.event.body
        if body is None or not body.digests:
            return {}
        if name not in self._disclosed:
            try:
                self._disclosed[name] = read_disclosures(self._client, name, body)
            except (PrivateError, UnknownError):
                self._disclosed[name] = {}
        return self._disclosed[name]
