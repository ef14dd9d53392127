"""C2SP signed notes and the keys that sign them (C2SP signed-note v1.0.0, tlog-cosignature v1.1.0-rc.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from verifier.errors import MalformedError, UnsupportedError
from verifier.primitives.base64strict import format_base64, parse_base64
from verifier.primitives.keys import EDDSA, ML_DSA_44, PublicKey, require_key

ED25519_NOTE, ED25519_COSIGNATURE, ML_DSA_COSIGNATURE = 0x01, 0x04, 0x06
_ALGORITHMS = {ED25519_NOTE: EDDSA, ED25519_COSIGNATURE: EDDSA, ML_DSA_COSIGNATURE: ML_DSA_44}
MAX_SIGNATURES = 100
MAX_NAME = 255
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the newline


@dataclass(frozen=True)
class NoteKey:
    """A named key of one signature type.

    Attributes:
        name: the key name; for a ledger its origin.
        kind: 0x01 (Ed25519), 0x04 (Ed25519 cosignature) or 0x06 (ML-DSA-44 cosignature).
        key: the public key.
    """

    name: str
    kind: int
    key: PublicKey

    @cached_property
    def key_id(self) -> bytes:
        """Return SHA-256(name || 0x0A || type byte || public key)[:4]."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key.raw).digest()[:4]


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. Parsed, not verified.

    Attributes:
        name: the key name on the line.
        key_id: 4 bytes.
        blob: what follows the key id: 64 bytes (0x01), 72 (0x04) or 2428 (0x06).
    """

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note taken apart.

    Attributes:
        text: the signed text, with its final newline.
        signatures: the lines below it, in order.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


def parse_note(data: bytes, what: str = "note", *, distinct: bool = True) -> Note:
    """Return text and signature lines.

    Args:
        data: the note.
        what: the field, for errors.
        distinct: whether two lines of one name and key id are refused, as in every note of ours; C2SP takes them.

    Raises:
        MalformedError: control characters, no empty line, no signature, more than 100 lines, a line
            that is no signature, or two lines of one name and key id where they are refused.
    """
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start} is not UTF-8", expected="UTF-8") from error
    if _CONTROL.search(whole):
        raise MalformedError(what, came="a control character", expected="none but newlines")
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise MalformedError(what, came="no empty line before the signatures", expected="text, empty line, signatures")
    lines = whole[split + 2 :].split("\n")[:-1]
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise MalformedError(what, came=f"{len(lines)} signature lines", expected=f"1 to {MAX_SIGNATURES}")
    signatures = tuple(parse_signature_line(line, what) for line in lines)
    if distinct and len({(each.name, each.key_id) for each in signatures}) != len(signatures):
        raise MalformedError(what, came="two lines of one key", expected="one signature a key")
    return Note(whole[: split + 1], signatures)


def format_note(note: Note) -> bytes:
    """Return the note's bytes: text, empty line, signature lines."""
    return (note.text + "\n" + "".join(format_signature_line(each) for each in note.signatures)).encode()


def parse_signature_line(line: str, what: str = "note") -> NoteSignature:
    """Read `— <name> <base64(key id || signature)>`, without its newline."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\N{EM DASH}":
        raise MalformedError(f"{what}.signature", came=line, expected="an em dash, a name and base64")
    raw = parse_base64(parts[2], f"{what}.signature")
    if len(raw) < 5:
        raise MalformedError(f"{what}.signature", came=f"{len(raw)} bytes", expected="a key id and a signature")
    return NoteSignature(require_name(parts[1], f"{what}.signature"), raw[:4], raw[4:])


def format_signature_line(signature: NoteSignature) -> str:
    """Return the line with its newline."""
    return f"\N{EM DASH} {signature.name} {format_base64(signature.key_id + signature.blob)}\n"


def require_name(name: str, what: str) -> str:
    """Return a key name: not empty, no space, no plus, no control character, at most 255 bytes."""
    spoilt = not name or "+" in name or any(each.isspace() or not each.isprintable() for each in name)
    if spoilt or len(name.encode()) > MAX_NAME:
        raise MalformedError(f"{what}.name", came=name, expected=f"1 to {MAX_NAME} bytes without space or plus")
    return name


def parse_vkey(text: str, what: str = "vkey") -> NoteKey:
    """Read `<name>+<8 hex digits of the key id>+<base64(type || public key)>`.

    Raises:
        MalformedError: another shape, or a key id that is not the key's.
        UnsupportedError: a signature type that is not implemented here.
    """
    name, _, rest = text.partition("+")
    key_id, plus, encoded = rest.partition("+")
    if not plus:
        raise MalformedError(what, came=text, expected="name+hash+key")
    raw = parse_base64(encoded, what)
    if not raw or raw[0] not in _ALGORITHMS:
        raise UnsupportedError(f"{what}.type", came=raw[:1], expected="01, 04 or 06")
    key = NoteKey(require_name(name, what), raw[0], require_key(_ALGORITHMS[raw[0]], raw[1:], what))
    if key.key_id.hex() != key_id:
        raise MalformedError(what, came=key_id, expected=f"the key id {key.key_id.hex()}")
    return key


def format_vkey(key: NoteKey) -> str:
    """Return the verifier key as text."""
    return f"{key.name}+{key.key_id.hex()}+{format_base64(bytes([key.kind]) + key.key.raw)}"
