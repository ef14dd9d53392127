"""Mapping v1: from a type, a body and what is answered to the links a head must carry (formats, section 5).

It only interprets type files, so a new type changes no version. Admission, proof building and the
verifier run these same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import MismatchError, NotPermittedError
from verifier.ledgerformat.body import Body, Subjects
from verifier.ledgerformat.disclosure import find_value
from verifier.ledgerformat.head import MAX_LINKS, Head, Pair
from verifier.ledgerformat.subject import book_of, enterprise_of, form_of, product_of, subject_name
from verifier.ledgerformat.vocabulary import ANSWERED_KINDS, MEMBER, EventType, Role, matches_any
from verifier.primitives.quick import maker_of

_DERIVE: Mapping[str, Callable[[str], str]] = {"product": product_of, "book": book_of, "enterprise": enterprise_of}


@dataclass(frozen=True, slots=True)
class Links:
    """The joins and follows that an event must have, each sorted, none twice."""

    joins: tuple[Pair, ...]
    follows: tuple[Pair, ...]


_make_links = maker_of(Links)


def map_links(kind_of_event: EventType, subjects: Subjects, targets: Sequence[Head] = ()) -> Links:
    """Return the links that follow from a type, a body's subjects and the answered heads.

    Raises:
        MismatchError: roles that the type does not have, missing ones, or other forms.
    """
    return _make_links(*_map(kind_of_event, subjects, targets))


def _map(
    kind_of_event: EventType, subjects: Subjects, targets: Sequence[Head]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Return joins and follows, each sorted."""
    joins: set[Pair] = set()
    follows: set[Pair] = set()
    _require_roles(kind_of_event, subjects)
    for role in kind_of_event.subjects.values():
        for subject in _alone(role, subjects) or _subjects_of(role, subjects, kind_of_event):
            name = subject_name(subject)
            for kind in role.joins:
                joins.add((kind, name))
            for kind in role.follows:
                follows.add((kind, name))
    for target in targets:
        joins.update(answered_pairs(target))
    if len(joins) > MAX_LINKS or len(follows) > MAX_LINKS:
        raise MismatchError("links", came=f"{len(joins)} joins", expected=f"at most {MAX_LINKS} joins and follows")
    return _sorted(joins), _sorted(follows)


def answered_pairs(target: Head) -> list[Pair]:
    """Return the histories that an answer joins for one of its targets."""
    pairs = [pair for pair in target.joins if pair[0] in ANSWERED_KINDS]
    return pairs or [pair for pair in target.joins if pair[0] == MEMBER]


def _sorted(pairs: set[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs)) if len(pairs) > 1 else tuple(pairs)


def check_links(kind_of_event: EventType, head: Head, body: Body, targets: Sequence[Head] = ()) -> None:
    """Return if the head carries exactly the links that follow from its body; raise MismatchError if not."""
    joins, follows = _map(kind_of_event, body.subjects, targets)
    if head.joins != joins:
        raise MismatchError("head.joins", came=_spell(head.joins), expected=_spell(joins))
    if head.follows != follows:
        raise MismatchError("head.follows", came=_spell(head.follows), expected=_spell(follows))


def check_head(kind_of_event: EventType, head: Head) -> None:
    """Return if a head alone can be of its type: kinds, answers, and the members the type asks for.

    Raises:
        MismatchError: a kind the type cannot give, or a member that must or must not be there.
        NotPermittedError: it answers more, or fewer, than the type allows.
    """
    joined, followed = kind_of_event.joined_kinds, kind_of_event.followed_kinds
    if not joined.issuperset([kind for kind, _ in head.joins]):
        raise MismatchError("head.joins", came="other kinds", expected=f"kinds {sorted(joined)}")
    if not followed.issuperset([kind for kind, _ in head.follows]):
        raise MismatchError("head.follows", came="other kinds", expected=f"kinds {sorted(followed)}")
    most = kind_of_event.answers.most if kind_of_event.answers else 0
    if not min(most, 1) <= len(head.about) <= most:
        expected = f"1 to {most} for {kind_of_event.name}" if most else "none: this type answers nothing"
        raise NotPermittedError("head.about", came=f"{len(head.about)} targets", expected=expected)
    if not kind_of_event.head and head.to is None and head.until is None and head.state is None:
        return
    for member, value in (("to", head.to), ("until", head.until), ("state", head.state)):
        required = kind_of_event.head.get(member)
        if (required is None and value is not None) or (required and value is None):
            expected = f"one for {kind_of_event.name}" if required else f"none for {kind_of_event.name}"
            raise MismatchError(f"head.{member}", came=value or "nothing", expected=expected)


def check_targets(kind_of_event: EventType, targets: Sequence[Head]) -> None:
    """Return if each target is of a type that this type answers; raise NotPermittedError if not."""
    for target in targets:
        if kind_of_event.answers is None or not matches_any(kind_of_event.answers.types, target.type):
            expected = kind_of_event.answers.types if kind_of_event.answers else "none"
            raise NotPermittedError("head.about", came=target.type, expected=f"types {expected}")


def check_body(kind_of_event: EventType, body: Body) -> None:
    """Return if a body has the digests of its type, and none of these fields in clear.

    Raises:
        MismatchError: it does not.
    """
    if body.digests.keys() != kind_of_event.disclosures.keys():
        expected = f"exactly {sorted(kind_of_event.disclosures)}"
        raise MismatchError("body._sd", came=sorted(body.digests), expected=expected)
    for pointer in body.digests:
        if find_value(body.data, pointer)[0]:
            raise MismatchError(f"body.data{pointer}", came="a value in clear", expected="only its disclosure")


def _require_roles(kind_of_event: EventType, subjects: Subjects) -> None:
    if not subjects.keys() <= kind_of_event.subjects.keys():
        unknown = [role for role in subjects if role not in kind_of_event.subjects]
        raise MismatchError("body.subjects", came=unknown[0], expected=f"roles {sorted(kind_of_event.subjects)}")


def _alone(role: Role, subjects: Subjects) -> tuple[str, ...]:
    """Return the one subject of a role that has one, by far the commonest; none where more has to be looked at."""
    given = subjects.get(role.name)
    if isinstance(given, str) and not (role.many or role.of) and form_of(given) in role.forms:
        return (given,)
    return ()


def _subjects_of(role: Role, subjects: Subjects, kind_of_event: EventType) -> Sequence[str]:
    """Return the subjects of a role, once they are as many and of the forms that the role allows."""
    given = subjects.get(role.name)
    where = f"body.subjects.{role.name}"
    if given is None:
        if not role.optional:
            raise MismatchError(where, came="nothing", expected=f"a subject for {kind_of_event.name}")
        return ()
    if isinstance(given, list) != role.many:
        raise MismatchError(where, came=given, expected="a list" if role.many else "one subject")
    listed = given if isinstance(given, list) else [given]
    for subject in listed:
        if (form := form_of(subject, where)) not in role.forms:
            raise MismatchError(where, came=form, expected=f"a subject of form {sorted(role.forms)}")
    if role.of:
        derived = _derived(role, kind_of_event.subjects[role.of], subjects.get(role.of, []))
        if derived != listed:
            (form,) = role.forms
            raise MismatchError(where, came=listed, expected=f"the {form} of {role.of}: {derived}")
    return listed


def _derived(role: Role, of: Role, source: str | list[str]) -> list[str]:
    """Return the distinct products, books or enterprises of subjects, in order of first appearance."""
    listed = [source] if isinstance(source, str) else source
    where = f"body.subjects.{of.name}"
    for each in listed:  # nothing is cut out of what may be anything
        if (given := form_of(each, where)) not in of.forms:
            raise MismatchError(where, came=given, expected=f"a subject of form {sorted(of.forms)}")
    (form,) = role.forms
    return list(dict.fromkeys(_DERIVE[form](each) for each in listed))


def _spell(pairs: Sequence[Pair]) -> str:
    return ", ".join(f"{kind} {name.hex()[:12]}…" for kind, name in pairs) or "none"
