"""Files in, and the one file out: what this verifier has seen of each ledger."""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verifier.errors import MalformedError
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.primitives.base64strict import parse_hash_hex
from verifier.proof.bundle import MAX_FILE
from verifier.proof.examination import Seen, Standpoint
from verifier.vocabulary import registry_types


class FileError(Exception):
    """A file that cannot be read or written."""

    def __init__(self, path: str | Path, reason: str) -> None:
        """Name the file and say why."""
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def read_file(path: str) -> bytes:
    """Return a file's bytes, at most 64 MiB; `-` is standard input."""
    try:
        if path == "-":
            return os.fdopen(os.dup(0), "rb").read(MAX_FILE + 1)
        with Path(path).open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from error


def add_policy_option(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add --policy and --at."""
    parser.add_argument("--policy", required=required, metavar="FILE", help="trust policy: whom you trust")
    parser.add_argument("--at", metavar="TIME", help="judge as of this time, like 2026-11-22T08:00:00Z")


def add_state_options(parser: argparse.ArgumentParser) -> None:
    """Add --state and --no-state."""
    parser.add_argument("--state", metavar="FILE", default=default_state(), help="what was seen before (%(default)s)")
    parser.add_argument("--no-state", action="store_true", help="neither look at what was seen nor remember")


def default_state() -> str:
    """Return the file in which this user's verifier remembers checkpoints."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return str(Path(base) / "suyuan" / "seen.json")


def standpoint_of(options: argparse.Namespace, *, state: str | None = None) -> Standpoint:
    """Return what this verifier brings along: policy, clock, built-in types, what it has seen."""
    policy = parse_trust_policy(read_file(options.policy))
    at = parse_time(options.at) if options.at else None
    return Standpoint(
        policy=policy,
        now=int(time.time()) if at is None else at,
        builtin=registry_types(),
        seen=_seen(state, policy.charter.hex()) if state else None,
        archived=at is not None,
    )


def remember(state: str, charter: str, seen: Seen) -> None:
    """Remember the newest checkpoint of a ledger; a crash leaves the old file or the new one."""
    known = _load(state)
    if (before := _entry(known, charter, state)) and before.size >= seen.size:
        return
    known[charter] = {"size": seen.size, "root": seen.root.hex()}
    path = Path(state)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise FileError(state, error.strerror or str(error)) from error


def parse_time(given: str) -> int:
    """Return POSIX seconds of an ISO 8601 time; without a zone it is UTC."""
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError as error:
        raise MalformedError("--at", came=given, expected="a time like 2026-11-22T08:00:00Z") from error
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


def _seen(state: str, charter: str) -> Seen | None:
    return _entry(_load(state), charter, state)


def _entry(known: dict[str, Any], charter: str, state: str) -> Seen | None:
    if charter not in known:
        return None
    try:
        return Seen(int(known[charter]["size"]), parse_hash_hex(known[charter]["root"], "root"))
    except (KeyError, TypeError, ValueError, MalformedError) as error:
        raise FileError(state, f"no size and root of {charter}") from error


def _load(state: str) -> dict[str, Any]:
    path = Path(state)
    if not path.exists():
        return {}
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(state, str(error)) from error
    if not isinstance(loaded, dict):
        raise FileError(state, "not a state file")
    return loaded
