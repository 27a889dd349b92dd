"""NARR's levels of support as data (NARR Standard 3.0, 2018). The level is the key; letter and label may change with
an edition."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LEVELS = {
    1: ("P", _("Level I · peer-run")),
    2: ("M", _("Level II · monitored")),
    3: ("S", _("Level III · supervised")),
    4: ("C", _("Level IV · service provider")),
}
CHOICES = [(level, label) for level, (_letter, label) in LEVELS.items()]
