"""`gateway`: takes what the participant's own programs hand over, signs it, and brings it to the ledger."""

from __future__ import annotations

import signal
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI

from api.cli.ports import require_free
from api.gateway.app import create_gateway_app
from api.gateway.gate import token_of
from ledger.cli.gateways import open_from
from ledger.cli.holder import Holder
from ledger.cli.options import Lang, PassphraseEnv, PassphraseFile, RequestKey, argument, option
from ledger.cli.speaking import Voice, door
from ledger.clock import milliseconds
from ledger.collector import calm_collector
from ledger.errors import SetupError
from ledger.gateway.gateway import Gateway
from ledger.gateway.reader import Reader
from ledger.readers.ceb import load_trust

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@door
def gateway(  # noqa: PLR0913 - a command's options
    url: Annotated[str, argument("help.url", "URL")],
    *,
    sender: Annotated[list[str], option("--as", text="help.gateway.as", metavar="URI")],
    key: Annotated[list[str], option("--key", text="help.key", metavar="KEY")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    request_key: RequestKey = None,
    folder: Annotated[Path, option("--folder", text="help.gateway.folder", metavar="DIR")] = Path("gateway"),
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
    trust: Annotated[Path | None, option("--trust", text="help.gateway.trust", metavar="DIR")] = None,
    most: Annotated[int, option("--most", text="help.gateway.most", metavar="EVENTS", min=1)] = 100_000,
    host: Annotated[str, option("--host", text="help.gateway.host", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, option("--port", text="help.gateway.port", metavar="NUMBER", min=0, max=65_535)] = 8650,
    tls_cert: Annotated[Path | None, option("--tls-cert", text="help.gateway.tls-cert", metavar="FILE")] = None,
    tls_key: Annotated[Path | None, option("--tls-key", text="help.gateway.tls-key", metavar="FILE")] = None,
    passphrase_env: PassphraseEnv = None,
    passphrase_file: PassphraseFile = None,
    lang: Lang = None,
) -> None:
    """Take, sign and send until SIGTERM or SIGINT."""
    voice = Voice(lang, as_json=False, quiet=False)
    _require_private(host, tls_cert, tls_key)
    believed = load_trust(trust, at=milliseconds()) if trust else None
    require_free(host, port)
    opened = open_from(
        Holder(voice, passphrase_env, passphrase_file), url, sender, key, folder=folder, policy=policy,
        request_key=request_key, types=types, most=most,
    )  # fmt: skip
    reader = Reader(opened.gateway.setting.types)
    app = create_gateway_app(opened.gateway, token_of(folder), language=voice.lang, trust=believed, reader=reader)
    config = _config(app, host, port, tls_cert, tls_key)
    with closing(reader), _running(opened.gateway):
        scheme = "https" if tls_cert else "http"
        voice.tell("gateway.listening", url=f"{scheme}://{host}:{port}", token=str(folder / "token"))
        uvicorn.Server(config).run()


@contextmanager
def _running(gateway: Gateway) -> Iterator[None]:
    """Let a gateway run until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    gateway.start()
    calm_collector()
    try:
        yield
    finally:
        gateway.close()


def _config(app: FastAPI, host: str, port: int, cert: Path | None, key: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        app, host=host, port=port, http="h11", ws="none", lifespan="off", access_log=False, log_level="error",
        server_header=False, timeout_keep_alive=30,
        ssl_certfile=str(cert) if cert else None, ssl_keyfile=str(key) if key else None,
    )  # fmt: skip


def _require_private(host: str, cert: Path | None, key: Path | None) -> None:
    """Return if what is handed over can be read by nobody on the way."""
    if (cert is None) != (key is None):
        raise SetupError("--tls-cert", came="one of certificate and key", expected="both, or none")
    if host not in _LOOPBACK and cert is None:
        expected = "--tls-cert and --tls-key, or an address of loopback"
        raise SetupError("--host", came=host, expected=expected)
    if cert is not None and key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
        except (OSError, ssl.SSLError) as error:
            raise SetupError("--tls-cert", came=str(error), expected="a certificate and its key in PEM") from error


def _leave(*_: object) -> None:
    sys.exit(0)
