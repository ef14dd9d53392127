"""What registry events bring about beside participants, keys, types and policies (docs/formats.md, section 12).

Each record names the event that brought it about, so that what rests on a disputed event can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verifier.ledgerformat.vocabulary import matches_any
from verifier.primitives.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Act:
    """A registry event that was applied, as far as its own standing is asked for.

    Attributes:
        event: its name, 32 bytes.
        leaf: of its statement.
        time: ledger time of that leaf; 0 where whoever replays needs none.
        type: its type.
        kid: the key that signed its statement.
        issuer: who said it.
        about: names of the events that it answers.
    """

    event: bytes
    leaf: int
    time: int
    type: str
    kid: bytes
    issuer: str
    about: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Administrator:
    """A key with which an agency administers its own keys.

    Attributes:
        agency: whose.
        key: the public key.
        since: first leaf of the first version of the agency that named it.
    """

    agency: str
    key: PublicKey
    since: int


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval that counted when an act was completed."""

    event: bytes
    kid: bytes
    leaf: int


@dataclass(frozen=True, slots=True)
class Quorum:
    """Who could complete an act: holder by key, and how many distinct ones of them had to."""

    holders: Mapping[bytes, str]
    threshold: int

    def is_met(self, kids: Iterable[bytes]) -> bool:
        """Return whether enough distinct holders stand behind these keys."""
        return len({self.holders[kid] for kid in kids if kid in self.holders}) >= self.threshold


@dataclass(frozen=True, slots=True)
class Completion:
    """How an act that asked for approvals was completed: by these, against each of these quorums.

    Attributes:
        event: the act's name.
        approvals: those that counted, oldest first.
        quorums: each of which they met.
        since: first leaf at which it holds.
    """

    event: bytes
    approvals: tuple[Approval, ...]
    quorums: tuple[Quorum, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Succession:
    """One agency carries on for another.

    Attributes:
        successor: who carries on.
        since: first leaf at which it does.
        event: name of the event that says so.
    """

    successor: str
    since: int
    event: bytes


@dataclass(frozen=True, slots=True)
class Mandate:
    """A principal lets an agent act in its name.

    Attributes:
        subject: `urn:suyuan:mandate:…`.
        principal: whose events they are.
        agent: who says them.
        types: patterns of the types that it may say.
        subjects: prefixes that all subjects must start with; empty for any.
        since: first leaf at which it holds.
        until: ledger time from which it does not.
        event: name of the event that gave it.
    """

    subject: str
    principal: str
    agent: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    since: int
    until: int
    event: bytes

    def allows_type(self, type_name: str) -> bool:
        """Return whether it has this type."""
        return matches_any(self.types, type_name)

    def allows_subject(self, subject: str) -> bool:
        """Return whether it has this subject."""
        return not self.subjects or subject.startswith(self.subjects)


@dataclass(frozen=True, slots=True)
class Grant:
    """A principal lets somebody read what is not open to it.

    Attributes:
        subject: `urn:suyuan:grant:…`.
        principal: who lets.
        grantee: who reads.
        about: names of the events.
        fields: JSON pointers of their disclosures; `body` for the body.
        since: first leaf at which it holds.
        until: ledger time from which it does not.
        event: name of the event that gave it.
    """

    subject: str
    principal: str
    grantee: str
    about: tuple[bytes, ...]
    fields: tuple[str, ...]
    since: int
    until: int
    event: bytes


@dataclass(frozen=True, slots=True)
class Given:
    """How a mandate or grant stands.

    Attributes:
        word: `valid`, `not-yet`, `revoked`, `expired`; or, of who gave it, `giver-revoked`, `giver-succeeded`,
            `giver-suspended`; or `suspect`, where it was given under a key that is said to have been another's by then.
        since: leaf from which it stands like that; of one that expired, the ledger time.
    """

    word: str
    since: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """An order to erase, completed.

    Attributes:
        event: the order's name.
        target: name of the event of which something is erased.
        what: JSON pointers of disclosures, or `body` for everything.
        since: first leaf at which it is in force.
    """

    event: bytes
    target: bytes
    what: tuple[str, ...]
    since: int
