"""How often one key, or one address that signs nothing, may ask: a moving window of a minute, in memory.

What everybody mirrors (hash tiles, checkpoints, the charter) is not counted: whoever follows the log must be able to
read faster than it grows.
"""

from __future__ import annotations

import time
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.errors import RateError

WINDOW = 60  # seconds
_V6_NETWORK = 64  # bits of an address that one subscriber gets


class Rates:
    """Counts requests. Any thread may use it."""

    def __init__(self, *, per_address: int, per_key: int, submissions: int) -> None:
        """Allow so many requests a minute; 0 is no limit.

        Args:
            per_address: reads of one address that signs none of them, and signatures that do not count.
            per_key: reads under one request key.
            submissions: of one address or key.
        """
        self._limits = {"address": per_address, "key": per_key, "submissions": submissions}
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def charge_address(self, address: str, *, submission: bool = False) -> None:
        """Count a request of an address; raise RateError where it is one too many."""
        self._charge("submissions" if submission else "address", network_of(address))

    def charge_key(self, kid: bytes, *, submission: bool = False) -> None:
        """Count a request under a key; raise RateError where it is one too many."""
        self._charge("submissions" if submission else "key", kid.hex())

    def _charge(self, policy: str, who: str) -> None:
        quota = self._limits[policy]
        if not quota:
            return
        limit = RateLimitItemPerMinute(quota)
        if self._window.hit(limit, policy, who):
            return
        stats = self._window.get_window_stats(limit, policy, who)
        error = RateError(
            policy,
            came=f"more than {quota} requests in {WINDOW} s",
            expected=f"at most {quota}",
            todo="Ask again later.",
        )
        error.policy, error.quota = policy, quota
        error.retry_after = max(1, int(stats.reset_time - time.time()) + 1)
        raise error


@lru_cache(4_096)
def network_of(address: str) -> str:
    """Return whom an address stands for: itself, or of IPv6 its /64, since a subscriber has a whole one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> _V6_NETWORK << _V6_NETWORK)}/{_V6_NETWORK}"
