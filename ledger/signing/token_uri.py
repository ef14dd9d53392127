"""PKCS#11 URIs (RFC 7512): which key, in which token, behind which module. Pure.

    pkcs11:token=agency;object=statement?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/secrets/pin

`pin-env` names an environment variable and is ours. A PIN itself (`pin-value`) never stands in a reference:
command lines, histories and settings are read by others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from verifier.errors import MalformedError, UnsupportedError

SCHEME = "pkcs11:"
_PATH = ("token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type")
_QUERY = ("module-path", "pin-source", "pin-env")
_NOT_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = ":[]@!$'()*+,=-._~"  # of RFC 7512's pk11-pchar; "&" and "/" are written as escapes


@dataclass(frozen=True, slots=True)
class TokenUri:
    """A parsed reference. None is "any".

    Attributes:
        module: path of the PKCS#11 library.
        token: the token's label.
        serial: the token's serial number.
        manufacturer: the token's.
        model: the token's.
        slot: number of the slot that the token is in.
        label: of the key (`object`).
        id: of the key, CKA_ID.
        pin_source: path of a file whose first line is the PIN.
        pin_env: name of the environment variable that holds the PIN.
    """

    module: str
    token: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    slot: int | None = None
    label: str | None = None
    id: bytes | None = None
    pin_source: str | None = None
    pin_env: str | None = None


def parse_token_uri(text: str) -> TokenUri:
    """Read a PKCS#11 URI.

    Raises:
        MalformedError: another shape, an attribute twice, a PIN in it.
        UnsupportedError: an attribute that is not known here: it might have chosen another key.
    """
    if not text.startswith(SCHEME):
        raise MalformedError("key", came=text, expected=f"{SCHEME}…")
    path, _, query = text.removeprefix(SCHEME).partition("?")
    if re.search(r"(^|&)pin-value=", query):
        todo = "Use pin-source=FILE or pin-env=NAME, or type it when asked."
        raise MalformedError("key.pin-value", came="a PIN", expected="no PIN in a reference", todo=todo)
    named = {**_attributes(path, ";", _PATH), **_attributes(query, "&", _QUERY)}
    if "module-path" not in named:
        todo = "Add ?module-path=/usr/lib/…/….so: the library that came with the device."
        raise MalformedError("key.module-path", came="nothing", expected="path of a PKCS#11 library", todo=todo)
    if "pin-source" in named and "pin-env" in named:
        raise MalformedError("key.pin-env", came="pin-source as well", expected="one of the two")
    texts = {name: _text(name, value) for name, value in named.items() if name != "id"}
    if texts.get("type", "private") != "private":
        raise MalformedError("key.type", came=texts["type"], expected="private")
    return _build(texts, named.get("id"))


def format_token_uri(uri: TokenUri) -> str:
    """Return the reference as text; whatever is not None stands in it."""
    path = {
        "token": uri.token,
        "serial": uri.serial,
        "manufacturer": uri.manufacturer,
        "model": uri.model,
        "slot-id": None if uri.slot is None else str(uri.slot),
        "object": uri.label,
    }
    parts = [f"{name}={quote(value, safe=_UNRESERVED)}" for name, value in path.items() if value is not None]
    parts += [f"id={''.join(f'%{byte:02x}' for byte in uri.id)}"] if uri.id is not None else []
    query = {"module-path": uri.module, "pin-source": uri.pin_source, "pin-env": uri.pin_env}
    asked = [f"{name}={quote(value, safe=_UNRESERVED + '/')}" for name, value in query.items() if value is not None]
    return f"{SCHEME}{';'.join(parts)}?{'&'.join(asked)}"


def _build(texts: Mapping[str, str], key_id: bytes | None) -> TokenUri:
    slot = texts.get("slot-id")
    if slot is not None and not re.fullmatch(r"[0-9]{1,19}", slot):
        raise MalformedError("key.slot-id", came=slot, expected="a number")
    pin_source = texts.get("pin-source")
    if pin_source is not None and pin_source.startswith("|"):
        raise UnsupportedError("key.pin-source", came=pin_source, expected="a file: programs are not run for a PIN")
    return TokenUri(
        module=texts["module-path"],
        token=texts.get("token"),
        serial=texts.get("serial"),
        manufacturer=texts.get("manufacturer"),
        model=texts.get("model"),
        slot=None if slot is None else int(slot),
        label=texts.get("object"),
        id=key_id,
        pin_source=None if pin_source is None else pin_source.removeprefix("file://").removeprefix("file:"),
        pin_env=texts.get("pin-env"),
    )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise MalformedError("key", came=part, expected="name=value")
        if name not in known:
            raise UnsupportedError(f"key.{name}", came=value, expected=f"one of {', '.join(known)}")
        if name in found:
            raise MalformedError(f"key.{name}", came="twice", expected="once")
        if _NOT_PERCENT.search(value.encode()):
            raise MalformedError(f"key.{name}", came=value, expected="% and two hexadecimal digits")
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"key.{name}", came=value, expected="UTF-8") from error
    if "\0" in text:
        raise MalformedError(f"key.{name}", came=text, expected="no NUL")
    return text
