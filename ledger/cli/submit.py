"""`submit`: compose, sign, send, keep, and wait until a quorum stands behind the promise."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, argument, option, sharing
from ledger.cli.signers import numbers_beside
from ledger.cli.speaking import FALSE, Voice, door, error_json, render_error
from ledger.client.client import LedgerClient, Receipt
from ledger.client.composing import Composing, compose_submission
from ledger.client.keeping import Kept, keep_submission
from ledger.client.redeem import check_promise, redeem
from ledger.errors import SetupError, UnreachableError
from verifier.errors import MalformedError
from verifier.ledgerformat.submission import MAX_SUBMISSION, parse_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, parse_trust_policy

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class _Errand:
    """What one run is to do."""

    voice: Voice
    client: LedgerClient
    keep: Path
    policy: TrustPolicy | None
    wait: float | None


@door
@sharing(read_holder)
def submit(  # noqa: PLR0913 - a command's options
    holder: Holder,
    file: Annotated[Path, argument("help.file", "FILE")],
    to: Annotated[str, option("--to", text="help.url", metavar="URL")],
    *,
    key: Annotated[str | None, option("--key", text="help.key", metavar="KEY")] = None,
    issuer: Annotated[str | None, option("--issuer", text="help.issuer", metavar="URI")] = None,
    audience: Annotated[str | None, option("--audience", text="help.audience", metavar="NAME")] = None,
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
    first: Annotated[int | None, option("--first", text="help.first", min=0)] = None,
    keep: Annotated[Path, option("--keep", text="help.keep", metavar="DIR")] = Path("receipts"),
    policy: Annotated[Path | None, option("--policy", text="help.policy", metavar="FILE")] = None,
    wait: Annotated[float | None, option("--wait", text="help.wait", metavar="SECONDS", min=0)] = None,
    request_key: RequestKey = None,
    dry_run: Annotated[bool, option("--dry-run", text="help.dry-run")] = False,
) -> None:
    """Submit a submission file, or a description of events."""
    voice = holder.voice
    if wait is not None and policy is None:
        raise MalformedError("--wait", came="no --policy", expected="a trust policy to check the promise by")
    asking = holder.request_key(request_key)
    errand = _Errand(
        voice, LedgerClient(to, request_key=asking), keep, parse_trust_policy(_read(policy)) if policy else None, wait
    )
    if to.startswith("http://") and urlsplit(to).hostname not in _LOOPBACK:
        voice.tell("submit.plain-http", url=to)
    data = _read(file)
    if data[:1] in (b"{", b"[") or file.suffix == ".json":
        if key is None or issuer is None:
            came = "a description of events"
            raise MalformedError("--key", came=came, expected="--key and --issuer, to sign it with")
        signer = holder.open(key)
        numbers = numbers_beside(key, signer)
        composing = Composing(signer, numbers, issuer, audience, types, keep, first, take=not dry_run)
        data = compose_submission(data, file.parent, composing, errand.client, random=secrets.token_bytes)
    _validate(errand, data) if dry_run else _send(errand, data)


def _validate(errand: _Errand, submission: bytes) -> None:
    voice = errand.voice
    faults = errand.client.validate(submission)
    lines = [render_error(each, voice.lang) for each in faults]
    lines.insert(0, voice.say("submit.faults", count=len(faults)) if faults else voice.say("submit.valid"))
    voice.data({"faults": [error_json(each) for each in faults]}, lines)
    if faults:
        raise typer.Exit(FALSE)


def _send(errand: _Errand, submission: bytes) -> None:
    """Keep, send, keep the promise, check it; each before the next."""
    voice = errand.voice
    kept = keep_submission(errand.keep, submission)
    voice.tell("submit.sending", count=len(parse_submission(submission).heads), url=errand.client.url)
    try:
        receipt = errand.client.submit(submission)
    except UnreachableError:
        voice.tell("submit.again", path=str(kept.path("submission")), url=errand.client.url)
        raise
    kept.promise(receipt.data)
    if errand.policy is None:
        voice.tell("submit.unchecked")
        return _answer(errand, kept, receipt, standing="promised")
    check_promise(errand.client, kept, errand.policy, int(time.time()))
    if errand.wait is None:
        return _answer(errand, kept, receipt, standing="promised")
    voice.tell("submit.waiting", seconds=int(errand.wait))
    recorded = redeem(errand.client, kept, errand.policy, patience=errand.wait)
    return _answer(errand, kept, receipt, standing="recorded", size=recorded.size)


def _answer(errand: _Errand, kept: Kept, receipt: Receipt, *, standing: str, size: int | None = None) -> None:
    path = str(kept.path("receipt" if standing == "recorded" else "promise"))
    size = receipt.size if size is None else size
    answer: dict[str, Any] = {
        "standing": standing,
        "checked": errand.policy is not None,
        "identity": kept.identity.hex(),
        "leaf": receipt.leaf,
        "size": size,
        "receipt": path,
    }
    errand.voice.data(answer, [errand.voice.say(f"submit.{standing}", leaf=receipt.leaf, size=size, path=path)])


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SUBMISSION + 1)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a readable file") from error
    if len(data) > MAX_SUBMISSION:
        raise MalformedError(str(path), came="more", expected=f"at most {MAX_SUBMISSION} bytes")
    return data
