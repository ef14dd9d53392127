"""Findings of rules, and the result that they make: data that can stand in an event, and what it does not show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.errors import MalformedError, MismatchError

AGREES, DIFFERS, INCOMPLETE = "agrees", "differs", "incomplete"
OUTCOMES = (AGREES, DIFFERS, INCOMPLETE)
MOST_FIELDS = 256
MOST_DIFFERENCES = 40_000  # bytes of JSON: with its salt and pointer it fits into a disclosure
_RULE = re.compile(r"[a-z]+(?:[.-][a-z]+)*")
_FIELD = re.compile(r"[a-z]+(?:/[A-Za-z0-9]+)*")
_VERSION = re.compile(r"[0-9a-z-]{1,32}")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two statements that should say the same, or one that should say something else.

    Attributes:
        values: by field (`order/amounts/paid`), as stated; None where nothing is stated. What a rule expects where
            no document states it stands under `expected`.
    """

    values: Mapping[str, Any]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of documents."""
        return tuple(each for each in self.values if each != "expected")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says.

    Attributes:
        rule: its code, like `match.money`.
        outcome: agrees, differs or incomplete.
        fields: that differ, or the documents and fields that are missing; sorted.
        differences: the values; empty in a finding that was read out of an event.
    """

    rule: str
    outcome: str
    fields: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What a set of rules says of documents.

    Attributes:
        rules: version of the rules.
        normalisation: version of the normalisation.
        findings: one a rule, in the rules' order.
    """

    rules: str
    normalisation: str
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> str:
        """Return differs if any rule does, else incomplete if any is, else agrees."""
        return outcome_of(each.outcome for each in self.findings)


def outcome_of(outcomes: Iterable[str]) -> str:
    """Return the outcome that several make together."""
    found = set(outcomes)
    return DIFFERS if DIFFERS in found else INCOMPLETE if INCOMPLETE in found or not found else AGREES


def conclude(rule: str, differences: Sequence[Difference], missing: Iterable[str]) -> Finding:
    """Return a rule's finding from what differs and what is missing; what differs already, differs."""
    if differences:
        fields = sorted({field for each in differences for field in each.fields})
        return Finding(rule, DIFFERS, tuple(fields[:MOST_FIELDS]), tuple(differences))
    lacking = tuple(sorted(set(missing))[:MOST_FIELDS])
    return Finding(rule, INCOMPLETE if lacking else AGREES, lacking)


def format_result(result: Result) -> dict[str, Any]:
    """Return a result as it stands in an event, in clear: no value of any document is in it."""
    return {
        "rules": result.rules,
        "normalisation": result.normalisation,
        "outcome": result.outcome,
        "findings": [
            {"rule": each.rule, "outcome": each.outcome, "fields": list(each.fields)} for each in result.findings
        ],
    }


def format_differences(result: Result) -> dict[str, Any] | None:
    """Return the differing values for the disclosure `/differences`, those that fit; None where nothing differs."""
    every = [{"rule": one.rule, "values": dict(each.values)} for one in result.findings for each in one.differences]
    shown, room = [], MOST_DIFFERENCES
    for each in every:
        room -= len(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()) + 1
        if room < 0:
            break
        shown.append(each)
    return {"differences": shown, "omitted": len(every) - len(shown)} if every else None


def parse_result(data: Any, what: str = "result") -> Result:
    """Return the result that an event states; members that this page does not name are none of it.

    Raises:
        MalformedError: another shape.
        MismatchError: its outcome is not the one that its findings make.
    """
    stated = _members(data, ("rules", "normalisation", "outcome", "findings"), what)
    for name in ("rules", "normalisation"):
        _require(stated[name], _VERSION, f"{what}.{name}", "a version")
    if not isinstance(stated["findings"], list):
        raise MalformedError(f"{what}.findings", came="another shape", expected="a list of findings")
    findings = tuple(_parse_finding(each, f"{what}.findings[{at}]") for at, each in enumerate(stated["findings"]))
    if len({each.rule for each in findings}) != len(findings):
        raise MalformedError(f"{what}.findings", came="a rule twice", expected="each rule once")
    result = Result(stated["rules"], stated["normalisation"], findings)
    if stated["outcome"] != result.outcome:
        expected = f"{result.outcome}, as its findings say"
        raise MismatchError(f"{what}.outcome", came=stated["outcome"], expected=expected)
    return result


def _parse_finding(data: Any, what: str) -> Finding:
    stated = _members(data, ("rule", "outcome", "fields"), what)
    _require(stated["rule"], _RULE, f"{what}.rule", "a rule's code")
    if stated["outcome"] not in OUTCOMES:
        raise MalformedError(f"{what}.outcome", came=stated["outcome"], expected=f"one of {', '.join(OUTCOMES)}")
    fields = stated["fields"]
    if not isinstance(fields, list) or len(fields) > MOST_FIELDS:
        raise MalformedError(f"{what}.fields", came="another shape", expected=f"at most {MOST_FIELDS} fields")
    for each in fields:
        _require(each, _FIELD, f"{what}.fields", "a field like order/amounts/paid")
    if bool(fields) == (stated["outcome"] == AGREES):
        expected = "none where documents agree, one or more where not"
        raise MalformedError(f"{what}.fields", came=f"{len(fields)} fields", expected=expected)
    return Finding(stated["rule"], stated["outcome"], tuple(fields))


def _members(data: Any, names: Sequence[str], what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping) or not set(names) <= data.keys():
        raise MalformedError(what, came="another shape", expected=f"an object with {', '.join(names)}")
    return data


def _require(value: Any, pattern: re.Pattern[str], what: str, expected: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MalformedError(what, came=value, expected=expected)
