"""The pages of the stages against the vocabulary and the examples: every type has a row, every example composes."""

from __future__ import annotations

import json
import re

import pytest

from fixtures.examples import draw_cast, read_example
from fixtures.zone.actors import all_types
from tests.docs.pages import ROOT, blocks_of
from verifier.ledgerformat.body import parse_body
from verifier.vocabulary import registry_types

FOLDER = ROOT / "docs" / "stages"
STAGES = {
    "filing": ("filing",),
    "order": ("order", "market"),
    "transport": ("transport",),
    "clearance": ("clearance", "book", "reference", "identity"),
    "delivery": ("delivery",),
    "after-sales": ("after-sales",),
    "settlement": ("finance",),
    "oversight": ("credit", "risk", "quality", "statistics"),
}
AGENCIES = {"customs", "inspection-quarantine", "tax", "foreign-exchange", "market-regulator", "commerce", "post"}
ELSEWHERE = {"endorsement", "record", "registry", "assistance"}  # stages of the ledger itself, not of goods
TYPES = {name: kind for name, kind in all_types().items() if name not in registry_types()}
each_page = pytest.mark.parametrize("page", STAGES)


def text_of(page):
    return (FOLDER / f"{page}.md").read_text("utf-8")


def rows(page):
    """Return the cells of each type's row, by type."""
    lines = [re.split(r" *\| *", line.strip("| \n")) for line in text_of(page).splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def example_of(page):
    (name,) = re.findall(r"`fixtures/examples/([a-z.-]+)\.json`", text_of(page))
    (block,) = [each for each in blocks_of(text_of(page)) if each.language == "json"]
    return read_example(name), json.loads(block.text)


def said_by(kind):
    roles = set(kind.roles)
    return (roles - AGENCIES) | {"agencies"} if roles >= AGENCIES else roles


def refusing(kind):
    codes = {rule.code for rule in kind.order if rule.refuse}
    return codes | {rule.code for rule in kind.counts if rule.equals or (rule.least, rule.most) != (None, None)}


def test_every_stage_of_goods_has_a_page():
    assert {kind.stage for kind in TYPES.values()} - ELSEWHERE == {
        each for several in STAGES.values() for each in several
    }
    assert {path.stem for path in FOLDER.glob("*.md")} == STAGES.keys()


@each_page
def test_every_type_of_a_stage_has_a_row_as_its_file_says(page):
    types = {name: kind for name, kind in TYPES.items() if kind.stage in STAGES[page]}
    told = rows(page)
    assert told.keys() == types.keys()
    for name, kind in types.items():
        title, roles, codes, contradicting = told[name]
        assert title == f"{kind.title['zh']} {kind.title['en']}", name
        assert set(roles.split(", ")) == said_by(kind), name
        assert set(re.findall(r"`([a-z-]+)`", codes)) == refusing(kind), name
        only_told = {rule.code for rule in kind.order if not rule.refuse}
        assert set(re.findall(r"`([a-z-]+)`", contradicting)) == only_told, name


@each_page
def test_the_example_of_a_page_is_the_example_and_an_event_of_its_type(page):
    example, shown = example_of(page)
    assert shown == example.event
    event = draw_cast()[example.by].compose(example.draft(1_790_000_000_000), all_types())
    body = parse_body(event.body)
    assert body.data == shown["data"]
    assert set(shown.get("disclosed", {})) | set(shown.get("attachments", {})) <= body.digests.keys()


def test_readme_and_capabilities_lead_to_every_page():
    capabilities = (ROOT / "docs" / "capabilities.md").read_text("utf-8")
    assert all(f"(stages/{each}.md)" in capabilities for each in STAGES)
    assert "(docs/stages/filing.md)" in (ROOT / "README.md").read_text("utf-8")
