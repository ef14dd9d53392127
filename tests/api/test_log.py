import pytest

from api.access import Access
from api.actors import moment_of
from api.authorise import ANYBODY
from api.batches import batch_answers
from ledger.opening import create_ledger, open_ledger
from verifier.ledgerformat.batch_answer import SHOWN, parse_batch_answer
from verifier.ledgerformat.batch_answers import MEDIA_TYPE, parse_batch_answers
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import check_batch, parse_statement
from verifier.primitives.base64strict import parse_base64
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import check_consistency, leaf_hash, tree_root
from verifier.primitives.tiles import parse_bundle, parse_hashes
from verifier.proof.charterfile import parse_charter_file


@pytest.fixture
def published(world, server):
    """The published checkpoint of the newest size."""
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    answer = server.get("/checkpoint")
    assert answer.status == 200
    return parse_signed_checkpoint(answer.body)[0]


def test_the_published_checkpoint_is_served_as_it_stands(server, world, published):
    answer = server.get("/checkpoint")
    assert answer.body == (world.folder / "log" / "checkpoint").read_bytes()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=1"


def test_checkpoints_by_size(server, published):
    assert parse_signed_checkpoint(server.get(f"/checkpoints/{published.size}").body)[0] == published
    assert parse_signed_checkpoint(server.get("/checkpoints/quorum").body)[0].size >= published.size
    assert server.get("/checkpoints/1").status == 404
    assert server.get("/checkpoints/999999999").status == 404


def test_tiles_give_the_root_of_the_checkpoint(server, open_server, published):
    size = published.size
    assert size < 256
    hashes = parse_hashes(server.get(f"/tile/0/000.p/{size}").body, size)
    assert tree_root(hashes) == published.root
    answer = open_server.get(f"/tile/entries/000.p/{size}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert [leaf_hash(each) for each in parse_bundle(answer.body, size)] == hashes


def test_full_tiles_are_immutable_and_partial_ones_are_not(make_world, serve):
    world = make_world()
    while world.ledger.head.edge.size < 256:
        world.ledger.writer.call(world.ledger.writer.sequencer.seal).result()
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()
    server = serve(world.ledger, world.folder)
    full = server.get("/tile/0/000")
    assert full.status == 200
    assert len(full.body) == 8192
    assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    partial = server.get(f"/tile/1/000.p/{world.ledger.head.edge.size >> 8}")
    assert partial.status == 200
    assert "immutable" not in partial.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/tile/0/../../ledger.db", "/tile/0/..%2f..%2fledger.db", "/tile/../ledger.db", "/tile/0/000.p/0",
        "/tile/0/000.p/256", "/tile/0/0", "/tile/0/x000/000", "/tile/64/000", "/tile/0/000.p/007", "/tile//000",
        "/tile/0/000/", "/tile/0/%2e%2e/000", "/tile/0/000%00", "/tile/00/000", "/tile/0/x001", "/tile/",
        "/tile/0/%D9%A0%D9%A0%D9%A0", "/tile/entries/../../ledger.db", "/tile/0/000%0a",
    ],
)  # fmt: skip
def test_no_other_spelling_of_a_tile_reaches_the_folder(server, path):
    assert server.get(path).status in (400, 401, 403, 404)


def test_a_path_that_climbs_is_refused_even_where_the_file_exists(server, world):
    secret = world.folder / "secret"
    secret.write_text("secret")
    for path in ("/tile/../../secret", "/tile/..%2f..%2fsecret", "/static/../secret", "/static/..%2f..%2fsecret"):
        answer = server.get(path)
        assert answer.status in (400, 404)
        assert answer.body != b"secret"


def test_consistency(server, world, published):
    older = 2
    answer = server.get(f"/consistency/{older}/{published.size}")
    assert answer.status == 200
    path = [parse_base64(line, "line") for line in answer.text.splitlines()]
    root = parse_signed_checkpoint(server.get(f"/checkpoints/{older}").body)[0].root
    check_consistency(size=older, root=root, newer_size=published.size, newer_root=published.root, path=path)
    assert server.get(f"/consistency/{published.size}/{older}").status == 404
    assert server.get("/consistency/0/2").status == 404
    assert server.get("/consistency/2/99999999").status == 404
    assert server.get(f"/consistency/{published.size}/{published.size}").body == b""


def test_the_charter_file(server):
    answer = server.get("/charter")
    assert answer.headers["Content-Type"] == "application/vnd.suyuan.charter+cbor"
    assert parse_charter_file(answer.body)[0].leaf == 0


def test_a_batch_answer_has_the_heads_that_the_statement_signs(open_server, world):
    with world.ledger.store.read() as reader:
        leaf = reader.find_event(world.filed.name).leaf
    answer = open_server.get(f"/batches/{leaf}")
    assert answer.status == 200
    events = parse_batch_answer(answer.body)
    with world.ledger.store.read() as reader:
        statement = parse_statement(reader.statement(leaf).entry)
    check_batch(statement, [each.head for each in events])
    assert all(each.state == SHOWN and each.body for each in events)
    assert parse_head(events[0].head).type == "filing.product"


def test_a_leaf_without_a_batch_has_no_answer(open_server, world):
    newest_seal = world.ledger.head.edge.size - 1
    for leaf in (newest_seal, 10**9):
        assert open_server.get(f"/batches/{leaf}").status == 404


def test_the_batches_of_a_range_are_those_of_each_leaf(open_server, world):
    size = world.ledger.head.edge.size
    answer = open_server.get(f"/batches/0/{size}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    found = parse_batch_answers(answer.body, 0)
    singly = {leaf: open_server.get(f"/batches/{leaf}") for leaf in range(size)}
    assert dict(found.answers) == {leaf: each.body for leaf, each in singly.items() if each.status == 200}
    assert len(found.answers) > 3
    assert found.next == size


def test_a_range_is_cut_where_the_log_ends_and_where_there_is_enough(world):
    access, size = Access(ANYBODY, open_reads=True), world.ledger.head.edge.size
    moment = moment_of(world.ledger, 0)
    every = parse_batch_answers(batch_answers(world.ledger, 0, size, access, moment), 0)
    assert parse_batch_answers(batch_answers(world.ledger, 0, 10**9, access, moment), 0).next < 10**9
    found, first = [], 0
    while first < size:
        part = parse_batch_answers(batch_answers(world.ledger, first, size, access, moment, enough=1), first)
        assert len(part.answers) <= 1
        found += part.answers
        first = part.next
    assert tuple(found) == every.answers


def test_a_range_without_a_leaf_is_refused_and_one_behind_the_log_is_not_there(open_server, world):
    assert open_server.get("/batches/3/3").status == 400
    assert open_server.get("/batches/3/2").status == 400
    assert open_server.get(f"/batches/{10**9}/{10**9 + 1}").status == 404


def test_nothing_is_published_before_the_first_statement(tmp_path, serve):
    create_ledger(tmp_path / "new", "new.example/ledger", b"passphrase")
    ledger = open_ledger(tmp_path / "new", b"passphrase")
    server = serve(ledger, tmp_path / "new")
    for path in ("/checkpoint", "/charter", "/checkpoints/0", "/tile/0/000"):
        assert server.get(path).status == 404
    for path in ("/checkpoints/quorum", "/trace?subject=urn:suyuan:agency:customs"):
        assert server.get(path, "application/json").status == 503
    assert server.get("/.well-known/scitt-keys").body == b"\x80"
    for path in ("/", "/readyz", "/metrics", "/healthz"):
        assert server.get(path).status == 200
    ledger.close()
