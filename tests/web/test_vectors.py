"""The second implementation accepts and refuses every vector as the first one does."""

import json
from fnmatch import fnmatch

import pytest

from tests.vectors.recipe import ROOT
from tests.web.node import ask
from verifier import errors

NOT_YET = (  # kinds of evidence that JavaScript does not confirm yet
    "foreign-seal-evidence/*",
    "inadmissible-envelope-evidence/*",
    "said-twice-evidence/*envelope*",
    "statement-evidence/*expired-charter*",
    "unreadable-entry-evidence/*",
)
FORMATS = sorted(
    folder.name for folder in ROOT.iterdir() if folder.name != "files" and f"{folder.name}/*" not in NOT_YET
)


def vectors(name):
    paths = sorted((ROOT / name).glob("*/*.json"))
    confirmed = (path for path in paths if not any(fnmatch(f"{name}/{path.stem}", each) for each in NOT_YET))
    return {path: json.loads(path.read_text()) for path in confirmed}


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
