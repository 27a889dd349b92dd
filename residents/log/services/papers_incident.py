"""The report of an incident leaves the building: facts as they are now, drawn, and put into the register. In the site's
language. What it tells still holds when it enters the register: that is read once more, the entry held, in the same
transaction."""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

from django.utils.translation import gettext as _

from residents.log import papers_incident, reports
from residents.log.incident_paper_cards import person_of
from residents.log.models import Entry
from residents.log.queries.incidents import about_now
from residents.log.reports import incident_report
from residents.people.services import not_about_oneself
from residents.stays.services.papers import Order, paper_issue
from residents.stays.steps import lock
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def incident_issue(*, entry: Entry, **order: Unpack[Order]) -> IssuedDocument:
    """One incident as it stands now. It opens to whoever reads the incident, and is told to whom it is about where that
    is one person alone and it is open to them. Refuses an entry that is no incident, and whoever it is about."""
    entry = Entry.objects.select_related("house__organization").get(pk=entry.pk)
    about = about_now(entry)
    for stay in about:
        not_about_oneself(stay.resident)

    def gather_held() -> Any:
        lock(entry)
        return papers_incident.incident_facts(entry, now=order["now"])

    facts = papers_incident.incident_facts(entry, now=order["now"])
    return paper_issue(
        kind=reports.INCIDENT_REPORT,
        place=entry.house,
        resident=person_of(entry, about),
        subject=entry.uuid,
        confidential=_("It tells of people. Keep it closed."),
        facts=facts,
        again=gather_held,
        draw=partial(incident_report.draw, facts),
        **order,
    )
