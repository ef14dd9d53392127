"""Evidence bundles: one file for a tax office, bank, insurer or court, verified offline (formats, section 17).

A bundle adds nothing to be believed: it is trace proofs, in which the bodies and disclosures stand that its reader was
granted, and the attachments that these disclosures name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from verifier.errors import MalformedError, MismatchError
from verifier.ledgerformat.disclosure import Attachment, parse_attachment
from verifier.primitives.cbor import Value
from verifier.proof.bundle import format_file, parse_file, require_bytes, require_labels, require_list
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import StoryEvent, Verdict
from verifier.proof.verify import examine_trace

WORD = "suyuan bundle"
MEDIA_TYPE = "application/vnd.suyuan.bundle+cbor"
PURPOSES = ("tax", "bank", "insurer", "dispute")
MAX_TRACES = 64


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """A bundle. Parsed, not verified.

    Attributes:
        purpose: for whom it was made, one of `PURPOSES`; the maker's word.
        traces: trace proofs, as files, 1 to 64.
        attachments: their bytes, by SHA-256, none twice.
    """

    purpose: str
    traces: tuple[bytes, ...]
    attachments: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedAttachment:
    """An attachment that a shown disclosure names.

    Attributes:
        event: the event's name.
        pointer: of the disclosure.
        named: media type, SHA-256, size.
        content: its bytes; None where the bundle does not have them.
    """

    event: bytes
    pointer: str
    named: Attachment
    content: bytes | None


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """What a bundle shows.

    Attributes:
        purpose: the maker's word.
        verdicts: of its trace proofs, in order.
        attachments: what disclosures of its stories name, each event and pointer once.
    """

    purpose: str
    verdicts: tuple[Verdict, ...]
    attachments: tuple[NamedAttachment, ...]

    @property
    def worst(self) -> Verdict:
        """Return the verdict that decides: altered or contradictory before all, else that of the highest exit code."""
        return max(self.verdicts, key=lambda each: (each.exit_code == 1, each.exit_code))


def parse_bundle(data: bytes) -> EvidenceBundle:
    """Return the bundle that a file spells.

    Raises:
        MalformedError: another format.
        UnsupportedError: another version.
    """
    content = parse_file(data, WORD)
    require_labels(content, {1, 2, 3}, set(), WORD)
    purpose = content[1]
    if not isinstance(purpose, str) or purpose not in PURPOSES:
        raise MalformedError("purpose", came=purpose, expected=f"one of {', '.join(PURPOSES)}")
    traces = tuple(require_bytes(each, "traces") for each in require_list(content[2], "traces"))
    if not 1 <= len(traces) <= MAX_TRACES:
        raise MalformedError("traces", came=len(traces), expected=f"1 to {MAX_TRACES}")
    attachments = tuple(require_bytes(each, "attachments") for each in require_list(content[3], "attachments"))
    if list(attachments) != _sorted(attachments):
        raise MalformedError("attachments", came="another order", expected="by SHA-256, none twice")
    return EvidenceBundle(purpose, traces, attachments)


def format_bundle(bundle: EvidenceBundle) -> bytes:
    """Return the file's bytes."""
    attachments = list[Value](_sorted(bundle.attachments))
    return format_file(WORD, {1: bundle.purpose, 2: list[Value](bundle.traces), 3: attachments})


def verify_bundle(data: bytes, standpoint: Standpoint) -> VerifiedBundle:
    """Return what a bundle shows; a trace proof in it that does not verify has its own verdict.

    Raises:
        MalformedError, UnsupportedError: no bundle.
        MismatchError: an attachment that no disclosure names.
    """
    bundle = parse_bundle(data)
    verdicts = tuple(examine_trace(each, standpoint) for each in bundle.traces)
    told = [event for each in verdicts if each.story for event in each.story.timeline]
    held = {sha256(each).digest(): each for each in bundle.attachments}
    named = _named(told, held)
    # Where a proof tells no story its verdict says why, and nothing can be said of what its disclosures would name.
    strange = held.keys() - {each.named.sha256 for each in named}
    for digest in strange if all(each.story for each in verdicts) else ():
        raise MismatchError("attachments", came=digest, expected="one that a disclosure names")
    return VerifiedBundle(bundle.purpose, verdicts, named)


def _named(told: Sequence[StoryEvent], held: Mapping[bytes, bytes]) -> tuple[NamedAttachment, ...]:
    found = {}
    for each in told:
        for disclosure in each.disclosures:
            rule = each.kind.disclosures.get(disclosure.pointer)
            named = parse_attachment(disclosure.value, disclosure.pointer) if rule and rule.attachment else None
            if named:
                content = _content(named, held)
                place = each.event.name, disclosure.pointer
                found[place] = NamedAttachment(*place, named, content)
    return tuple(found.values())


def _content(named: Attachment, held: Mapping[bytes, bytes]) -> bytes | None:
    content = held.get(named.sha256)
    if content is not None and len(content) != named.size:
        raise MismatchError(
            "attachments", came=f"{len(content)} bytes", expected=f"{named.size}, as its disclosure says"
        )
    return content


def _sorted(attachments: Sequence[bytes]) -> list[bytes]:
    by_digest = {sha256(each).digest(): each for each in attachments}
    return [by_digest[each] for each in sorted(by_digest)]
