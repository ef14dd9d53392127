"""Who may join, follow and answer (docs/formats.md, section 13).

Judged from what stands before an event: the state of each trace (who opened it, who holds it), which
follows from heads alone. Admission, verifier and auditor run these same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from verifier.errors import NotPermittedError
from verifier.judgement.participants import Participant
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import find_value
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair
from verifier.ledgerformat.subject import form_of, gs1_digits, is_uscc, product_of, subject_name
from verifier.ledgerformat.vocabulary import EventType

GUARDED = frozenset({"product", "lot", "enterprise", "book"})
_BY_PREFIX = frozenset({"product", "unit", "place", "party"})
_BY_LINK = frozenset({"lot", "item"})
_OF_NOBODY = frozenset({"set", "quota", "claim", "list-entry"})  # they have no trace: joining them takes no right
_ITSELF = frozenset({"enterprise", "agency"})


@dataclass(frozen=True, slots=True)
class TraceState:
    """What authority needs to know of one subject's trace.

    Attributes:
        owner: principal of the first event.
        guarded: whether a follow into it needs authority: it was opened as product, lot, enterprise or book.
        custodian: who has open custody, if anybody.
    """

    owner: str
    guarded: bool
    custodian: str | None


_WHY_NONE = {
    "revoked": "revoked from leaf {since}",
    "expired": "ended at ledger time {since}",
    "giver-revoked": "whose principal was revoked from leaf {since}",
    "giver-succeeded": "whose principal was succeeded from leaf {since}",
    "giver-suspended": "whose principal is suspended",
    "suspect": "given under a key that is called compromised from leaf {since}",
}  # of a mandate that is not in force
_State: TypeAlias = Callable[[bytes], TraceState | None]
_state = lru_cache(maxsize=4096)(TraceState)  # many subjects, few owners


def advance(state: TraceState | None, head: Head, kind_of_event: EventType) -> TraceState:
    """Return the state of a trace after an event that joins it."""
    if state is None:
        return _state(head.principal, not kind_of_event.opened_forms.isdisjoint(GUARDED), head.to)
    if head.to is None and not kind_of_event.ends:
        return state
    return _state(state.owner, state.guarded, head.to)


def check_authority(
    event: Event,
    kind_of_event: EventType,
    *,
    registry: Registry,
    time: int,
    state_of: _State,
    targets: Sequence[Head] | None,
    holds: Callable[[Pair], bool] | None,
) -> None:
    """Return if the event's principal may say it there.

    Args:
        event: what is said.
        kind_of_event: its type's version in force.
        registry: what holds at its leaf.
        time: ledger time of its leaf.
        state_of: the state of a subject's trace before it, None where that trace has not begun.
        targets: heads of the events it answers, as far as they are known, of each history that is known those that
            stand in it; None where none is known.
        holds: whether a history is known here at all, None where all are; rules about others are not judged.

    Raises:
        NotPermittedError: it may not, and why.
    """
    head = event.head
    principal = require_principal(event, kind_of_event, registry)
    if head.behalf is not None:
        require_mandate(event, head.behalf, registry, time)
    if targets is not None and kind_of_event.answers is not None:
        _require_answer_right(principal, kind_of_event, _answerable(targets, registry, event.leaf))
    require_link_rights(event, kind_of_event, principal, state_of=state_of, targets=targets, holds=holds)


def require_link_rights(
    event: Event,
    kind_of_event: EventType,
    principal: Participant,
    *,
    state_of: _State,
    targets: Sequence[Head] | None,
    holds: Callable[[Pair], bool] | None,
) -> None:
    """Return if a principal may join and follow what an event does; arguments as for `check_authority`.

    Raises:
        NotPermittedError: it may not, and why.
    """
    head = event.head
    for pair in head.joins:
        if holds is None or holds(("trace", pair[1])):
            _require_join_right(pair, principal, event, kind_of_event, state_of(pair[1]), targets)
    for pair in head.follows:
        if holds is None or holds(("trace", pair[1])):
            _require_follow_right(pair, principal, head, state_of(pair[1]))
        all_known = targets is not None and len(targets) == len(head.about)  # else another may join what is followed
        if kind_of_event.answers is not None and all_known and not _is_answered(pair, targets):
            raise NotPermittedError(
                "head.follows", came=_spell(pair[1], event), expected="what an answered event joins"
            )
    if event.body and not principal.is_agency:
        if kind_of_event.counts:
            _require_counter_right(event.body, kind_of_event, principal, state_of)
        _require_own_code(event.body, kind_of_event, principal)


def require_principal(event: Event, kind_of_event: EventType, registry: Registry) -> Participant:
    """Return the principal, admitted and in one of the type's roles; the recipient is admitted too."""
    head = event.head
    principal = registry.participant_at(head.principal, event.leaf)
    if principal is None:
        expected = f"a participant admitted at leaf {event.leaf}"
        raise NotPermittedError("head.issuer", came=head.principal, expected=expected)
    if kind_of_event.roles.isdisjoint(principal.roles) and "*" not in kind_of_event.roles:
        expected = f"one of the roles {sorted(kind_of_event.roles)} for {head.type}"
        raise NotPermittedError(
            "head.issuer", came=f"{principal.uri} with {sorted(principal.roles)}", expected=expected
        )
    if head.to is not None and registry.participant_at(head.to, event.leaf) is None:
        raise NotPermittedError("head.to", came=head.to, expected=f"a participant admitted at leaf {event.leaf}")
    return principal


def require_mandate(event: Event, principal: str, registry: Registry, time: int) -> None:
    """Return if a mandate lets the issuer say this for its principal; subjects are judged where the body is shown.

    Raises:
        NotPermittedError: none is in force there, or none for this type and these subjects.
    """
    head = event.head
    what, todo = f"{head.issuer} for {principal}", f"Let {principal} give a mandate, or say it itself."
    held = registry.mandates_at(principal, head.issuer, event.leaf, time)
    if not held:
        expected = f"a mandate of {principal} in force at leaf {event.leaf}"
        came = f"{head.issuer}, {_why_none(event, principal, registry, time)}"
        raise NotPermittedError("head.behalf", came=came, expected=expected, todo=todo)
    held = tuple(each for each in held if each.allows_type(head.type))
    if not held:
        expected = f"a mandate for {head.type}"
        raise NotPermittedError("head.behalf", came=what, expected=expected, todo=todo)
    subjects = event.body.all_subjects() if event.body else ()
    if not any(all(each.allows_subject(subject) for subject in subjects) for each in held):
        expected = "subjects that one mandate has"
        raise NotPermittedError("head.behalf", came=", ".join(subjects), expected=expected, todo=todo)


def _why_none(event: Event, principal: str, registry: Registry, time: int) -> str:
    """Return what became of the newest mandate between two participants of which none is in force."""
    given = [each for each in registry.mandates_between(principal, event.head.issuer) if each.since <= event.leaf]
    if not given:
        return "never given one"
    standing = registry.standing_of(given[-1], event.leaf, time)
    return _WHY_NONE[standing.word].format(since=standing.since)


def has_authority(principal: Participant, state: TraceState) -> bool:
    """Return whether a participant is an agency, owns a subject, or has open custody of it."""
    return principal.is_agency or principal.uri in (state.owner, state.custodian)


def _answerable(targets: Sequence[Head], registry: Registry, leaf: int) -> list[Head]:
    """Return the targets with whoever carries on at a leaf for those whose they are: an agency answers as its heir."""
    return [_carried_on(each, registry, leaf) for each in targets]


def _carried_on(target: Head, registry: Registry, leaf: int) -> Head:
    principal = registry.successor_of(target.principal, leaf)
    to = registry.successor_of(target.to, leaf) if target.to else None
    if principal is None and to is None:
        return target
    return replace(target, issuer=principal or target.principal, behalf=None, to=to or target.to)


def _require_answer_right(principal: Participant, kind_of_event: EventType, targets: Sequence[Head]) -> None:
    if kind_of_event.answers is None:
        return
    by = kind_of_event.answers.by
    if "agency" in by and principal.is_agency:
        return
    for target in targets:
        named: dict[str, str | None] = {"principal": target.principal, "recipient": target.to}
        if principal.uri in (named[each] for each in by & named.keys()):
            continue
        answered = " or ".join(each if each == "agency" else f"the {each} ({named[each]})" for each in sorted(by))
        expected = f"{answered} to answer {target.type}"
        raise NotPermittedError("head.about", came=principal.uri, expected=expected)


def _require_join_right(  # noqa: PLR0917 - one rule with all it looks at
    pair: Pair,
    principal: Participant,
    event: Event,
    kind_of_event: EventType,
    state: TraceState | None,
    targets: Sequence[Head] | None,
) -> None:
    kind, name = pair
    if kind == "trace":
        if state is None:
            _require_opening_right(name, principal, event, kind_of_event)
        elif not (has_authority(principal, state) or _is_answered(pair, targets)):
            came = f"{principal.uri} at {_spell(name, event)}"
            raise NotPermittedError("head.joins", came=came, expected="an agency, its owner, or who has custody of it")
    elif kind == "case" and state is None:
        raise NotPermittedError(
            "head.joins", came=f"case of {_spell(name, event)}", expected="a subject whose trace began"
        )
    elif kind == "recall" and not principal.is_agency and (state is None or state.owner != principal.uri):
        raise NotPermittedError("head.joins", came=principal.uri, expected="an agency or the owner to recall it")


def _is_answered(pair: Pair, targets: Sequence[Head] | None) -> bool:
    """Return whether a join comes with the target of an answer."""
    return any(pair in target.joins for target in targets or ())


def _require_opening_right(name: bytes, principal: Participant, event: Event, kind_of_event: EventType) -> None:
    if not kind_of_event.opened_forms:
        expected = f"a subject whose trace began: {kind_of_event.name} opens none"
        raise NotPermittedError("head.joins", came=_spell(name, event), expected=expected)
    subject = _in_clear(name, event)
    if subject is None:
        return  # the form needs the body; with the head alone it is enough that the type opens some form
    form = form_of(subject)
    if form not in kind_of_event.opened_forms or not _is_opened(subject, form, event, kind_of_event):
        expected = f"one of {sorted(kind_of_event.opened_forms)}, or a subject whose trace began"
        raise NotPermittedError("head.joins", came=subject, expected=expected)
    if not _may_open(form, subject, principal, event.head):
        raise NotPermittedError("head.joins", came=subject, expected=f"a {form} that {principal.uri} may open")


def _may_open(form: str, subject: str, principal: Participant, head: Head) -> bool:
    if form.startswith("handle:"):
        return True
    if form in _ITSELF:
        return subject == principal.uri
    if form in _BY_LINK:
        return ("trace", subject_name(product_of(subject))) in head.follows
    if form in _BY_PREFIX and (digits := gs1_digits(subject)) and digits.startswith(principal.prefixes or ("x",)):
        return True
    return subject in principal.subjects


def _require_follow_right(pair: Pair, principal: Participant, head: Head, state: TraceState | None) -> None:
    name = pair[1]
    if state is None:
        if ("trace", name) in head.joins:
            return  # the event begins that trace itself: whether it may is asked of the join
        expected = "a subject whose trace began, or that the event opens"
        raise NotPermittedError("head.follows", came=name.hex(), expected=expected)
    if state.guarded and not has_authority(principal, state):
        expected = f"an agency, {state.owner} who opened it, or who has custody of it"
        raise NotPermittedError("head.follows", came=f"{principal.uri} for {head.type}", expected=expected)


def _require_counter_right(body: Body, kind_of_event: EventType, principal: Participant, state_of: _State) -> None:
    """Refuse an enterprise that would move the counter of a subject whose histories everybody may join, not its own."""
    for role in {rule.role for rule in kind_of_event.counts}:
        for subject in body.of_role(role):
            form = form_of(subject)
            named = subject.split(":")[4] if form == "set" else ""
            if form in _OF_NOBODY and f"urn:suyuan:enterprise:{named}" != principal.uri:
                came, expected = f"{principal.uri} for {subject}", "an agency, or the enterprise that the set names"
                raise NotPermittedError(f"body.subjects.{role}", came=came, expected=expected)
            state = state_of(subject_name(subject))
            if state is not None and not has_authority(principal, state):
                came, expected = f"{principal.uri} for {subject}", "an agency, its owner, or who has custody of it"
                raise NotPermittedError(f"body.subjects.{role}", came=came, expected=expected)


def _require_own_code(body: Body, kind_of_event: EventType, principal: Participant) -> None:
    """Refuse an enterprise that speaks under codes that are all others': a stranger opens no number of a platform."""
    stated = (find_value(body.data, pointer)[1] for pointer in kind_of_event.own)
    codes = [each for each in stated if isinstance(each, str) and is_uscc(each)]
    if codes and all(f"urn:suyuan:enterprise:{each}" != principal.uri for each in codes):
        expected = f"the speaker's own, {principal.uri}, in one of {', '.join(kind_of_event.own)}"
        raise NotPermittedError("body.data", came=", ".join(codes), expected=expected)


def _is_opened(subject: str, form: str, event: Event, kind_of_event: EventType) -> bool:
    """Return whether the subject stands in a role through which its form may be opened."""
    for role in kind_of_event.subjects.values():
        given = event.body.subjects.get(role.name) if form in role.opens and event.body else None
        if given is not None and (given == subject or (isinstance(given, list) and subject in given)):
            return True
    return False


def _in_clear(name: bytes, event: Event) -> str | None:
    """Return the subject that a name stands for, if the event's body has it."""
    for subject in event.body.all_subjects() if event.body else ():
        if subject_name(subject) == name:
            return subject
    return None


def _spell(name: bytes, event: Event) -> str:
    return _in_clear(name, event) or name.hex()
