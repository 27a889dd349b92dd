"""What residents are told about their attendance."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.away.queries.passes import moment
from residents.meetings.models import Attendance, DoubtSettled
from residents.people.notices import tell
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare

STRUCK = declare("attendance-struck", gettext_lazy("a meeting of yours does not count"))
RESTORED = declare("attendance-restored", gettext_lazy("a meeting of yours counts after all"))
SETTLED = declare("attendance-settled", gettext_lazy("a question about a meeting of yours is settled"))


@in_site_language
def tell_struck(row: Attendance) -> None:
    facts = {"when": moment(row.starts_at, row.house)}
    text = _("Your meeting of %(when)s does not count. Why is on your record; talk to your manager if it is wrong.")
    tell(row.stay.resident, STRUCK, text % facts, _url(row))


@in_site_language
def tell_restored(row: Attendance) -> None:
    facts = {"when": moment(row.starts_at, row.house)}
    tell(row.stay.resident, RESTORED, _("Your meeting of %(when)s counts after all.") % facts, _url(row))


@in_site_language
def tell_settled(row: DoubtSettled) -> None:
    facts = {"when": moment(row.attendance.starts_at, row.house)}
    text = _("The question about your meeting of %(when)s is settled: it counts.")
    tell(row.attendance.stay.resident, SETTLED, text % facts, _url(row.attendance))


def _url(row: Attendance) -> str:
    return reverse("my_attendance", args=[row.uuid])
