"""`bench`: how much a running ledger takes, over HTTP, from this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fixtures.load.plan import Sizes, Target, report
from fixtures.load.statements import Commissioner
from ledger.cli.holder import Holder, read_holder
from ledger.cli.new_files import write_new
from ledger.cli.options import option, sharing
from ledger.cli.speaking import door
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from verifier.primitives.checkpoint import parse_signed_checkpoint

_A_KEYS_RUNS = 1_000  # sequence numbers for each millisecond: no run before had as many


@door
@sharing(read_holder)
def bench(  # noqa: PLR0913 - a command's options
    holder: Holder,
    target: Annotated[str, option("--target", text="help.bench.target", metavar="URL")],
    key: Annotated[str, option("--key", text="help.key", metavar="KEY")],
    issuer: Annotated[str, option("--issuer", text="help.issuer", metavar="URI")],
    product: Annotated[str, option("--product", text="help.bench.product", metavar="URI")],
    *,
    batches: Annotated[int, option("--batches", text="help.bench.batches", min=1)] = 60,
    batch: Annotated[int, option("--batch", text="help.bench.batch", min=1, max=4096)] = 1_000,
    singles: Annotated[int, option("--singles", text="help.bench.singles", min=1)] = 6_000,
    connections: Annotated[int, option("--connections", text="help.bench.connections", min=1, max=1024)] = 64,
    sequential: Annotated[int, option("--sequential", text="help.bench.sequential", min=1)] = 200,
    reads: Annotated[int, option("--reads", text="help.bench.reads", min=1)] = 2_000,
    out: Annotated[Path | None, option("--out", text="help.bench.out", metavar="FILE")] = None,
) -> None:
    """Load a running ledger, and say what it answered."""
    client, now = LedgerClient(target), milliseconds()
    published = parse_signed_checkpoint(client.checkpoint())[0]
    commissioner = Commissioner(holder.open(key), issuer, published.origin, product, first=now * _A_KEYS_RUNS, time=now)
    sizes = Sizes(batches, batch, singles=singles, connections=connections, sequential=sequential, reads=reads)
    load, driven = Target(target, commissioner, sizes), {}
    for name in ("http_batched", "http_single", "http_sequential", "trace_read"):
        holder.voice.tell("bench.running", name=name)
        driven[name] = getattr(load, name)()
    driven["tiles_read"] = load.tiles_read(parse_signed_checkpoint(client.checkpoint())[0].size)
    told = report(driven)
    if out:
        write_new(out, (json.dumps(told, indent=2) + "\n").encode())
    holder.voice.data(
        told,
        [holder.voice.say("bench.line", name=name, **{each: line[each] for each in ("per_second", "p50_ms", "p99_ms")})
         for name, line in told.items()],
    )  # fmt: skip
