"""The registry: what holds at which log position (docs/formats.md, section 12).

Versions are kept with the leaf from which they hold, so that any earlier position can be judged after
later events were applied. No clock and no revocation list: a key is valid at a position, for ever.
`verifier.judgement.records` keeps it, and `verifier.judgement.replay` is the only writer.
"""

from __future__ import annotations

from verifier.errors import NotPermittedError
from verifier.judgement.acts import Act, Administrator, Completion, Erasure, Given, Grant, Mandate, Succession
from verifier.judgement.charters import Charters
from verifier.judgement.life import NO_LIFE, Life, Revocation, Suspension, Suspicion
from verifier.judgement.participants import Key, Participant, key_subject
from verifier.judgement.policies import Policy
from verifier.ledgerformat.vocabulary import EventType

VALID = "valid"
SIGN_AGAIN = "Sign the batch again with a key that is valid."


class Registry(Charters):
    """What the registry events applied so far have brought about."""

    # Participants.

    def participant_at(self, uri: str, leaf: int) -> Participant | None:
        """Return an agency or enterprise as admitted at a leaf, None if it is not."""
        if self.revocation_at(uri, leaf) or self.succession_at(uri, leaf):
            return None
        for version in reversed(self._participants.get(uri, ())):
            if version.since <= leaf:
                return version
        return None

    @property
    def participants(self) -> tuple[str, ...]:
        """Return the URIs of all agencies and enterprises that were ever admitted, sorted."""
        return tuple(sorted(self._participants))

    def participant(self, uri: str) -> Participant | None:
        """Return what was stated last of an agency or enterprise, admitted or not; None if it never was."""
        return self._participants[uri][-1] if uri in self._participants else None

    def was_admitted(self, uri: str, leaf: int) -> bool:
        """Return whether an agency or enterprise was ever admitted by a leaf, whatever came of it."""
        return any(version.since <= leaf for version in self._participants.get(uri, ())[:1])

    def succession_at(self, uri: str, leaf: int) -> Succession | None:
        """Return who carries on for an agency at a leaf, None if it goes on itself."""
        found = self._successions.get(uri)
        return found if found and found.since <= leaf else None

    def successor_of(self, uri: str, leaf: int) -> str | None:
        """Return the agency that carries on for another at a leaf, at the end of the line; None if there is none."""
        found = None
        while (succession := self.succession_at(found or uri, leaf)) is not None:
            found = succession.successor
        return found

    # Keys.

    def key_at(self, kid: bytes, leaf: int, time: int) -> Key:
        """Return the registered key that is valid at a leaf of this ledger time.

        Raises:
            NotPermittedError: unknown, not valid there, or its holder is not admitted or suspended there.
        """
        key, what = self._keys.get(kid), f"key {kid.hex()[:16]}…"
        if key is None or not key.has_term_at(leaf, time):
            came = f"key {kid.hex()}, unknown" if key is None else f"{what}, {_term(key)}"
            raise NotPermittedError(
                "statement.kid", came=came, expected=f"a key valid at leaf {leaf}", todo=SIGN_AGAIN if key else ""
            )
        self._require_unbroken(key_subject(kid), what, leaf, time)
        self._require_holder(kid, key.holder, leaf, time)
        self._require_kept(kid, what, leaf)
        return key

    def is_registered_at(self, kid: bytes, leaf: int) -> bool:
        """Return whether a key was registered by a leaf, or named as an administrator's, whatever came of it."""
        known = (self._keys.get(kid), self._administrators.get(kid))
        return any(each is not None and each.since <= leaf for each in known)

    def key(self, kid: bytes) -> Key | None:
        """Return a registered key whatever its validity, None if it is unknown."""
        return self._keys.get(kid)

    def keys_of_use(self, use: str) -> tuple[Key, ...]:
        """Return every key that was registered for a use, whatever its validity."""
        return tuple(each for each in self._keys.values() if each.use == use)

    def administrator_at(self, kid: bytes, leaf: int, time: int) -> Administrator | None:
        """Return the administrator key that is valid at a leaf of this ledger time; None if it is none."""
        known = self._administrators.get(kid)
        if known is None or self.revocation_at(key_subject(kid), leaf) or self.key_suspension_at(kid, leaf, time):
            return None
        agency = self.participant_at(known.agency, leaf)
        if agency is None or kid not in agency.administrators or self.ended_with_holder(kid, leaf):
            return None
        return known

    def administrator(self, kid: bytes) -> Administrator | None:
        """Return the agency of which a key ever was an administrator, whatever its validity; None if it was of none."""
        return self._administrators.get(kid)

    def require_administrator(self, kid: bytes, leaf: int, time: int) -> Administrator:
        """Return the administrator key that is valid at a leaf of this ledger time.

        Raises:
            NotPermittedError: it is not, and why.
        """
        if found := self.administrator_at(kid, leaf, time):
            return found
        known = self._administrators.get(kid)
        what = f"administrator key {kid.hex()[:16]}…"
        if known:
            self._require_unbroken(key_subject(kid), what, leaf, time)
            self._require_holder(kid, known.agency, leaf, time)
            self._require_kept(kid, what, leaf)
        came = f"{what}, which {known.agency} does not name there" if known else f"{what}, unknown"
        raise NotPermittedError("statement.kid", came=came, expected=f"a key valid at leaf {leaf}", todo=SIGN_AGAIN)

    # The lives of keys, participants, mandates and grants.

    def life(self, subject: str) -> Life:
        """Return what revocations, suspensions and restorations say of a subject."""
        return self._lives.get(subject, NO_LIFE)

    def revocation_at(self, subject: str, leaf: int) -> Revocation | None:
        """Return the revocation of a subject in force at a leaf."""
        life = self._lives.get(subject)
        return life.revocation_at(leaf) if life else None

    def ended_with_holder(self, kid: bytes, leaf: int) -> Revocation | None:
        """Return the revocation of its holder by a leaf that ended a key for good, whatever came of the holder."""
        key, administrator = self._keys.get(kid), self._administrators.get(kid)
        if key:
            return self.life(key.holder).revocation_for_good(key.since, leaf)
        return self.life(administrator.agency).revocation_for_good(administrator.since, leaf) if administrator else None

    def suspension_at(self, subject: str, leaf: int, time: int) -> Suspension | None:
        """Return the suspension of a subject in force at a leaf of this ledger time."""
        life = self._lives.get(subject)
        return life.suspension_at(leaf, time) if life else None

    def key_suspension_at(self, kid: bytes, leaf: int, time: int) -> Suspension | None:
        """Return the suspension that keeps a key from signing at a leaf of this ledger time: its own, or its holder's.

        Two roots suspend no key for longer by suspending its holder as well: both are counted for it together.
        """
        own, holder = self.life(key_subject(kid)), self.life(self.holder_of(kid) or "")
        return own.suspension_at(leaf, time) or holder.suspension_at(leaf, time, key=own)

    def holder_of(self, kid: bytes) -> str | None:
        """Return whose key it is, registered or an administrator's, whatever its validity; None if it is unknown."""
        key, administrator = self._keys.get(kid), self._administrators.get(kid)
        return key.holder if key else administrator.agency if administrator else None

    def suspicions_of(self, kid: bytes) -> tuple[Suspicion, ...]:
        """Return what revocations of a key, and of its holder, call suspect."""
        return self.life(key_subject(kid)).suspicions + self.life(self.holder_of(kid) or "").suspicions

    @property
    def has_suspicions(self) -> bool:
        """Return whether anything is called suspect at all: where nothing is, nothing is disputed."""
        return bool(self.compromised_roots) or any(life.is_compromised for life in self._lives.values())

    def _require_unbroken(self, subject: str, what: str, leaf: int, time: int) -> None:
        expected = f"a key valid at leaf {leaf}"
        if revoked := self.revocation_at(subject, leaf):
            came = f"{what}, revoked from leaf {revoked.since} by {revoked.event.hex()}"
            raise NotPermittedError("statement.kid", came=came, expected=expected, todo=SIGN_AGAIN)
        if suspended := self.suspension_at(subject, leaf, time):
            came = f"{what}, suspended until ledger time {suspended.end} by {suspended.event.hex()}"
            todo = "Wait until the suspension ends, or sign the batch again with a key that is valid."
            raise NotPermittedError("statement.kid", came=came, expected=expected, todo=todo)

    def _require_kept(self, kid: bytes, what: str, leaf: int) -> None:
        if ended := self.ended_with_holder(kid, leaf):
            came = f"{what}, ended for good with its holder from leaf {ended.since} by {ended.event.hex()}"
            expected = f"a key registered after leaf {ended.since}"
            raise NotPermittedError("statement.kid", came=came, expected=expected, todo="Register a new key.")

    def _require_holder(self, kid: bytes, holder: str, leaf: int, time: int) -> None:
        expected = f"a participant admitted at leaf {leaf}"
        if self.participant_at(holder, leaf) is None:
            came, todo = holder, ""
            if revoked := self.revocation_at(holder, leaf):
                came, todo = f"{holder}, revoked from leaf {revoked.since}", "Ask whoever revoked it."
            elif succession := self.succession_at(holder, leaf):
                came = f"{holder}, succeeded by {succession.successor} from leaf {succession.since}"
                todo = "Let the successor sign the batch."
            raise NotPermittedError("statement.iss", came=came, expected=expected, todo=todo)
        if suspended := self.key_suspension_at(kid, leaf, time):  # it has no own one that holds
            came = f"{holder}, suspended until ledger time {suspended.end}"
            todo = "Wait until the suspension ends."
            raise NotPermittedError("statement.iss", came=came, expected=f"{expected}, not suspended", todo=todo)

    # Types, policies, kinds.

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

    def is_permanent(self, name: str, leaf: int) -> bool:
        """Return whether a version of a type that was in force by a leaf never lets a body be erased."""
        own = name in self._builtin and self._builtin[name].permanent
        return own or any(version.permanent for since, version in self._types.get(name, ()) if since <= leaf)

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

    # Mandates, grants, orders, and how acts came about.

    def mandates_at(self, principal: str, agent: str, leaf: int, time: int) -> tuple[Mandate, ...]:
        """Return the mandates in force between two participants at a leaf of this ledger time, oldest first."""
        held = self._mandated.get((principal, agent), ())
        return tuple(each for each in held if self.standing_of(each, leaf, time).word == VALID)

    def mandates_between(self, principal: str, agent: str) -> tuple[Mandate, ...]:
        """Return every mandate that one participant ever gave another, oldest first, in force or not."""
        return self._mandated.get((principal, agent), ())

    def mandate(self, subject: str) -> Mandate | None:
        """Return a mandate whatever its term, None if it is unknown."""
        return self._mandates.get(subject)

    def grants_for(self, event: bytes, leaf: int, time: int) -> tuple[Grant, ...]:
        """Return the grants about an event in force at a leaf of this ledger time, oldest first."""
        held = self._granted.get(event, ())
        return tuple(each for each in held if self.standing_of(each, leaf, time).word == VALID)

    def grant(self, subject: str) -> Grant | None:
        """Return a grant whatever its term, None if it is unknown."""
        return self._grants.get(subject)

    def received_by(self, uri: str) -> tuple[Mandate | Grant, ...]:
        """Return every mandate and grant that names a participant as who receives it, in force or not."""
        return self._received.get(uri, ())

    def standing_of(self, given: Mandate | Grant, leaf: int, time: int) -> Given:
        """Return how a mandate or grant stands at a leaf of this ledger time.

        It stands and falls with who gave it: nobody lets others do what it could not do itself.
        """
        if given.since > leaf:
            return Given("not-yet", given.since)
        if revoked := self.revocation_at(given.subject, leaf):
            return Given("revoked", revoked.since)
        if time >= given.until:
            return Given("expired", given.until)
        return self._fallen_with_giver(given, leaf, time) or Given(VALID, given.since)

    def _fallen_with_giver(self, given: Mandate | Grant, leaf: int, time: int) -> Given | None:
        giver = given.principal
        if revoked := self.revocation_at(giver, leaf) or self.life(giver).revocation_for_good(given.since, leaf):
            return Given("giver-revoked", revoked.since)
        if succession := self.succession_at(giver, leaf):
            return Given("giver-succeeded", succession.since)
        if suspicion := self._suspicion_of(given, leaf):
            return Given("suspect", suspicion.until_leaf)
        suspended = self.suspension_at(giver, leaf, time)
        return Given("giver-suspended", suspended.since) if suspended else None

    def _suspicion_of(self, given: Mandate | Grant, leaf: int) -> Suspicion | None:
        """Return what calls suspect, by a leaf, the event that gave something: a thief gives what its victim may."""
        act = self._acts.get(given.event)
        known = self.suspicions_of(act.kid) if act else ()
        return next(
            (each for each in known if act and each.until_leaf <= leaf and each.reaches(act.leaf, act.time)), None
        )

    def erasures_of(self, event: bytes, leaf: int) -> tuple[Erasure, ...]:
        """Return the orders to erase something of an event that are in force at a leaf, oldest first."""
        return tuple(each for each in self._erasures.get(event, ()) if each.since <= leaf)

    def erasures_at(self, leaf: int) -> tuple[Erasure, ...]:
        """Return all orders to erase that are in force at a leaf, in no particular order."""
        return tuple(each for each in self.erasures if each.since <= leaf)

    @property
    def erasures(self) -> tuple[Erasure, ...]:
        """Return all orders to erase that were completed, in no particular order."""
        return tuple(each for orders in self._erasures.values() for each in orders)

    def act(self, event: bytes) -> Act | None:
        """Return a registry event that was applied, in force or not; None if it is unknown."""
        return self._acts.get(event)

    def completion_of(self, event: bytes) -> Completion | None:
        """Return how an act that asked for approvals was completed; None if it was not, or asked for none."""
        return self._completions.get(event)

    def reattestations_of(self, event: bytes) -> tuple[bytes, ...]:
        """Return the names of the re-attestations about an event, oldest first."""
        return self._reattestations.get(event, ())


def _term(key: Key) -> str:
    until = f", before ledger time {key.until}" if key.until is not None else ""
    return f"valid from leaf {key.since}{until}"
