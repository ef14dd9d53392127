"""A ledger's address as the source of an audit: bounded, asked again where it is busy or gone."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException

from verifier import __version__
from verifier.errors import MalformedError
from verifier.ledgerformat.batch_answers import MAX_ANSWERS
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path
from verifier.proof.audit.source import AbsentError, ClosedError, SourceError, UnreachableError

MAX_BATCH_ANSWER = 512 << 20
_MAX_NOTE = 1 << 20
_MAX_CHARTER = 64 << 20
_TIMEOUT = 60.0  # seconds until a silent server counts as gone
_PAUSES = (0.5, 2.0, 8.0)  # seconds before it is asked again
_CLOSED, _ABSENT, _LATER = {401, 403}, {404, 410}, {429, 500, 502, 503, 504}


class ServerSource:
    """A ledger's address. Nothing that comes from it is believed; it is only fetched here."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        """Read below an http or https address, with headers of whoever may read more."""
        self._address = address.rstrip("/")
        self._headers = {"User-Agent": f"suyuan-verify/{__version__}", **headers}

    def checkpoint(self) -> bytes:
        """Return the newest note that has reached its quorum, else the newest.

        Where the charter asks for no witnesses every block has its quorum at once, up to a second before its tiles are
        there: then it is the published note, which as many have signed.
        """
        try:
            published = self._ask("checkpoint", _MAX_NOTE)
        except (urllib.error.URLError, HTTPException, OSError):
            published = b""
        try:
            quorum = self._ask("checkpoints/quorum", _MAX_NOTE)
        except (urllib.error.URLError, HTTPException, OSError):
            return published or self._get("checkpoint", _MAX_NOTE)
        return published if _ahead(quorum, published) else quorum

    def charter(self) -> bytes:
        """Return the charter file."""
        return self._get("charter", _MAX_CHARTER)

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes."""
        return self._get(format_tile_path(tile), WIDTH * (32 if tile.level is not None else 2 + 65_535))

    def batch(self, leaf: int) -> bytes:
        """Return a batch answer."""
        return self._get(f"batches/{leaf}", MAX_BATCH_ANSWER)

    def batches(self, first: int, end: int) -> bytes:
        """Return the batch answers from a leaf to before another, as many as the server puts into one answer."""
        return self._get(f"batches/{first}/{end}", MAX_ANSWERS)

    def _get(self, path: str, most: int) -> bytes:
        """Return what stands under a path; a server that is busy or gone is asked again.

        Raises:
            AbsentError: nothing stands there.
            ClosedError: it is not open to this reader.
            UnreachableError: the server does not answer, or only with errors.
            SourceError: it answers with more than can be.
        """
        came = ""
        for pause in (*_PAUSES, None):
            try:
                return self._ask(path, most)
            except urllib.error.HTTPError as error:
                came = f"status {error.code}"
                error.close()
                _raise_final(path, error.code)
            except (urllib.error.URLError, HTTPException, OSError) as error:
                came = str(getattr(error, "reason", error)) or type(error).__name__
            if pause is not None:
                time.sleep(pause)
        todo = "Try again: the audit goes on where it was saved last."
        raise UnreachableError(f"{self._address}/{path}", came=came, expected="an answer", todo=todo)

    def _ask(self, path: str, most: int) -> bytes:
        request = urllib.request.Request(f"{self._address}/{path}", headers=self._headers)  # noqa: S310 - http(s) only
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - http(s) only, see open_source
            data: bytes = answer.read(most + 1)
        if len(data) > most:
            raise SourceError(path, came=f"more than {most} bytes", expected="no more than can stand there")
        return data


def _raise_final(path: str, status: int) -> None:
    """Raise for a status that asking again does not change."""
    if status in _CLOSED:
        raise ClosedError(path, came=f"status {status}", expected="access for auditors")
    if status in _ABSENT:
        raise AbsentError(path, came=f"status {status}", expected="what the checkpoint promises")
    if status not in _LATER:
        raise SourceError(path, came=f"status {status}", expected="200")


def _ahead(quorum: bytes, published: bytes) -> bool:
    """Return whether a note is newer than the published one, and no more have signed it."""
    try:
        (newer, signed), (older, also) = parse_signed_checkpoint(quorum), parse_signed_checkpoint(published)
    except MalformedError:
        return False
    return newer.size > older.size and len(also.signatures) >= len(signed.signatures)
