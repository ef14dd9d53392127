"""Fetching whole statements: one event proof and one batch answer for all events that a statement has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.client.client import LedgerClient
from ledger.client.reading import read_body, read_head
from ledger.endorsing.bulk import CheckedEvent, check_statement
from verifier.errors import IncompleteError, SuyuanError
from verifier.ledgerformat.subject import subject_name
from verifier.proof.eventproof import EventProof, parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof, parse_trace_proof


@dataclass(frozen=True, slots=True)
class Named:
    """What an inbox says of an event: subjects that it may join, and its leaf. Neither is believed."""

    subjects: tuple[str, ...] = ()
    leaf: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What could be checked, and for each other event why not."""

    events: list[CheckedEvent]
    refused: list[tuple[bytes, SuyuanError]]


class StatementReader:
    """Fetches and checks statements."""

    def __init__(self, client: LedgerClient, standpoint: Standpoint) -> None:
        """Read from a ledger that lets the client read batches, by whom the officer trusts."""
        self._client = client
        self._standpoint = standpoint

    def read(self, named: Mapping[bytes, Named]) -> Checked:
        """Return the checked events of these names; a statement that does not verify refuses all of its events."""
        checked = Checked([], [])
        for leaf, names in self._by_leaf(named, checked).items():
            try:
                checked.events.extend(self._check(leaf, names, named[names[0]]))
            except SuyuanError as error:
                checked.refused.extend((name, error) for name in names)
        return checked

    def _by_leaf(self, named: Mapping[bytes, Named], checked: Checked) -> dict[int, list[bytes]]:
        leaves: dict[int, list[bytes]] = {}
        for name, each in named.items():
            try:
                leaf = each.leaf if each.leaf is not None else self._proof(name).statement.leaf
            except SuyuanError as error:
                checked.refused.append((name, error))
            else:
                leaves.setdefault(leaf, []).append(name)
        return leaves

    def _check(self, leaf: int, names: list[bytes], first: Named) -> list[CheckedEvent]:
        proof = self._proof(names[0])
        if proof.statement.leaf != leaf:
            raise IncompleteError("leaf", came=leaf, expected=f"{proof.statement.leaf}, as the proof has it")
        held = self._registry_behind(names[0], first)
        return check_statement(self._client.batch(leaf), proof, held, self._standpoint, names=names)

    def _proof(self, name: bytes) -> EventProof:
        return parse_event_proof(self._client.event(name))

    def _registry_behind(self, name: bytes, named: Named) -> TraceProof:
        """Return a trace proof whose registry part has what the statement rests on: of a subject that it joins."""
        head = read_head(self._client, name)
        subjects = named.subjects or read_body(self._client, name, head).all_subjects()
        joined = {joined for kind, joined in head.joins if kind == "trace"}
        subject = next((each for each in subjects if subject_name(each) in joined), None)
        if subject is None:
            raise IncompleteError("subject", came="none in clear", expected="a subject whose trace the event joins")
        return parse_trace_proof(self._client.trace(subject))
