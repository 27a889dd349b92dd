#!/usr/bin/env python
"""Every command of the project starts here."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soberhouse.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- Django must read the settings name first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
