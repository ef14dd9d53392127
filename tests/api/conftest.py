"""A zone with a story, and real servers in front of it."""

from __future__ import annotations

import http.client
import io
import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn

from api.app import create_app
from api.logs import make_logger
from api.server import server_config
from api.settings import Settings
from fixtures.zone.actors import agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.event import Draft
from ledger.opening import create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.signing.notes import sign_line
from ledger.signing.signer import generate
from tests.api.app_server import Answer
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import ED25519_COSIGNATURE, Note, NoteKey, format_note

ORIGIN, PASSPHRASE = "ledger.example/zone", b"an invented passphrase"
GS1 = "https://id.gs1.org"


def now():
    return time.time_ns() // 1_000_000


@dataclass
class World:
    """A founded ledger on SQLite, and those who speak in it."""

    folder: Path
    quorum: int = 0

    def __post_init__(self):
        create_ledger(self.folder, ORIGIN, PASSPHRASE)
        self.keys = load_ledger_keys(self.folder / "keys", ORIGIN, PASSPHRASE)
        self.signer = generate(EDDSA)
        self.witness = NoteKey("witness.example", ED25519_COSIGNATURE, self.signer.public)
        self.ledger = self.open()
        self.customs = agency("customs", "示范海关", "Demonstration customs", ["customs", "registrar"])
        self.market = agency("market", "示范市场监管局", "Demonstration market regulator", ["market-regulator"])
        self.seller = enterprise(
            "91330100MA27XF6Q0J", "示范跨境电商公司", "Example Trading", ["seller", "warehouse"], prefixes=["690123456"]
        )
        self.zone = Zone(
            LedgerNames.of(self.keys), [self.customs, self.market], 2, [self.witness] if self.quorum else [],
            self.quorum, lambda data: self.ledger.submit(data).result(), now,
        )  # fmt: skip
        self.zone.found()
        self.zone.admit_agencies()
        self.zone.register_types()

    def open(self):
        return open_ledger(self.folder, PASSPHRASE)

    def close(self):
        """Close the ledger, once."""
        ledger, self.ledger = self.ledger, None
        if ledger:
            ledger.close()

    def submission(self, actor, *drafts):
        """Return a signed submission that is not sent yet."""
        events = [
            actor.compose(draft, self.zone.types, [self.zone.heads[each] for each in draft.about]) for draft in drafts
        ]
        return format_submission(actor.sign(events, ORIGIN))

    def cosign(self, note=None, signer=None):
        """Return a note with the witness's line under the newest checkpoint."""
        note = note or self.ledger.prover.checkpoint()
        checkpoint, parsed = parse_signed_checkpoint(note)
        line = sign_line(self.witness, signer or self.signer, checkpoint, now() // 1000)
        return format_note(Note(parsed.text, (line,)))


def tell(world):
    """Tell a story: a product with a hostile name, two items, a recognition, a recall of another product."""
    zone, seller = world.zone, world.seller
    zone.adopt_policy("filing", ["filing.product"], {"role": "customs"}, "示范规定", "Demonstration rules")
    zone.admit_enterprises(world.customs, [seller])
    names = {"zh": "婴儿配方奶粉<script>alert(1)</script>", "en": "Infant formula <script>alert(1)</script>"}
    filed = Draft(
        "filing.enterprise", now() - 9_000_000, subjects={"enterprise": seller.uri},
        data={"names": dict(seller.names), "customsCode": "3301968888"},
    )  # fmt: skip
    product = [product_draft(world, gtin, names, at) for gtin, at in ((GOOD, 8_000_000), (RECALLED, 7_000_000))]
    zone.say(seller, [filed])
    products = zone.say(seller, product)
    for each in products:
        zone.say(world.customs, [Draft("endorsement.recognised", now(), data={"seen": []}, about=(each.name,))])
    item = Draft(
        "transport.commissioning", now() - 3_000_000, data={"action": "ADD", "bizStep": "commissioning"},
        subjects={"item": ITEM, "product": f"{GS1}/01/{GOOD}"},
    )  # fmt: skip
    (world.event,) = zone.say(seller, [item])
    recall = Draft(
        "aftersales.recall", now(), subjects={"goods": [f"{GS1}/01/{RECALLED}"]},
        data={"hazard": {"zh": "可能含有异物", "en": "May contain foreign matter"},
              "advice": {"zh": "停止食用并联系销售方", "en": "Stop using it and call the seller"}},
    )  # fmt: skip
    zone.say(world.market, [recall])
    world.filed = products[0]


def product_draft(world, gtin, names, age):
    return Draft(
        "filing.product", now() - age, subjects={"product": f"{GS1}/01/{gtin}", "enterprise": world.seller.uri},
        data={"names": names, "hsCode": "1901101000", "origin": "NZ", "brand": "示范"},
    )  # fmt: skip


def item_draft(serial):
    subjects = {"item": f"{GS1}/01/{GOOD}/21/{serial}", "product": f"{GS1}/01/{GOOD}"}
    return Draft("transport.commissioning", now(), data={"action": "ADD"}, subjects=subjects)


GOOD, RECALLED, FREE = "06901234567892", "06901234560008", "06901234560015"
ITEM = f"{GS1}/01/{GOOD}/21/A%2F1"


class Server:
    """A real server on a loopback port, in a thread."""

    def __init__(self, ledger, settings):
        self.log = io.StringIO()
        self.settings = settings
        self.app = create_app(settings, ledger, logger=make_logger("debug", self.log))
        self._server = uvicorn.Server(server_config(self.app, settings))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), self.log.getvalue()
            time.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, accept=None, **headers):
        return self.ask("GET", path, headers={**({"Accept": accept} if accept else {}), **headers})

    def post(self, path, body, media_type, **headers):
        return self.ask("POST", path, body, {"Content-Type": media_type, **headers})

    @property
    def lines(self):
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def logged(self, wanted):
        """Return the first log line that is wanted; it is written after the answer left."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for line in self.lines:
                if wanted(line):
                    return line
            time.sleep(0.01)
        raise AssertionError(self.log.getvalue())

    def stop(self):
        self._server.should_exit = True
        self._thread.join(20)


def settings_for(folder, **values):
    return Settings(folder=folder, port=0, min_free_disk=0, **values)


@pytest.fixture(scope="package")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world") / "zone")
    tell(made)
    yield made
    made.close()


@pytest.fixture(scope="package")
def server(world):
    running = Server(world.ledger, settings_for(world.folder))
    yield running
    running.stop()


@pytest.fixture(scope="package")
def open_server(world):
    """The same ledger with reserved reads open."""
    running = Server(world.ledger, settings_for(world.folder, open_reads=True))
    yield running
    running.stop()


@pytest.fixture
def serve():
    """Start servers with other settings; they stop with the test."""
    running = []

    def start(ledger, folder, **values):
        running.append(Server(ledger, settings_for(folder, **values)))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def make_world(tmp_path):
    made = []

    def make(**values):
        made.append(World(tmp_path / f"zone{len(made)}", **values))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def zone_terms():
    """What tests say drafts with; test files do not import each other."""
    return SimpleNamespace(
        Draft=Draft, now=now, product_draft=product_draft, settings_for=settings_for, GOOD=GOOD, ORIGIN=ORIGIN,
        PASSPHRASE=PASSPHRASE, RECALLED=RECALLED, FREE=FREE, ITEM=ITEM, GS1=GS1, item=item_draft, SUBMISSION=SUBMISSION,
        Server=Server, World=World, tell=tell,
    )  # fmt: skip
