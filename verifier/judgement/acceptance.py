"""Whether the agencies that accepted an event meet a rule (docs/formats.md, section 14)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from verifier.judgement.participants import Participant
from verifier.judgement.policies import ByAgency, ByRole, Rule

SuccessorOf: TypeAlias = Callable[[str, int], str | None]


@dataclass(frozen=True, slots=True)
class Voice:
    """An agency that accepted or refused: as it was admitted then, and the leaf where it said so."""

    by: Participant
    leaf: int


class Acceptance:
    """The agencies that accepted an event, ready to be asked for rules in one step each.

    An agency speaks for those that it had succeeded when it spoke.
    """

    def __init__(self, voices: Iterable[Voice], successor_of: SuccessorOf) -> None:
        """Take voices in any order; `successor_of` names the final successor of an agency at a leaf."""
        self._newest: dict[Hashable, Voice] = {}
        for voice in voices:
            version = voice.by.uri, voice.by.roles, voice.by.jurisdiction
            if version not in self._newest or self._newest[version].leaf < voice.leaf:
                self._newest[version] = voice
        everybody = [voice.by for voice in self._newest.values()]
        self._agencies = {each.uri: True for each in everybody}
        self._roles = {role for each in everybody for role in each.roles}
        self._places = {(role, zone) for each in everybody for role in each.roles for zone in each.jurisdiction}
        self._successor_of = successor_of

    def meets(self, rule: Rule) -> bool:
        """Return whether these agencies meet a rule."""
        if isinstance(rule, ByRole):
            if rule.jurisdiction is None:
                return rule.role in self._roles
            return (rule.role, rule.jurisdiction) in self._places
        if isinstance(rule, ByAgency):
            return self._speaks_for(rule.agency)
        return self.count(rule) >= rule.least

    def count(self, rule: Rule) -> int:
        """Return how many inner rules are met; of a rule without inner ones, whether it is itself."""
        if isinstance(rule, ByRole | ByAgency):
            return int(self.meets(rule))
        return sum(map(self.meets, rule.rules))

    def _speaks_for(self, agency: str) -> bool:
        if agency not in self._agencies:
            heirs = ((self._successor_of(agency, voice.leaf), voice.by.uri) for voice in self._newest.values())
            self._agencies[agency] = any(heir == uri for heir, uri in heirs)
        return self._agencies[agency]


class Named:
    """Whom rules name: by agency, by role, by role within a jurisdiction."""

    def __init__(self, rules: Iterable[Rule], successor_of: SuccessorOf) -> None:
        """Look at every rule within these once."""
        leaves = {leaf for rule in rules for leaf in _leaves(rule)}
        self._agencies = {each.agency for each in leaves if isinstance(each, ByAgency)}
        self._roles = {(each.role, each.jurisdiction) for each in leaves if isinstance(each, ByRole)}
        self._successor_of = successor_of

    def has(self, voice: Voice) -> bool:
        """Return whether a rule names an agency, by itself, by one that it succeeded, or by a role that it holds."""
        by = voice.by
        if by.uri in self._agencies or any((role, None) in self._roles for role in by.roles):
            return True
        if any((role, zone) in self._roles for role in by.roles for zone in by.jurisdiction):
            return True
        return any(self._successor_of(agency, voice.leaf) == by.uri for agency in self._agencies)


def _leaves(rule: Rule) -> Iterator[ByRole | ByAgency]:
    if isinstance(rule, ByRole | ByAgency):
        yield rule
    else:
        for inner in rule.rules:
            yield from _leaves(inner)
