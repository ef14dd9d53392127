"""A trace as JSON: what `suyuan-verify trace --json` says, marked as said by the server."""

from __future__ import annotations

import shlex
from typing import Any

from api.texts import text
from api.views.custody import custody_json
from api.views.declarations import declaration_json, declarations_told
from api.views.standing import late_in_story_json
from api.views.words import file_name
from ledger.prove.prover import Proved
from verifier.rendering import verdict_json


def trace_json(proved: Proved, subject: str, lang: str) -> dict[str, Any]:
    """Return verdict, steps, timeline, notices and what was not checked, all as computed here."""
    answer = verdict_json(proved.verdict, lang)
    own = {"key": "server.charter", "values": {}, "text": text("server.charter", lang)}
    answer["notChecked"] = [own, *answer["notChecked"]]
    answer["custody"] = custody_json(proved.verdict.story, lang)
    answer["declarations"] = [declaration_json(each, lang) for each in declarations_told(proved.verdict.story)]
    answer["lateReturns"] = late_in_story_json(proved.verdict.story, lang)
    return {**computed_by_server(verify_trace_command(subject), lang), "newer": proved.newer, **answer}


def computed_by_server(command: str, lang: str) -> dict[str, Any]:
    """Return what marks an answer as the server's word, and how to check it without the server."""
    return {
        "computedBy": "server",
        "verifiedOnThisDevice": False,
        "warning": text("trace.unverified", lang),
        "verifyWith": command,
    }


def verify_trace_command(subject: str) -> str:
    """Return the command with which anybody checks a subject's proof."""
    return f"suyuan-verify trace {file_name(subject, 'trace')} --policy trust.policy --subject {shlex.quote(subject)}"
