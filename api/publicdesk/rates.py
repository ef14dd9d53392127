"""How often one address may reveal, guess, scan and lodge, and how often one item may be guessed at."""

from __future__ import annotations

import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.errors import RateError
from api.rates import network_of


@dataclass(frozen=True, slots=True)
class DeskLimits:
    """Limits; 0 is none.

    Attributes:
        reads: a minute of one address.
        reveals: codes revealed a minute by one address, right or wrong.
        guesses: wrong codes a minute, of one address, and of one item whoever guesses.
        scans: a minute of one address.
        lodged: complaints and return requests an hour of one address.
    """

    reads: int = 120
    reveals: int = 30
    guesses: int = 10
    scans: int = 60
    lodged: int = 10


class DeskRates:
    """Counts, in memory. Any thread may use it."""

    def __init__(self, limits: DeskLimits) -> None:
        """Allow so much."""
        self._limits = limits
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def charge_read(self, address: str) -> None:
        """Count a read; raise RateError where it is one too many."""
        self._charge("read", RateLimitItemPerMinute, self._limits.reads, network_of(address))

    def charge_reveal(self, address: str) -> None:
        """Count a code that is revealed."""
        self._charge("reveal", RateLimitItemPerMinute, self._limits.reveals, network_of(address))

    def charge_scan(self, address: str) -> None:
        """Count a scan."""
        self._charge("scan", RateLimitItemPerMinute, self._limits.scans, network_of(address))

    def charge_lodged(self, address: str) -> None:
        """Count what somebody lodges."""
        self._charge("lodged", RateLimitItemPerHour, self._limits.lodged, network_of(address))

    def charge_guess(self, address: str, item: str) -> None:
        """Count a wrong code."""
        for who in (network_of(address), item):
            self._charge("guess", RateLimitItemPerMinute, self._limits.guesses, who)

    def require_no_guesser(self, address: str, item: str) -> None:
        """Refuse a code, even a right one, while too many wrong ones came: else a guesser would learn which is right.

        Raises:
            RateError: of this address, or for this item.
        """
        for who in (network_of(address), item):
            limit = RateLimitItemPerMinute(self._limits.guesses or 1)
            if self._limits.guesses and not self._window.test(limit, "guess", who):
                raise self._error("guess", limit, who)

    def _charge(self, policy: str, kind: type[RateLimitItem], quota: int, who: str) -> None:
        if quota and not self._window.hit(kind(quota), policy, who):
            raise self._error(policy, kind(quota), who)

    def _error(self, policy: str, limit: RateLimitItem, who: str) -> RateError:
        stats = self._window.get_window_stats(limit, policy, who)
        seconds = limit.get_expiry()
        came, expected = f"more than {limit.amount} in {seconds} s", f"at most {limit.amount}"
        error = RateError(policy, came=came, expected=expected, todo="Ask again later.")
        error.policy, error.quota = policy, limit.amount
        error.retry_after = max(1, int(stats.reset_time - time.time()) + 1)
        return error
