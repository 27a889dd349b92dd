"""The log of a house leaves the building: facts as they are now, drawn, and put into the register. Whoever issues it is
who acts. In the site's language."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Unpack

from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log import papers_log, reports
from residents.log.reports import log
from residents.stays.services.papers import Order, paper_issue
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def log_issue(
    *, house: House, first_day: date, last_day: date, with_few: bool = False, **order: Unpack[Order]
) -> IssuedDocument:
    """What was written down of these days, both included: as the staff of the house reads it, or `with_few` as its
    managers do; that paper opens only to those few. Refuses days to come, and more than fits on a paper."""
    facts = papers_log.log_facts(house, first_day, last_day, with_few=with_few, now=order["now"])
    return paper_issue(
        kind=reports.LOG_OF_FEW if with_few else reports.LOG,
        place=house,
        confidential=_("It names residents. Keep it closed."),
        facts=facts,
        draw=partial(log.draw, facts),
        **order,
    )
