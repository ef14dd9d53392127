"""Looking for values in every byte of a folder, however they could be spelt there."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from pathlib import Path

_LEAST = 6  # bytes: less of it stands by chance among so many hashes and signatures


def spellings(value: str) -> list[bytes]:
    """Return what is sure to stand in a file that has a value: UTF-8, UTF-16, base64 at each place, hexadecimal.

    Spellings too short to mean anything are left out; of every value some are long enough.
    """
    found = []
    for plain in (value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be")):
        found += [plain, plain.hex().encode(), plain.hex().upper().encode()]
        for encode in (b64encode, urlsafe_b64encode):
            for shift in range(3):
                spelt = encode(bytes(shift) + plain).rstrip(b"=")
                found.append(spelt[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6])
    return [each for each in dict.fromkeys(found) if len(each) >= _LEAST]


def places(folder: Path, values: Iterable[str]) -> set[tuple[str, str]]:
    """Return in which files below a folder which values stand."""
    needles = {value: spellings(value) for value in values}
    found = set()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            found |= {(file.name, value) for value, spelt in needles.items() if any(each in content for each in spelt)}
    return found
