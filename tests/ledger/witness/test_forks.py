import re
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.client.client import LedgerClient
from ledger.errors import ConflictError, StoppedError
from ledger.witness.monitor import Monitor
from ledger.witness.outcome import COSIGNED, STOPPED
from tests.ledger.client.serving import Reply
from tests.ledger.client.world import copy_ledger
from tests.vectors.cddl import Schema
from verifier.errors import InconsistentError
from verifier.primitives.base64strict import format_base64
from verifier.proof.evidence import confirm_fork, parse_fork_evidence
from verifier.proof.evidence_kinds import ROLLBACK, confirm_evidence
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

FORMATS = Path(__file__).parents[3] / "docs/formats.md"


def confirmed(watched, path: str) -> tuple[int, int]:
    """The sizes of the fork that an evidence file proves to whoever holds the trust policy."""
    standpoint = Standpoint(watched.world.policy, 0, registry_types())
    return confirm_fork(parse_fork_evidence(Path(path).read_bytes()), standpoint).sizes


def require_stopped_for_good(watched, outcome, *, files: int) -> None:
    origin = watched.world.ledger.origin
    kept = watched.store.newest(origin)
    assert outcome.word == STOPPED
    assert len(outcome.evidence) == files
    assert all(Path(each).stat().st_size for each in outcome.evidence)
    watched.grow(5)
    again = watched.follower.step()
    assert (again.word, again.evidence) == (STOPPED, outcome.evidence)
    assert watched.store.newest(origin) == kept
    with pytest.raises(ConflictError):
        watched.store.advance(origin, kept, kept)


def test_another_root_for_the_same_size(watch):
    watched = watch()
    twin = watched.twin()
    watched.grow()
    assert watched.follower.step().word == COSIGNED
    watched.serve(twin)
    watched.grow()
    outcome = watched.follower.step()
    require_stopped_for_good(watched, outcome, files=3)
    first, second = confirmed(watched, outcome.evidence[0])
    assert first == second


@pytest.mark.parametrize(("cosigned", "grown"), [(1, 2), (1, 120), (120, 121)])
def test_a_larger_log_that_does_not_contain_what_was_cosigned(watch, cosigned, grown):
    watched = watch()
    twin = watched.twin()
    watched.grow(cosigned)
    size = watched.follower.step().size
    watched.serve(twin)
    watched.grow(grown)
    outcome = watched.follower.step()
    require_stopped_for_good(watched, outcome, files=3)
    assert confirmed(watched, outcome.evidence[0])[0] == size


def test_a_smaller_log_beside_the_tiles_of_the_larger_one(watch):
    watched = watch()
    twin = watched.twin()
    watched.grow(3)
    size = watched.follower.step().size
    larger = watched.world.ledger
    tiles = {path.relative_to(larger.tiles.root) for path in larger.tiles.root.glob("tile/0/**/*") if path.is_file()}
    for path in tiles:
        watched.service.lie(f"/{path}", Reply((larger.tiles.root / path).read_bytes()))
    watched.serve(twin)
    watched.grow()
    outcome = watched.follower.step()
    require_stopped_for_good(watched, outcome, files=3)
    assert confirmed(watched, outcome.evidence[0])[1] == size


def test_a_rollback_is_a_smaller_log_that_was_signed_later(watch):
    watched = watch()
    twin = watched.twin()
    watched.grow(3)
    assert watched.follower.step().word == COSIGNED
    watched.world.ahead = 2
    watched.serve(twin)
    watched.grow()
    outcome = watched.follower.step()
    assert "rollback" in str(outcome.error)
    require_stopped_for_good(watched, outcome, files=3)
    standpoint = Standpoint(watched.world.policy, 0, registry_types())
    found = confirm_evidence(Path(outcome.evidence[0]).read_bytes(), standpoint)
    assert (found.kind, found.facts["sizes"]) == (ROLLBACK, [30, 34])
    cddl = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]
    assert Schema(cddl).matches("rollback-evidence", Path(outcome.evidence[0]).read_bytes())


def test_a_stop_outlives_the_process_and_ends_when_somebody_has_looked(watch):
    watched = watch()
    twin = watched.twin()
    honest = watched.world.ledger
    watched.grow()
    assert watched.follower.step().word == COSIGNED
    watched.serve(twin)
    watched.grow()
    assert watched.follower.step().word == STOPPED
    watched.serve(honest)
    watched.grow()
    assert watched.follower.step().word == STOPPED
    assert watched.store.resume(honest.origin)
    assert not watched.store.resume(honest.origin)
    assert watched.follower.step().word == COSIGNED


def test_a_full_disk_does_not_keep_it_from_stopping(watch):
    watched = watch()
    twin = watched.twin()
    watched.grow()
    assert watched.follower.step().word == COSIGNED
    watched.evidence.write_text("a file where the folder should be")
    watched.serve(twin)
    watched.grow()
    outcome = watched.follower.step()
    assert (outcome.word, outcome.evidence) == (STOPPED, ())
    assert "evidence not written" in watched.store.stopped(twin.origin).reason


def test_the_ledger_itself_refuses_the_lines_of_a_fork(watch):
    watched = watch()
    twin = watched.twin()
    watched.grow()
    note = watched.world.ledger.prover.checkpoint()
    watched.serve(twin)
    watched.grow()
    with pytest.raises((ConflictError, InconsistentError)):
        LedgerClient(watched.service.url).cosign(note)


def test_a_ledger_without_its_guard_is_still_held_by_what_a_witness_shows(watch):
    watched = watch()
    watched.world.ledger.close()
    copy_ledger(watched.world.root, copy := watched.world.root.with_name("older"))
    watched.serve(watched.world.open())
    watched.grow(2)
    assert watched.follower.step().word == COSIGNED
    monitor = Monitor("127.0.0.1:0", watched.store)
    shown = [f"http://{monitor.address}"]
    lost = {"guard": copy / "guard", "new_guard": True}
    with pytest.raises(StoppedError, match="cosigned"):
        watched.world.open(copy, **lost, witnesses=shown)
    watched.world.ledger.close()
    watched.serve(watched.world.open(witnesses=shown))
    watched.grow()
    monitor.close()
    watched.world.open(copy, **lost, witnesses=shown).close()  # nobody answers: the guard alone holds


def test_what_somebody_else_signed_keeps_no_ledger_from_starting(watch):
    watched = watch()
    note = watched.world.ledger.prover.checkpoint()
    origin, _, _, rest = note.split(b"\n", 3)
    path = f"/{sha256(origin).hexdigest()}/checkpoint"
    for lie in (b"", b"no note", b"\n".join((origin, b"9999", format_base64(bytes(32)).encode(), rest))):
        watched.service.lie(path, Reply(lie, "text/plain"))
        watched.world.ledger.close()
        watched.serve(watched.world.open(witnesses=[watched.service.url]))
