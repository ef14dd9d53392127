"""Text for people: both languages, the same keys, the same values, nothing twice, nothing that is said and missing."""

from __future__ import annotations

import ast
import json
import re
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from api.desk.texts import DESK
from api.texts import PAGES
from fixtures.demo.texts import DEMONSTRATION
from ledger.cli.texts import COMMANDS
from verifier.ledgerformat.vocabulary import parse_type
from verifier.texts import VERDICTS, Catalogue
from verifier.texts.audits import AUDITS
from verifier.vocabulary import registry_types, type_files

ROOT = Path(__file__).parent.parent
CATALOGUES = [VERDICTS, AUDITS, PAGES, COMMANDS, DEMONSTRATION, DESK]
_FIELD = re.compile(r"\{([a-zA-Z_]+)\}")


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda each: each.package)
def test_both_languages_have_the_same_keys_and_fill_in_the_same_values(catalogue: Catalogue) -> None:
    chinese, english = catalogue.texts("zh"), catalogue.texts("en")
    assert list(chinese) == list(english)
    for key, text in english.items():
        assert sorted(_FIELD.findall(text)) == sorted(_FIELD.findall(chinese[key])), key
        assert text.strip()
        assert chinese[key].strip()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda each: each.package)
def test_chinese_texts_are_chinese_and_english_texts_are_not(catalogue: Catalogue) -> None:
    han = re.compile("[\u4e00-\u9fff]")
    assert [key for key, text in catalogue.texts("en").items() if han.search(text) and "中文" not in text] == []
    without = [key for key, text in catalogue.texts("zh").items() if not han.search(text)]
    assert all(re.fullmatch(r"[\W\d_A-Za-z{}]*", catalogue.texts("zh")[key]) for key in without)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda each: each.package)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_key_stands_twice_in_one_catalogue(catalogue: Catalogue, language: str) -> None:
    text = files(catalogue.package).joinpath(f"{language}.json").read_text("utf-8")
    keys = [key for key, _ in json.loads(text, object_pairs_hook=list)]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_no_key_stands_in_two_catalogues() -> None:
    for one, other in combinations(CATALOGUES, 2):
        assert one.texts("en").keys() & other.texts("en").keys() == set(), (one.package, other.package)


def test_every_stage_of_the_vocabulary_has_a_name_for_people() -> None:
    stages = {parse_type(each).stage for each in type_files().values()} | {
        each.stage for each in registry_types().values()
    }
    assert {f"stage.{each}" for each in stages} == {key for key in VERDICTS.texts("en") if key.startswith("stage.")}


def test_every_key_that_the_code_spells_out_is_there() -> None:
    """Calls like text("label.steps", …), say("cli…"), Said("step1.charter", …)."""
    known = {key for each in CATALOGUES for key in each.texts("en")}
    known |= {key.removeprefix("cli.") for key in COMMANDS.texts("en")}
    known |= {key.removeprefix("demo.") for key in DEMONSTRATION.texts("en")}
    missing = {key for key in _spelt_out() if key not in known}
    assert missing == set()


def _spelt_out() -> set[str]:
    names = {"text", "say", "tell", "Said", "help_of"}
    found: set[str] = set()
    for folder in ("verifier", "ledger/cli", "ledger/fsck", "api", "fixtures/demo"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    key = node.args[0].value
                    if name in names and isinstance(key, str):
                        found.add(key)
    return found
