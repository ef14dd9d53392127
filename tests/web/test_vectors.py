"""The second implementation accepts and refuses every vector as the first one does."""

import json

import pytest

from tests.vectors.recipe import ROOT
from tests.web.node import ask
from verifier import errors

FORMATS = sorted(folder.name for folder in ROOT.iterdir() if folder.name != "files")


def vectors(name):
    return {path: json.loads(path.read_text()) for path in sorted((ROOT / name).glob("*/*.json"))}


@pytest.mark.parametrize("name", FORMATS)
def test_every_vector_is_accepted_with_its_facts_or_refused_by_its_error(name):
    found = vectors(name)
    answers = ask({"format": name, "vector": vector} for vector in found.values())
    for (path, vector), answer in zip(found.items(), answers, strict=True):
        if path.parent.name == "valid":
            assert answer == {"facts": vector["facts"]}, path
        else:
            assert answer["error"]["code"] == getattr(errors, vector["error"]).code, path
            assert vector["field"] in answer["error"]["field"], path
            assert answer.get("verdict") == vector.get("verdict"), path
