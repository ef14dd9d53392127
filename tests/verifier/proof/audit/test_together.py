"""Many batches in one answer: an audit finds what it finds where each comes alone."""

import json
import re

import pytest

from tests.verifier.proof.audit.forge import flip
from verifier.ledgerformat.batch_answers import format_batch_answers


def _together(export, most):
    """Return what answers ranges of leaves from an export, so many batches at once."""

    def answer(first, end):
        leaves = sorted(leaf for each in (export / "batches").iterdir() if first <= (leaf := int(each.name)) < end)
        chosen, rest = leaves[:most], leaves[most:]
        held = [(leaf, (export / f"batches/{leaf}").read_bytes()) for leaf in chosen]
        return format_batch_answers(rest[0] if rest else end, held)

    return answer


def _said(run, url, capsys):
    code = run(url, "--no-state", "--json")
    return code, json.loads(capsys.readouterr().out)


def _asked_alone(served):
    return [path for path, _ in served.asked if re.fullmatch("/batches/[0-9]+", path)]


@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_batches_that_come_together_make_the_same_report(run, served, export, capsys, most):
    alone = _said(run, served.url, capsys)
    assert len(_asked_alone(served)) > 100
    served.asked.clear()
    served.together = _together(export, most)
    assert _said(run, served.url, capsys) == alone
    assert alone[0] == 0
    assert _asked_alone(served) == []


def test_a_lie_is_named_alike_however_batches_come(run, served, export, capsys):
    early, late, missing = sorted(int(each.name) for each in (export / "batches").iterdir())[60::40][:3]
    for leaf in (early, late):
        path = export / f"batches/{leaf}"
        path.write_bytes(flip(path.read_bytes(), 8 * len(path.read_bytes()) - 1))
    (export / f"batches/{missing}").unlink()
    alone = _said(run, served.url, capsys)
    assert {early, late, missing} <= {each["leaf"] for each in alone[1]["findings"]}
    served.together = _together(export, 50)
    assert _said(run, served.url, capsys) == alone
    assert alone[0] == 1


@pytest.mark.parametrize("nonsense", [b"", b"<html>", format_batch_answers(1, []), format_batch_answers(0, [])])
def test_what_comes_together_and_is_none_is_asked_for_alone(run, served, capsys, nonsense):
    alone = _said(run, served.url, capsys)
    served.together = lambda *_: nonsense
    assert _said(run, served.url, capsys) == alone
    assert alone[0] == 0
