"""The papers about houses, beds and stays. Each takes a dataclass of facts and gives the bytes of a PDF: no query
inside, and the same facts under the same head give the same bytes. Facts are gathered in `residents.stays.papers`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from soberhouse.documents.kinds import declare

CENSUS = declare("house-census", _("House census"), holds=_("every bed in one night, and who or what has it"))
OCCUPANCY = declare(
    "occupancy-report", _("Occupancy report"), holds=_("bed nights there were and were used, with the curve")
)
FACE_SHEET = declare(
    "face-sheet",
    _("Face sheet"),
    holds=_("who they are, where they live, alerts, and whom to call"),
    guarded=True,
)
LETTER = declare(
    "residency-letter",
    _("Residency letter"),
    holds=_("that they live or lived here, and since when; nothing else"),
)
DISCHARGE_SUMMARY = declare(
    "discharge-summary",
    _("Discharge summary"),
    holds=_("when, why and where to they left, and what was handed over"),
)
ALL = (CENSUS, OCCUPANCY, FACE_SHEET, LETTER, DISCHARGE_SUMMARY)
