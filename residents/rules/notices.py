"""What people are told about books, violations and what follows from them."""

from __future__ import annotations
