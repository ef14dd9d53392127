"""Every vector does what it says; every file is what its recipe makes; nothing lies beside them."""

import json
import re

import pytest

from tests.vectors.make import all_recipes, refused_writes
from tests.vectors.readers import READERS
from tests.vectors.recipe import ROOT
from tests.vectors.recipes import spell
from verifier import errors

RECORDED = ROOT / "files"
FILES = sorted(file for file in ROOT.rglob("*.json") if RECORDED not in file.parents)
NAMES = ["/".join(file.relative_to(ROOT).with_suffix("").parts) for file in FILES]


def folders(name):
    return [file for file, full in zip(FILES, NAMES, strict=True) if full.split("/")[1] == name]


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_vector_is_accepted_with_its_facts_or_refused_by_its_error(file):
    vector = json.loads(file.read_text())
    read = READERS[file.parent.parent.name]
    if file.parent.name == "valid":
        assert read(vector) == vector["facts"]
    else:
        with pytest.raises(errors.SuyuanError) as refusal:
            read(vector)
        assert type(refusal.value).__name__ == vector["error"], str(refusal.value)
        assert vector["field"] in refusal.value.field


def test_every_file_lies_where_vectors_lie():
    assert {file.parent.name for file in FILES} == {"valid", "refused"}
    assert {file.parent.parent.name for file in FILES} == set(READERS)
    assert all(len(name.split("/")) == 3 for name in NAMES)


def test_every_recorded_file_is_in_a_valid_vector():
    """The recipes of proof files start from these bytes; the JSON files beside them say whom they are proved to."""
    used = {json.loads(file.read_text()).get("file") for file in FILES if file.parent.name == "valid"}
    unmet = {  # as recorded, and refused
        "not-recognised.trace", "said-once.evidence", "id-in-anothers-name.evidence", "sound-seal.evidence",
        "seal-of-mapping-2.evidence", "seal-behind-another-broken-one.evidence",
        "seal-under-the-key-of-the-next-charter.evidence", "envelope-that-may-stand.evidence",
        "act-of-the-giver.evidence", "act-that-is-taken.evidence", "act-about-an-order-that-is-taken.evidence",
        "entry-that-can-be-read.evidence", "head-that-can-be-read.evidence", "entry-of-version-2.evidence",
    }  # fmt: skip
    about = {"zone.json", "lies.json", "twice.json", "seals.json", "histories.json", "places.json", "orders.json",
             "indexes.json", "bundles.json", "promises.json", "foreign.json",
             "acts.json", "registry.json"}  # fmt: skip
    assert {file.name for file in RECORDED.iterdir()} == used - {None} | about | unmet


def test_recorded_stories_are_those_that_participants_composed():
    composed = set(json.loads((RECORDED / "zone.json").read_text())["events"].values())
    story = json.loads((ROOT / "trace-proof/valid/item.json").read_text())["facts"]["story"]
    names = {name for name, *_ in story["timeline"]}
    assert names < composed
    assert len(names) == len(composed) - 1, "all but the payment, which joins cases only"


def test_two_of_three_vectors_or_more_are_refused_ones():
    assert len(FILES) >= 250
    assert len(folders("refused")) >= 2 * len(folders("valid"))


def test_every_file_is_what_its_recipe_makes():
    """Then its provenance is the recipe; a file that changed was not regenerated but bent."""
    assert refused_writes(all_recipes()) == []
    made = {recipe.path for recipe in all_recipes()}
    assert len(made) == len(all_recipes())
    assert all(path.exists() for path in made)


def test_no_recipe_needs_a_signature_that_was_not_kept():
    kept = json.loads(spell.FIXED.read_text())
    all_recipes()
    assert spell.fixed == kept


def rows_of_the_readme():
    """Yield format, and the members that its row names as given and as facts."""
    for line in (ROOT.parent / "README.md").read_text().splitlines():
        cells = line.split("|")
        if len(cells) == 7 and (form := re.fullmatch(r" `([a-z0-9-]+)` ", cells[1])):
            yield form[1], *(set(re.findall(r"`([a-z_]+)`", cells[place])) for place in (3, 5))


def test_the_readme_names_every_member_of_every_format():
    """A second implementation is run from that page alone."""
    rows = {form: (given, facts) for form, given, facts in rows_of_the_readme()}
    assert set(rows) == set(READERS)
    for file in FILES:
        vector, (given, facts) = json.loads(file.read_text()), rows[file.parent.parent.name]
        assert vector.keys() <= given | {"desc", "facts", "error", "field", "verdict"}, file
        assert set(vector.get("facts", facts)) <= facts, file
