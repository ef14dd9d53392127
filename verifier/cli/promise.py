"""`suyuan-verify promise`, `hidden-code`: what a person keeps, and what stands under a scratch layer."""

from __future__ import annotations

import argparse
from typing import Any

from verifier.cli.files import add_policy_option, read_file, standpoint_of
from verifier.cli.speaking import show, spell_json
from verifier.errors import IncompleteError
from verifier.ledgerformat.hidden_code import COMMITTED, check_hidden_code, parse_hidden_code
from verifier.proof.promise import parse_promise, verify_promise
from verifier.proof.verdict import StoryEvent, Verdict
from verifier.proof.verify import RefusedError, examine_trace
from verifier.rendering import plain, render_time
from verifier.texts import text

_UNCHECKED = (
    "unchecked.quorum",
    "unchecked.signer",
    "unchecked.authority",
    "unchecked.completeness",
    "unchecked.truth",
)


def add_commands(commands: Any) -> None:
    """Add the commands."""
    promise = commands.add_parser("promise", help="verify a receipt file: what was recorded for you, and when")
    promise.add_argument("file", metavar="FILE.promise")
    promise.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(promise)
    promise.set_defaults(run=run_promise)
    hidden = commands.add_parser("hidden-code", help="check a code from under a scratch layer against an item's trace")
    hidden.add_argument("file", metavar="FILE.trace")
    hidden.add_argument("--code", required=True, metavar="FILE", help="file with the code; - for standard input")
    hidden.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(hidden)
    hidden.set_defaults(run=run_hidden_code)


def run_promise(options: argparse.Namespace) -> int:
    """Verify a promise file, and tell what it holds, the values that only its owner has included."""
    found = verify_promise(parse_promise(read_file(options.file)), standpoint_of(options))
    lang, head, receipt = options.lang, found.event.head, found.receipt
    values = {each.pointer: each.value for each in found.disclosures if each.value is not None}
    data = dict(found.event.body.data) if found.event.body else {}
    answer = {
        "outcome": "promised",
        "name": found.event.name.hex(),
        "type": head.type,
        "issuer": found.issuer,
        "claimedTime": head.time,
        "ledger": receipt.origin,
        "leaf": receipt.leaf,
        "size": receipt.size,
        "ledgerTime": receipt.time * 1000,
        "data": data,
        "disclosed": values,
        "notChecked": list(_UNCHECKED),
    }
    lines = [
        text("label.event", lang, name=found.event.name.hex()),
        plain(f"{head.type} · {found.issuer}"),
        f"{text('label.claimed', lang)} {render_time(head.time)}",
        f"{text('label.ledger', lang)}: {receipt.origin}, {text('label.leaf', lang, leaf=receipt.leaf)}, "
        + text("label.size", lang, size=receipt.size, time=render_time(receipt.time * 1000)),
        *(plain(f"  {name}: {value}") for name, value in (*data.items(), *values.items())),
        text("label.unchecked", lang),
        *(f"  - {text(each, lang)}" for each in _UNCHECKED),
        f"{text('label.outcome', lang)}: {text('outcome.promised', lang)}",
    ]
    _answer(options, answer, lines)
    return 0


def run_hidden_code(options: argparse.Namespace) -> int:
    """Check a code against the event of a verified trace that commits to one."""
    hidden = parse_hidden_code(read_file(options.code).decode("ascii", "replace"))
    verdict = examine_trace(read_file(options.file), standpoint_of(options))
    committed = _committed(verdict)
    item = check_hidden_code(hidden, committed.event.body) if committed.event.body else ""
    answer = {"outcome": "matches", "item": item, "event": committed.event.name.hex(), "recordedAt": committed.time}
    lines = [
        text("hidden-code.matches", options.lang, item=item),
        f"{text('label.recorded-at', options.lang)} {render_time(committed.time)}",
        text("hidden-code.meaning", options.lang),
    ]
    _answer(options, answer, lines)
    return 0


def _committed(verdict: Verdict) -> StoryEvent:
    """Return the event that commits to a code.

    Raises:
        RefusedError: the trace does not verify.
        IncompleteError: it has none, or its body is not shown.
    """
    if verdict.exit_code != 0 or verdict.story is None:
        raise RefusedError(verdict)
    for told in verdict.story.timeline:
        body = told.event.body
        if told.event.head.type == COMMITTED and body and body.of_role("item") == (verdict.story.subject,):
            return told
    raise IncompleteError("trace", came="no hidden code", expected=f"an event of {COMMITTED}")


def _answer(options: argparse.Namespace, answer: dict[str, Any], lines: list[str]) -> None:
    if options.json:
        print(spell_json(answer))
    else:
        show("\n".join(lines))
