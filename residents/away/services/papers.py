"""Papers about being away leave the building: facts as they are now, drawn, and put into the register.

Whoever issues one is who acts. Nobody issues a paper about themselves. Each is in the site's language. What it tells of
one person still holds when it enters the register: that is read once more, the person locked, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Unpack

from django.utils.translation import gettext as _

from residents.away import papers, reports
from residents.away.models import Pass
from residents.away.reports import curfew_log, pass_slip
from residents.houses.models import House
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.papers import address_of
from residents.stays.services.papers import Order, paper_issue
from residents.stays.steps import lock
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def pass_slip_issue(*, pass_: Pass, **order: Unpack[Order]) -> IssuedDocument:
    """A pass to carry. An address that is confidential is not on it. Refuses a pass that was not given or is over."""
    resident, house = pass_.stay.resident, pass_.house
    gather = partial(papers.slip_facts, pass_)
    facts = gather()
    return paper_issue(
        kind=reports.PASS_SLIP,
        place=house,
        resident=resident,
        subject=pass_.uuid,
        address="" if house.address_confidential else address_of(house),
        facts=facts,
        again=_held(resident, gather),
        draw=partial(pass_slip.draw, facts),
        **order,
    )


@in_site_language
def curfew_log_issue(*, house: House, first_night: date, last_night: date, **order: Unpack[Order]) -> IssuedDocument:
    """Who was in by their hour in a house, night by night, both nights included. Refuses nights to come, and more than
    fit on a paper."""
    facts = papers.log_facts(house, first_night, last_night, now=order["now"])
    return paper_issue(
        kind=reports.CURFEW_LOG,
        place=house,
        confidential=_("It names residents. Keep it closed."),
        facts=facts,
        draw=partial(curfew_log.draw, facts),
        **order,
    )


@in_site_language
def curfew_record_issue(*, stay: Stay, first_night: date, last_night: date, **order: Unpack[Order]) -> IssuedDocument:
    """One resident's nights, both included. Refuses nights to come, more than fit on a paper, and a stay entered by
    mistake."""

    def gather() -> curfew_log.CurfewRecord:
        row = Stay.objects.select_related("resident", "house").get(pk=stay.pk)
        return papers.record_facts(row, first_night, last_night, now=order["now"])

    facts = gather()
    return paper_issue(
        kind=reports.CURFEW_RECORD,
        place=stay.house,
        resident=stay.resident,
        confidential=_("About one person. Keep it closed."),
        facts=facts,
        again=_held(stay.resident, gather),
        draw=partial(curfew_log.draw_record, facts),
        **order,
    )


def _held(resident: Resident, gather: Callable[[], Any]) -> Callable[[], Any]:
    """The same once more, while nobody changes what is recorded about this person."""

    def gather_held() -> Any:
        lock(resident)
        return gather()

    return gather_held
