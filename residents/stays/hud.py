"""HUD's list 3.12 Destination, FY2026 edition (effective 1 October 2025): where somebody went. Facts of the HMIS Data
Standards."""

from __future__ import annotations

DESTINATIONS: dict[int, str] = {
    101: "Emergency shelter, including a hotel paid for with a shelter voucher, or host home shelter",
    116: "Place not meant for habitation (vehicle, abandoned building, outside)",
    118: "Safe Haven",
    204: "Psychiatric hospital or other psychiatric facility",
    205: "Substance abuse treatment facility or detox center",
    206: "Hospital or other residential non-psychiatric medical facility",
    207: "Jail, prison or juvenile detention facility",
    215: "Foster care home or foster care group home",
    225: "Long-term care facility or nursing home",
    302: "Transitional housing for homeless persons (including homeless youth)",
    312: "Staying or living with family, temporary",
    313: "Staying or living with friends, temporary",
    314: "Hotel or motel paid for without an emergency shelter voucher",
    327: "Moved from one HOPWA funded project to HOPWA TH",
    329: "Residential project or halfway house with no homeless criteria",
    332: "Host home (non-crisis)",
    410: "Rental, no ongoing housing subsidy",
    411: "Owned, no ongoing housing subsidy",
    421: "Owned, with ongoing housing subsidy",
    422: "Staying or living with family, permanent",
    423: "Staying or living with friends, permanent",
    426: "Moved from one HOPWA funded project to HOPWA PH",
    435: "Rental, with ongoing housing subsidy",
    24: "Deceased",
    17: "Other",
    30: "No exit interview completed",
    8: "Resident does not know",
    9: "Resident prefers not to answer",
    99: "Data not collected",
}
HALFWAY_HOUSE = 329
CHOICES = [(code, f"{label} ({code})") for code, label in DESTINATIONS.items()]
