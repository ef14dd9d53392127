"""A founded zone behind a real service that can be told to lie, a desk in a process of its own, a real browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from tests.ledger.client.serving import Service
from tests.world import DAY, World, found_world, now, parcel_story
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import EDDSA, ES256, format_key

SECRET = "an invented passphrase"


def gtin(number: int) -> str:
    """Return a GTIN of the seller's, with its check digit."""
    digits = f"0690123456{number:03}"
    return digits + str(-sum(int(each) * (3, 1)[place % 2] for place, each in enumerate(digits)) % 10)


GTINS = tuple(map(gtin, range(1, 7)))


@dataclass
class Office:
    """Customs in a zone, its keys in files, and the service that it asks."""

    world: World
    service: Service
    folder: Path
    desks: list[subprocess.Popen[str]] = field(default_factory=list)

    def file(self, *numbers: int) -> list[str]:
        """Let the seller file products, and witnesses cosign before and after; return the events' names."""
        self.world.cosign()
        said = self.world.say("seller", *(product_draft(self.world, gtin(each)) for each in numbers))
        self.world.cosign()
        return [each.name.hex() for each in said]

    def outcome(self, name: str) -> str:
        """Return what the ledger itself makes of an event, past the desk."""
        return LedgerClient(self.service.url).recognition(bytes.fromhex(name))["outcome"]

    def answers(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        """Return type and data of what was recorded about an event, past the desk."""
        client = LedgerClient(self.service.url)
        found = client.recognition(bytes.fromhex(name))["endorsements"]
        return [(each["type"], json.loads(client.body(bytes.fromhex(each["name"])))["data"]) for each in found]

    def open_desk(self, *options: object, **environment: str) -> str:
        """Start a desk in a process of its own; return the address that it prints."""
        command = [
            sys.executable, "-m", "api.cli", "desk", self.service.url, "--policy", "zone.policy",
            "--agency", self.world.cast["customs"].uri, "--key", "officer.pem", "--request-key", "desk.pem",
            "--passphrase-env", "PASS", "--keep", f"receipts{len(self.desks)}", *options,
        ]  # fmt: skip
        own = {"PASS": SECRET, "PYTHONPATH": str(Path.cwd()), "LC_ALL": "C.UTF-8"}
        desk = subprocess.Popen(
            list(map(str, command)),
            cwd=self.folder,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.desks.append(desk)
        for line in desk.stdout:
            if line.startswith("http://127.0.0.1:"):
                return line.strip()
        raise AssertionError(desk.stderr.read())

    def close(self) -> None:
        for desk in self.desks:
            desk.send_signal(signal.SIGINT)
        for desk in self.desks:
            _, errors = desk.communicate(timeout=120)
            assert not errors
        self.service.close()
        self.world.ledger.close()


def product_draft(world: World, number: str) -> Draft:
    subjects = {"product": f"https://id.gs1.org/01/{number}", "enterprise": world.cast["seller"].uri}
    names = {"zh": f"示例奶粉 {number[-3:]}", "en": f"Example milk powder {number[-3:]}"}
    return Draft("filing.product", now(), subjects, {"names": names, "hsCode": "1901101000", "origin": "NZ"})


def open_office(folder: Path) -> Office:
    """Return customs before a zone in which much awaits it: filings, overdue ones too, and a release."""
    world = found_world(folder / "zone", witnesses=1, quorum=1)
    customs = world.cast["customs"]
    desk, officer = generate(EDDSA), generate(ES256)
    drafts = []
    for use, signer in (("request", desk), ("statement", officer)):
        subjects = {"key": f"urn:suyuan:key:{signer.public.kid.hex()}", "holder": customs.uri}
        data = {"use": use, "key": format_key(signer.public), "types": ["*"], "subjects": []}
        drafts.append(Draft("registry.key", now(), subjects=subjects, data=data))
    subjects = {"policy": "urn:suyuan:policy:filing", "types": ["urn:suyuan:type:filing.enterprise"]}
    overdue = {"rule": {"role": "customs"}, "basis": {"zh": "备案", "en": "Filing"}, "deadline": 1}
    products = {"policy": "urn:suyuan:policy:products", "types": ["urn:suyuan:type:filing.product"]}
    drafts.append(Draft("registry.policy", now(), subjects=subjects, data=overdue))
    drafts.append(Draft("registry.policy", now(), subjects=products, data={**overdue, "deadline": 3 * DAY}))
    world.zone.decree(drafts)
    save_key(folder / "desk.pem", desk, SECRET.encode())
    save_key(folder / "officer.pem", officer, SECRET.encode())
    (folder / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    tell_story(world)
    world.cosign()
    return Office(world, Service(world.ledger), folder)


def tell_story(world: World) -> None:
    """Tell a parcel's life up to its inspection, order and payment in different amounts, and more filings."""
    amounts = {
        "payment": {"/amount": {"paid": "188.00", "currency": "142"}},
        "order": {"/amounts": {"paid": "199.00", "currency": "142"}},
    }
    for name, who, draft in parcel_story(world)[:9]:
        if "recognised" not in name:
            made = draft(world.events) if callable(draft) else draft
            (world.events[name],) = world.say(who, replace(made, disclosed={**made.disclosed, **amounts.get(name, {})}))
    drafts = [product_draft(world, each) for each in GTINS]
    world.events.update(zip(GTINS, world.say("seller", *drafts), strict=True))


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@dataclass(frozen=True)
class Desk:
    """A running desk that a browser has opened: the address it printed, where it is, what that browser kept."""

    address: str
    base: str
    state: dict[str, object]


@pytest.fixture(scope="package")
def desk(office: Office, browser: Browser) -> Desk:
    context = browser.new_context()
    page = context.new_page()
    address = office.open_desk()
    page.goto(address)
    made = Desk(address, page.url.partition("?")[0].rstrip("/"), context.storage_state())
    context.close()
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that knows no desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def at_desk(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A page of the desk's own browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=desk.base, storage_state=desk.state)
    yield context.new_page()
    context.close()


@pytest.fixture
def plain(browser: Browser, desk: Desk) -> Iterator[Page]:
    """The same, without any script."""
    context = browser.new_context(base_url=desk.base, storage_state=desk.state, java_script_enabled=False)
    yield context.new_page()
    context.close()
