"""What `suyuan-verify recompute` says of a result: to people, and as JSON."""

from __future__ import annotations

from typing import Any

from verifier.results.findings import Finding, format_differences, format_result
from verifier.results.recomputation import Recomputation
from verifier.texts import has_text, text


def render_recomputation(found: Recomputation, lang: str) -> list[str]:
    """Return a result as lines: what it is about, each rule, the differing values, and the outcome."""
    name = found.recorded.hex() if found.recorded else "-"
    lines = [text(f"result.{found.what}", lang, event=name, inputs=len(found.inputs))]
    lines += [f"  {text(f'result.{each}', lang)}: {found.facts[each] or '-'}" for each in found.facts]
    for each in found.result.findings if found.result else ():
        lines += _rule(each, found.rules.get(each.rule), lang)
    if found.missing:
        lines.append(text("result.missing", lang, what=text("label.comma", lang).join(found.missing)))
    outcome = text(f"result.recomputed.{found.outcome}", lang)
    if found.result:
        outcome += f" · {text(f'result.outcome.{found.result.outcome}', lang)}"
    return [*lines, f"{text('label.outcome', lang)}: {outcome}"]


def _rule(finding: Finding, status: str | None, lang: str) -> list[str]:
    told = text(f"result.outcome.{finding.outcome}", lang)
    if status:
        told += f" · {text(f'result.recomputed.{status}', lang)}"
    lines = [f"  {rule_name(finding.rule, lang)} ({finding.rule}): {told}"]
    for each in finding.differences:
        stated = (f"{_field(name, lang)} {'-' if value is None else value}" for name, value in each.values.items())
        lines.append(f"      {text('label.comma', lang).join(stated)}")
    return lines


def rule_name(rule: str, lang: str) -> str:
    """Return what a rule is called, its code where nobody named it."""
    key = f"result.rule.{rule}"
    return text(key, lang) if has_text(key) else rule


def _field(name: str, lang: str) -> str:
    return text("result.expected", lang) if name == "expected" else name


def recomputation_json(found: Recomputation, lang: str) -> dict[str, Any]:
    """Return a result for programs, with the values that differ."""
    return {
        "what": found.what,
        **found.facts,
        "recorded": found.recorded.hex() if found.recorded else None,
        "outcome": found.outcome,
        "text": text(f"result.recomputed.{found.outcome}", lang),
        "rules": dict(found.rules),
        "inputs": [each.hex() for each in found.inputs],
        "missing": list(found.missing),
        "result": format_result(found.result) if found.result else None,
        "differences": format_differences(found.result) if found.result else None,
    }
