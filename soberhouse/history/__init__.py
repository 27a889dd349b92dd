"""History written by the database: who acted, when, from what to what, and why."""

from __future__ import annotations

from soberhouse.history.acting import acting_as, acting_now, because, recorded

__all__ = ["acting_as", "acting_now", "because", "recorded"]
