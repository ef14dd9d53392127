"""The release of the page that a server serves: made when a page is first asked for, kept while its policy holds."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from api.web.release.release import Release, TrustedBy, make_release, parse_policy
from api.web.release.sources import BUILT
from ledger.errors import SetupError
from ledger.ledger import Ledger
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.merkle import leaf_hash


class PageReleases:
    """Hands out the release."""

    def __init__(self, ledger: Ledger, policy: Path | None, *, built: Path | None = BUILT) -> None:
        """Take the file of the release's trust policy; None for one that pins this ledger's own charter.

        `built` is where `make web` puts the fallback; None for none of it.

        Raises:
            SetupError: the file cannot be read.
            MalformedError: it is no trust policy.
            UnsupportedError: it is one of another version.
        """
        self._ledger = ledger
        self._given = None if policy is None else read_policy(policy)
        self._built = built
        self._made: Release | None = None
        self._lock = Lock()

    def current(self) -> Release:
        """Return the release. Before the ledger is founded, its policy is empty."""
        with self._lock:
            if self._made is None or not self._made.policy.text:
                self._made = make_release(self._given or self._own(), self._built)
            return self._made

    def _own(self) -> TrustedBy:
        with self._ledger.sources() as sources:
            if sources.replay.founding is None:
                return TrustedBy()
            charter = leaf_hash(sources.reader.entries(0, 1)[0])
        return TrustedBy(format_trust_policy(TrustPolicy(charter)).decode())


def read_policy(path: Path) -> TrustedBy:
    """Return the policy of a file, which somebody else than the operator may have written."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a trust policy that can be read") from error
    return parse_policy(data, own=False)
