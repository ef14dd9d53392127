"""A mirror holds what it cosigns: an auditor needs nobody else, also when the ledger is gone."""

from hashlib import sha256
from pathlib import Path

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.errors import StoppedError
from ledger.tiles import files
from ledger.witness.mirror.door import mirror_door
from ledger.witness.mirror.mirror import LedgerMirror, Mirrors, open_mirror_keys
from ledger.witness.monitor import Monitor
from ledger.witness.outcome import COSIGNED
from tests.ledger.client.serving import Reply
from tests.ledger.witness.conftest import WITNESS_PASSPHRASE
from tests.ledger.witness.serve.conftest import Served
from verifier.cli.main import main as verify
from verifier.errors import IncompleteError, MismatchError
from verifier.ledgerformat.batch_answer import (
    MISSING,
    RESTRICTED,
    AnsweredEvent,
    format_batch_answer,
    parse_batch_answer,
)
from verifier.primitives.checkpoint import parse_signed_checkpoint, verify_line
from verifier.primitives.tiles import Tile, format_bundle, format_tile_path, parse_bundle


class Mirrored:
    """A followed ledger and its mirror."""

    def __init__(self, watched, root: Path) -> None:
        self.watched, self.root = watched, root
        self.keys = open_mirror_keys(root / "keys", "w0.example", WITNESS_PASSPHRASE)
        self.client = LedgerClient(watched.service.url, timeout=5, patience=Patience(attempts=1))
        self.mirror = LedgerMirror(root / "mirror", watched.follower, self.client, keys=self.keys)
        self.mirrors = Mirrors([self.mirror])
        origin = watched.world.ledger.origin
        self.folder = root / "mirror" / sha256(origin.encode()).hexdigest()
        (root / "zone.policy").write_bytes(watched.world.policy_file)

    def grow(self, blocks: int = 1) -> int:
        self.watched.grow(blocks)
        assert self.watched.follower.step().word == COSIGNED
        return self.watched.world.ledger.head.edge.size

    def monitor(self, *, open_reads: bool) -> Monitor:
        door = mirror_door(lambda: self.mirrors.folders, open_reads=open_reads)
        return Monitor("127.0.0.1:0", self.watched.store, [door])

    def audit(self, where: object) -> int:
        return verify(["audit", str(where), "--policy", str(self.root / "zone.policy")])


@pytest.fixture
def mirrored(watch, tmp_path):
    made = Mirrored(watch(), tmp_path)
    assert made.watched.follower.step().word == COSIGNED
    return made


def test_what_it_holds_passes_an_audit_after_every_growth(mirrored):
    for blocks in (0, 1, 3, 140):
        size = mirrored.grow(blocks) if blocks else mirrored.watched.world.ledger.head.edge.size
        assert mirrored.mirror.step().size == size
        assert mirrored.audit(mirrored.folder) == 0


def test_it_cosigns_with_its_own_name_and_keys_what_it_holds(mirrored):
    size = mirrored.grow()
    mirrored.mirror.step()
    checkpoint, note = parse_signed_checkpoint((mirrored.folder / "cosigned").read_bytes())
    assert checkpoint.size == size
    keys = {(key.name, key.key_id): key for key in mirrored.keys.note_keys}
    own = [line for line in note.signatures if line.name == "w0.example/mirror"]
    assert len(own) == 2
    assert all(verify_line(keys[line.name, line.key_id], checkpoint, line).time for line in own)
    witness = {key.key.raw for key in mirrored.watched.follower._keys.note_keys}
    assert witness.isdisjoint(key.key.raw for key in keys.values())


def test_an_auditor_reads_it_over_http_when_the_ledger_is_gone(mirrored, capsys):
    mirrored.grow(3)
    mirrored.mirror.step()
    mirrored.watched.service.close()
    monitor = mirrored.monitor(open_reads=True)
    try:
        assert mirrored.audit(f"http://{monitor.address}/mirror/{mirrored.folder.name}") == 0
        assert mirrored.watched.world.ledger.origin in capsys.readouterr().out
    finally:
        monitor.close()


def test_it_serves_its_paths_and_nothing_else_of_the_disk(mirrored):
    mirrored.mirror.step()
    (mirrored.root / "secret").write_text("secret")
    monitor = mirrored.monitor(open_reads=False)
    served, prefix = Served(None, monitor, []), f"/mirror/{mirrored.folder.name}"
    try:
        for path in ("checkpoint", "cosigned", "charter", "manifest.json"):
            assert served.get(f"{prefix}/{path}").body == (mirrored.folder / path).read_bytes()
        for path in ("batches/0", next(each for each in paths(mirrored.folder) if "entries" in each)):
            assert served.get(f"{prefix}/{path}").status == 403
        for path in ("../../secret", "%2e%2e/secret", "keys/mirror/cosigner.pem", "", "tile", "batches", "x" * 9):
            assert served.get(f"{prefix}/{path}").status == 404
        assert served.get(f"/mirror/{'0' * 64}/checkpoint").status == 404
    finally:
        monitor.close()


def paths(folder: Path) -> list[str]:
    return [str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()]


def test_what_is_not_the_ledger_s_is_neither_held_nor_cosigned(mirrored):
    mirrored.mirror.step()
    before = {each: (mirrored.folder / each).read_bytes() for each in ("checkpoint", "cosigned", "manifest.json")}
    size = mirrored.grow()
    client = LedgerClient(mirrored.watched.service.url)
    leaf = size - 2
    answer = client.batch(leaf)
    (event,) = parse_batch_answer(answer)
    tile = Tile(None, (size - 1) // 256, size % 256)
    entries = client.bundle(tile)
    lies = {
        f"/batches/{leaf}": [
            format_batch_answer([AnsweredEvent(event.head, RESTRICTED)]),
            format_batch_answer([AnsweredEvent(event.head, MISSING)]),
            answer.replace(event.body, event.body[:-2] + b" }"[:2]),
            format_batch_answer([event, event]),
        ],
        f"/{format_tile_path(tile)}": [format_bundle([*entries[:-1], entries[0]])],
    }
    for path, bodies in lies.items():
        for body in bodies:
            mirrored.watched.service.lie(path, Reply(body))
            ((_, held),) = mirrored.mirrors.look()
            assert isinstance(held.error, (IncompleteError, MismatchError)), body
            assert before == {each: (mirrored.folder / each).read_bytes() for each in before}
        del mirrored.watched.service.lies[path]
    assert mirrored.mirror.step().size == size
    assert parse_bundle((mirrored.folder / format_tile_path(tile)).read_bytes(), tile.width) == entries


def test_nothing_is_cosigned_before_it_is_synced(mirrored, monkeypatch):
    order: list[str] = []
    written, sync = files._write_synced, files.os.fsync

    def write(path: Path, content: bytes, mode: int) -> None:
        order.append(path.name.removeprefix(".").rpartition(".")[0])
        written(path, content, mode)

    monkeypatch.setattr(files, "_write_synced", write)
    monkeypatch.setattr(files.os, "fsync", lambda descriptor: (order.append("fsync"), sync(descriptor)))
    mirrored.mirror.step()
    named = [each for each in order if each != "fsync"]
    assert named[-4:] == ["charter", "checkpoint", "manifest.json", "cosigned"]
    place = order.index("cosigned")
    assert order[place - 1] == "fsync"
    assert all(order[at + 1] == "fsync" for at, each in enumerate(order) if each != "fsync")


@pytest.mark.parametrize("at", ["mirror-copied", "mirror-held", "mirror-signed"])
def test_killed_at_any_point_it_goes_on(mirrored, at):
    mirrored.grow(3)
    killed = _Killed(at)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("ledger.witness.mirror.copy", "ledger.witness.mirror.mirror"):
            patch.setattr(f"{module}.reach", killed)
        with pytest.raises(KeyboardInterrupt):
            mirrored.mirror.step()
    size = mirrored.grow()
    assert mirrored.mirror.step().size == size
    assert mirrored.audit(mirrored.folder) == 0


class _Killed:
    def __init__(self, at: str) -> None:
        self._at = at

    def __call__(self, point: str) -> None:
        if point == self._at:
            raise KeyboardInterrupt


def test_a_copy_that_cannot_be_read_is_told_and_ends_nothing(mirrored):
    mirrored.mirror.step()
    (mirrored.folder / "batches" / "0").unlink()
    again = LedgerMirror(mirrored.root / "mirror", mirrored.watched.follower, mirrored.client, keys=mirrored.keys)
    ((_, held),) = Mirrors([again]).look()
    assert isinstance(held.error, StoppedError)
    assert "batches/0" in held.error.field
