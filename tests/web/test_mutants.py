"""Bent proofs: both implementations come to the same verdict, step by step, with the same code, field and notices."""

import json

import pytest

from tests.vectors.proof_readers import standpoint
from tests.vectors.recipe import ROOT
from tests.web.comparing import python_says
from tests.web.mutants import edit_between, mutants
from tests.web.node import ask

FILES = ROOT / "files"


def zone_of(name):
    """Return trust policy and time of the zone that a recorded file came from."""
    valid = (json.loads(path.read_text()) for path in (ROOT / "trace-proof").glob("*/*.json"))
    found = next(each for each in valid if each["file"] == name and len(each["policy"]) < 120)
    return {"policy": found["policy"], "at": found["at"]}


def differences(seed, count):
    names = sorted(path.name for path in FILES.glob("*.trace"))
    files = [(FILES / name).read_bytes() for name in names]
    zones = [zone_of(name) for name in names]
    bent = list(mutants(files, seed, count))
    vectors = [{"file": names[at], "edit": edit_between(files[at], data), **zones[at]} for at, data in bent]
    answers = ask({"format": "mutant", "vector": vector} for vector in vectors)
    for (_, data), vector, answer in zip(bent, vectors, answers, strict=True):
        expected = {"facts": python_says(data, standpoint(vector))}
        if answer != expected:
            yield vector, answer, expected


def test_some_hundred_mutants_get_the_same_verdict():
    assert list(differences(seed=1, count=250)) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_thousand_mutants_get_the_same_verdict(seed):
    assert list(differences(seed, count=1_000)) == []
