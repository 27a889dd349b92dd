"""Every write about applications, stays and the use of beds.

Dates are half-open: whoever leaves on a day has not the bed that night. Each function is one transaction, locks the
person first, then the house and then the beds in order of their keys, and raises ValidationError naming what is wrong
and what would be right. `today` is the date in the house.
"""

from __future__ import annotations

from residents.stays.services.applications import (
    application_accept,
    application_close,
    application_move,
    application_receive,
    application_wait,
    newcomer_applies,
)
from residents.stays.services.beds import bed_bring_back, bed_take_out, hold_change, hold_place, hold_release
from residents.stays.services.corrections import discharge_correct, discharge_undo, stay_correct_start, stay_void
from residents.stays.services.phases import phase_kind_save, phase_set
from residents.stays.services.stays import admit, admit_newcomer, discharge, expect, move_bed, transfer

__all__ = [
    "admit",
    "admit_newcomer",
    "application_accept",
    "application_close",
    "application_move",
    "application_receive",
    "application_wait",
    "bed_bring_back",
    "bed_take_out",
    "discharge",
    "discharge_correct",
    "discharge_undo",
    "expect",
    "hold_change",
    "hold_place",
    "hold_release",
    "move_bed",
    "newcomer_applies",
    "phase_kind_save",
    "phase_set",
    "stay_correct_start",
    "stay_void",
    "transfer",
]
