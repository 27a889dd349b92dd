"""How often somebody may ask: so many requests in a minute, counted for all workers of a machine, told in `RateLimit`.

A minute is a window that begins with the first request in it. Whoever shows no key that works is counted by the
address it comes from, and of IPv6 by its network.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api.refusals import Refused
from soberhouse.limits import counted_by, counters

WINDOW = 60  # seconds


@dataclass(frozen=True)
class Allowance:
    """Of `quota` requests in a window, how many are left, and in how many seconds the next window begins."""

    quota: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"default";q={self.quota};w={WINDOW}',
            "RateLimit": f'"default";r={max(self.left, 0)};t={self.seconds}',
        }

    def tell(self, response: HttpResponse) -> None:
        for name, value in self.headers.items():
            response[name] = value

    def require(self) -> None:
        """Raise Refused (429) where nothing was left."""
        if self.left < 0:
            raise Refused("too-many", headers={"Retry-After": str(self.seconds)})


def spend(label: str) -> Allowance:
    """Count one request of the caller that this label names."""
    return _count(f"api:{label}", settings.API_REQUESTS_A_MINUTE)


def spend_unknown(request: HttpRequest) -> Allowance:
    """Count one request without a key that works, by the address it comes from."""
    return _count(f"api:from-{counted_by(request)}", settings.API_UNKNOWN_A_MINUTE)


def _count(name: str, quota: int) -> Allowance:
    """One more in this window. Under several processes a count may be lost: the limit guards the machine, not a
    secret."""
    now = time.time()
    began, used = counters().get(name) or (now, 0)
    if not began <= now < began + WINDOW:
        began, used = now, 0
    left = math.ceil(began + WINDOW - now)
    counters().set(name, (began, used + 1), left)
    return Allowance(quota, quota - used - 1, left)
