"""What people are told about passes, nights and who is in."""

from __future__ import annotations
