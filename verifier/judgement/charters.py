"""Which charter holds at which log position, and which keys may stand in one (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from verifier.errors import NotPermittedError, UntrustedError
from verifier.judgement.charter import Charter, key_places
from verifier.judgement.records import Records
from verifier.primitives.keys import PublicKey


class Charters(Records):
    """The charters of a registry, and what they say of keys."""

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

    def root_at(self, kid: bytes, leaf: int) -> tuple[str, PublicKey] | None:
        """Return holder and key of a root of the charter in force at a leaf; None if it is none."""
        charter = self.charter_in_force(leaf)
        root = charter.roots.get(kid) if charter else None
        return (root.agency, root.key) if root else None

    @property
    def compromised_roots(self) -> Mapping[bytes, int]:
        """Return the root keys that charters in force call compromised, and from which leaf."""
        found: dict[bytes, int] = {}
        for charter in self.charters:
            for kid, since in charter.compromised.items():
                found[kid] = min(since, found.get(kid, since))
        return found

    def live(self, charter: Charter) -> Charter:
        """Return a charter without the roots that it, or one before it, calls compromised.

        Raises:
            NotPermittedError: it calls compromised what never was a root, or leaves fewer roots than its threshold.
        """
        roots = {kid for each in self.charters for kid in each.roots} | self.compromised_roots.keys()
        if unknown := charter.compromised.keys() - roots:
            came = ", ".join(sorted(kid.hex() for kid in unknown))
            raise NotPermittedError("charter.compromised", came=came, expected="root keys of charters before this one")
        dead = self.compromised_roots.keys() | charter.compromised.keys()
        live = {kid: root for kid, root in charter.roots.items() if kid not in dead}
        if len(live) < charter.threshold:
            expected = f"at least {charter.threshold}, the threshold"
            raise NotPermittedError("charter.roots", came=f"{len(live)} that are not compromised", expected=expected)
        return replace(charter, roots=live)

    def is_charter_key(self, kid: bytes) -> bool:
        """Return whether a charter in force, now or before, names a key for itself."""
        own = (each.roots.keys() | {each.seal.kid, each.receipt.kid} for each in self.charters)
        return any(kid in kids for kids in own)

    def is_key_taken(self, raw: bytes) -> bool:
        """Return whether a raw public key stands in charter or registry already: one key, one use."""
        return raw in self._taken or any(raw in key_places(charter) for charter in self.charters)

    def require_own_keys(self, charter: Charter) -> None:
        """Return if a charter gives no key another use or holder than it has; raise NotPermittedError if not."""
        places = key_places(charter)
        taken = not self._taken.isdisjoint(places)
        moved = (
            places[raw] != place for each in self.charters for raw, place in key_places(each).items() if raw in places
        )
        if taken or any(moved):
            raise NotPermittedError("charter", came="a key that stands elsewhere", expected="one key, one use")
