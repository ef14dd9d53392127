"""Events of a trace's histories that do not belong to its story, as a page lists them: folded, each by its name."""

from __future__ import annotations

from dataclasses import dataclass

from api.views.words import beijing_time
from verifier.proof.verdict import Outsider, Story
from verifier.rendering import name_of

MOST_OUTSIDE = 300


@dataclass(frozen=True, slots=True)
class OutsiderView:
    """An event outside the story.

    Attributes:
        name: 64 hexadecimal digits.
        title: its type's, in the language of the page.
        issuer: who said it: the name, where the story names them, else the URI.
        recorded: ledger time.
        leaf: where it stands in the log.
        subjects: those of its subjects that the story names.
    """

    name: str
    title: str
    issuer: str
    recorded: str
    leaf: int
    subjects: tuple[str, ...]


def view_outside(story: Story | None, lang: str) -> tuple[OutsiderView, ...]:
    """Return the events outside a story in log order, at most `MOST_OUTSIDE`; the proof's JSON has all."""
    if story is None:
        return ()
    names = {each.issuer.uri: name_of(each.issuer.names, lang) for each in story.timeline}
    return tuple(_view(each, story, names, lang) for each in story.outside[:MOST_OUTSIDE])


def _view(outsider: Outsider, story: Story, names: dict[str, str], lang: str) -> OutsiderView:
    head = outsider.event.head
    subjects = dict.fromkeys(story.subjects[name] for _, name in head.joins if name in story.subjects)
    return OutsiderView(
        name=outsider.event.name.hex(),
        title=outsider.kind.title[lang],
        issuer=names.get(head.principal, head.principal),
        recorded=beijing_time(outsider.time),
        leaf=outsider.event.leaf,
        subjects=tuple(subjects),
    )
