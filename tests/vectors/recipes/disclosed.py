"""Disclosures that belong to an event, by its type and body: docs/formats.md, section 4."""

import json
from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.bodies import SALT, of, spelt
from tests.vectors.recipes.spell import H, base64url
from tests.vectors.recipes.type_files import TYPE

book = Book("disclosed", "MismatchError", "disclosure")
PARCEL = "urn:suyuan:parcel:" + "0123456789abcdef" * 2
DIGEST = H(b"a picture").hex()
PICTURE = {"mediaType": "image/png", "sha256": DIGEST, "size": 9}
RULES = {
    "/buyer/name": {"audience": "agencies"},
    "/number": {"audience": "parties"},
    "/source": {"audience": "agencies", "attachment": True},
}
KIND = json.dumps(TYPE | {"disclosures": RULES}, ensure_ascii=False)


def salt(byte: int) -> str:
    return base64url(bytes([byte]) * 16)


BUYER = of([salt(1), "/buyer/name", "\u5f20\u4e09"])
NUMBER = of([salt(2), "/number", "ORDER-9"])
SOURCE = of([salt(3), "/source", PICTURE])
ALL = {"/buyer/name": BUYER, "/number": NUMBER, "/source": SOURCE}


def digest(text: str) -> str:
    return base64url(H(text.encode()))


def body(texts: dict[str, str], data: Any = None) -> str:
    digests = {pointer: digest(text) for pointer, text in texts.items()}
    return spelt({"subjects": {"parcel": PARCEL}, "data": data or {"quantity": 2}, "_sd": digests, "salt": SALT})


def add(name: str, desc: str, texts: dict[str, str], shown: list[str], values: dict[str, Any]) -> None:
    book.valid(name, desc, {"values": values}, type=KIND, body=body(texts), disclosures=shown)


NULL = of([salt(4), "/source", None])
EMPTY = of([salt(5), "/source", PICTURE | {"size": 0, "sha256": H().hex()}])
add("all-shown", "one for each digest", ALL, [*ALL.values()], {
    "/buyer/name": "\u5f20\u4e09", "/number": "ORDER-9", "/source": PICTURE
})  # fmt: skip
add("none-shown", "a body commits to them all the same", ALL, [], {})
add("one-shown", "each by itself", ALL, [NUMBER], {"/number": "ORDER-9"})
add("null", "a value that is not there is null", ALL | {"/source": NULL}, [NULL], {"/source": None})
add("attachment-of-no-bytes", "0 to 1 MiB", ALL | {"/source": EMPTY}, [EMPTY], {
    "/source": PICTURE | {"size": 0, "sha256": H().hex()}
})  # fmt: skip


def refused(name: str, desc: str, shown: list[str], texts: dict[str, str] | None = None, **more: Any) -> None:
    spelt_body = more.pop("body", body(ALL if texts is None else texts))
    book.refused(name, desc, type=KIND, body=spelt_body, disclosures=shown, **more)


TWIN = of([salt(6), "/number", "ORDER-10"])
MOVED = of([salt(2), "/buyer/name", "ORDER-9"])
refused("twin-of-another-value", "one field, one value", [NUMBER, TWIN])
refused("twin-alone", "its digest does not stand in _sd", [TWIN])
refused("twin-of-another-salt", "the salt is committed to", [of([salt(6), "/number", "ORDER-9"])])
refused("twice", "each field once", [NUMBER, NUMBER], field="disclosures")
refused("under-another-field-s-pointer", "its digest stands under /number", [MOVED], ALL | {"/number": MOVED})
refused("of-another-event", "its digest does not stand in _sd", [of([salt(7), "/buyer/name", "\u674e\u56db"])])
refused("with-other-white-space", "the text is hashed as it came", [of([salt(2), "/number", "ORDER-9"], indent=0)])
refused(
    "of-a-field-that-the-type-does-not-have",
    "the type fixes the fields",
    [],
    ALL | {"/more": of([salt(8), "/more", 0])},
    field="body._sd",
)
for pointer in ALL:
    fewer = {each: text for each, text in ALL.items() if each != pointer}
    name = pointer.strip("/").replace("/", "-")
    refused(f"digest-of-{name}-missing", "all the fields are always there", [], fewer, field="body._sd")
for name, data in (("value", {"number": "ORDER-9"}), ("null", {"number": None}), ("inner", {"buyer": {"name": ""}})):
    refused(f"{name}-in-clear-beside-it", "only the disclosure has it", [], body=body(ALL, data), field="body.data")
twice = body(ALL).replace('"_sd":{', f'"_sd":{{"/number":"{digest(TWIN)}",')
refused("twin-digests", "each name once", [TWIN], body=twice, error="MalformedError", field="body")
for name, value, field in (
    ("text", "picture.png", "attachment"),
    ("without-size", {"mediaType": "image/png", "sha256": DIGEST}, "attachment"),
    ("with-a-name", PICTURE | {"name": "picture.png"}, "attachment"),
    ("with-sha-256-in-capitals", PICTURE | {"sha256": DIGEST.upper()}, "attachment.sha256"),
    ("with-sha-256-of-31-bytes", PICTURE | {"sha256": DIGEST[2:]}, "attachment.sha256"),
    ("with-sha-256-null", PICTURE | {"sha256": None}, "attachment"),
    ("of-more-than-a-mebibyte", PICTURE | {"size": (1 << 20) + 1}, "attachment.size"),
    ("of-negative-size", PICTURE | {"size": -1}, "attachment.size"),
    ("of-size-true", PICTURE | {"size": True}, "attachment.size"),
):
    text = of([salt(9), "/source", value])
    refused(
        f"attachment-{name}", "mediaType, sha256 and size", [text], ALL | {"/source": text}, error="MalformedError",
        field=field,
    )  # fmt: skip
