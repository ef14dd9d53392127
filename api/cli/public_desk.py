"""`public-desk`: the zone's public desk on HTTP, under the desk's own key, beside a ledger's service."""

from __future__ import annotations

import secrets
import signal
import sys
from pathlib import Path
from typing import Annotated, Literal

import uvicorn

from api.cli.ports import require_free
from api.publicdesk.app import create_public_desk_app
from api.publicdesk.rates import DeskLimits
from ledger.cli.ceremonies import read_policy, require_policy
from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, argument, option, sharing
from ledger.cli.signers import numbering
from ledger.cli.speaking import door
from ledger.client.client import LedgerClient
from ledger.client.composing import load_types
from ledger.client.trusted import read_charter
from ledger.clock import milliseconds
from ledger.collector import calm_collector
from ledger.publicdesk.alarms import Alarms
from ledger.publicdesk.desk import PublicDesk
from ledger.publicdesk.setting import Setting
from ledger.trade.speaker import Speaker


@door
@sharing(read_holder)
def public_desk(  # noqa: PLR0913 - a command's options
    holder: Holder,
    url: Annotated[str, argument("help.url", "URL")],
    *,
    issuer: Annotated[str, option("--as", text="help.publicdesk.as", metavar="URI")],
    key: Annotated[str, option("--key", text="help.key", metavar="KEY")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    request_key: RequestKey = None,
    folder: Annotated[Path, option("--folder", text="help.publicdesk.folder", metavar="DIR")] = Path("public-desk"),
    types: Annotated[Path | None, option("--types", text="help.types", metavar="DIR")] = None,
    host: Annotated[str, option("--host", text="help.host", metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, option("--port", text="help.publicdesk.port", metavar="NUMBER", min=0, max=65_535)] = 8660,
    alarm_scans: Annotated[int, option("--alarm-scans", text="help.publicdesk.scans", metavar="N", min=1)] = 200,
    alarm_reveals: Annotated[int, option("--alarm-reveals", text="help.publicdesk.reveals", metavar="N", min=1)] = 2,
) -> None:
    """Take reveals, scans, complaints and return requests until SIGTERM or SIGINT."""
    trusted = require_policy(read_policy(policy))
    require_free(host, port)
    client = LedgerClient(url, request_key=holder.request_key(request_key))
    origin = read_charter(client.charter(), trusted, milliseconds() // 1000).origin
    signer = holder.open(key)
    speaker = Speaker(issuer, signer, numbering(key, signer), load_types(types), origin, secrets.token_bytes)
    alarms = Alarms(alarm_scans, alarm_reveals)
    desk = PublicDesk(Setting(folder, client, speaker, trusted, milliseconds, secrets.token_bytes, alarms))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    desk.start()
    calm_collector()
    try:
        holder.voice.tell("publicdesk.listening", url=f"http://{host}:{port}/desk/code", origin=origin)
        uvicorn.Server(_config(desk, holder, host, port)).run()
    finally:
        desk.close()


def _config(desk: PublicDesk, holder: Holder, host: str, port: int) -> uvicorn.Config:
    language: Literal["zh", "en"] = "en" if holder.voice.lang == "en" else "zh"
    return uvicorn.Config(
        create_public_desk_app(desk, limits=DeskLimits(), language=language), host=host, port=port, http="h11",
        ws="none", lifespan="off", access_log=False, log_level="error", server_header=False, timeout_keep_alive=10,
    )  # fmt: skip


def _leave(*_: object) -> None:
    sys.exit(0)
