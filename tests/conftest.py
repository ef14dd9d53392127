"""Settings that all tests share: how long hypothesis looks, and that CI looks at the same examples each time.

`SUYUAN_TEST_PROFILE` chooses a profile: `default`, `ci` (taken where CI is set) or `soak`. `SUYUAN_REQUIRE=all`
makes every skip a failure (`tests/skips.py`).
"""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browsers", "tests.objects", "tests.skips", "tests.workers"]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile(os.environ.get("SUYUAN_TEST_PROFILE", "ci" if os.environ.get("CI") else "default"))
