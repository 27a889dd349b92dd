"""The product's settings with one more app, whose models exist in two steps: TOY_STEP says which."""

from __future__ import annotations

from soberhouse.settings import *  # noqa: F403 -- all of them
from soberhouse.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.migrating.toy"]
