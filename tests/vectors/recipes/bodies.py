"""Bodies and disclosures: docs/formats.md, section 4."""

import json
from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import GTIN, H, base64url

SALT = base64url(bytes(range(16)))
DIGEST = base64url(H(b"a disclosure"))
ITEMS = [f"{GTIN}/21/{each}" for each in range(65)]
BODY = {"subjects": {"item": ITEMS[0]}, "data": {"quantity": 2}, "_sd": {"/buyer/name": DIGEST}, "salt": SALT}


def spelt(value: Any, **how: Any) -> str:
    return json.dumps(value, **{"ensure_ascii": False, "separators": (",", ":")} | how)


body = Book("body")


def add(name: str, desc: str, text: str, subjects: list[str], pointers: list[str]) -> None:
    body.valid(name, desc, {"hash": H(b"\x05", text.encode()), "subjects": subjects, "pointers": pointers}, text=text)


add("plain", "four members", spelt(BODY), [ITEMS[0]], ["/buyer/name"])
add("indented", "white space is free, and hashed", spelt(BODY, indent=2), [ITEMS[0]], ["/buyer/name"])
add(
    "members-in-another-order",
    "order is free, and hashed",
    spelt(dict(reversed(BODY.items()))),
    [ITEMS[0]],
    ["/buyer/name"],
)
add("64-subjects", "64 are the most", spelt(BODY | {"subjects": {"items": ITEMS[:64]}}), ITEMS[:64], ["/buyer/name"])
add("no-subjects-and-no-data", "empty objects", spelt(BODY | {"subjects": {}, "data": {}, "_sd": {}}), [], [])
add("chinese", "UTF-8", spelt(BODY | {"data": {"\u54c1\u540d": "\u5976\u7c89"}}), [ITEMS[0]], ["/buyer/name"])
for member in BODY:
    body.refused(
        f"{member.strip('_')}-missing",
        "exactly four members",
        text=spelt({key: value for key, value in BODY.items() if key != member}),
    )
for name, changes, desc, field in (
    ("member-unknown", {"more": 0}, "exactly four members", "body"),
    ("subjects-array", {"subjects": []}, "an object", "body"),
    ("data-null", {"data": None}, "an object", "body"),
    ("sd-array", {"_sd": [DIGEST]}, "an object", "body"),
    ("subject-no-uri", {"subjects": {"item": "1"}}, "canonical spelling", "body.subjects.item"),
    (
        "subject-with-a-wrong-check-digit",
        {"subjects": {"item": ITEMS[0].replace("92/", "93/")}},
        "canonical spelling",
        "body.subjects.item",
    ),
    ("subject-null", {"subjects": {"item": None}}, "a URI or an array", "body.subjects.item"),
    ("subjects-empty-array", {"subjects": {"items": []}}, "not empty", "body.subjects.items"),
    ("subjects-twice", {"subjects": {"items": [ITEMS[0], ITEMS[0]]}}, "distinct", "body.subjects.items"),
    ("subjects-of-65", {"subjects": {"items": ITEMS}}, "64 at most", "body.subjects.items"),
    ("subjects-nested", {"subjects": {"items": [[ITEMS[0]]]}}, "URIs", "body.subjects.items"),
    ("salt-of-15-bytes", {"salt": base64url(bytes(15))}, "16 bytes", "body.salt"),
    ("salt-of-17-bytes", {"salt": base64url(bytes(17))}, "16 bytes", "body.salt"),
    ("salt-padded", {"salt": SALT + "=="}, "base64url has no padding", "body.salt"),
    ("salt-loose-bits", {"salt": SALT[:-1] + "x"}, "unused bits are zero", "body.salt"),
    ("salt-number", {"salt": 0}, "a text", "body.salt"),
    ("digest-of-31-bytes", {"_sd": {"/a": base64url(bytes(31))}}, "32 bytes", "body._sd"),
    ("digest-in-hex", {"_sd": {"/a": "ab" * 32}}, "base64url", "body._sd"),
    ("digest-null", {"_sd": {"/a": None}}, "a text", "body._sd"),
    ("number-with-fraction", {"data": {"weight": 0.5}}, "no fraction", "body"),
    ("number-2-to-the-53", {"data": {"n": 2**53}}, "at most 2**53 - 1", "body"),
):
    body.refused(name, desc, field=field, text=spelt(BODY | changes))
body.refused("array", "an object", text="[]")
body.refused("name-twice", "each name once", text=spelt(BODY)[:-1] + ',"data":{}}')
body.refused("byte-order-mark", "without", text="\ufeff" + spelt(BODY))
body.refused("nested-17", "16 levels", text=spelt(BODY | {"data": {"a": json.loads("[" * 15 + "]" * 15)}}))

disclosure = Book("disclosure")


def of(value: Any, **how: Any) -> str:
    return base64url(spelt(value, **how).encode())


for name, desc, text, pointer, value in (
    ("text", "a value", of([SALT, "/buyer/name", "\u5f20\u4e09"]), "/buyer/name", "\u5f20\u4e09"),
    ("null", "a value that is not there", of([SALT, "/buyer", None]), "/buyer", None),
    ("object", "any JSON", of([SALT, "/a", {"b": [1, True]}]), "/a", {"b": [1, True]}),
    ("pointer-escaped", "~0 is ~ and ~1 is /", of([SALT, "/a~1b/m~0n", 0]), "/a~1b/m~0n", 0),
    ("salt-of-32-bytes", "16 are the least", of([base64url(bytes(32)), "/a", 0]), "/a", 0),
    ("with-white-space", "free, and hashed", of([SALT, "/a", 0], separators=(", ", ": ")), "/a", 0),
):
    facts = {"pointer": pointer, "value": value, "digest": base64url(H(text.encode()))}
    disclosure.valid(name, desc, facts, text=text)
for name, desc, text in (
    ("padded", "no padding", of([SALT, "/ab", 0]) + "="),
    ("alphabet-of-base64", "- and _, not + and /", of([SALT, "/a", "\u7fff>"]).replace("_", "/").replace("-", "+")),
    ("no-json", "a JSON array", base64url(b"[")),
    ("object", "a JSON array", of({"salt": SALT})),
    ("of-two-members", "[salt, pointer, value]", of([SALT, "/a"])),
    ("of-four-members", "[salt, pointer, value]", of([SALT, "/a", 0, 0])),
    ("salt-of-15-bytes", "at least 16", of([base64url(bytes(15)), "/a", 0])),
    ("salt-missing", "at least 16", of(["", "/a", 0])),
    ("salt-number", "a text", of([0, "/a", 0])),
    ("pointer-empty", "a pointer starts with /", of([SALT, "", 0])),
    ("pointer-without-slash", "a pointer starts with /", of([SALT, "a", 0])),
    ("pointer-with-an-empty-step", "no member is named by nothing", of([SALT, "/a//b", 0])),
    ("pointer-with-a-loose-tilde", "~0 or ~1", of([SALT, "/a~b", 0])),
    ("pointer-number", "a text", of([SALT, 0, 0])),
    ("value-with-fraction", "strict JSON", of([SALT, "/a", 0.5])),
    ("not-utf-8", "strict JSON", base64url(b'["' + SALT.encode() + b'","/a","\xff"]')),
    ("empty", "a JSON array", ""),
):
    disclosure.refused(name, desc, text=text)
