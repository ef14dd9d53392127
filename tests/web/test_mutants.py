"""Bent files: both implementations come to the same verdict, step by step, with the same code, field and notices."""

import json
import random
from functools import cache

import cbor2
import pytest

from tests.vectors.proof_readers import standpoint
from tests.vectors.recipe import ROOT
from tests.vectors.result_readers import read_results
from tests.web.comparing import python_confirms, python_says, python_unpacks
from tests.web.mutants import bent_papers, edit_between, mutants
from tests.web.node import ask

FILES = ROOT / "files"
SAY = {  # what Python answers, by the format that Node is asked for
    "mutant": lambda *given: {"facts": python_says(*given)},
    "bent-evidence": python_confirms,
    "bent-bundle": python_unpacks,
}
SUFFIXES = {"mutant": "trace", "bent-evidence": "evidence", "bent-bundle": "bundle"}
SOAK = range(2, 12)
EVERY = {
    "broken seal", "foreign seal", "fork", "inadmissible act", "inadmissible envelope", "inadmissible statement",
    "rollback", "said twice", "unreadable entry", "wrong index",
}  # fmt: skip


@cache
def zones():
    """Return trust policy and time of the zone of each recorded file that a valid vector has as it is."""
    vectors = (json.loads(path.read_text()) for path in sorted(ROOT.glob("*/valid/*.json")))
    whole = [each for each in vectors if "file" in each and "edit" not in each and len(each["policy"]) < 120]
    return {each["file"]: {"policy": each["policy"], "at": each["at"]} for each in whole}


def differences(seed, count, form="mutant", asked=ask):
    names = [name for name in sorted(zones()) if name.endswith(SUFFIXES[form])]
    files = [(FILES / name).read_bytes() for name in names]
    yield from compared(names, list(mutants(files, seed, count)), form, asked)


def compared(names, bent, form, asked=ask):
    """Yield a vector and both answers where they differ; `bent`: index of a name, and what became of the file."""
    files = [(FILES / name).read_bytes() for name in names]
    vectors = [{"file": names[at], "edit": edit_between(files[at], data), **zones()[names[at]]} for at, data in bent]
    answers = asked({"format": form, "vector": vector} for vector in vectors)
    for (_, data), vector, answer in zip(bent, vectors, answers, strict=True):
        expected = SAY[form](data, standpoint(vector))
        if answer != expected:
            yield vector, answer, expected


@pytest.mark.parametrize(("form", "count"), [("mutant", 250), ("bent-evidence", 300), ("bent-bundle", 80)])
def test_some_hundred_mutants_get_the_same_verdict(form, count):
    assert list(differences(1, count, form)) == []


@pytest.mark.soak
@pytest.mark.parametrize("form", SAY)
@pytest.mark.parametrize("seed", SOAK)
def test_ten_thousand_mutants_get_the_same_verdict(seed, form):
    assert list(differences(seed, 1_000, form)) == []


@pytest.fixture
def in_chromium(page):
    """Ask a page what Node is asked."""

    def asked(questions):
        vectors = [each["vector"] for each in questions]
        return [json.loads(each) for each in page.evaluate("vectors => verifier.judgeAll(vectors)", vectors)]

    return asked


def test_mutants_get_the_same_verdict_in_chromium(in_chromium):
    assert list(differences(1, 100, asked=in_chromium)) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_ten_thousand_mutants_get_the_same_verdict_in_chromium(seed, in_chromium):
    assert list(differences(seed, 1_000, asked=in_chromium)) == []


def test_a_seals_header_that_is_no_map_is_refused_in_the_same_field():
    name = "event-left-out.evidence"
    tree = cbor2.loads((FILES / name).read_bytes())
    assert b"seal+cbor" in tree[2][4][0]
    tree[2][4][0] = b"\x8e" + tree[2][4][0][1:]
    assert list(compared([name], [(0, cbor2.dumps(tree, canonical=True))], "bent-evidence")) == []


def matched_differently(seed, count):
    papers = [json.loads(path.read_text()) for path in sorted((ROOT / "results/valid").glob("*.json"))]
    chance = random.Random(seed)
    chosen = [chance.choice([each for each in papers if "documents" in each]) for _ in range(count)]
    bent = [each | {"documents": bent_papers(each["documents"], chance)} for each in chosen]
    answers = ask({"format": "results", "vector": vector} for vector in bent)
    for vector, answer in zip(bent, answers, strict=True):
        expected = {"facts": read_results(vector)}
        if answer != expected:
            yield vector, answer, expected


def test_bent_papers_are_matched_alike():
    assert list(matched_differently(1, count=400)) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_ten_thousand_sets_of_bent_papers_are_matched_alike(seed):
    assert list(matched_differently(seed, count=1_000)) == []


def test_each_kind_of_evidence_is_bent():
    kinds = {python_confirms((FILES / name).read_bytes(), standpoint(zone))["facts"]["kind"]
             for name, zone in zones().items() if name.endswith("evidence")}  # fmt: skip
    assert kinds == EVERY
