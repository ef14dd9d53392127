"""The folder of a witness: its name, whom it follows, and what lies where.

witness.json         name; for each ledger its URL and trust policy; for each other log its name and vkeys
trust/               those trust policies, byte for byte
keys/                its own keys, encrypted
witness.db           what it cosigned; never restored from a copy
evidence/            what contradicts itself
replay/              what was replayed of each ledger, where it replays; may be lost
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.client.transport import Transport
from ledger.errors import ConflictError, SetupError
from ledger.tiles.files import replace, write_new
from ledger.witness.keys import REPLAY, CosignerKeys, create_cosigner_keys, load_cosigner_keys
from verifier.errors import MalformedError
from verifier.ledgerformat.trust_policy import TrustPolicy, parse_trust_policy
from verifier.primitives.note import NoteKey, format_vkey, parse_vkey, require_name
from verifier.primitives.strict_json import parse_json


@dataclass(frozen=True, slots=True)
class Followed:
    """A ledger that a witness follows: its service, and the trust policy's file name below `trust/`."""

    url: str
    trust: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A log of others that a witness cosigns for: its origin, and the keys of which one must have signed."""

    origin: str
    vkeys: tuple[NoteKey, ...]


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """Where the parts of a witness lie below one folder."""

    root: Path

    @property
    def settings(self) -> Path:
        """Return the file with name and ledgers."""
        return self.root / "witness.json"

    @property
    def database(self) -> Path:
        """Return the database's file."""
        return self.root / "witness.db"

    @property
    def keys(self) -> Path:
        """Return the folder of keys."""
        return self.root / "keys"

    def replay(self, policy: TrustPolicy) -> Path:
        """Return the file of what was replayed of a ledger."""
        return self.root / "replay" / f"{policy.charter.hex()}.db"

    def replay_keys(self, name: str, passphrase: bytes) -> CosignerKeys:
        """Return the keys that only sign what was replayed.

        Raises:
            SetupError: this witness was made without.
        """
        if not (self.keys / "replay.pem").exists():
            todo = "Make a witness with `witness init --replay`, and let a charter name its keys."
            raise SetupError(str(self.keys), came="no replay keys", expected="replay.pem", todo=todo)
        return load_cosigner_keys(self.keys, name, passphrase, purpose=REPLAY)

    @property
    def evidence(self) -> Path:
        """Return the folder of evidence."""
        return self.root / "evidence"

    def read(self) -> tuple[str, list[Followed]]:
        """Return the witness's name, and the ledgers that it follows.

        Raises:
            SetupError: there is no witness here.
            MalformedError: the file has another shape.
        """
        value = self._read()
        return value["name"], [_followed(each) for each in _list(value["ledgers"])]

    def accepted(self) -> list[Accepted]:
        """Return the logs of others that it cosigns for; raise as `read` does."""
        return [_accepted(each) for each in _list(self._read().get("logs", []))]

    def policy(self, followed: Followed) -> TrustPolicy:
        """Return the trust policy of a ledger that is followed."""
        path = self.root / "trust" / followed.trust
        try:
            return parse_trust_policy(path.read_bytes())
        except OSError as error:
            raise SetupError(str(path), came=error.strerror, expected="a trust policy") from error

    def create(
        self,
        name: str,
        passphrase: bytes,
        *,
        post_quantum: bool,
        references: Sequence[str] = (),
        replays: bool = False,
    ) -> CosignerKeys:
        """Make a new witness: keys and settings, no ledger yet.

        Args:
            name: the witness's.
            passphrase: of the key files that are made.
            post_quantum: whether keys of ML-DSA-44 are made.
            references: keys that are elsewhere.
            replays: whether it has keys of its own for what it replayed; those are files.

        Raises:
            SetupError: there is something already.
        """
        if self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
            raise SetupError(str(self.root), came="a folder that is not empty", expected="a new folder")
        keys = create_cosigner_keys(self.keys, name, passphrase, post_quantum=post_quantum, references=references)
        if replays:
            keys += create_cosigner_keys(self.keys, name, passphrase, post_quantum=post_quantum, purpose=REPLAY)
        self.keys.chmod(0o700)
        self._write(name, [], [])
        return keys

    def follow(self, url: str, policy: bytes) -> None:
        """Follow one more ledger, from the next start on.

        Raises:
            MalformedError: no URL, or no trust policy.
            ConflictError: this charter is followed already.
        """
        name, ledgers = self.read()
        file = f"{parse_trust_policy(policy).charter.hex()}.trust"
        if any(each.trust == file for each in ledgers):
            raise ConflictError("ledger", came=url, expected="a charter that is not followed yet")
        write_new(self.root / "trust" / file, policy)
        self._write(name, [*ledgers, Followed(Transport(url).url, file)], self.accepted())

    def accept(self, log: Accepted) -> None:
        """Cosign for one more log of others, from the next start on.

        Raises:
            MalformedError: no name for a log, or no key.
            ConflictError: a log of this name is accepted already.
        """
        name, ledgers = self.read()
        known = self.accepted()
        if require_name(log.origin, "log") in {each.origin for each in known}:
            raise ConflictError("log", came=log.origin, expected="a name that is not accepted yet")
        if not log.vkeys:
            raise MalformedError("log.vkeys", came="none", expected="at least one verifier key")
        self._write(name, ledgers, [*known, log])

    def _read(self) -> dict[str, Any]:
        try:
            value = parse_json(self.settings.read_bytes(), "witness.json")
        except OSError as error:
            raise SetupError(str(self.settings), came=error.strerror, expected="what `witness init` made") from error
        if not isinstance(value, dict) or value.keys() - {"logs"} != {"name", "ledgers"}:
            raise MalformedError("witness.json", came="another shape", expected="an object with name and ledgers")
        if not isinstance(value["name"], str):
            raise MalformedError("witness.json.name", came=value["name"], expected="text")
        return value

    def _write(self, name: str, ledgers: list[Followed], logs: list[Accepted]) -> None:
        value: dict[str, Any] = {
            "name": name,
            "ledgers": [{"url": each.url, "trust": each.trust} for each in ledgers],
        }
        if logs:
            value["logs"] = [
                {"origin": each.origin, "vkeys": [format_vkey(key) for key in each.vkeys]} for each in logs
            ]
        replace(self.settings, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError("witness.json", came="another shape", expected="lists of ledgers and logs")
    return value


def _followed(value: Any) -> Followed:
    if not isinstance(value, dict) or value.keys() != {"url", "trust"}:
        raise MalformedError("witness.json.ledgers", came=value, expected="objects with url and trust")
    url, trust = value["url"], value["trust"]
    if not isinstance(url, str) or not isinstance(trust, str) or "/" in trust:
        raise MalformedError("witness.json.ledgers", came=value, expected="a URL, and a file name below trust/")
    return Followed(url, trust)


def _accepted(value: Any) -> Accepted:
    if not isinstance(value, dict) or value.keys() != {"origin", "vkeys"} or not isinstance(value["origin"], str):
        raise MalformedError("witness.json.logs", came=value, expected="objects with origin and vkeys")
    vkeys = _list(value["vkeys"])
    if not vkeys or not all(isinstance(each, str) for each in vkeys):
        raise MalformedError("witness.json.logs", came=value, expected="at least one verifier key each")
    origin = require_name(value["origin"], "witness.json.logs.origin")
    return Accepted(origin, tuple(parse_vkey(each, "witness.json.logs") for each in vkeys))
