"""What verification concludes: outcome, steps, notices, and what was not checked (formats, section 18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.errors import SuyuanError
from verifier.judgement.participants import Participant
from verifier.judgement.recognition import Recognition
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.bundle import BodyState

VERIFIED, ALTERED, CONTRADICTORY = "verified", "altered", "contradictory"
INCOMPLETE, NOT_RECOGNISED, NOT_RECORDED = "incomplete", "not-recognised", "not-recorded"
UNREADABLE, UNSUPPORTED = "unreadable", "unsupported"
EXIT_CODES = {
    VERIFIED: 0,
    ALTERED: 1,
    CONTRADICTORY: 1,
    INCOMPLETE: 3,
    NOT_RECOGNISED: 3,
    NOT_RECORDED: 3,
    UNREADABLE: 4,
    UNSUPPORTED: 5,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the catalogue: its key in `verifier/texts`, and the values that fill it."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One of the nine steps.

    Attributes:
        number: 1 to 9.
        passed: None where an earlier failure kept it from being reached.
        said: what it established.
        error: why it failed.
    """

    number: int
    passed: bool | None
    said: tuple[Said, ...] = ()
    error: SuyuanError | None = None


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One event of a verified story.

    Attributes:
        event: the event.
        kind: its type's version in force.
        issuer: its principal as admitted at its leaf.
        time: ledger time, milliseconds since 1970.
        recognition: what policies make of it.
        body: its body's state.
        disclosures: values shown with it, each of this event's `_sd`.
        agent: who said it for the principal under a mandate, as admitted at its leaf; None where nobody did.
        successor: who carries on for the principal as of the proof's size; None where it goes on itself.
        carriers: who carries on for those who co-signed it, by their URIs; nobody for those who go on themselves.
    """

    event: Event
    kind: EventType
    issuer: Participant
    time: int
    recognition: Recognition
    body: BodyState
    disclosures: tuple[Disclosure, ...]
    agent: Participant | None = None
    successor: Participant | None = None
    carriers: Mapping[str, Participant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outsider:
    """An event of a history of the story that does not belong to it.

    Attributes:
        event: of it.
        kind: the version of its type in force at its leaf.
        time: ledger time, milliseconds since 1970.
    """

    event: Event
    kind: EventType
    time: int


@dataclass(frozen=True, slots=True)
class Rest:
    """The entries of a history that a proof does not show: how many, their root, and the event that states it."""

    count: int
    root: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class Story:
    """What a verified trace tells.

    Attributes:
        subject: the URI asked for.
        walk: `public`, `parties`, `registry`, or the one kind of history that is proved.
        origin: the ledger.
        ledger_names: its name for people.
        size: leaves that the checkpoint covers.
        root: the checkpoint's root.
        time: ledger time of the newest seal, milliseconds since 1970.
        cosigned: names of the cosigners that verified.
        timeline: events in log order.
        subjects: subjects that are known in clear, by name.
        outside: events of its histories that lie outside every window, in log order: authentic, and no more is asked.
        rest: what of the one history that is proved is not shown; None where all of it is.
    """

    subject: str
    walk: str
    origin: str
    ledger_names: Mapping[str, str]
    size: int
    root: bytes
    time: int
    cosigned: tuple[str, ...]
    timeline: tuple[StoryEvent, ...]
    subjects: Mapping[bytes, str]
    outside: tuple[Outsider, ...] = ()
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying a proof.

    Attributes:
        outcome: a key of EXIT_CODES.
        steps: the nine, in order.
        notices: recalled, corrected, late, …
        unchecked: what was not checked.
        story: what is told; None where something was altered or could not be read.
        error: why the outcome is not `verified`.
    """

    outcome: str
    steps: tuple[StepResult, ...]
    notices: tuple[Said, ...] = ()
    unchecked: tuple[Said, ...] = ()
    story: Story | None = None
    error: SuyuanError | None = None

    @property
    def exit_code(self) -> int:
        """Return the exit code of the design's table."""
        return EXIT_CODES[self.outcome]
