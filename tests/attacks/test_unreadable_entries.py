"""A ledger records what nobody can read: one file convicts it, and nothing that can be read does."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cbor2
import pytest

from ledger.compose.batch import sign_envelope
from ledger.witness.replay.lies import INADMISSIBLE
from ledger.witness.replay.standing import Batch, part_of
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.conftest import bend, reborn
from tests.attacks.forged import Stage, staged
from tests.ledger.witness.replay.test_convict_statement import live
from tests.vectors.cddl import Schema
from tests.verifier.proof.audit.forge import MemorySource, Said, entries_of
from tests.world import World
from verifier.errors import InconsistentError, MismatchError, SuyuanError, UnsupportedError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.statement import format_batch_header, format_payload
from verifier.primitives.cose import Sign1, format_bare_sign1, format_sign1, parse_sign1, signed_bytes
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_kinds import UNREADABLE, confirm_evidence
from verifier.proof.evidence_unreadable import (
    REASONS,
    UnreadableEvidence,
    format_unreadable_evidence,
    parse_unreadable_evidence,
    reason_against_entry,
    reason_against_event,
)

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture(scope="module")
def stage(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One log for all: nothing here changes it, each test forges what goes on from it."""
    folder = tmp_path_factory.mktemp("unreadable")
    world = reborn(template, folder / "ledger")
    yield staged(world, folder)
    world.ledger.close()


def with_entry(stage: Stage, entry: bytes, batch: bytes | None = None) -> MemorySource:
    """Return a log that goes on with two blocks, of which the second begins with other bytes; what follows is sealed.

    The last seal is over another entry: nobody who stops before it gets there.
    """
    log = stage.forged([stage.said(stage.event(1))], [stage.said(stage.event(2)), stage.said(stage.event(3))])
    entries = entries_of(log)
    entries[stage.size + 2] = entry
    if batch:
        log = log.with_files({f"batches/{stage.size + 2}": batch})
    return stage.rewritten(entries, log)


def statement(stage: Stage) -> bytes:
    return stage.said(stage.event(4)).entry


def raw(stage: Stage, change: Callable[[Sign1], Sign1]) -> bytes:
    return format_sign1(change(parse_sign1(statement(stage))))


def header(change: Callable[[dict[int, object]], object]) -> Callable[[Sign1], Sign1]:
    return lambda signed: replace(signed, protected=cbor2.dumps(change(cbor2.loads(signed.protected)), canonical=True))


def payload(change: Callable[[list[object]], object]) -> Callable[[Sign1], Sign1]:
    return lambda signed: replace(signed, payload=cbor2.dumps(change(cbor2.loads(signed.payload)), canonical=True))


def envelope(stage: Stage, change: Callable[[Sign1], Sign1]) -> bytes:
    carrier, audience = stage.world.cast["carrier"], [stage.world.ledger.origin]
    entry = sign_envelope(bytes(32), carrier.signer, issuer=carrier.uri, subject="a note", audience=audience)
    return format_sign1(change(parse_sign1(entry)))


ENTRIES: dict[str, Callable[[Stage], bytes]] = {
    "no CBOR": lambda _: b"\xff",
    "nothing at all": lambda _: b"",
    "another tag": lambda stage: b"\xd1" + statement(stage)[1:],
    "a byte behind it": lambda stage: statement(stage) + b"\x00",
    "an unprotected header": lambda stage: raw(stage, lambda each: replace(each, unprotected={4: b""})),
    "no payload": lambda stage: raw(stage, lambda each: replace(each, payload=None)),
    "a payload of no member": lambda stage: raw(stage, payload(lambda _: [])),
    "a short signature": lambda stage: raw(stage, lambda each: replace(each, signature=each.signature[1:])),
    "no content type": lambda stage: raw(
        stage, header(lambda held: {label: each for label, each in held.items() if label != 3})
    ),
    "no algorithm": lambda stage: raw(stage, header(lambda held: {**held, 1: "EdDSA"})),
    "a seal without an algorithm": lambda stage: raw(
        stage, header(lambda held: {**held, 1: "EdDSA", 3: "application/vnd.suyuan.seal+cbor"})
    ),
    "an issuer that is nobody": lambda stage: raw(stage, header(lambda held: {**held, 15: {**held[15], 1: "me"}})),
    "no event": lambda stage: raw(stage, payload(lambda held: [1, held[1], 0, held[3]])),
    "a digest of 31 bytes": lambda stage: envelope(stage, lambda each: replace(each, payload=bytes(31))),
    "an envelope about batches": lambda stage: envelope(
        stage, header(lambda held: {**held, 15: {**held[15], 2: "urn:suyuan:batch"}})
    ),
}
UNKNOWN: dict[str, Callable[[Stage], bytes]] = {
    "another version": lambda stage: raw(stage, payload(lambda held: [2, *held[1:]])),
    "another version of another shape": lambda stage: raw(stage, payload(lambda _: [2])),
    "another algorithm": lambda stage: raw(stage, header(lambda held: {**held, 1: -49})),
    "another content type": lambda stage: raw(stage, header(lambda held: {**held, 3: "application/json"})),
    "another hash": lambda stage: envelope(stage, header(lambda held: {**held, 258: -44})),
}


def said_as(stage: Stage, *events: tuple[bytes, bytes]) -> Said:
    """Return a batch of these heads and bodies, whatever they are, under the carrier's key."""
    carrier, origin = stage.world.cast["carrier"], stage.world.ledger.origin
    signer = carrier.signer
    protected = format_batch_header(alg=signer.public.alg, kid=signer.public.kid, issuer=carrier.uri, audience=[origin])
    root = tree_root([leaf_hash(head) for head, _ in events])
    spelt = format_payload(root=root, count=len(events), first=9000)
    signature = signer.sign(signed_bytes(protected=protected, payload=spelt))
    entry = format_bare_sign1(protected=protected, payload=spelt, signature=signature)
    return Said(entry, format_batch_answer([AnsweredEvent(head, SHOWN, body) for head, body in events]))


def good(stage: Stage, number: int = 5) -> tuple[bytes, bytes]:
    event = stage.event(number)
    return event.head, event.body


def of_body(stage: Stage, body: bytes) -> tuple[bytes, bytes]:
    return bend(stage.event(6), body=body_hash(body)).head, body


EVENTS: dict[str, tuple[Callable[[Stage], tuple[bytes, bytes]], str]] = {
    "a head that is no CBOR": (lambda stage: (b"\xff", good(stage)[1]), "head"),
    "a head with a byte behind it": (lambda stage: (good(stage)[0] + b"\x00", good(stage)[1]), "head"),
    "a head without a time": (
        lambda stage: (cbor2.dumps({k: v for k, v in cbor2.loads(good(stage)[0]).items() if k != 5}), b"{}"), "head",
    ),
    "a body that is no JSON": (lambda stage: of_body(stage, b"{"), "body"),
    "a body of another member": (lambda stage: of_body(stage, good(stage)[1][:-1] + b',"x":1}'), "body"),
    "a body with a member twice": (lambda stage: of_body(stage, good(stage)[1][:-1] + b',"data":{}}'), "body"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_convicts_by_itself(stage: Stage, name: str):
    found, data = stage.convicted(with_entry(stage, ENTRIES[name](stage)), chunk=1 if len(name) % 2 else 20_000)
    _require_convicted(stage, found, data, "entry", None)


@pytest.mark.parametrize("name", EVENTS)
def test_a_head_or_body_convicts_with_its_statement(stage: Stage, name: str):
    tell, reason = EVENTS[name]
    said = said_as(stage, good(stage), tell(stage))
    found, data = stage.convicted(with_entry(stage, said.entry, said.batch))
    _require_convicted(stage, found, data, reason, 1)
    shown = parse_unreadable_evidence(parse_file(data, WORD)).shown.events[0]
    assert isinstance(shown.body, bytes) == (reason == "body"), "of a head that cannot be read no body is shown"


def _require_convicted(stage: Stage, found, data: bytes, reason: str, position: int | None) -> None:
    assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size + 2)
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.origin) == (UNREADABLE, "ledger.test/zone")
    assert (convicted.facts["reason"], convicted.facts["leaf"]) == (reason, stage.size + 2)
    assert convicted.facts.get("position") == position
    assert Schema(CDDL).matches("unreadable-entry-evidence", data)
    assert format_unreadable_evidence(parse_unreadable_evidence(parse_file(data, WORD))) == data


def test_every_reason_is_tried():
    assert {"entry"} | {reason for _, reason in EVENTS.values()} == set(REASONS)


# What may be of another version, and what can be read.


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_another_version_may_spell_convicts_nobody(stage: Stage, name: str):
    entry = UNKNOWN[name](stage)
    found = stage.replayed(with_entry(stage, entry))
    assert found
    assert (found.where.leaf, found.conviction) == (stage.size + 2, None)
    with pytest.raises(UnsupportedError):
        reason_against_entry(entry)


@dataclass
class Reader:
    """Says of an honest log that it cannot be read."""

    accuser: Accuser

    def entry(self, leaf: int) -> bytes:
        return self._file((leaf, self.accuser.entries[leaf]), leaf)

    def event(self, leaf: int, position: int, *, bare: bool) -> bytes:
        return self._file(part_of(leaf, self.batch(leaf), [position], bare=bare), leaf)

    def batch(self, leaf: int) -> Batch:
        answered = parse_batch_answer(self.accuser.log.batch(leaf))
        return Batch(self.accuser.statement(leaf), [e.head for e in answered], [e.body for e in answered])

    def _file(self, shown, leaf: int) -> bytes:
        accuser = self.accuser
        evidence = UnreadableEvidence(accuser.charter, accuser.log.checkpoint(), shown, accuser.path(leaf))
        return format_unreadable_evidence(evidence)


def _require_all_read(stage: Stage, reader: Reader) -> None:
    """Require that no entry, head or body of a log is a reason against it."""
    for entry in reader.accuser.entries:
        assert reason_against_entry(entry) is None
    for leaf in reader.accuser.statements:
        batch = reader.batch(leaf)
        for event in part_of(leaf, batch, range(len(batch.heads))).events:
            assert reason_against_event(event) is None


def test_nothing_of_an_honest_log_convicts_it(stage: Stage):
    reader = Reader(Accuser(stage.source, stage.charter))
    _require_all_read(stage, reader)
    picked = random.Random(1)
    for leaf in picked.sample(reader.accuser.statements, 5):
        for data in (reader.entry(leaf), reader.event(leaf, 0, bare=True), reader.event(leaf, 0, bare=False)):
            with pytest.raises(InconsistentError, match="no evidence"):
                confirm_evidence(data, stage.world.standpoint())
    seal = reader.accuser.statements[-1] + 1
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_evidence(reader.entry(seal), stage.world.standpoint())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))])
def test_nothing_of_a_random_life_convicts(world: World, tmp_path: Path, seed: int):
    live(world, random.Random(seed), 28)
    stage = staged(world, tmp_path)
    _require_all_read(stage, Reader(Accuser(stage.source, stage.charter)))


def test_another_body_than_the_heads_convicts_nobody(stage: Stage):
    reader = Reader(Accuser(stage.source, stage.charter))
    evidence = parse_unreadable_evidence(parse_file(reader.event(reader.accuser.statements[-1], 0, bare=False), WORD))
    (event,) = evidence.shown.events
    other = replace(evidence, shown=replace(evidence.shown, events=(replace(event, body=b"{"),)))
    with pytest.raises(MismatchError):
        confirm_evidence(format_unreadable_evidence(other), stage.world.standpoint())


def test_no_member_can_be_bent_to_convict_an_honest_ledger(stage: Stage):
    reader, picked = Reader(Accuser(stage.source, stage.charter)), random.Random(3)
    leaf = reader.accuser.statements[-1]
    for file in (reader.entry(leaf), reader.event(leaf, 0, bare=False)):
        for what, data in bent(file, picked):
            try:
                found = confirm_evidence(data, stage.world.standpoint())
            except SuyuanError:
                continue
            pytest.fail(f"{what}: {found}")


# No byte of a file that convicts makes it convict of something else.


@pytest.mark.parametrize("name", ["a short signature", "a head without a time", "a body of another member"])
def test_every_byte_counts(stage: Stage, name: str):
    if name in ENTRIES:
        log = with_entry(stage, ENTRIES[name](stage))
    else:
        said = said_as(stage, good(stage), EVENTS[name][0](stage))
        log = with_entry(stage, said.entry, said.batch)
    file, picked = stage.convicted(log)[1], random.Random(7)
    for what, data in (*flipped(file, picked, 60), *bent(file, picked)):
        require_refused_or_true(file, data, stage.world.standpoint(), what)
