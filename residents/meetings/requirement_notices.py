"""What residents are told about the meetings that are asked of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.meetings.models import Requirement, WeekExcused
from residents.meetings.standing_words import asked_words
from residents.people.notices import tell
from residents.stays.models import Phase, Stay, in_range
from soberhouse.accounts.models import User
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

ASKED = declare("meetings-asked", gettext_lazy("the meetings that are asked of you changed"))
EXCUSED = declare("meetings-excused", gettext_lazy("a week of yours was excused from meetings, or is no longer"))


@in_site_language
def tell_required(row: Requirement) -> None:
    """To all of whom it is asked."""
    facts = {"what": asked_words(row), "day": date_format(row.starts_on), "house": row.house}
    if row.stay is not None:
        text = _("From %(day)s on you are asked for meetings: %(what)s.") % facts
    else:
        text = _("From %(day)s on %(house)s asks for meetings: %(what)s.") % facts
    _tell(row, text)


@in_site_language
def tell_required_no_more(row: Requirement) -> None:
    facts = {"what": asked_words(row), "day": date_format(row.ends_on), "house": row.house}
    if row.stay is not None:
        text = _("From %(day)s on these meetings are no longer asked of you: %(what)s.") % facts
    else:
        text = _("From %(day)s on %(house)s no longer asks for these meetings: %(what)s.") % facts
    _tell(row, text)


def _tell(row: Requirement, text: str) -> None:
    if row.stay is not None:
        tell(row.stay.resident, ASKED, text, _url(row.stay))
        return
    living = Stay.objects.current().filter(house=row.house)
    if row.phase is not None:
        held = Phase.objects.filter(in_range(row.house.today()), kind=row.phase, voided=False)
        living = living.filter(pk__in=held.values("stay"))
    users = User.objects.filter(resident__stays__in=living)
    notify(users=users, kind=ASKED, text=text, url=reverse("requirements", args=[row.house.uuid]))


@in_site_language
def tell_week_excused(row: WeekExcused) -> None:
    facts = {"day": date_format(row.week), "why": row.get_cause_display()}
    if row.excused:
        text = _("You are excused from meetings in the week from %(day)s: %(why)s.") % facts
    else:
        text = _("You are no longer excused from meetings in the week from %(day)s.") % facts
    tell(row.stay.resident, EXCUSED, text, _url(row.stay))


def _url(stay: Stay) -> str:
    return reverse("meeting_weeks_of_stay", args=[stay.uuid])
