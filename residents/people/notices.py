"""What residents are told about what is recorded about them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.people.models import Officer, Resident, SobrietyDate
from soberhouse.language import in_site_language
from soberhouse.notices.services import Kind, declare, notify

DUTY_GIVEN = declare("duty-given", gettext_lazy("you were given a duty in the house"))
DUTY_ENDED = declare("duty-ended", gettext_lazy("a duty of yours was ended"))
RECORD_CORRECTED = declare("record-corrected", gettext_lazy("something recorded about you was corrected"))


def tell(resident: Resident, kind: Kind, text: str, url: str = "") -> None:
    """Tell `resident`, if they sign in, something about themselves; it leads to their own record, or to `url`."""
    if resident.user_id is not None:
        notify(users=[resident.user], kind=kind, text=text, url=url or reverse("my_record"))


@in_site_language
def tell_duty_given(duty: Officer) -> None:
    facts = {"duty": duty.get_duty_display(), "house": duty.house, "day": date_format(duty.starts_on)}
    tell(duty.resident, DUTY_GIVEN, _("Your duty at %(house)s from %(day)s: %(duty)s.") % facts)


@in_site_language
def tell_duty_ended(duty: Officer) -> None:
    facts = {"duty": duty.get_duty_display(), "house": duty.house, "day": date_format(duty.ends_on)}
    tell(duty.resident, DUTY_ENDED, _("Your duty at %(house)s ends on %(day)s: %(duty)s.") % facts)


@in_site_language
def tell_sobriety_corrected(date: SobrietyDate) -> None:
    text = _("Your sobriety date was corrected. Now recorded: %(day)s.") % {"day": date_format(date.since)}
    tell(date.resident, RECORD_CORRECTED, text)


@in_site_language
def tell_person_corrected(resident: Resident) -> None:
    tell(resident, RECORD_CORRECTED, _("The legal name or date of birth on your record was corrected."))
