"""The safety sheet of a house leaves the building: facts as they are now, drawn, and put into the register. Whoever
issues it is who acts. In the site's language."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from residents.houses.models import House
from residents.log import papers_safety, reports
from residents.log.reports import safety_sheet
from residents.stays.services.papers import Order, paper_issue
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def safety_issue(*, house: House, **order: Unpack[Order]) -> IssuedDocument:
    """What there is in the house and where, when each was looked at and by whom, and what is missing. It names no
    resident."""
    facts = papers_safety.sheet_facts(house, now=order["now"])
    return paper_issue(
        kind=reports.SAFETY_SHEET, place=house, facts=facts, draw=partial(safety_sheet.draw, facts), **order
    )
