"""The registry: what holds at which log position (docs/formats.md, section 12).

Versions are kept with the leaf from which they hold, so that any earlier position can be judged after
later events were applied. No clock and no revocation list: a key is valid at a position, for ever.
`verifier.judgement.replay` is the only writer.
"""

from __future__ import annotations

from collections.abc import Mapping

from verifier.errors import NotPermittedError, UntrustedError
from verifier.judgement.charter import Charter, key_places
from verifier.judgement.participants import Key, Participant
from verifier.judgement.policies import Policy
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.keys import PublicKey


class Registry:
    """What the registry events applied so far have brought about."""

    def __init__(self, builtin: Mapping[str, EventType]) -> None:
        """Start empty; `builtin` are the registry's own types, in force from position 0."""
        self._builtin = builtin
        self._charters: list[tuple[int, Charter]] = []
        self._participants: dict[str, list[Participant]] = {}
        self._keys: dict[bytes, Key] = {}
        self._types: dict[str, list[tuple[int, EventType]]] = {}
        self._policies: dict[str, list[Policy]] = {}
        self._kinds: dict[str, int] = {}

    def copy(self) -> Registry:
        """Return a registry that can be written without changing this one."""
        other = Registry(self._builtin)
        other._charters = list(self._charters)
        other._participants = {uri: list(versions) for uri, versions in self._participants.items()}
        other._keys = dict(self._keys)
        other._types = {name: list(versions) for name, versions in self._types.items()}
        other._policies = {subject: list(versions) for subject, versions in self._policies.items()}
        other._kinds = dict(self._kinds)
        return other

    def charter_at(self, leaf: int) -> Charter:
        """Return the charter in force at a leaf. Version 1 holds from leaf 0, once it is approved."""
        in_force = self.charter_in_force(leaf)
        if in_force is None:
            raise UntrustedError("charter", came="not approved", expected="approvals by its own threshold")
        return in_force

    def charter_in_force(self, leaf: int) -> Charter | None:
        """Return the charter in force at a leaf, None before the first is approved."""
        return next((charter for since, charter in reversed(self._charters) if since <= leaf), None)

    @property
    def charters(self) -> tuple[Charter, ...]:
        """Return every charter that came into force, oldest first."""
        return tuple(charter for _, charter in self._charters)

    def participant_at(self, uri: str, leaf: int) -> Participant | None:
        """Return an agency or enterprise as admitted at a leaf, None if it is not."""
        for version in reversed(self._participants.get(uri, ())):
            if version.since <= leaf:
                return version
        return None

    def key_at(self, kid: bytes, leaf: int, time: int) -> Key:
        """Return the registered key that is valid at a leaf of this ledger time.

        Raises:
            NotPermittedError: unknown, not valid there, or its holder is not admitted there.
        """
        key = self._keys.get(kid)
        if key is None or not key.valid_at(leaf, time):
            came = f"key {kid.hex()}, " + ("unknown" if key is None else _validity(key))
            raise NotPermittedError("statement.kid", came=came, expected=f"a key valid at leaf {leaf}")
        if self.participant_at(key.holder, leaf) is None:
            raise NotPermittedError("statement.iss", came=key.holder, expected=f"a participant admitted at leaf {leaf}")
        return key

    def key(self, kid: bytes) -> Key | None:
        """Return a registered key whatever its validity, None if it is unknown."""
        return self._keys.get(kid)

    def root_at(self, kid: bytes, leaf: int) -> tuple[str, PublicKey] | None:
        """Return holder and key of a root of the charter in force at a leaf; None if it is none."""
        charter = self.charter_in_force(leaf)
        root = charter.roots.get(kid) if charter else None
        return (root.agency, root.key) if root else None

    def type_at(self, name: str, leaf: int) -> EventType:
        """Return the version of a type that is in force at a leaf.

        Raises:
            NotPermittedError: there is none.
        """
        if name in self._builtin:
            return self._builtin[name]
        for since, version in reversed(self._types.get(name, ())):
            if since <= leaf:
                return version
        raise NotPermittedError("head.type", came=name, expected=f"a type in force at leaf {leaf}")

    def type_version(self, name: str) -> int:
        """Return the highest version of a type that was registered, 0 if none was."""
        return max((version.version for _, version in self._types.get(name, ())), default=0)

    @property
    def type_names(self) -> tuple[str, ...]:
        """Return the names of all types that were registered, sorted."""
        return tuple(sorted(self._types))

    def policies_at(self, type_name: str, leaf: int, time: int) -> tuple[Policy, ...]:
        """Return the recognition policies in force for a type: of each policy the newest version."""
        newest = (self._policy_at(subject, leaf) for subject in self._policies)
        in_force = (each for each in newest if each and (each.until is None or time < each.until))
        return tuple(each for each in in_force if type_name in each.types)

    def _policy_at(self, subject: str, leaf: int) -> Policy | None:
        return next((each for each in reversed(self._policies[subject]) if each.since <= leaf), None)

    def kind_since(self, kind: str) -> int | None:
        """Return the position from which a kind of history exists, None if it does not."""
        return self._kinds.get(kind)

    def is_key_taken(self, raw: bytes) -> bool:
        """Return whether a raw public key stands in charter or registry already: one key, one use."""
        taken = any(key.key.raw == raw for key in self._keys.values())
        return taken or any(raw in key_places(charter) for charter in self.charters)

    def require_own_keys(self, charter: Charter) -> None:
        """Return if a charter gives no key another use or holder than it has; raise NotPermittedError if not."""
        places = key_places(charter)
        taken = any(key.key.raw in places for key in self._keys.values())
        moved = (
            places[raw] != place for each in self.charters for raw, place in key_places(each).items() if raw in places
        )
        if taken or any(moved):
            raise NotPermittedError("charter", came="a key that stands elsewhere", expected="one key, one use")

    # Written by verifier.judgement.replay alone; `since` is the leaf from which it holds.

    def set_charter(self, charter: Charter, since: int) -> None:
        """Put a charter into force."""
        self._charters.append((since, charter))
        for kind in charter.kinds:
            self._kinds.setdefault(kind, since)

    def set_participant(self, participant: Participant) -> None:
        """Admit a participant, or replace what was stated of it."""
        self._participants.setdefault(participant.uri, []).append(participant)

    def set_key(self, key: Key) -> None:
        """Register a key, or replace what was stated of it."""
        self._keys[key.key.kid] = key

    def set_type(self, version: EventType, since: int) -> None:
        """Put a version of a type into force."""
        self._types.setdefault(version.name, []).append((since, version))

    def set_policy(self, policy: Policy) -> None:
        """Put a version of a policy into force."""
        self._policies.setdefault(policy.subject, []).append(policy)

    def set_kind(self, kind: str, since: int) -> None:
        """Let a kind of history begin."""
        self._kinds.setdefault(kind, since)


def _validity(key: Key) -> str:
    until = f", before ledger time {key.until}" if key.until is not None else ""
    revoked = f", revoked from leaf {key.revoked}" if key.revoked is not None else ""
    return f"valid from leaf {key.since}{until}{revoked}"
