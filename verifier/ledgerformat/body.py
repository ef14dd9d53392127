"""Bodies: what an event says, for people (docs/formats.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

from verifier.errors import MalformedError, TooLargeError
from verifier.ledgerformat.subject import form_of, is_subject
from verifier.primitives.base64strict import parse_base64url, quick_hash
from verifier.primitives.quick import maker_of
from verifier.primitives.strict_json import parse_json

Subjects: TypeAlias = Mapping[str, "str | list[str]"]

MAX_BODY = 65_536
MAX_SUBJECTS = 64
SALT_SIZE = 16
_MEMBERS = {"subjects", "data", "_sd", "salt"}


@dataclass(frozen=True, slots=True)
class Body:
    """A body. Parsed; whether it follows from its type is the mapping's question.

    Attributes:
        subjects: role to URI, or to a list of distinct URIs.
        data: as the type's schema says.
        digests: JSON pointer to disclosure digest, 32 bytes.
    """

    subjects: Subjects
    data: Mapping[str, Any]
    digests: Mapping[str, bytes]

    def of_role(self, role: str) -> tuple[str, ...]:
        """Return the subjects of a role, none if it is not there."""
        given = self.subjects.get(role, [])
        return (given,) if isinstance(given, str) else tuple(given)

    def all_subjects(self) -> tuple[str, ...]:
        """Return every subject of every role."""
        subjects: list[str] = []
        for given in self.subjects.values():
            if isinstance(given, str):
                subjects.append(given)
            else:
                subjects += given
        return tuple(subjects)


make_body = maker_of(Body)  # the same, quickly


def body_hash(body: bytes) -> bytes:
    """Return SHA-256(0x05 || body), 32 bytes."""
    return sha256(b"\x05" + body).digest()


def parse_body(data: bytes, what: str = "body") -> Body:
    """Return the body that these bytes spell.

    Raises:
        MalformedError: not strict JSON, other members, a subject or digest that is none.
    """
    if len(data) > MAX_BODY:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {MAX_BODY}")
    value = parse_json(data, what)
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise MalformedError(what, came="other members", expected="exactly subjects, data, _sd and salt")
    subjects, content, digests, salt = value["subjects"], value["data"], value["_sd"], value["salt"]
    if not isinstance(subjects, dict) or not isinstance(content, dict) or not isinstance(digests, dict):
        raise MalformedError(what, came="another shape", expected="objects as subjects, data and _sd")
    if not isinstance(salt, str) or len(parse_base64url(salt, f"{what}.salt")) != SALT_SIZE:
        raise MalformedError(f"{what}.salt", came=salt, expected="base64url of 16 bytes")
    for role, given in subjects.items():
        if not are_subjects(given):
            _require_subjects(given, f"{what}.subjects.{role}")
    parsed = {pointer: quick_hash(spelt) or _digest(spelt, pointer, what) for pointer, spelt in digests.items()}
    return make_body(subjects, content, parsed)


def are_subjects(given: Any) -> bool:
    """Return whether this is a subject, or a list of 1 to 64 distinct ones; what is wrong says `_require_subjects`."""
    if isinstance(given, str):
        return is_subject(given)
    if not isinstance(given, list) or not 0 < len(given) <= MAX_SUBJECTS:
        return False
    for each in given:
        if not isinstance(each, str) or not is_subject(each):
            return False
    return len(given) == 1 or len(set(given)) == len(given)


def _require_subjects(given: Any, what: str) -> None:
    """Refuse what is neither a subject nor a list of 1 to 64 distinct ones."""
    if isinstance(given, str):
        form_of(given, what)
        return
    if not isinstance(given, list) or not 0 < len(given) <= MAX_SUBJECTS:
        raise MalformedError(what, came=given, expected=f"a subject, or a list of 1 to {MAX_SUBJECTS}")
    for each in given:
        if not isinstance(each, str):
            raise MalformedError(what, came=each, expected="a subject")
        form_of(each, what)
    if len(set(given)) != len(given):
        raise MalformedError(what, came="a subject twice", expected="distinct subjects")


def _digest(value: Any, pointer: str, what: str) -> bytes:
    where = f"{what}._sd[{pointer!r}]"
    raw = parse_base64url(value, where) if isinstance(value, str) else b""
    if len(raw) != 32:
        raise MalformedError(where, came=value, expected="base64url of 32 bytes")
    return raw
