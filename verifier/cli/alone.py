"""`suyuan-verify receipt`, `event`, `checkpoint`, `consistency`, `evidence`: each format by itself."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.files import add_policy_option, read_file, standpoint_of
from verifier.cli.speaking import show, spell_json
from verifier.cli.witness_report import answer_report
from verifier.errors import IncompleteError, MalformedError
from verifier.ledgerformat.witness_report import WORD as REPORT
from verifier.primitives.base64strict import parse_base64
from verifier.proof.alone import (
    VerifiedCheckpoint,
    verify_checkpoint,
    verify_event,
    verify_extension,
    verify_statement_receipt,
)
from verifier.proof.bundle import StatementPart
from verifier.proof.charterfile import WORD as CHARTER_WORD
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.rendering import plain, render_issuer, render_time, say
from verifier.texts import text

_CHARTER_HELP = "charter file, or any trace proof of the same ledger"


def add_commands(commands: Any) -> None:
    """Add the commands."""
    receipt = _command(commands, "receipt", run_receipt, "verify a receipt for a statement")
    receipt.add_argument("file", metavar="RECEIPT")
    receipt.add_argument("--statement", required=True, metavar="FILE", help="the statement that it is for")
    receipt.add_argument("--checkpoint", metavar="FILE", help="a cosigned checkpoint of the same size, for `recorded`")
    receipt.add_argument("--charter", required=True, metavar="FILE", help=_CHARTER_HELP)
    event = _command(commands, "event", run_event, "verify the proof of one event")
    event.add_argument("file", metavar="FILE.event")
    event.add_argument("--registry", required=True, metavar="FILE.trace", help="a trace proof whose registry has it")
    checkpoint = _command(commands, "checkpoint", run_checkpoint, "verify a checkpoint and its cosignatures")
    checkpoint.add_argument("file", metavar="CHECKPOINT")
    checkpoint.add_argument("--charter", required=True, metavar="FILE", help=_CHARTER_HELP)
    consistency = _command(commands, "consistency", run_consistency, "verify that one checkpoint extends another")
    consistency.add_argument("older", metavar="OLDER")
    consistency.add_argument("newer", metavar="NEWER")
    consistency.add_argument("path", metavar="PATH", help="base64 hashes, a line each")
    consistency.add_argument("--charter", required=True, metavar="FILE", help=_CHARTER_HELP)
    evidence = commands.add_parser("evidence", help="confirm what convicts a ledger, or what a witness says of it")
    evidence.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(evidence, required=False)
    evidence.add_argument("--key", metavar="VKEY", help="of a report: the witness's key for notices, had from itself")
    evidence.add_argument("file", metavar="FILE")
    evidence.set_defaults(run=run_evidence, usage=evidence.error)


def _command(commands: Any, name: str, run: Any, help_: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_)
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    parser.set_defaults(run=run)
    return parser


def run_receipt(options: argparse.Namespace) -> int:
    """Verify a receipt; with a cosigned checkpoint it says *recorded*."""
    standpoint, charter = standpoint_of(options), _charter(options.charter)
    checkpoint = _checkpoint(options.checkpoint, charter, standpoint) if options.checkpoint else None
    found = verify_statement_receipt(
        read_file(options.file), read_file(options.statement), charter, standpoint, checkpoint
    )
    outcome = "recorded" if found.recorded else "promised"
    values = {"ledger": found.origin, "leaf": found.leaf, "size": found.size, "ledgerTime": found.time * 1000}
    unchecked = [] if checkpoint else ["unchecked.quorum"]
    lines = [
        f"{text('label.ledger', options.lang)}: {found.origin}, {text('label.leaf', options.lang, leaf=found.leaf)}, "
        + text("label.size", options.lang, size=found.size, time=render_time(found.time * 1000)),
        *(f"{text('label.unchecked', options.lang)}: {text(each, options.lang)}" for each in unchecked),
        f"{text('label.outcome', options.lang)}: {text(f'outcome.{outcome}', options.lang)}",
    ]
    _answer(options, {"outcome": outcome, **values, "notChecked": unchecked}, lines)
    return 0


def run_event(options: argparse.Namespace) -> int:
    """Verify one event by a registry that the verifier holds."""
    return answer_event(read_file(options.file), options)


def answer_event(data: bytes, options: argparse.Namespace) -> int:
    """Verify an event proof and tell it; `options` has registry, policy, language and form of the answer."""
    held = parse_trace_proof(read_file(options.registry))
    found = verify_event(parse_event_proof(data), held, standpoint_of(options))
    if not found.checkpoint.quorum:
        raise IncompleteError("checkpoint", came="too few cosignatures", expected="the quorum")
    lang, head = options.lang, found.event.head
    lines = [
        text("label.event", lang, name=found.event.name.hex()),
        f"{found.kind.title[lang]} ({head.type}) · {render_issuer(found.issuer, lang)}",
        f"{text('label.claimed', lang)} {render_time(head.time)}",
        *([f"{text('label.recorded-at', lang)} {render_time(found.time)}"] if found.time is not None else []),
        text("label.cosigners", lang, names=", ".join(found.checkpoint.cosigners) or "-"),
        text("label.unchecked", lang),
        *(f"  - {say(each, lang)}" for each in found.unchecked),
    ]
    answer = {
        "outcome": "verified",
        "name": found.event.name.hex(),
        "type": head.type,
        "issuer": found.issuer.uri,
        "leaf": found.event.leaf,
        "claimedTime": head.time,
        "ledgerTime": found.time,
        "data": dict(found.event.body.data) if found.event.body else None,
        "notChecked": [each.key for each in found.unchecked],
    }
    _answer(options, answer, lines)
    return 0


def run_checkpoint(options: argparse.Namespace) -> int:
    """Verify a checkpoint; without a quorum the exit code is 3."""
    found = _checkpoint(options.file, _charter(options.charter), standpoint_of(options))
    names = ", ".join(found.cosigners) or "-"
    outcome = "recorded" if found.quorum else "promised"
    lines = [
        f"{text('label.ledger', options.lang)}: {found.checkpoint.origin}",
        f"{found.checkpoint.size} {found.checkpoint.root.hex()}",
        text("label.cosigners", options.lang, names=names),
        f"{text('label.outcome', options.lang)}: {text(f'outcome.{outcome}', options.lang)}",
    ]
    answer = {
        "outcome": outcome,
        "ledger": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "root": found.checkpoint.root.hex(),
        "cosignedBy": list(found.cosigners),
    }
    _answer(options, answer, lines)
    return 0 if found.quorum else 3


def run_consistency(options: argparse.Namespace) -> int:
    """Verify that one log extends another."""
    standpoint, charter = standpoint_of(options), _charter(options.charter)
    older = _checkpoint(options.older, charter, standpoint)
    newer = _checkpoint(options.newer, charter, standpoint)
    verify_extension(older, newer, _hashes(read_file(options.path)))
    sizes = {"first": older.checkpoint.size, "second": newer.checkpoint.size}
    lines = [text("label.sizes", options.lang, **sizes), text("label.extends", options.lang)]
    _answer(options, {"outcome": "verified", **sizes}, lines)
    return 0


def run_evidence(options: argparse.Namespace) -> int:
    """Confirm what convicts a ledger; 0 means that the evidence holds, 3 that it is a witness's word and no more."""
    data = read_file(options.file)
    if data.startswith(f"{REPORT} v".encode()):
        return answer_report(data, options)
    if options.policy is None:
        options.usage("evidence is confirmed by a trust policy: --policy FILE")
    found = confirm_evidence(data, standpoint_of(options))
    word = found.kind.replace(" ", "-")
    lines = [f"{text('label.ledger', options.lang)}: {found.origin}"]
    for name, fact in found.facts.items():
        told = [str(each) for each in fact] if isinstance(fact, list) else [str(fact)]
        lines.append(f"{text(f'evidence.{name}', options.lang)}: {', '.join(told)}")
    lines.append(f"{text('label.outcome', options.lang)}: {text(f'outcome.{word}', options.lang)}")
    _answer(options, {"outcome": word, "ledger": found.origin, **found.facts}, lines)
    return 0


def _charter(path: str) -> tuple[StatementPart, ...]:
    """Return the charter's statements out of a charter file or a trace proof."""
    data = read_file(path)
    if CHARTER_WORD.encode() in data[:32]:
        return parse_charter_file(data)
    return parse_trace_proof(data).registry


def _checkpoint(path: str, charter: tuple[StatementPart, ...], standpoint: Standpoint) -> VerifiedCheckpoint:
    return verify_checkpoint(read_file(path), charter, standpoint)


def _hashes(data: bytes) -> list[bytes]:
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("path", came="no ASCII", expected="base64 hashes, a line each") from error
    if lines.pop():
        raise MalformedError("path", came="no newline at the end", expected="base64 hashes, a line each")
    return [parse_base64(line, "path") for line in lines]


def _answer(options: argparse.Namespace, answer: dict[str, Any], lines: list[str]) -> None:
    if options.json:
        print(spell_json(answer))
    else:
        show("\n".join(plain(line) for line in lines))
