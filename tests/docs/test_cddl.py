"""The CDDL of docs/formats.md, section 20, holds for every valid vector, and sees the faults that it can see.

`tests/vectors/cddl.py` reads it to the letter; pycddl reads it, too, and may not refuse more.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pycddl
import pytest

from tests.vectors.cddl import Schema
from tests.vectors.proof_readers import edited_file

ROOT = Path(__file__).parents[2]
CDDL = re.search(r"```cddl\n(.*?)```", (ROOT / "docs/formats.md").read_text(), re.DOTALL)[1]
VECTORS = ROOT / "tests/vectors/v1"
CBOR = object()  # the step of a path into what a byte string holds
Breaks = Callable[[str, bytes], bool]  # whether bytes break a rule

PLACES = {  # which rules hold for the vectors of a format: for the whole, and for what lies in byte strings
    "batch-answer": [("batch-answer",)],
    "charter-file": [("charter-file",)],
    "envelope": [("cose-sign1",), ("envelope-header", 0, CBOR), ("envelope-payload", 2)],
    "event-proof": [("event-proof",)],
    "evidence-bundle": [("evidence-bundle",)],
    "fork-evidence": [("fork-evidence",)],
    "head": [("head",)],
    "index-proof": [("index-proof",)],
    "promise-file": [("promise-file",)],
    "receipt": [("receipt",), ("receipt-header", 0, CBOR)],
    "seal": [("cose-sign1",), ("seal-header", 0, CBOR), ("seal-payload", 2, CBOR)],
    "statement": [("cose-sign1",), ("statement-header", 0, CBOR), ("batch-payload", 2, CBOR)],
    "submission": [("submission",)],
    "trace-proof": [("trace-proof",)],
    "wrong-index-evidence": [("wrong-index-evidence",)],
}
MADE = {
    "broken-seal-evidence",
    "ceremony-file",
    "foreign-seal-evidence",
    "inadmissible-act-evidence",
    "inadmissible-envelope-evidence",
    "inadmissible-statement-evidence",
    "rollback-evidence",
    "said-twice-evidence",
    "unreadable-entry-evidence",
}  # no vectors: other tests hold the rules to files
PYCDDL_WRONG = {  # cddl-rs refuses these though the rules hold; where it is mended, a line goes
    "trace-proof/absent": "* in a map's array may be no item",
    "trace-proof/claims-absent": "* in a map's array may be no item",
    "trace-proof/subject-of-another-history": "* in a map's array may be no item",
    "trace-proof/permanent-body-missing": "3 is a body state, behind an array among the choices",
}
PYCDDL_CRASHES = {"submission/word-in-bytes"}  # it panics over bytes where a literal text should stand


@cache
def exact() -> Schema:
    return Schema(CDDL)


def breaks_to_the_letter(rule: str, data: bytes) -> bool:
    return not exact().matches(rule, data)


@cache
def second_schema(rule: str) -> pycddl.Schema:
    """Return pycddl's schema whose first rule is this one; RFC 8610 has patterns whole, pycddl anywhere in a text."""
    return pycddl.Schema(f"start = {rule}\n" + re.sub(r'\.regexp "([^"]*)"', r'.regexp "^(?:\1)$"', CDDL))


def breaks_for_pycddl(rule: str, data: bytes) -> bool:
    try:
        second_schema(rule).validate_cbor(data)
    except pycddl.ValidationError:
        return True
    return False


def parts(value: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Yield what lies at a path; nothing where there is none."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step is CBOR:
        inside = [decode(value)] if isinstance(value, bytes) and is_whole(value) else ()
    elif isinstance(value, Mapping):
        inside = [value[step]] if step in value else ()
    else:
        inside = [value[step]] if isinstance(value, list | tuple) and 0 <= step < len(value) else ()
    for each in inside:
        yield from parts(each, rest)


def is_whole(data: bytes) -> bool:
    """Return whether bytes spell a CBOR item at all."""
    try:
        cbor2.loads(data)
    except (cbor2.CBORDecodeError, TypeError):
        return False
    return True


def decode(data: bytes) -> Any:
    """Return what bytes spell, without the tag; what stands inside a tag are tuples and frozen maps."""
    value = cbor2.loads(data)
    return value.value if isinstance(value, cbor2.CBORTag) else value


def broken_rules(name: str, data: bytes, breaks: Breaks = breaks_to_the_letter) -> list[str]:
    """Return the rules that the document of a vector breaks."""
    broken = []
    for rule, *path in PLACES[form_of(name)]:
        spelt = [cbor2.dumps(each) for each in parts(data, (CBOR, *path))] if path else [data]
        broken += [rule for each in spelt if breaks(rule, each)]
    return broken


def form_of(name: str) -> str:
    return name.partition("/")[0]


def vectors(word: str) -> dict[str, bytes]:
    files = [file for form in PLACES for file in sorted((VECTORS / form / word).glob("*.json"))]
    return {f"{each.parts[-3]}/{each.stem}": given_bytes(json.loads(each.read_text())) for each in files}


def given_bytes(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["hex"]) if "hex" in vector else edited_file(vector)


def names(table: dict[str, str]) -> set[str]:
    return {f"{form}/{name}" for form, listed in table.items() for name in listed.split()}


SEEN = {  # refused vectors that are wrong by shape
    "batch-answer": """
        event-of-three-members head-as-text no-event order-of-31-bytes state-0 state-2-without-order
        state-null version-2
    """,
    "charter-file": """
        label-5
    """,
    "envelope": """
        content-format-negative content-type-in-bytes content-type digest-in-cbor digest-of-31-bytes
        digest-of-33-bytes hash-as-text hash-of-sha-384 issuer-no-participant kid-missing label-261
        location-number subject-empty
    """,
    "event-proof": """
        checkpoint-missing label-1 path-missing seals-empty seals-two statements-none version-2
    """,
    "evidence-bundle": """
        another-word label-more no-proof proof-as-a-text proofs-too-many purpose-of-nobody version-2
        without-a-purpose
    """,
    "fork-evidence": """
        commitment-of-another-kind three-commitments
    """,
    "head": """
        about-a-name-of-33-bytes about-empty about-of-65 array behalf-item behalf-null body-as-text
        body-missing body-of-31-bytes cut-behind-a-pair-s-first-byte cut follows-empty follows-recall
        follows-registry id-missing id-of-15-bytes issuer-in-bytes issuer-missing issuer-policy
        issuer-without-label joins-a-kind-in-capitals joins-a-kind-of-17 joins-a-kind-without-name
        joins-a-name-of-31-bytes joins-as-map joins-empty joins-missing joins-of-65 label-0 label-13
        label-of-text larger-than-16384-bytes state-of-three-members state-with-a-root-of-31-bytes
        state-with-negative-count time-2-to-the-53 time-as-text time-missing time-negative to-place
        type-ends-in-a-dot type-in-bytes type-in-capitals type-missing type-of-one-word until-negative
    """,
    "index-proof": """
        as-map nodes-as-list of-four-strings of-two-strings turns-as-text
    """,
    "promise-file": """
        label-5 receipt-missing statements-none version-2
    """,
    "receipt": """
        content-type iat-missing iat-negative index-negative kid-of-31-bytes path-empty
        path-with-a-hash-of-31-bytes payload-attached proof-not-in-bytes proof-of-consistency
        proof-of-two-members proofs-none proofs-two subject-another tree-size-missing tree-size-negative
        unprotected-kid untagged vds-2 vds-missing
    """,
    "seal": """
        algorithm-unknown audience content-type-batch content-type-missing covered-as-text first-negative
        keys-negative kid-of-31-bytes mapping-2 of-seven-members payload-detached previous-of-31-bytes
        root-null subject-another time-2-to-the-53 time-negative unprotected-not-empty untagged version-2
    """,
    "statement": """
        algorithm-19 algorithm-as-text audience-empty audience-missing audience-text claims-missing
        content-type-json content-type-missing content-type-seal count-0 count-4097 crit cut
        first-2-to-the-53 first-negative issued-at issuer-in-capitals issuer-no-participant kid-missing
        kid-of-31-bytes payload-detached payload-of-three-members payload-version-2 root-of-31-bytes
        subject-another tag-17 transparent unprotected-not-empty untagged
    """,
    "submission": """
        as-map attachments-as-text attachments-empty bodies-as-text bodies-missing content-array
        disclosures-in-bytes disclosures-not-in-lists heads-as-maps heads-empty heads-missing heads-of-4097
        label-6 of-two-members statement-missing statement-text version-2-of-another-shape version-2
        word-another word-in-bytes
    """,
    "trace-proof": """
        body-state-4 checkpoint-as-text count-0 cut empty index-proof-missing index-proof-of-two-strings
        label-11 seals-missing since-of-no-entry since-of-one-member statement-without-events subject-missing
        version-2-of-another-shape version-2 walk-unknown word-another
    """,
    "wrong-index-evidence": """
        history-of-no-entries without-seals
    """,
}


def test_every_valid_vector_keeps_every_rule():
    found = vectors("valid")
    assert {form_of(name) for name in found} == set(PLACES)
    assert {name: broken for name, data in found.items() if (broken := broken_rules(name, data))} == {}


def test_refused_vectors_that_are_wrong_by_shape_break_a_rule_and_no_others_do():
    assert {name for name, data in vectors("refused").items() if broken_rules(name, data)} == names(SEEN)


def test_pycddl_takes_every_valid_vector_and_refuses_no_more_than_the_rules():
    valid = {name for name, data in vectors("valid").items() if broken_rules(name, data, breaks_for_pycddl)}
    refused = {name: data for name, data in vectors("refused").items() if name not in PYCDDL_CRASHES}
    seen = {name for name, data in refused.items() if broken_rules(name, data, breaks_for_pycddl)}
    assert valid | (seen - names(SEEN)) == set(PYCDDL_WRONG)
    assert len(seen) > len(names(SEEN)) / 2, "it sees most of what there is to see"


def test_every_part_lies_where_its_rule_looks_for_it():
    """Else a path that leads nowhere would check nothing."""
    for name, data in vectors("valid").items():
        for _, *path in PLACES[form_of(name)]:
            assert len(list(parts(data, (CBOR, *path)))) == 1


@pytest.mark.parametrize("rule", re.findall(r"^([a-z][a-z0-9-]*) =", CDDL, re.MULTILINE))
def test_every_rule_can_be_read_by_both(rule):
    assert rule in exact().rules
    assert second_schema(rule)


def test_no_rule_is_left_that_nothing_uses():
    checked = {rule for places in PLACES.values() for rule, *_ in places} | MADE
    for rule in exact().rules:
        uses = len(re.findall(rf"(?<![a-z-]){rule}(?![a-z0-9-])(?! *=[^>])(?!:)", re.sub(r";.*|\"[^\"]*\"", "", CDDL)))
        assert uses or rule in checked, rule
