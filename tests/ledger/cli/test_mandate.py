"""`suyuan mandate`, and what a broker says under one, on a real ledger behind its service."""

from __future__ import annotations

import json

import pytest

from tests.ledger.cli.participants import open_street
from tests.world import DAY, PRODUCT, now

NAMES = {"zh": "示例奶粉", "en": "Example milk powder"}


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        yield made


def give(street, run, *words, who="seller", agent="platform", until=None):
    term = until or now() + DAY
    words = words or ("--types", "filing.*")
    return run("mandate", "give", street.uri(agent), *words, "--until", term, *street.speaking(who))


def show(street, run, who="seller"):
    street.publish()
    ran = run("mandate", "show", street.uri(who), *street.to, "--json")
    assert ran.code == 0, ran.err
    return ran.answer["mandates"]


def file_product(street, run, *options):
    """Let the platform file a product of the seller's, from a description that names for whom."""
    subjects = {"product": PRODUCT, "enterprise": street.uri("seller")}
    data = {"names": NAMES, "hsCode": "1901101000", "origin": "NZ"}
    filing = {"type": "filing.product", "behalf": street.uri("seller"), "subjects": subjects, "data": data}
    (street.folder / "filing.json").write_text(json.dumps(filing))
    said = [each for each in street.speaking("platform") if each not in ("--yes", "--quiet")]
    return run("submit", "filing.json", *said, *options)


def test_a_broker_files_in_an_enterprise_s_name_while_its_mandate_lasts_and_not_after(run, street):
    enterprise = {"type": "filing.enterprise", "subjects": {"enterprise": street.uri("seller")},
                  "data": {"names": NAMES, "customsCode": "3301000001"}}  # fmt: skip
    (street.folder / "own.json").write_text(json.dumps(enterprise))
    own = [each for each in street.speaking("seller") if each not in ("--yes", "--quiet")]
    assert run("submit", "own.json", *own).code == 0
    refused = file_product(street, run)
    assert (refused.code, "behalf" in refused.answer["error"]["field"]) == (1, True)
    given = give(street, run)
    assert given.code == 0, given.err
    assert given.answer["batches"][0]["standing"] == "promised"
    filed = file_product(street, run)
    assert filed.code == 0, filed.err
    handle = given.answer["subjects"]["mandate"]
    ended = run("mandate", "end", handle, "--reason", "over", *street.speaking("seller"))
    assert ended.code == 0, ended.err
    after = file_product(street, run, "--dry-run")
    assert "revoked from leaf" in after.answer["faults"][0]["came"]


def test_what_a_participant_gave_is_shown_from_checked_proofs_with_how_it_stands(run, street):
    assert show(street, run) == []
    for words in (("--types", "filing.*"), ("--types", "order.placed", "--subjects", PRODUCT)):
        assert give(street, run, *words).code == 0
    first, second = show(street, run)
    assert (first["standing"], first["agent"], first["types"]) == ("valid", street.uri("platform"), ["filing.*"])
    assert second["subjects"] == [PRODUCT]
    run("mandate", "end", first["handle"], "--reason", "over", *street.speaking("seller"))
    registry = street.world.ledger.head.replay.registry
    in_force = registry.mandates_at(street.uri("seller"), street.uri("platform"), street.size, now())
    assert [each["handle"] for each in show(street, run) if each["standing"] == "valid"] == [
        each.subject for each in in_force
    ]
    assert show(street, run)[0]["standing"] == "revoked"


def test_a_dry_run_is_judged_by_the_ledger_and_records_and_numbers_nothing(run, street):
    speaking = street.speaking("seller")
    before = street.size
    ran = run("mandate", "give", street.uri("platform"), "--types", "*", "--until", now() + DAY, *speaking, "--dry-run")
    assert (ran.code, ran.answer["batches"]) == (0, [])
    assert street.size == before
    assert not (street.folder / "seller-statement.pem.sequence").exists()
    assert not (street.folder / "receipts").exists()


def test_people_see_the_whole_mandate_in_both_languages_before_they_are_asked(run, street):
    speaking = [each for each in street.speaking("seller") if each not in ("--quiet", "--yes")]
    before = street.size
    for lang, title in (("zh", "委托"), ("en", "Mandate")):
        ran = run("mandate", "give", street.uri("platform"), "--types", "filing.*", "--subjects", PRODUCT,
                  "--until", "2030-01-01T00:00:00Z", *speaking, "--lang", lang)  # fmt: skip
        assert (ran.code, ran.answer["error"]["field"]) == (2, "--yes")
        for each in (title, street.uri("platform"), "filing.*", PRODUCT, "2030-01-01T00:00:00Z"):
            assert each in ran.err
    assert street.size == before


def test_who_ends_a_mandate_is_shown_what_it_ends_and_nobody_else_may(run, street):
    handle = give(street, run).answer["subjects"]["mandate"]
    speaking = [each for each in street.speaking("seller") if each != "--quiet"]
    stranger = run("mandate", "end", handle, "--reason", "over", *street.speaking("payer"))
    assert stranger.code == 1, stranger.out
    ran = run("mandate", "end", handle, "--reason", "over", *speaking)
    assert ran.code == 0, ran.err
    assert street.uri("platform") in ran.err
    assert show(street, run)[0]["standing"] == "revoked"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--types", "Filing"), "types"),
        (("--types", "*", "--subjects", ""), "subjects"),
        (("--types", "*", "--until", "tomorrow"), "--until"),
        (("--types", "*", "--until", "2020-01-01T00:00:00Z"), "--until"),
    ],
)
def test_a_mandate_that_could_not_be_is_refused_with_its_field_and_nothing_is_sent(run, street, words, field):
    before, speaking = street.size, street.speaking("seller")
    ran = run("mandate", "give", street.uri("platform"), "--until", now() + DAY, *words, *speaking)
    assert ran.code in (1, 2), ran.out
    assert field in ran.answer["error"]["field"]
    assert street.size == before + 2  # the key of the seller's, and its seal


def test_a_key_of_another_s_says_nothing_in_one_s_name(run, street):
    speaking = list(street.speaking("payer"))
    speaking[speaking.index("--issuer") + 1] = street.uri("seller")
    ran = run("mandate", "give", street.uri("platform"), "--types", "*", "--until", now() + DAY, *speaking)
    assert (ran.code, ran.answer["error"]["field"]) == (1, "--key")
