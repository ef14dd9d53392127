import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.signing.signer import generate
from ledger.witness.follow import CHARTER_AGE, Follower
from ledger.witness.outcome import BEHIND, COSIGNED, REFUSED, STALE, UNCHANGED, UNREACHABLE
from ledger.witness.store import WitnessStore
from tests.ledger.client.serving import Reply, problem
from tests.ledger.witness.conftest import keys_of
from verifier.errors import BadSignatureError, MismatchError, UntrustedError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.base64strict import format_base64
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import Note, format_note, parse_note
from verifier.primitives.tiles import Tile, format_bundle, format_tile_path, parse_bundle

TEXT = "text/plain; charset=utf-8"


def test_a_witness_cosigns_what_extends_what_it_cosigned(watch):
    watched = watch()
    sizes = []
    for _ in range(3):
        outcome = watched.follower.step()
        assert (outcome.word, outcome.quorum, outcome.unread) == (COSIGNED, True, False)
        sizes.append(outcome.size)
        watched.grow(2)
    assert sizes == sorted(set(sizes))


def test_nothing_is_signed_where_nothing_is_new(watch):
    watched = watch()
    first = watched.follower.step()
    kept = watched.store.newest(watched.world.ledger.origin)
    outcome = watched.follower.step()
    assert (outcome.word, outcome.size) == (UNCHANGED, first.size)
    assert watched.store.newest(watched.world.ledger.origin) == kept


def test_the_quorum_needs_both_and_then_the_promise_is_recorded(watch):
    watched = watch(witnesses=2, quorum=2)
    client = LedgerClient(watched.service.url)
    promise = client.submit(watched.world.submission())
    watched.world.publish()
    assert not promise.recorded
    assert watched.followers[0].step().quorum is False
    assert not client.receipt(promise.identity).recorded
    assert watched.followers[1].step().quorum is True
    assert client.receipt(promise.identity).recorded


def test_only_the_witness_s_own_lines_leave_and_only_once_they_are_durable(watch):
    watched = watch(witnesses=2, quorum=2)
    sent: list[Note] = []

    def look(body: bytes) -> None:
        note = parse_note(body)
        stored = watched.stores[len(sent)].newest(watched.world.ledger.origin)
        assert format_note(Note(note.text, ())) + stored.lines == body
        sent.append(note)

    watched.service.lies["/cosignatures"] = look
    for follower in watched.followers:
        assert follower.step().word == COSIGNED
    assert [[line.name for line in note.signatures] for note in sent] == [["w0.example"], ["w1.example"]]


def test_both_kinds_of_key_cosign(watch, tmp_path):
    watched = watch()
    keys = keys_of(tmp_path / "both", "both.example", post_quantum=True)
    assert [key.kind for key in keys.note_keys] == [4, 6]
    lines = keys.cosign(_checkpoint(watched), keys.note_keys, 1_700_000_000)
    assert lines.count(b"\n") == 2
    assert keys.cosign(_checkpoint(watched), [], 1_700_000_000) == b""


def test_lines_that_the_ledger_could_not_take_are_handed_in_later(watch):
    watched = watch()
    watched.service.lie("/cosignatures", Reply(b"", status=503))
    outcome = watched.follower.step()
    assert (outcome.word, outcome.quorum) == (COSIGNED, None)
    del watched.service.lies["/cosignatures"]
    outcome = watched.follower.step()
    assert (outcome.word, outcome.quorum) == (UNCHANGED, True)
    asked = len(watched.service.asked)
    assert watched.follower.step().quorum is None
    assert "POST /cosignatures" not in watched.service.asked[asked:]


def test_an_older_checkpoint_is_not_signed_and_stops_nobody(watch):
    watched = watch()
    older = LedgerClient(watched.service.url).checkpoint()
    watched.grow()
    assert watched.follower.step().word == COSIGNED
    watched.service.lie("/checkpoint", Reply(older, TEXT))
    assert watched.follower.step().word == BEHIND
    del watched.service.lies["/checkpoint"]
    watched.grow()
    assert watched.follower.step().word == COSIGNED


def test_an_older_checkpoint_that_was_signed_anew_is_one_log_still(watch):
    watched = watch()
    older = _checkpoint(watched)
    watched.grow()
    assert watched.follower.step().word == COSIGNED
    note = watched.world.ledger.keys.sign_checkpoint(older, int(time.time()) + 60)
    watched.service.lie("/checkpoint", Reply(note, TEXT))
    assert watched.follower.step().word == BEHIND


def test_entries_that_are_not_the_log_s_are_not_believed(watch):
    watched = watch()
    size = watched.world.ledger.head.edge.size
    entries = watched.world.ledger.tiles.read(Tile(None, 0, size))
    bundle = parse_bundle(entries, size)
    bundle[3] = bundle[3][:-1] + bytes([bundle[3][-1] ^ 1])
    watched.service.lie(f"/{format_tile_path(Tile(None, 0, size))}", Reply(format_bundle([*bundle])))
    outcome = watched.follower.step()
    assert outcome.word == REFUSED
    assert "leaf 3" in str(outcome.error)


def test_a_seal_of_another_key_than_the_charter_s_is_refused(watch):
    watched = watch()
    sequencer = watched.world.ledger.writer.sequencer
    forged = replace(watched.world.ledger.keys, seal=generate(EDDSA))
    sequencer._keys = SimpleNamespace(chosen_by=lambda _charter: forged)
    watched.grow()
    outcome = watched.follower.step()
    assert outcome.word == REFUSED
    assert "seal" in outcome.error.field


def _checkpoint(watched):
    return parse_signed_checkpoint(watched.world.ledger.prover.checkpoint())[0]


def _bend_signature(note: bytes) -> bytes:
    parsed = parse_note(note)
    first = parsed.signatures[0]
    bent = replace(first, blob=first.blob[:-1] + bytes([first.blob[-1] ^ 1]))
    return format_note(Note(parsed.text, (bent, *parsed.signatures[1:])))


def _other_root(note: bytes) -> bytes:
    parsed = parse_note(note)
    origin, size, _, _ = parsed.text.split("\n")
    return format_note(Note(f"{origin}\n{size}\n{format_base64(bytes(32))}\n", parsed.signatures))


def _without_ed25519(note: bytes) -> bytes:
    parsed = parse_note(note)
    return format_note(Note(parsed.text, parsed.signatures[1:]))


def _other_name(note: bytes) -> bytes:
    parsed = parse_note(note)
    return format_note(Note(parsed.text, (replace(parsed.signatures[0], name="other.example"),)))


@pytest.mark.parametrize(
    ("bend", "error"),
    [
        (_bend_signature, BadSignatureError),
        (_other_root, BadSignatureError),
        (_without_ed25519, UntrustedError),
        (_other_name, UntrustedError),
    ],
)
def test_what_the_ledger_did_not_sign_is_refused(watch, bend, error):
    watched = watch()
    watched.service.lie("/checkpoint", Reply(bend(watched.world.ledger.prover.checkpoint()), TEXT))
    outcome = watched.follower.step()
    assert outcome.word == REFUSED
    assert isinstance(outcome.error, error)
    assert watched.store.newest(watched.world.ledger.origin) is None


def test_another_charter_than_the_pinned_one_is_refused(watch):
    watched = watch()
    follower = Follower(
        LedgerClient(watched.service.url),
        TrustPolicy(bytes(32)),
        keys=keys_of(watched.evidence / "keys", "w.example"),
        store=watched.store,
        evidence=watched.evidence,
    )
    assert follower.step().word == REFUSED


def test_a_witness_that_the_charter_does_not_name_signs_nothing(watch, tmp_path):
    watched = watch()
    store = WitnessStore(tmp_path / "stranger.db")
    follower = Follower(
        LedgerClient(watched.service.url),
        watched.world.policy,
        keys=keys_of(tmp_path / "stranger", "stranger.example"),
        store=store,
        evidence=watched.evidence,
    )
    outcome = follower.step()
    assert outcome.word == REFUSED
    assert store.newest(watched.world.ledger.origin) is None
    store.close()


def test_tiles_that_do_not_give_the_root_are_refused_but_stop_nobody(watch):
    watched = watch()
    assert watched.follower.step().word == COSIGNED
    watched.grow()
    size = watched.world.ledger.head.edge.size
    path = f"/{format_tile_path(Tile(0, 0, size))}"
    watched.service.lie(path, Reply(bytes(32 * size)))
    outcome = watched.follower.step()
    assert outcome.word == REFUSED
    assert isinstance(outcome.error, MismatchError)
    del watched.service.lies[path]
    assert watched.follower.step().word == COSIGNED


def test_a_silent_ledger_is_unreachable_and_comes_back(watch):
    watched = watch()
    for path in ("/checkpoint", "/charter"):
        watched.service.lie(path, Reply(b"", status=502))
    assert watched.follower.step().word == UNREACHABLE
    watched.service.lies.clear()
    assert watched.follower.step().word == COSIGNED


@pytest.mark.parametrize("off", [301, -320])
def test_a_seal_that_does_not_fit_the_clock_is_not_cosigned_yet(watch, off):
    ahead = [off]
    watched = watch(clock=lambda: time.time() + ahead[0])
    assert watched.follower.step().word == STALE
    assert watched.store.newest(watched.world.ledger.origin) is None
    ahead[0] = 0
    assert watched.follower.step().word == COSIGNED


def test_a_clock_that_went_back_signs_nothing(watch):
    ahead = [100]
    watched = watch(clock=lambda: time.time() + ahead[0])
    assert watched.follower.step().word == COSIGNED
    watched.grow()
    ahead[0] = 0
    outcome = watched.follower.step()
    assert (outcome.word, outcome.error.field) == (STALE, "clock")


@pytest.mark.parametrize("gap", [1, 120])
def test_a_seal_long_before_the_last_cosignature_is_seen_wherever_it_stands(watch, gap):
    watched = watch()
    assert watched.follower.step().word == COSIGNED
    sequencer = watched.world.ledger.writer.sequencer
    watched.grow(gap)
    watched.world.ahead = -400
    sequencer.head = replace(sequencer.head, time=0)  # a ledger that lies about time
    watched.grow()
    watched.world.ahead = 0
    watched.grow(gap)
    outcome = watched.follower.step()
    assert (outcome.word, outcome.error.field) == (STALE, "seal.time")


def test_where_reads_are_closed_the_checkpoint_s_own_time_is_judged_and_that_is_said(watch):
    ahead = [301]
    watched = watch(clock=lambda: time.time() + ahead[0])
    watched.service.open_reads(open_=False)
    assert watched.follower.step().word == STALE
    ahead[0] = 0
    outcome = watched.follower.step()
    assert (outcome.word, outcome.unread) == (COSIGNED, True)


def test_a_later_charter_is_followed_and_an_older_one_refused(watch, tmp_path):
    watched = watch()
    world, zone = watched.world, watched.world.zone
    ticks = [0.0]
    follower = watched.follower
    follower._monotonic = lambda: ticks[0]
    assert follower.step().word == COSIGNED
    first = world.ledger.prover.charter_file()
    second = keys_of(tmp_path / "second", "second.example")
    zone.witnesses = [*zone.witnesses, *second.note_keys]
    draft = zone._charter()
    before = world.ledger.head.replay.founding
    draft = replace(draft, data={**draft.data, "version": 2, "previous": before.name.hex()})
    zone.decree([draft])
    watched.grow()
    other = Follower(
        LedgerClient(watched.service.url, patience=Patience(attempts=1)),
        world.policy,
        keys=second,
        store=WitnessStore(tmp_path / "second.db"),
        evidence=watched.evidence,
    )
    assert other.step().word == COSIGNED
    other._store.close()
    watched.world.publish()
    world.ledger.writer.call(world.ledger.writer.sequencer.refresh).result()
    assert follower.step().word == COSIGNED  # a line under the checkpoint that only the new charter names
    ticks[0] += CHARTER_AGE
    watched.service.lie("/charter", Reply(first))
    outcome = follower.step()
    assert outcome.word == REFUSED
    assert "fewer or other charters" in str(outcome.error)


def test_a_ledger_that_refuses_lines_is_reported(watch):
    watched = watch()
    watched.service.lie("/cosignatures", problem(UntrustedError("checkpoint", came="w0.example", expected="another")))
    assert watched.follower.step().word == REFUSED
    del watched.service.lies["/cosignatures"]
    assert watched.follower.step().quorum is True
