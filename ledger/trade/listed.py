"""Reference lists as they stand: which version is in force, and whether an entry is on it; from proofs checked here.

A list is its agency's that registered it first, and whoever carries on for that one. Every agency may join its
histories, so what others say there is recorded, and counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.client.client import LedgerClient
from ledger.trade.histories import History, read_history
from verifier.errors import IncompleteError, MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import StoryEvent
from verifier.results.reference_lists import Said, canonical_entry, standing_entry, version_in_force


@dataclass(frozen=True, slots=True)
class Version:
    """The version of a list that is in force at a position of the log.

    Attributes:
        label: of the list.
        agency: URI of the agency whose list it is, or that carries on for it.
        kind: positive, negative or other.
        of: what its entries name (`hs-code`, …).
        version: as its agency numbers it.
        event: name of the `reference.list` that says so, 32 bytes.
        leaf: where that stands.
        size: leaves that the proof covers.
    """

    label: str
    agency: str
    kind: str
    of: str
    version: str
    event: bytes
    leaf: int
    size: int


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether an entry is on a list at a position of the log.

    Attributes:
        entry: its spelling in the list.
        listed: whether it is.
        event: name of the entry or of its removal that decides it; None where nothing was ever said of it.
        size: leaves that the proof covers: absence is proved up to there.
    """

    entry: str
    listed: bool
    event: bytes | None
    size: int


def entry_subject(label: str, entry: str) -> str:
    """Return the subject of an entry; `meta` is the list itself.

    Raises:
        MalformedError: a label or entry that no subject can spell.
    """
    subject = f"urn:suyuan:list:{label}:{entry}"
    if form_of(subject, "list entry") != "list-entry":
        raise MalformedError("list entry", came=subject, expected="urn:suyuan:list:{label}:{entry}")
    return subject


@dataclass(slots=True)
class ListReader:
    """Reads lists through a ledger's service; each history is asked for once in the life of a reader.

    Attributes:
        client: asks the ledger; lists are open to everybody.
        standpoint: whom the reader trusts.
    """

    client: LedgerClient
    standpoint: Standpoint
    _versions: dict[str, Version] = field(default_factory=dict)
    _presences: dict[tuple[str, str], Presence] = field(default_factory=dict)

    def version(self, label: str) -> Version:
        """Return the version in force.

        Raises:
            IncompleteError: no such list is recorded, as the proof shows.
            RefusedError: the proof does not verify.
        """
        if label not in self._versions:
            history = self._read(label, "meta")
            told = version_told(label, history)
            if told is None:
                expected = f"a list that was recorded below position {history.size}"
                raise IncompleteError(f"list {label}", came="none", expected=expected)
            self._versions[label] = told
        return self._versions[label]

    def presence(self, label: str, entry: str) -> Presence:
        """Return whether an entry is on a list, as its proved history says.

        Raises:
            MalformedError: nothing that can be on it.
            IncompleteError: no such list is recorded.
            RefusedError: the proof does not verify.
        """
        version = self.version(label)
        spelt = require_entry(version, entry)
        key = (label, spelt)
        if key not in self._presences:
            self._presences[key] = presence_told(spelt, self._read(label, spelt), version.agency)
        return self._presences[key]

    def _read(self, label: str, entry: str) -> History:
        return read_history(self.client, "list", entry_subject(label, entry), self.standpoint)


def require_entry(version: Version, stated: str) -> str:
    """Return how a list spells an entry; raise MalformedError for what cannot be on it."""
    entry = canonical_entry(version.of, stated)
    if entry is None:
        raise MalformedError("list entry", came=stated, expected=f"what a list of {version.of} can name")
    return entry


def version_told(label: str, history: History) -> Version | None:
    """Return the version that a list's own history has in force: its agency's latest; None where there is none."""
    found = version_in_force(_said(history))
    if found is None or found.event.body is None:
        return None
    event, data = found.event, found.event.body.data
    kind, of, version = (str(data[name]) for name in ("listed", "of", "version"))
    return Version(label, found.speaker, kind, of, version, event.name, event.leaf, history.size)


def presence_told(entry: str, history: History, agency: str) -> Presence:
    """Return whether the history of an entry has it on its list: entered, not removed, and its term not over.

    Args:
        entry: its spelling in the list.
        history: of the entry, kind `list`.
        agency: whose list it is; what others say of the entry does not count, and a removal only of what stands.
    """
    last, stands = standing_entry(_said(history), agency, history.time)
    return Presence(entry, listed=stands, event=last.name if last else None, size=history.size)


def _said(history: History) -> list[Said]:
    return [Said(each.event, speaks_now(each)) for each in history.events]


def speaks_now(told: StoryEvent) -> str:
    """Return the URI of whoever said an event, or carries on for it."""
    return told.successor.uri if told.successor else told.issuer.uri
