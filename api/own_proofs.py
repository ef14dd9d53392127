"""Our own proofs: what does not verify here is never the fault of whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from ledger.errors import StoppedError
from verifier.errors import VerificationError


async def own_proofs() -> AsyncIterator[None]:
    """Turn a proof of ours that does not verify into a fault of ours, as routes depend on it."""
    with own_proof():
        yield


@contextmanager
def own_proof() -> Iterator[None]:
    """Turn a proof of ours that does not verify into a fault of ours.

    Raises:
        StoppedError: in place of a VerificationError.
    """
    try:
        yield
    except VerificationError as error:
        raise StoppedError("proof", came=str(error), expected="one that verifies", todo="suyuan fsck") from error
