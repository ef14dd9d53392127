"""Addresses of objects: `s3://bucket/prefix`. Endpoint, region and credentials come from the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.errors import SetupError

SCHEME = "s3://"
_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]*))?")


@dataclass(frozen=True, slots=True)
class ObjectAddress:
    """A bucket and what keys in it begin with, without slashes around it."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        """Return the one spelling of this address."""
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")


def parse_address(text: str) -> ObjectAddress:
    """Read `s3://bucket/prefix`.

    Raises:
        SetupError: it is no such address.
    """
    found = _ADDRESS.fullmatch(text)
    parts = (found[2] or "").strip("/").split("/") if found else []
    if not found or any(part in ("", ".", "..") for part in parts if parts != [""]):
        raise SetupError("object storage", came=text, expected="s3://bucket/prefix")
    return ObjectAddress(found[1], "/".join(parts))


def is_object_address(text: str) -> bool:
    """Return whether something names object storage, rather than a file or folder."""
    return text.startswith(SCHEME)
