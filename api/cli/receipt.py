"""`receipt`: the whole proof of one event in one QR code, checked before it is printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from api.labels.pdf import format_pdf
from api.labels.png import format_png
from api.labels.sheet import Label, lay_out_one
from api.labels.single import shorten
from api.labels.svg import format_svg
from api.labels.symbol import Symbol, encode_proof
from ledger.cli.ceremonies import read_policy, require_policy
from ledger.cli.new_files import write_new
from ledger.cli.options import AsJson, Lang, Quiet, argument, option
from ledger.cli.speaking import Voice, door
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from verifier.cli.files import read_file
from verifier.errors import MalformedError
from verifier.primitives.base64strict import parse_hash_hex
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.vocabulary import registry_types

_MODULE = 0.5  # mm; a symbol of 177 modules is then 92.5 mm wide


@door
def receipt(  # noqa: PLR0913 - a command's options
    event: Annotated[str, argument("help.receipt.event", "FILE.event|NAME")],
    *,
    registry: Annotated[str, option("--registry", text="help.receipt.registry", metavar="FILE.trace")],
    policy: Annotated[Path, option("--policy", text="help.policy", metavar="FILE")],
    qr: Annotated[Path, option("--qr", text="help.receipt.qr", metavar="FILE")],
    to: Annotated[str | None, option("--to", text="help.receipt.to", metavar="URL")] = None,
    lang: Lang = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the code."""
    voice = Voice(lang, as_json=as_json, quiet=quiet)
    standpoint = Standpoint(require_policy(read_policy(policy)), milliseconds() // 1000, registry_types())
    data = LedgerClient(to).event(parse_hash_hex(event, "NAME")) if to else read_file(event)
    short = shorten(data, parse_trace_proof(read_file(registry)), standpoint)
    symbol = encode_proof(short.data)
    name = short.verified.event.name.hex()
    write_new(qr, _draw(qr, symbol, (short.verified.event.head.type, name[:32], name[32:])))
    answer = {
        "file": str(qr), "event": name, "bytes": len(short.data), "version": symbol.version,
        "leftOut": [*short.left_out],
    }  # fmt: skip
    lines = [voice.say("receipt.written", path=str(qr), bytes=len(short.data), version=symbol.version)]
    lines += [voice.say("receipt.left-out", names=", ".join(short.left_out))] if short.left_out else []
    voice.data(answer, lines)


def _draw(qr: Path, symbol: Symbol, lines: tuple[str, ...]) -> bytes:
    page = lay_out_one(Label(symbol, lines), _MODULE)
    if qr.suffix == ".png":
        return format_png(symbol)
    if qr.suffix == ".svg":
        return format_svg(page)
    if qr.suffix == ".pdf":
        return format_pdf([page], datetime.fromtimestamp(milliseconds() / 1000, UTC))
    raise MalformedError("--qr", came=qr.name, expected="a name that ends in .png, .svg or .pdf")
