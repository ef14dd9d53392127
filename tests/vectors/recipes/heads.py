"""Heads: docs/formats.md, section 4. Vectors that are wrong by shape are marked for the CDDL of section 20."""

from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import AGENCY, ENTERPRISE, GTIN, H, cbor

book = Book("head")
ID = bytes.fromhex("0192f0000000700080000000000000ff")


def pair(kind: str, subject: str) -> list[Any]:
    return [kind, H(b"suyuan/name/v1|", subject.encode())]


TRACE, CASE = pair("trace", GTIN), pair("case", GTIN)
BODY = H(b"\x05", b"{}")
PLAIN = {1: "clearance.release", 2: ID, 3: AGENCY, 5: 1_763_800_000_000, 6: [TRACE], 12: BODY}
NAMES = [H(bytes([each])) for each in range(65)]
SORTED = sorted(NAMES)
FULL = PLAIN | {
    3: AGENCY,
    4: ENTERPRISE,
    6: [CASE, TRACE],
    7: [["trace", SORTED[0]], ["trace", SORTED[1]]],
    8: SORTED[:2],
    9: ENTERPRISE,
    10: 1_800_000_000_000,
    11: ["trace", SORTED[0], 3, SORTED[1]],
}


def add(name: str, desc: str, members: dict[int, Any]) -> None:
    spelt = cbor(members)
    facts = {"name": H(b"\x00", spelt), "type": members[1], "principal": members.get(4, members[3]), "time": members[5]}
    links = {word: [kind for kind, _ in members.get(label, [])] for word, label in (("joins", 6), ("follows", 7))}
    ends = {"about": len(members.get(8, [])), "to": members.get(9), "until": members.get(10)}
    book.valid(name, desc, facts | links | ends, hex=spelt)


add("plain", "only what every head has", PLAIN)
add("all-labels", "every label once", FULL)
add("by-an-enterprise", "an enterprise issues", PLAIN | {3: ENTERPRISE})
add("64-joins-follows-and-targets", "as many as there may be", PLAIN | {
    6: [["trace", each] for each in SORTED[:64]], 7: [["case", each] for each in SORTED[:64]], 8: SORTED[:64]
})  # fmt: skip
add("time-0", "1970", PLAIN | {5: 0})
add("time-of-32-bits", "a time in four bytes", PLAIN | {5: 2**32 - 1})
add("time-greatest", "two to the 53 minus 1", PLAIN | {5: 2**53 - 1, 10: 2**53 - 1})
add("type-of-64", "64 characters are the most", PLAIN | {1: "a." + "b" * 62})
add("joins-of-a-kind-to-come", "a kind that nobody knows yet", PLAIN | {6: [["a" * 16, SORTED[0]]]})


def refused(name: str, desc: str, members: Any, field: str = "head", error: str | None = None) -> None:
    book.refused(name, desc, field=field, error=error, hex=members if isinstance(members, bytes) else cbor(members))


for label, word in ((1, "type"), (2, "id"), (3, "issuer"), (5, "time"), (6, "joins"), (12, "body")):
    refused(f"{word}-missing", "a head has it", {key: value for key, value in PLAIN.items() if key != label})
for name, label, value, desc, field in (
    ("label-0", 0, 0, "labels go from 1 to 12", "head"),
    ("label-13", 13, 0, "labels go from 1 to 12", "head"),
    ("label-of-text", "type", "a.b", "labels are numbers", "head"),
    ("type-of-one-word", 1, "release", "a name has a dot", "head.type"),
    ("type-in-capitals", 1, "Clearance.release", "lower case", "head.type"),
    ("type-of-65", 1, "a." + "b" * 63, "64 characters at most", "head.type"),
    ("type-in-bytes", 1, b"clearance.release", "a text", "head.type"),
    ("type-ends-in-a-dot", 1, "clearance.", "a name does not end in a dot", "head.type"),
    ("id-of-15-bytes", 2, ID[:15], "16 bytes", "head.id"),
    ("id-uuid-4", 2, bytes.fromhex("0192f0000000400080000000000000ff"), "version 7", "head.id"),
    ("id-of-another-variant", 2, bytes.fromhex("0192f00000007000c0000000000000ff"), "variant 10", "head.id"),
    ("issuer-policy", 3, "urn:suyuan:policy:customs", "an agency or enterprise", "head.issuer"),
    ("issuer-without-label", 3, "urn:suyuan:agency:", "an agency has a label", "head.issuer"),
    ("issuer-with-a-wrong-check-sign", 3, ENTERPRISE[:-1] + "4", "a valid code", "head.issuer"),
    ("issuer-in-bytes", 3, AGENCY.encode(), "a text", "head.issuer"),
    ("behalf-null", 4, None, "left out where there is none", "head.behalf"),
    ("behalf-item", 4, f"{GTIN}/21/1", "an agency or enterprise", "head.behalf"),
    ("time-negative", 5, -1, "since 1970", "head.time"),
    ("time-2-to-the-53", 5, 2**53, "at most 2**53 - 1", "head.time"),
    ("time-as-text", 5, "2026-11-22", "a number", "head.time"),
    ("joins-empty", 6, [], "at least one", "head.joins"),
    ("joins-of-65", 6, [["trace", each] for each in SORTED], "64 at most", "head.joins"),
    ("joins-unsorted", 6, [["trace", SORTED[1]], ["trace", SORTED[0]]], "sorted by name", "head.joins"),
    ("joins-kinds-unsorted", 6, [TRACE, CASE], "sorted by kind", "head.joins"),
    ("joins-twice", 6, [TRACE, TRACE], "without repetition", "head.joins"),
    ("joins-a-name-of-31-bytes", 6, [["trace", bytes(31)]], "32 bytes", "head.joins[0]"),
    ("joins-a-kind-of-17", 6, [["a" * 17, SORTED[0]]], "16 characters at most", "head.joins[0]"),
    ("joins-a-kind-in-capitals", 6, [["Trace", SORTED[0]]], "lower case", "head.joins[0]"),
    ("joins-a-kind-without-name", 6, [["trace"]], "[kind, name]", "head.joins[0]"),
    ("joins-as-map", 6, {"trace": SORTED[0]}, "a list of pairs", "head.joins"),
    ("follows-empty", 7, [], "left out where there are none", "head.follows"),
    ("follows-registry", 7, [["registry", SORTED[0]]], "trace and case only", "head.follows"),
    ("follows-recall", 7, [["recall", SORTED[0]]], "trace and case only", "head.follows"),
    ("follows-unsorted", 7, [TRACE, CASE], "sorted by kind", "head.follows"),
    ("about-empty", 8, [], "left out where there are none", "head.about"),
    ("about-unsorted", 8, [SORTED[1], SORTED[0]], "sorted", "head.about"),
    ("about-twice", 8, [SORTED[0], SORTED[0]], "without repetition", "head.about"),
    ("about-of-65", 8, SORTED, "64 at most", "head.about"),
    ("about-a-name-of-33-bytes", 8, [bytes(33)], "32 bytes", "head.about[0]"),
    ("to-place", 9, "https://id.gs1.org/414/6901234567892", "an agency or enterprise", "head.to"),
    ("until-negative", 10, -1, "since 1970", "head.until"),
    ("state-of-three-members", 11, ["trace", SORTED[0], 3], "[kind, name, count, root]", "head.state"),
    ("state-with-negative-count", 11, ["trace", SORTED[0], -1, SORTED[1]], "a count", "head.state"),
    ("state-with-a-root-of-31-bytes", 11, ["trace", SORTED[0], 3, bytes(31)], "32 bytes", "head.state"),
    ("body-of-31-bytes", 12, BODY[:31], "32 bytes", "head.body"),
    ("body-as-text", 12, BODY.hex(), "bytes", "head.body"),
):
    refused(name, desc, PLAIN | {label: value}, field)
refused("array", "a map", list(PLAIN.values()))
refused("trailing-byte", "nothing follows", cbor(PLAIN) + b"\x00")
refused("cut", "a byte is missing", cbor(PLAIN)[:-1])
refused("cut-behind-a-pair-s-first-byte", "the end in the middle of joins", cbor(PLAIN | {6: [CASE, TRACE]})[:130])
refused(
    "labels-unsorted", "12 before 6", b"\xa6" + b"".join(cbor({key: PLAIN[key]})[1:] for key in (1, 2, 3, 5, 12, 6))
)
refused("label-twice", "5 twice", b"\xa7" + b"".join(cbor({key: PLAIN[key]})[1:] for key in (1, 2, 3, 5, 5, 6, 12)))
refused(
    "time-in-eight-bytes-without-need",
    "one spelling",
    cbor(PLAIN | {5: 1}).replace(b"\x05\x01\x06", b"\x05\x1b" + bytes(7) + b"\x01\x06"),
)
refused("indefinite-map", "definite lengths", b"\xbf" + cbor(PLAIN)[1:] + b"\xff")
refused("larger-than-16384-bytes", "16,384 bytes at most", bytes(16_385), error="TooLargeError")
