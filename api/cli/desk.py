"""`desk`: the officer's page, served to one browser on loopback by the process that holds the officer's key."""

from __future__ import annotations

import secrets
import socket
import time
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.cli.ports import require_free
from api.desk.app import create_desk
from api.desk.gate import Session
from api.desk.office import Office
from api.desk.standing import look_around
from api.desk.texts import text
from ledger.cli.files import read_file
from ledger.cli.options import PassphraseEnv, PassphraseFile, RequestKey, argument, option
from ledger.cli.signers import numbers_beside, open_key, request_key_of
from ledger.cli.speaking import Voice, door
from ledger.cli.texts import default_language
from ledger.client.client import LedgerClient
from ledger.client.composing import load_types
from ledger.clock import milliseconds
from ledger.endorsing.queue import label_of
from verifier.ledgerformat.trust_policy import parse_trust_policy

_HOST = "127.0.0.1"  # nowhere else: whoever reaches the page may sign
_MOST_POLICY = 1 << 20  # bytes
_LANGUAGE = default_language()


@door
def desk(  # noqa: PLR0913 - a command's options
    url: Annotated[str, argument("help.url", "URL")],
    *,
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    agency: Annotated[str, option("--agency", text="help.agency", metavar="URI")],
    key: Annotated[str, option("--key", text="help.key", metavar="KEY")],
    request_key: RequestKey = None,
    keep: Annotated[Path, option("--keep", text="help.keep", metavar="DIR")] = Path("receipts"),
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
    port: Annotated[int, typer.Option("--port", help=text("desk.help.port", _LANGUAGE), min=0, max=65_535)] = 0,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Annotated[str, typer.Option("--lang", help=text("desk.help.lang", _LANGUAGE), metavar="zh|en")] = "zh",
) -> None:
    """Serve the officer's page until SIGINT or SIGTERM."""
    voice = Voice(lang, as_json=False, quiet=False)
    trusted = parse_trust_policy(read_file(policy, _MOST_POLICY))
    label_of(agency)
    require_free(_HOST, port)
    signer = open_key(voice, key, passphrase_env, passphrase_file)
    asking = request_key_of(voice, request_key, passphrase_env, passphrase_file)
    client = LedgerClient(url, request_key=asking)
    standing = look_around(client, trusted, agency=agency, kid=signer.public.kid, now=milliseconds())
    office = Office(
        client=client,
        policy=trusted,
        agency=agency,
        names=standing.names,
        signer=signer,
        numbers=numbers_beside(key, signer),
        keep=keep,
        types=load_types(types),
        walk="parties" if asking else "public",
        clock=time.time,
        random=secrets.token_bytes,
    )
    if standing.key != "valid":
        print(text("desk.start.invalid", voice.lang, standing=text(f"desk.standing.{standing.key}", voice.lang)))
    serve_desk(office, voice.lang, port)


def serve_desk(office: Office, lang: str, port: int) -> None:
    """Print the address that opens the desk once, and serve it until SIGINT or SIGTERM."""
    session = Session(token=secrets.token_urlsafe(32), cookie=secrets.token_urlsafe(32), form=secrets.token_urlsafe(32))
    app = create_desk(office, session, language=lang)
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", access_log=False, log_level="error", server_header=False
    )
    with socket.create_server((_HOST, port)) as listening:
        address = f"http://{_HOST}:{listening.getsockname()[1]}/open?token={session.token}"
        print(text("desk.start.open", lang), address, sep="\n", flush=True)
        uvicorn.Server(config).run(sockets=[listening])
