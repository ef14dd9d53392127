"""`suyuan-verify statistics`: do the figures of a statistical report follow from the range that it names?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verifier.cli.recompute_report import rule_name
from verifier.cli.sources import FolderSource
from verifier.cli.speaking import show, spell_json
from verifier.errors import IncompleteError, MalformedError, MismatchError
from verifier.ledgerformat.batch_answer import AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.statement import Statement, check_batch, parse_entry
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile
from verifier.proof.audit.source import read_bundle
from verifier.rendering import plain
from verifier.results.findings import DIFFERS
from verifier.results.statistics import Counted, check_figures
from verifier.texts import text

REPORT = "statistics.report"


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("statistics", help="recompute a statistical report from an exported ledger")
    parser.add_argument("folder", metavar="DIR", help="what `suyuan export` wrote; audit it first")
    parser.add_argument("report", metavar="EVENT", help="the report's event name, 64 hexadecimal digits")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Recompute and print; 1 where a figure does not follow, or the range is not the one that the report names."""
    source, name = FolderSource(Path(options.folder)), parse_hash_hex(options.report, "report")
    size = parse_signed_checkpoint(source.checkpoint())[0].size
    entries = list(_entries(source, size))
    leaf, data = _find_report(source, entries, name)
    covered = int(data["logSize"])
    if covered > leaf:
        raise MismatchError("report.logSize", came=covered, expected=f"at most {leaf}, where the report stands")
    root = tree_root([leaf_hash(each) for each in entries[:covered]]).hex()
    if root != data["root"]:
        raise MismatchError("report.root", came=data["root"], expected=f"{root}, of the first {covered} leaves")
    finding = check_figures(data, (_counted(each) for _, each in _events(source, entries[:covered])))
    outcome = "refuted" if finding.outcome == DIFFERS else "confirmed"
    differences = [dict(each.values) for each in finding.differences]
    if options.json:
        told = {"report": name.hex(), "logSize": covered, "root": root, "method": data["method"], "outcome": outcome}
        print(spell_json({**told, "differences": differences}))
    else:
        lines = [text("result.statistics", options.lang, event=name.hex(), size=covered, method=data["method"])]
        lines += [f"  {rule_name(finding.rule, options.lang)}: {each}" for each in differences]
        lines.append(f"{text('label.outcome', options.lang)}: {text(f'result.recomputed.{outcome}', options.lang)}")
        show("\n".join(plain(line) for line in lines))
    return 1 if finding.outcome == DIFFERS else 0


def _entries(source: FolderSource, size: int) -> Iterator[bytes]:
    for begin in range(0, size, WIDTH):
        entries, fault = read_bundle(source, Tile(None, begin // WIDTH, min(WIDTH, size - begin)))
        if fault:
            raise fault
        yield from entries


def _events(source: FolderSource, entries: list[bytes]) -> Iterator[tuple[int, AnsweredEvent]]:
    """Yield every event with its leaf; each head stands in its batch, whose root the statement at the leaf has."""
    for leaf, entry in enumerate(entries):
        statement = None if is_seal(entry) else parse_entry(entry)
        if isinstance(statement, Statement):
            events = parse_batch_answer(source.batch(leaf))
            check_batch(statement, [each.head for each in events])
            yield from ((leaf, each) for each in events)


def _counted(answered: AnsweredEvent) -> Counted:
    head = parse_head(answered.head)
    if answered.body is None:
        return Counted(head.type, None)
    if body_hash(answered.body) != head.body:
        raise MismatchError("body", came=body_hash(answered.body), expected=head.body.hex())
    return Counted(head.type, parse_body(answered.body).data)


def _find_report(source: FolderSource, entries: list[bytes], name: bytes) -> tuple[int, dict[str, Any]]:
    """Return the leaf and the data of the report.

    Raises:
        IncompleteError: it is not in the export, or its body is not.
        MalformedError: it is another event.
    """
    for leaf, each in _events(source, entries):
        if event_name(each.head) != name:
            continue
        counted = _counted(each)
        if counted.type != REPORT:
            raise MalformedError("report", came=counted.type, expected=REPORT)
        if counted.data is not None:
            return leaf, dict(counted.data)
    raise IncompleteError("report", came="nothing", expected=f"{name.hex()} with its body in the export")
