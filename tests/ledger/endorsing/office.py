"""Customs, with its keys in files, before a real service of a founded zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.compose.event import Draft
from ledger.signing.keyfile import save_key
from ledger.signing.signer import generate
from tests.ledger.client.serving import _Behind
from tests.world import World, found_world, now
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import EDDSA, format_key


@dataclass
class Office:
    """A founded zone without witnesses, its service, and the folder with customs' keys and trust policy."""

    world: World
    url: str
    folder: Path

    @property
    def agency(self) -> str:
        return self.world.cast["customs"].uri


@contextmanager
def open_office(folder: Path, secret: bytes) -> Iterator[Office]:
    """Yield an office whose keys, desk.pem for requests and officer.pem for statements, open with a passphrase."""
    world = found_world(folder / "zone", witnesses=0, quorum=0)
    drafts = []
    for use, name in (("request", "desk.pem"), ("statement", "officer.pem")):
        signer = generate(EDDSA)
        subjects = {"key": f"urn:suyuan:key:{signer.public.kid.hex()}", "holder": world.cast["customs"].uri}
        data = {"use": use, "key": format_key(signer.public), "types": ["*"], "subjects": []}
        drafts.append(Draft("registry.key", now(), subjects=subjects, data=data))
        save_key(folder / name, signer, secret)
    world.zone.decree(drafts)
    (folder / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    service = _Behind(world.ledger)
    yield Office(world, f"http://127.0.0.1:{service._port}", folder)
    service.stop()
    world.ledger.close()
