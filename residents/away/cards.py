"""What being away offers to the pages that gather. Each part says its own."""

from __future__ import annotations
