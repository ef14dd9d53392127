"""Gathering an evidence bundle from a ledger's service, and checking it before anybody gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from ledger.client.client import LedgerClient
from ledger.errors import PrivateError
from ledger.trade.bundles import BODY, Fields, cut_down, is_granted
from verifier.errors import IncompleteError, MismatchError
from verifier.judgement.rights import GRANT
from verifier.ledgerformat.disclosure import check_disclosure, parse_disclosure
from verifier.proof.evidencebundle import (
    EvidenceBundle,
    NamedAttachment,
    VerifiedBundle,
    format_bundle,
    verify_bundle,
)
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Story, StoryEvent
from verifier.proof.verify import RefusedError, examine_trace


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was made, and what it verifies to.

    Attributes:
        data: the file.
        verified: what whoever gets it will see.
        left_out: granted pointers of which nothing is shown, with the event's name: the body that would check them is
            not granted, or they are not open to whoever made the bundle.
    """

    data: bytes
    verified: VerifiedBundle
    left_out: tuple[tuple[bytes, str], ...]


def make_bundle(
    client: LedgerClient,
    subject: str,
    *,
    walk: str,
    purpose: str,
    standpoint: Standpoint,
    fields_of: Callable[[Story], Fields],
) -> Made:
    """Return a bundle about a subject, with exactly the fields that are granted.

    Args:
        client: asks the ledger as a party to the case.
        subject: its URI.
        walk: `parties`, or `public`.
        purpose: one of `PURPOSES`.
        standpoint: whom the maker trusts.
        fields_of: what of the story's events is granted, by event name.

    Raises:
        RefusedError: the ledger's proof tells no story.
        IncompleteError: nothing of this story is granted.
        MismatchError: something else than an event commits to.
    """
    trace = client.trace(subject, walk=walk)
    verdict = examine_trace(trace, standpoint, subject=subject, walk=walk)
    if verdict.story is None:
        raise RefusedError(verdict)
    story, granted = verdict.story, fields_of(verdict.story)
    told = [each for each in story.timeline if each.event.name in granted]
    if not told:
        raise IncompleteError("grant", came="none", expected="a grant in force about an event of this story")
    texts = {each.event.name: _open(client, each, granted[each.event.name]) for each in told}
    cut = cut_down(trace, story, granted=granted, texts=texts)
    named = verify_bundle(format_bundle(EvidenceBundle(purpose, (cut,))), standpoint).attachments
    contents = tuple(_fetch(client, each) for each in named)
    data = format_bundle(EvidenceBundle(purpose, (cut,), contents))
    verified = verify_bundle(data, standpoint)
    return Made(data, verified, _left_out(verified, granted))


def handles_of_grants(story: Story) -> list[str]:
    """Return the handles of all grants about events of a story, ended or not, in log order: it has them all."""
    return [
        handle
        for each in story.timeline
        if each.event.head.type == GRANT and each.event.body
        for handle in each.event.body.of_role("grant")
    ]


def _open(client: LedgerClient, told: StoryEvent, fields: frozenset[str]) -> dict[str, str]:
    """Return the granted disclosures of an event, each checked; none where its body is not shown."""
    body = told.event.body
    if body is None or not fields - {BODY}:
        return {}
    try:
        texts = client.disclosures(told.event.name)
    except PrivateError:
        return {}
    granted = {pointer: text for pointer, text in texts.items() if is_granted(pointer, fields)}
    for pointer, text in granted.items():
        disclosure = parse_disclosure(text, pointer)
        if disclosure.pointer != pointer:
            raise MismatchError("disclosure", came=disclosure.pointer, expected=pointer)
        check_disclosure(disclosure, body.digests, pointer)
    return granted


def _fetch(client: LedgerClient, each: NamedAttachment) -> bytes:
    content = client.attachment(each.named.sha256, each.event)
    if sha256(content).digest() != each.named.sha256:
        raise MismatchError("attachment", came=sha256(content).digest(), expected=each.named.sha256.hex())
    return content


def _left_out(verified: VerifiedBundle, granted: Fields) -> tuple[tuple[bytes, str], ...]:
    told = [each for verdict in verified.verdicts if verdict.story for each in verdict.story.timeline]
    return tuple(
        (each.event.name, pointer)
        for each in told
        for pointer in sorted(granted.get(each.event.name, frozenset()) - {BODY})
        if not any(is_granted(shown.pointer, frozenset({pointer})) for shown in each.disclosures)
    )
