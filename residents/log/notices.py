"""What people are told about the log. Nothing of what it says leaves the building."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.log.clock_words import instant
from residents.log.models import (
    OPEN,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Deadline,
    DeadlineCall,
    Entry,
    EntryTelling,
    Incident,
    IncidentClosing,
)
from residents.log.queries.incidents import about_now, who_may_close
from residents.people.notices import tell
from soberhouse.accounts.models import User
from soberhouse.language import in_site_language
from soberhouse.notices.services import Kind, declare, notify

WRITTEN_ABOUT = declare("entry-written", gettext_lazy("something was written down about you"))
INCIDENT_TO_CLOSE = declare("incident-to-close", gettext_lazy("an incident waits to be closed"))
INCIDENT_CLOSED = declare("incident-closed", gettext_lazy("an incident written down by you or about you was closed"))


@in_site_language
def tell_written_about(telling: EntryTelling) -> None:
    """To whomever it is about."""
    for row in telling.about.select_related("stay__resident__user", "house"):
        text = _("Something was written down about you in the log of %(house)s.") % {"house": row.house}
        tell(row.stay.resident, WRITTEN_ABOUT, text, reverse("entry", args=[telling.entry.uuid]))


# --- complaints -----------------------------------------------------------------------------------------------------

COMPLAINT_FILED = declare("complaint-filed", gettext_lazy("a complaint waits for an answer"))
COMPLAINT_ANSWERED = declare("complaint-answered", gettext_lazy("a complaint that you filed was answered"))
COMPLAINT_CLOSED = declare("complaint-closed", gettext_lazy("a complaint that you filed has its outcome"))


@in_site_language
def tell_complaint_filed(complaint: Complaint, deciders: Iterable[User]) -> None:
    """To those who may decide it, without who complains of what."""
    text = _("A complaint was filed at %(house)s. It waits for an answer, which you may give.")
    notify(
        users=deciders, kind=COMPLAINT_FILED, text=text % {"house": complaint.house}, url=_entry_url(complaint.entry)
    )


@in_site_language
def tell_complaint_answered(answer: ComplaintAnswer) -> None:
    """To whoever filed it, and reads it still."""
    _tell_filer(answer.complaint, COMPLAINT_ANSWERED, _("A complaint that you filed was answered."))


@in_site_language
def tell_complaint_closed(row: ComplaintOutcome) -> None:
    """To whoever filed it."""
    _tell_filer(row.complaint, COMPLAINT_CLOSED, _("A complaint that you filed has its outcome: read what came of it."))


def _tell_filer(complaint: Complaint, kind: Kind, text: str) -> None:
    if Entry.objects.visible_to(complaint.recorded_by).filter(pk=complaint.entry_id).exists():
        notify(users=[complaint.recorded_by], kind=kind, text=text, url=_entry_url(complaint.entry))


def _entry_url(entry: Entry) -> str:
    return reverse("entry", args=[entry.uuid])


@in_site_language
def tell_incident_filed(incident: Incident) -> None:
    """To those who may close it, without whom it is about."""
    text = _("An incident was written down at %(house)s. It waits to be closed, which you may do.")
    notify(
        users=who_may_close(incident),
        kind=INCIDENT_TO_CLOSE,
        text=text % {"house": incident.house},
        url=reverse("entry", args=[incident.entry.uuid]),
    )


@in_site_language
def tell_incident_closed(closing: IncidentClosing) -> None:
    """To whoever wrote it down, as long as they read it; and to whom it is about, unless it is kept from them."""
    entry, author = closing.incident.entry, closing.incident.recorded_by
    if author is not None and Entry.objects.visible_to(author).filter(pk=entry.pk).exists():
        text = _("An incident at %(house)s that you wrote down was closed.") % {"house": closing.house}
        notify(users=[author], kind=INCIDENT_CLOSED, text=text, url=_entry_url(entry))
    if entry.audience not in OPEN:
        return
    text = _("An incident at %(house)s that was written down about you was closed.") % {"house": closing.house}
    for stay in about_now(entry):
        tell(stay.resident, INCIDENT_CLOSED, text, reverse("entry", args=[entry.uuid]))


# --- deadlines ------------------------------------------------------------------------------------------------------

DEADLINES = {
    DeadlineCall.Stage.RUNS: declare("deadline-runs", gettext_lazy("something has to be done by an hour")),
    DeadlineCall.Stage.NEAR: declare("deadline-near", gettext_lazy("something will soon be overdue")),
    DeadlineCall.Stage.OVER: declare("deadline-over", gettext_lazy("something is overdue")),
}


@in_site_language
def tell_deadline(deadline: Deadline, stage: str, users: Iterable[User]) -> None:
    """To those who may see it: what the organization asks for, where and by when; not because of what or whom."""
    text = {
        DeadlineCall.Stage.RUNS: _("At %(house)s something is due, %(when)s: %(what)s."),
        DeadlineCall.Stage.NEAR: _("At %(house)s something is due soon, %(when)s: %(what)s."),
        DeadlineCall.Stage.OVER: _("At %(house)s something is overdue since %(when)s: %(what)s."),
    }[DeadlineCall.Stage(stage)]
    facts = {"house": deadline.house, "when": instant(deadline.due_at, deadline.house), "what": deadline.clock.name}
    url = _entry_url(deadline.entry) if deadline.entry else reverse("deadlines", args=[deadline.house.uuid])
    notify(users=users, kind=DEADLINES[DeadlineCall.Stage(stage)], text=text % facts, url=url)
