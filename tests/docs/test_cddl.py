"""The CDDL of docs/formats.md, section 20, holds for every valid vector, and sees the faults that it can see.

pycddl (cddl-rs) is looser than RFC 8610: its `.regexp` is not anchored, and inside arrays it looks at maps only
roughly. So patterns are anchored here, and every part that has a rule of its own is checked against it, too. What
pycddl still cannot see stands in no table below; where it learns to, or the CDDL gets looser, a test fails.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pycddl
import pytest

ROOT = Path(__file__).parents[2]
CDDL = re.search(r"```cddl\n(.*?)```", (ROOT / "docs/formats.md").read_text(), re.DOTALL)[1]
VECTORS = ROOT / "tests/vectors/v1"
EACH, CBOR = object(), object()  # steps of a path: into every item; into what a byte string holds

SIGNED = [("cose-sign1",), ("empty", 1)]
PLACES = {  # which rule holds where in the vectors of a format
    "batch-answer": [("batch-answer",), ("answered", 2, EACH), ("body-state", 2, EACH, 1), ("hash", 2, EACH, 1, 1)],
    "envelope": [
        *SIGNED,
        ("envelope-header", 0, CBOR),
        ("envelope-claims", 0, CBOR, 15),
        ("envelope-payload", 2),
    ],
    "head": [("head",), ("pair", 6, EACH), ("follow", 7, EACH)],
    "index-proof": [("index-proof",)],
    "receipt": [
        ("receipt",),
        ("receipt-proofs", 1),
        ("receipt-header", 0, CBOR),
        ("receipt-claims", 0, CBOR, 15),
        ("inclusion-proof", 1, 396, -1, EACH, CBOR),
    ],
    "seal": [*SIGNED, ("seal-header", 0, CBOR), ("seal-claims", 0, CBOR, 15), ("seal-payload", 2, CBOR)],
    "statement": [*SIGNED, ("statement-header", 0, CBOR), ("batch-claims", 0, CBOR, 15), ("batch-payload", 2, CBOR)],
    "submission": [("submission",), ("submission-content", 2), ("disclosures", 2, 4, EACH)],
}
CRASHES = {"submission/word-in-bytes"}  # cddl-rs panics over bytes where a literal text should stand


@cache
def schema(rule: str) -> pycddl.Schema:
    """Return a schema whose first rule is this one."""
    return pycddl.Schema(f"start = {rule}\n" + re.sub(r'\.regexp "([^"]*)"', r'.regexp "^(?:\1)$"', CDDL))


def parts(value: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Yield what lies at a path; nothing where there is none."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step is EACH:
        inside = value if isinstance(value, list | tuple) else ()
    elif step is CBOR:
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


def broken_rules(form: str, data: bytes) -> list[str]:
    """Return the rules that a document of a format breaks."""
    broken = []
    for rule, *path in PLACES[form]:
        for spelt in [cbor2.dumps(each) for each in parts(data, (CBOR, *path))] if path else [data]:
            try:
                schema(rule).validate_cbor(spelt)
            except pycddl.ValidationError:
                broken.append(rule)
    return broken


def vectors(word: str) -> list[tuple[str, bytes]]:
    files = [file for form in PLACES for file in sorted((VECTORS / form / word).glob("*.json"))]
    return [(f"{each.parts[-3]}/{each.stem}", bytes.fromhex(json.loads(each.read_text())["hex"])) for each in files]


def names(table: dict[str, str]) -> set[str]:
    return {f"{form}/{name}" for form, listed in table.items() for name in listed.split()}


SEEN = {  # refused vectors that are wrong by shape
    "batch-answer": """
        event-of-three-members head-as-text no-event order-of-31-bytes state-0 state-2-without-order
        state-null version-2
    """,
    "envelope": """
        content-format-negative content-type-in-bytes content-type digest-in-cbor digest-of-31-bytes
        digest-of-33-bytes hash-as-text hash-of-sha-384 issuer-no-participant kid-missing label-261
        location-number subject-empty
    """,
    "head": """
        about-a-name-of-33-bytes about-empty about-of-65 array behalf-item behalf-null body-as-text
        body-missing body-of-31-bytes cut-behind-a-pair-s-first-byte cut follows-empty follows-recall
        follows-registry id-missing id-of-15-bytes issuer-in-bytes issuer-missing issuer-policy
        issuer-without-label joins-a-kind-in-capitals joins-a-kind-of-17 joins-a-kind-without-name
        joins-a-name-of-31-bytes joins-as-map joins-empty joins-missing label-0 label-13 label-of-text
        larger-than-16384-bytes state-of-three-members state-with-a-root-of-31-bytes
        state-with-negative-count time-2-to-the-53 time-as-text time-missing time-negative to-place
        type-ends-in-a-dot type-in-bytes type-in-capitals type-missing type-of-one-word until-negative
    """,
    "index-proof": """
        as-map nodes-as-list of-four-strings of-two-strings turns-as-text
    """,
    "receipt": """
        content-type iat-missing iat-negative index-negative kid-of-31-bytes path-empty
        path-with-a-hash-of-31-bytes payload-attached proof-not-in-bytes proof-of-consistency
        proof-of-two-members subject-another tree-size-missing tree-size-negative unprotected-kid untagged
        vds-2 vds-missing
    """,
    "seal": """
        algorithm-unknown audience content-type-batch content-type-missing covered-as-text first-negative
        keys-negative kid-of-31-bytes mapping-2 of-seven-members payload-detached previous-of-31-bytes
        root-null subject-another time-2-to-the-53 time-negative untagged version-2
    """,
    "statement": """
        algorithm-19 algorithm-as-text audience-empty audience-missing audience-text claims-missing
        content-type-json content-type-missing content-type-seal count-0 count-4097 crit cut
        first-2-to-the-53 first-negative issued-at issuer-in-capitals issuer-no-participant kid-missing
        kid-of-31-bytes payload-detached payload-of-three-members payload-version-2 root-of-31-bytes
        subject-another tag-17 untagged
    """,
    "submission": """
        as-map attachments-as-text attachments-empty bodies-as-text bodies-missing content-array
        disclosures-in-bytes disclosures-not-in-lists heads-as-maps heads-empty heads-missing heads-of-4097
        label-6 of-two-members statement-missing statement-text version-2-of-another-shape version-2
        word-another
    """,
}


def test_every_valid_vector_keeps_every_rule():
    found = vectors("valid")
    assert {name.split("/")[0] for name, _ in found} == set(PLACES)
    assert {name: broken for name, data in found if (broken := broken_rules(name.split("/")[0], data))} == {}


def test_refused_vectors_that_are_wrong_by_shape_break_a_rule_and_no_others_do():
    found = {name: data for name, data in vectors("refused") if name not in CRASHES}
    assert {name for name, data in found.items() if broken_rules(name.split("/")[0], data)} == names(SEEN)
    assert {name for name, _ in vectors("refused")} >= CRASHES


def test_every_rule_for_a_part_meets_one_in_a_valid_vector():
    """Else a path that leads nowhere would check nothing."""
    met = set()
    for name, data in vectors("valid"):
        for rule, *path in PLACES[name.split("/")[0]]:
            if any(True for _ in parts(data, (CBOR, *path))):
                met.add(rule)
    assert met == {rule for places in PLACES.values() for rule, *_ in places}


@pytest.mark.parametrize("rule", re.findall(r"^([a-z][a-z0-9-]*) =", CDDL, re.MULTILINE))
def test_every_rule_stands_once_and_can_be_the_first(rule):
    assert len(re.findall(rf"^{rule} =", CDDL, re.MULTILINE)) == 1
    assert schema(rule)
