"""Promise files: docs/formats.md, section 17."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.spell import H, base64url, flip
from tests.vectors.recipes.traces import FILES, edit, recorded

FILE = "complaint.promise"
ABOUT = json.loads((FILES / "promises.json").read_text())
PROVED_TO = {"policy": ABOUT["policy"], "at": ABOUT["time"]}
CONTENT = cbor2.loads(recorded(FILE))[2]
((LEAF, INDEX, FIRST, COUNT, SIGNATURE, PATH, ((POSITION, HEAD, BODY, SHOWN),)),) = CONTENT[8]
RECEIPT = cbor2.loads(CONTENT[18]).value
PROTECTED = cbor2.loads(RECEIPT[0])
((SIZE, PLACE, ROUTE),) = (cbor2.loads(each) for each in RECEIPT[1][396][-1])
book = Book("promise-file", field="suyuan promise")


def receipt(place: int, value: Any) -> bytes:
    """The receipt with another member of its COSE_Sign1."""
    return cbor2.dumps(cbor2.CBORTag(18, [*RECEIPT[:place], value, *RECEIPT[place + 1 :]]), canonical=True)


def with_receipt(data: bytes) -> dict[str, Any]:
    return with_part(FILE, 18, lambda _: data)


def with_event(*event: Any) -> dict[str, Any]:
    return with_part(FILE, 8, lambda _: [[LEAF, INDEX, FIRST, COUNT, SIGNATURE, PATH, [list(event)]]])


book.valid(
    "of-a-complaint",
    "what a public desk hands to whoever complains",
    {
        "name": H(b"\x00", HEAD),
        "type": "aftersales.public-complaint",
        "issuer": cbor2.loads(HEAD)[3],
        "origin": PROTECTED[15][1],
        "leaf": LEAF,
        "size": PROTECTED["tree-size"],
        "time": PROTECTED[15][6],
        "pointers": ["/contact", "/text"],
    },
    file=FILE,
    **PROVED_TO,
)
for name, desc, given in (
    ("trailing-byte", "nothing follows", edit(FILE, recorded(FILE) + b"\x00")),
    ("label-5", "labels 4, 6, 8 and 18", altered(FILE, lambda file: [*file[:2], file[2] | {5: []}])),
    ("receipt-missing", "labels 4, 6, 8 and 18", altered(FILE, without(18))),
    ("statements-none", "one statement", with_part(FILE, 8, lambda _: [])),
    ("body-restricted", "the body is shown", with_event(POSITION, HEAD, 1, [])),
):
    book.refused(name, desc, **given, **PROVED_TO)
book.refused("version-2", "version 1", error="UnsupportedError", field="suyuan promise version", **PROVED_TO,
             **altered(FILE, lambda file: [file[0], 2, file[2]]))  # fmt: skip
OPENED = json.loads(urlsafe_b64decode(SHOWN[0] + "=="))
SPOILT = base64url(json.dumps([base64url(bytes(16)), *OPENED[1:]], separators=(",", ":")).encode())
UNSIGNED, UNCOUNTED = "BadSignatureError", "MismatchError"


def with_part_8(change: Any) -> dict[str, Any]:
    return with_part(FILE, 8, lambda parts: [change(parts[0])])


for name, desc, error, field, given in (
    ("body-altered", "hashed by its head", UNCOUNTED, "body", with_event(POSITION, HEAD, BODY + b" ", SHOWN)),
    ("disclosure-altered", "hashed by the body", UNCOUNTED, "disclosure", with_event(
        POSITION, HEAD, BODY, [SPOILT, *SHOWN[1:]]
    )),
    ("head-altered", "the statement is over it", UNSIGNED, "receipt", with_event(POSITION, flip(HEAD), BODY, SHOWN)),
    ("statement-signature-altered", "the leaf is another", UNSIGNED, "receipt", with_part_8(
        lambda part: [*part[:4], flip(SIGNATURE), *part[5:]]
    )),
    ("receipt-signature-altered", "the ledger signed the root", UNSIGNED, "receipt", with_receipt(
        receipt(3, flip(RECEIPT[3]))
    )),
    ("of-another-leaf", "where the receipt says", UNCOUNTED, "leaf", with_part_8(lambda part: [LEAF + 1, *part[1:]])),
    ("receipt-key-of-nobody", "the charter names it", "UntrustedError", "receipt.kid", with_receipt(
        receipt(0, cbor2.dumps(PROTECTED | {4: bytes(32)}, canonical=True))
    )),
):  # fmt: skip
    book.refused(name, desc, error=error, field=field, **given, **PROVED_TO)
book.refused("of-another-ledger", "leaf 0 is pinned", error="UntrustedError", field="charter", file=FILE,
             **PROVED_TO | {"policy": "suyuan trust policy v1\ncharter " + "00" * 32 + "\n"})  # fmt: skip
