"""What people are told about house meetings. What was said there is read where the minutes are."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.meetings.models import AgendaItem, HouseMeeting
from residents.meetings.queries.house_meetings import living_in
from residents.people.notices import tell
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

MINUTES_PUBLISHED = declare("minutes-published", gettext_lazy("the minutes of a house meeting were published"))
TAKEN_OFF = declare("agenda-item-taken-off", gettext_lazy("what you put on an agenda was taken off it"))


@in_site_language
def tell_published(house_meeting: HouseMeeting) -> None:
    """To everybody who lives in the house and signs in."""
    users = [stay.resident.user for stay in living_in(house_meeting.house) if stay.resident.user_id is not None]
    text = _("The minutes of the house meeting of %(day)s at %(house)s are there to read.")
    notify(users=users, kind=MINUTES_PUBLISHED, text=text % _facts(house_meeting), url=_url(house_meeting))


@in_site_language
def tell_taken_off(item: AgendaItem, *, by: int | None) -> None:
    """To the resident who put it there, unless they took it off themselves."""
    if item.by_stay is not None and item.by_stay.resident.user_id != by:
        text = _("What you put on the agenda of the house meeting of %(day)s at %(house)s was taken off it.")
        tell(item.by_stay.resident, TAKEN_OFF, text % _facts(item.house_meeting), _url(item.house_meeting))


def _facts(house_meeting: HouseMeeting) -> dict[str, object]:
    return {"day": date_format(house_meeting.on), "house": house_meeting.house}


def _url(house_meeting: HouseMeeting) -> str:
    return reverse("house_meeting", args=[house_meeting.uuid])
