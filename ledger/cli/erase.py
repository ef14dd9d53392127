"""`erase`: orders to erase as ceremonies, what became of them in a ledger's folder, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.ceremonies import merge, sign, submit
from ledger.cli.holder import read_voice
from ledger.cli.options import argument, help_of, option, sharing
from ledger.cli.ordering import Order, read_order, write_erasure
from ledger.cli.speaking import Voice, door
from ledger.client.reading import read_head
from ledger.clock import milliseconds
from ledger.erasure.eraser import Eraser
from ledger.erasure.plan import count_due
from ledger.erasure.report import OrderReport, report_orders
from ledger.erasure.retention import events_due, retention_of
from ledger.governance import drafts
from ledger.governance.changes import moment, printable
from ledger.sequencer.recover import replay_registry
from ledger.store.interface import Reader
from ledger.store.opening import open_store
from verifier.errors import NotPermittedError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.base64strict import parse_hash_hex
from verifier.vocabulary import registry_types, type_files

erase = typer.Typer(help=help_of("erase"), no_args_is_help=True)
Folder = Annotated[Path, argument("help.folder", "DIR")]


@door
@sharing(read_order)
def propose(
    order: Order,
    event: Annotated[str, argument("help.event-name", "EVENT")],
    *,
    what: Annotated[list[str], option("--what", text="help.erase-what", metavar="POINTER|body")],
    zh: Annotated[str, option("--basis-zh", text="help.basis-zh", metavar="TEXT")],
    en: Annotated[str, option("--basis-en", text="help.basis-en", metavar="TEXT")],
    officer: Annotated[str, option("--officer", text="help.officer", metavar="AGENCY")],
) -> None:
    """Write the ceremony of an order to erase something of an event."""
    name = parse_hash_hex(event, "EVENT")
    head = read_head(order.client, name)
    _require_erasable(head.type)
    kept = retention_of(head.type)
    if kept and (until := kept.until(head.time)) > milliseconds():
        order.voice.tell("erase.early", until=moment(until), basis=kept.basis[order.voice.lang])
    draft = drafts.erase(name, what=what, basis={"zh": zh, "en": en}, time=milliseconds())
    write_erasure(order, draft, officer=officer, target=(name, head))


@door
@sharing(read_voice)
def status(voice: Voice, folder: Folder) -> None:
    """Show which orders are in force, which were carried out here, and which copies were confirmed."""
    with _looking(folder) as (reader, registry):
        reports = report_orders(reader, registry)
    answer = {"orders": [_json(each) for each in reports], "open": sum(not each.taken_out for each in reports)}
    voice.data(answer, [_line(voice, each) for each in reports] or [voice.say("erase.none")])


@door
@sharing(read_voice)
def run(
    voice: Voice, folder: Folder, *, dry_run: Annotated[bool, option("--dry-run", text="help.erase-dry-run")] = False
) -> None:
    """Carry out the orders that a quorum covers, in a ledger that nobody serves; a ledger that is served does so."""
    if dry_run:
        with _looking(folder) as (reader, registry):
            newest = reader.newest_checkpoint(quorum=True)
            count = count_due(reader, registry, newest.size if newest else 0)
        return voice.data({"wouldCarryOut": count}, [voice.say("erase.would-run", count=count)])
    store = open_store(folder)
    try:
        writer = store.writer()
        reader = writer.reader()
        newest = reader.newest_checkpoint(quorum=True)
        eraser = Eraser(writer, milliseconds)
        count = eraser.turn(replay_registry(reader, registry_types()).registry, newest.size if newest else 0)
    finally:
        store.close()
    key = "erase.pending" if eraser.pending else "erase.run-done"
    return voice.data({"carriedOut": count, "pending": eraser.pending}, [voice.say(key, count=count)])


@door
@sharing(read_voice)
def report(voice: Voice, folder: Folder) -> None:
    """Tell of every order: basis, approvals, what was erased when, who confirmed, what the law has kept."""
    with _looking(folder) as (reader, registry):
        origin, size, reports = reader.meta("origin"), reader.counters().size, report_orders(reader, registry)
    answer = {"origin": origin, "size": size, "time": milliseconds(), "orders": [_json(each) for each in reports]}
    lines = [voice.say("erase.report-title", origin=printable(origin or ""), size=size, time=moment(milliseconds()))]
    for each in reports:
        lines += ["", *_lines(voice, each)]
    lines += ["", voice.say("erase.copies" if reports else "erase.none")]
    voice.data(answer, lines)


@door
@sharing(read_voice)
def due(voice: Voice, folder: Folder) -> None:
    """List the records whose legal retention has ended and whose bodies are still kept."""
    with _looking(folder) as (reader, _):
        found = list(events_due(reader, milliseconds()))
    answer = {
        "due": [{"name": each.name.hex(), "type": each.type, "time": each.time, "ended": each.ended} for each in found]
    }
    lines = [f"{each.name.hex()} {each.type} {moment(each.ended)}" for each in found]
    voice.data(answer, lines or [voice.say("erase.none-due")])


for command in (propose, status, run, report, due):
    erase.command(command.__name__, help=help_of(f"erase.{command.__name__}"))(command)
for word, shared in (("approve", sign), ("merge", merge), ("submit", submit)):
    erase.command(word, help=help_of(f"erase.{word}"))(shared)


@contextmanager
def _looking(folder: Path) -> Iterator[tuple[Reader, Registry]]:
    """Yield a snapshot of a ledger, served or not, and its registry."""
    store = open_store(folder, writable=False)
    try:
        with store.read() as reader:
            yield reader, replay_registry(reader, registry_types()).registry
    finally:
        store.close()


def _require_erasable(kind: str) -> None:
    """Refuse what stays for ever, with the reason; of types that are not built in, the ledger says it."""
    file = type_files().get(kind)
    if kind.startswith("registry.") or (file is not None and parse_type(file, kind).permanent):
        expected = "an event whose body may go: registry, policies, recalls, filings and the vocabulary stay, since"
        raise NotPermittedError("EVENT", came=kind, expected=f"{expected} rights and recognition follow from them")


def _json(report: OrderReport) -> dict[str, Any]:
    taken = report.taken_out
    return {
        "order": report.order.event.hex(),
        "event": report.order.target.hex(),
        "type": report.type,
        "what": list(report.order.what),
        "basis": dict(report.basis),
        "approvals": [{"agency": agency, "leaf": leaf} for agency, leaf in report.approvals],
        "inForceSince": report.order.since,
        "covered": report.covered,
        "erasedAt": taken.time if taken else None,
        "erased": {
            "body": taken.deletion.body,
            "disclosures": list(taken.deletion.pointers),
            "attachments": [each.hex() for each in taken.deletion.attachments],
        }
        if taken
        else None,
        "confirmations": [
            {
                "event": each.event.hex(),
                "agency": each.agency,
                "leaf": each.leaf,
                "copy": each.copy,
                "mirror": each.mirror,
            }
            for each in report.confirmed
        ],
        "awaited": [{"agency": each.agency, "mirror": each.mirror} for each in report.awaited],
        "retention": {"basis": dict(report.retention[0]), "until": report.retention[1]} if report.retention else None,
    }


def _line(voice: Voice, report: OrderReport) -> str:
    word = "erased" if report.taken_out else "waits" if not report.covered else "due"
    copies = ", ".join(each.agency for each in report.confirmed) or "-"
    awaited = ", ".join(each.agency for each in report.awaited) or "-"
    order, event, state = report.order.event.hex(), report.order.target.hex(), voice.say(f"erase.is-{word}")
    return voice.say("erase.line", order=order, event=event, state=state, copies=copies, awaited=awaited)


def _lines(voice: Voice, report: OrderReport) -> Iterator[str]:
    yield _line(voice, report)
    yield voice.say("erase.what", type=report.type, what=", ".join(printable(each) for each in report.order.what))
    yield voice.say("erase.basis", basis=printable(report.basis.get(voice.lang, "")))
    for agency, leaf in report.approvals:
        yield voice.say("erase.approval", agency=agency, leaf=leaf)
    if report.taken_out:
        taken = report.taken_out.deletion
        count, files = len(taken.pointers), len(taken.attachments)
        yield voice.say("erase.taken", time=moment(report.taken_out.time), disclosures=count, attachments=files)
    for each in report.confirmed:
        copy = f"{each.copy} {each.mirror}" if each.mirror else each.copy
        yield voice.say("erase.confirmed", agency=each.agency, copy=printable(copy), leaf=each.leaf)
    for missing in report.awaited:
        yield voice.say("erase.awaited", agency=missing.agency, mirror=missing.mirror)
    if report.retention:
        basis, until = report.retention
        yield voice.say("erase.retention", until=moment(until), basis=basis[voice.lang])
    yield voice.say("erase.remains")
