"""Objects below one prefix: exclusive create, compare-and-swap, read. One request's failure is tried again.

The outcome of a write whose answer was lost is unknown: it may have been carried out, or be carried out
later. So every write is conditional (`If-None-Match: *`, `If-Match`), and one that is refused looks at
what is there: our own bytes mean that an earlier attempt arrived.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from ledger.errors import SetupError, StoppedError, UnreachableError
from ledger.objects.address import ObjectAddress

try:
    import obstore
    from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, PreconditionError
    from obstore.exceptions import UnauthenticatedError as NotSignedError
    from obstore.store import S3Store
except ModuleNotFoundError as error:  # pragma: no cover - an installation without the extra
    raise SetupError(
        "object storage", came="no obstore", expected="the extra s3", todo="pip install 'suyuan[s3]'"
    ) from error

if TYPE_CHECKING:
    from obstore import PutMode

_Result = TypeVar("_Result")
_ATTEMPTS = 4
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")  # as obstore reads them


@dataclass(frozen=True, slots=True)
class Held:
    """An object's bytes, and the tag that names this state of it."""

    content: bytes
    tag: str


class Bucket:
    """The objects below one address. Any thread may use it."""

    def __init__(
        self, address: ObjectAddress, *, timeout: float = 10.0, attempts: int = _ATTEMPTS, pause: float = 0.1
    ) -> None:
        """Use an address; nothing is asked yet.

        Args:
            address: bucket and prefix.
            timeout: seconds for one request, its answer included.
            attempts: how often a request is tried.
            pause: seconds before the second attempt; doubled for each further one.
        """
        self.name = str(address)
        self.pause = pause
        self._attempts = attempts
        plain = any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS)
        self._store = S3Store(
            address.bucket,
            prefix=address.prefix or None,
            client_options={
                "timeout": timedelta(seconds=timeout),
                "connect_timeout": timedelta(seconds=timeout / 2),
                **({"allow_http": True} if plain else {}),
            },
            retry_config={"max_retries": 0},
        )

    def where(self, key: str) -> str:
        """Return the address of an object, for people."""
        return f"{self.name}/{key}"

    def read(self, key: str) -> Held | None:
        """Return an object, None where there is none.

        Raises:
            UnreachableError: no answer, or one that broke off, each time.
        """

        def get() -> Held | None:
            try:
                found = obstore.get(self._store, key)
                return Held(bytes(found.bytes()), found.meta["e_tag"] or "")
            except FileNotFoundError:
                return None

        return self._attempt(key, get)

    def has(self, key: str) -> bool:
        """Return whether there is such an object. Raises what `read` does."""

        def head() -> bool:
            try:
                obstore.head(self._store, key)
            except FileNotFoundError:
                return False
            return True

        return self._attempt(key, head)

    def create(self, key: str, content: bytes) -> str:
        """Make an object that will never change; return its tag. Where it is there it must hold the same bytes.

        Raises:
            StoppedError: it holds other bytes.
            UnreachableError: no answer each time; it may have been made, or be made yet.
        """

        def put() -> str:
            try:
                return obstore.put(self._store, key, content, mode="create", use_multipart=False)["e_tag"] or ""
            except (AlreadyExistsError, PreconditionError):
                return self._require_same(key, content)

        return self._attempt(key, put)

    def _require_same(self, key: str, content: bytes) -> str:
        held = self.read(key)
        if held is None:  # refused, and yet not there: a bucket that is not, or a removal meanwhile
            raise UnreachableError(self.where(key), came="refused, but nothing there", expected="a new object")
        if held.content != content:
            raise StoppedError(self.where(key), came="other bytes in an immutable object", expected="the same or none")
        return held.tag

    def replace(self, key: str, content: bytes, tag: str | None) -> str:
        """Put new bytes in the place of the state that `tag` names (None for no object); return the new tag.

        Raises:
            StoppedError: somebody else has changed it since.
            UnreachableError: no answer each time; it may have been replaced, or be yet.
        """

        def put() -> str:
            try:
                mode = _mode(tag)
                return obstore.put(self._store, key, content, mode=mode, use_multipart=False)["e_tag"] or ""
            except (AlreadyExistsError, PreconditionError) as error:
                return self._require_ours(key, content, tag, error)

        return self._attempt(key, put)

    def _require_ours(self, key: str, content: bytes, tag: str | None, error: Exception) -> str:
        """Return the tag where an earlier attempt of ours has arrived; raise for one more where nothing changed."""
        held = self.read(key)
        if held and held.content == content:
            return held.tag
        if (held.tag if held else None) == tag:
            raise error
        came = "an object that somebody else has written" if held else "no object any more"
        todo = "Another ledger uses this address. Find out which one may; start only that one."
        raise StoppedError(self.where(key), came=came, expected="the one that this process wrote last", todo=todo)

    def keys(self, folder: str) -> list[str]:
        """Return the keys below a folder. Raises what `read` does."""

        def every() -> list[str]:
            return [each["path"] for page in obstore.list(self._store, folder) for each in page]

        return self._attempt(folder, every)

    def remove(self, keys: list[str]) -> None:
        """Remove objects, as far as they are there. Raises what `read` does."""
        if keys:
            self._attempt(keys[0], lambda: obstore.delete(self._store, keys))

    def require_conditional_writes(self, key: str) -> None:
        """Return if this storage refuses what it has to: creating twice, replacing another state. Two writes.

        Raises:
            SetupError: it takes them, or does not let us write at all.
        """
        wanted = "storage that refuses to create an object twice, and to replace another than was seen"
        try:
            if self.read(key) is None:
                self.create(key, b"first\n")
            for header, tag in (("If-None-Match", None), ("If-Match", '"0123456789abcdef0123456789abcdef"')):
                if self._accepts(key, tag):
                    came = f"{header} ignored"
                    raise SetupError(self.name, came=came, expected=wanted, todo="Use another one (docs/adr/0051).")
        except UnreachableError as error:
            raise SetupError(self.name, came=error.came, expected="a bucket that can be written") from error

    def _accepts(self, key: str, tag: str | None) -> bool:
        def put() -> bool:
            try:
                obstore.put(self._store, key, b"second\n", mode=_mode(tag), use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

        return self._attempt(key, put)

    def _attempt(self, key: str, ask: Callable[[], _Result]) -> _Result:
        """Ask until there is an answer, a bounded number of times, a little later each time."""
        for attempt in range(self._attempts):
            try:
                return ask()
            except (PermissionDeniedError, NotSignedError) as error:
                raise UnreachableError(
                    self.where(key), came="not permitted", expected="our credentials' right"
                ) from error
            except (BaseError, OSError) as error:
                if attempt + 1 == self._attempts:
                    raise UnreachableError(self.where(key), came=_reason(error), expected="an answer") from error
                sleep(self.pause * 2**attempt)
        raise AssertionError(key)


def _mode(tag: str | None) -> PutMode:
    """Return how a write is conditional: on there being nothing, or on this state."""
    return "create" if tag is None else {"e_tag": tag}


def _reason(error: Exception) -> str:
    """Return the first line of what the library says, without addresses and what was sent."""
    line = str(error).partition("\n")[0]
    return line.rpartition(" - ")[2][:160] or type(error).__name__
