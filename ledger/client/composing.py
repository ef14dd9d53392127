"""From a description to a signed submission: types, answered events, sequence numbers, the issuer's key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.drafts import compose_all, read_descriptions
from ledger.client.sequence import next_number, take_numbers
from ledger.clock import milliseconds
from ledger.compose.batch import sign_batch
from ledger.compose.event import Randomness
from ledger.errors import SetupError
from ledger.signing.signer import Signer
from verifier.errors import MismatchError
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.submission import format_submission, parse_submission
from verifier.ledgerformat.vocabulary import EventType, parse_type
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.eventproof import parse_event_proof
from verifier.vocabulary import registry_types, type_files


@dataclass(frozen=True, slots=True)
class Composing:
    """With what a submission is composed.

    Attributes:
        signer: the issuer's key.
        numbers: the path beside which that key's sequence numbers are kept.
        issuer: participant URI.
        audience: the ledger's origin; None to take it from its checkpoint.
        types: folder of further type files, None for none.
        keep: folder of kept submissions, where answered events are looked for first.
        first: go on from this sequence number; None for the one beside the key.
        take: whether the numbers are taken; a dry run leaves them.
    """

    signer: Signer
    numbers: Path
    issuer: str
    audience: str | None
    types: Path | None
    keep: Path
    first: int | None
    take: bool


def compose_submission(
    description: bytes, folder: Path, composing: Composing, client: LedgerClient, *, random: Randomness
) -> bytes:
    """Return the signed submission of a JSON description; `folder` is where its attachments are.

    Raises:
        SuyuanError: what does not fit, its field named. No number is taken before all events are composed.
    """
    described = read_descriptions(description, folder, milliseconds())
    audience = composing.audience or parse_signed_checkpoint(client.checkpoint())[0].origin
    events = compose_all(
        described,
        load_types(composing.types),
        issuer=composing.issuer,
        find_head=lambda name: find_head(name, composing.keep, client),
        random=random,
    )
    signer, kid = composing.signer, composing.signer.public.kid
    if composing.take:
        first = take_numbers(composing.numbers, kid, len(events), first=composing.first)
    else:
        first = next_number(composing.numbers, kid) if composing.first is None else composing.first
    return format_submission(sign_batch(events, signer, issuer=composing.issuer, audience=[audience], first=first))


def load_types(folder: Path | None) -> dict[str, EventType]:
    """Return the vocabulary's types, the registry's, and those of a folder, which win over the others."""
    files = type_files()
    try:
        files |= {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))} if folder else {}
    except OSError as error:
        raise SetupError(str(folder), came=error.strerror, expected="a folder of type files") from error
    parsed = [parse_type(data, name) for name, data in files.items()]
    return {**{each.name: each for each in parsed}, **registry_types()}


def find_head(name: bytes, keep: Path, client: LedgerClient) -> Head:
    """Return the head of an event, out of a kept submission or from the ledger; its name stands for its bytes."""
    for path in sorted(keep.glob("*.submission")):
        for head in parse_submission(path.read_bytes()).heads:
            if event_name(head) == name:
                return parse_head(head)
    head = parse_event_proof(client.event(name)).statement.events[0].head
    if event_name(head) != name:
        raise MismatchError("about", came="another event", expected=name.hex())
    return parse_head(head)
