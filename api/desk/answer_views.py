"""What the pages show of answers: exactly what will be signed, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.desk.answered import Answered
from api.desk.preparing import Preparation, Ready, failures
from api.desk.texts import text
from api.views.words import beijing_time
from ledger.compose.event import ComposedEvent
from ledger.endorsing.endorse import VERBS
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import parse_head
from verifier.rendering import plain, render_error

_MOST_ANSWERS = 100


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One event that will be signed.

    Attributes:
        target: 64 hexadecimal digits of what is answered.
        title, subject, issuer: of what is answered.
        seen: how many of its disclosures are listed as seen.
        name: of the answer itself.
        body: its bytes, as text.
    """

    target: str
    title: str
    subject: str
    issuer: str
    seen: int
    name: str
    body: str


@dataclass(frozen=True, slots=True)
class SignedView:
    """Exactly what will be signed.

    Attributes:
        verb: the decision's.
        type: type of every answer.
        kid: key that signs.
        audience: the ledger that it is for.
        rows: label and text of what all answers say.
        answers: those shown; `more` further ones are alike.
        count: how many one signature covers.
        left_out: name and sentence of what is not signed.
    """

    verb: str
    type: str
    kid: str
    audience: str
    rows: tuple[tuple[str, str], ...]
    answers: tuple[AnswerView, ...]
    more: int
    count: int
    left_out: tuple[tuple[str, str], ...]


def view_signed(prepared: Preparation, lang: str, *, kid: bytes) -> SignedView:
    """Return what a page shows before it is signed."""
    ready, decision = prepared.ready, prepared.decision
    left_out = tuple((name, render_error(error, lang)) for name, error in failures(prepared.left_out))
    return SignedView(
        verb=decision.verb,
        type=VERBS[decision.verb],
        kid=kid.hex(),
        audience=ready[0].origin if ready else "",
        rows=tuple(_said(ready[0].composed, lang)) if ready else (),
        answers=tuple(_answer(each, lang) for each in ready[:_MOST_ANSWERS]),
        more=max(0, len(ready) - _MOST_ANSWERS),
        count=len(ready),
        left_out=left_out,
    )


def _said(composed: ComposedEvent, lang: str) -> Iterator[tuple[str, str]]:
    """Yield what an answer's own bytes say, but for what differs from one to the next."""
    data = {name: value for name, value in parse_body(composed.body).data.items() if name != "seen"}
    for member, value in data.items():
        label = text(f"desk.form.{member}", lang) if member != "reason" else text("desk.confirm.reason", lang)
        for each in value if isinstance(value, list) else [value]:
            yield label, plain(" | ".join(each.values()) if isinstance(each, dict) else str(each))
    until = parse_head(composed.head).until
    if until is not None:
        yield text("desk.confirm.until", lang), beijing_time(until)


def _answer(ready: Ready, lang: str) -> AnswerView:
    target, composed = ready.target, ready.composed
    return AnswerView(
        target=target.name,
        title=target.title[lang],
        subject=target.subject,
        issuer=plain(target.issuer[lang]),
        seen=ready.seen,
        name=composed.name.hex(),
        body=composed.body.decode(),
    )


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """A batch that was answered: when, how, what became of it, and what it is about."""

    identity: str
    when: str
    verb: str
    state: str
    count: int
    targets: tuple[TargetView, ...]


@dataclass(frozen=True, slots=True)
class TargetView:
    """What was answered."""

    name: str
    title: str
    subject: str
    issuer: str


def view_answered(answered: Answered, lang: str) -> AnsweredView:
    """Return what pages show of a batch."""
    targets = tuple(
        TargetView(each.name, each.title.get(lang, ""), each.subject, plain(each.issuer.get(lang, "")))
        for each in answered.targets[:_MOST_ANSWERS]
    )
    identity, when = answered.kept.identity.hex(), beijing_time(answered.time)
    return AnsweredView(identity, when, answered.verb, answered.state, len(answered.targets), targets)
