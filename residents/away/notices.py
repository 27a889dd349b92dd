"""What people are told about passes, nights and who is in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.away.models import CurfewCheck, CurfewException, Movement, Pass, PassDecision, PassEvent
from residents.away.queries.passes import late_words, moment, span
from residents.houses.models import House
from residents.houses.notices import who_runs
from residents.people.notices import RECORD_CORRECTED, tell
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

PASS_ASKED = declare("pass-asked", gettext_lazy("a pass is asked for"))
PASS_WRITTEN_DOWN = declare("pass-written-down", gettext_lazy("a pass was asked for in your name"))
PASS_DECIDED = declare("pass-decided", gettext_lazy("your pass was decided"))
PASS_CANCELLED = declare("pass-cancelled", gettext_lazy("a pass was cancelled"))
PASS_MORE_TIME = declare("pass-more-time", gettext_lazy("more time is asked for on a pass"))
PASS_EXTENDED = declare("pass-extended", gettext_lazy("your pass lasts longer"))
PASS_RETURNED = declare("pass-returned", gettext_lazy("your return from a pass is written down"))
COUNTED = declare("curfew-counted", gettext_lazy("you were counted as late or not in at night"))
SOMEBODY_MISSING = declare("curfew-missing", gettext_lazy("somebody is not in at night"))
CURFEW_CHANGED = declare("curfew-changed", gettext_lazy("the curfew hours of your house changed"))
OWN_HOUR = declare("curfew-own", gettext_lazy("a curfew hour of your own was set or ended"))


@in_site_language
def tell_pass_asked(asked: Pass) -> None:
    """To whoever runs the house, except the one who asks and the one who wrote it down: that somebody asks."""
    notify(
        users=[user for user in who_runs(asked.house) if user.pk != asked.stay.resident.user_id],
        kind=PASS_ASKED,
        text=_("A pass is asked for at %(house)s.") % {"house": asked.house},
        url=_pass_url(asked),
    )
    if asked.recorded_by_id != asked.stay.resident.user_id:
        facts = {"span": span(asked.starts_at, asked.ends_at, asked.house)}
        text = _("A pass was asked for in your name: %(span)s") % facts
        tell(asked.stay.resident, PASS_WRITTEN_DOWN, text, _pass_url(asked))


@in_site_language
def tell_pass_decided(decision: PassDecision) -> None:
    """To the one who asked."""
    of_pass = decision.of_pass
    facts = {"span": span(decision.starts_at, decision.ends_at, of_pass.house)}
    if decision.outcome == PassDecision.Outcome.REFUSED:
        text = _("Your pass was refused: %(span)s") % facts
    elif decision.outcome == PassDecision.Outcome.CHANGED:
        text = _("Your pass was approved with changes: %(span)s") % facts
    else:
        text = _("Your pass was approved: %(span)s") % facts
    tell(of_pass.stay.resident, PASS_DECIDED, text, _pass_url(of_pass))


@in_site_language
def tell_pass_cancelled(event: PassEvent) -> None:
    """To the one whose pass it was; where they cancelled it, to whoever runs the house."""
    of_pass, resident = event.of_pass, event.of_pass.stay.resident
    facts = {"span": span(of_pass.starts_at, of_pass.ends_at, of_pass.house), "house": of_pass.house}
    if event.recorded_by_id == resident.user_id and resident.user_id is not None:
        notify(
            users=who_runs(of_pass.house),
            kind=PASS_CANCELLED,
            text=_("A pass at %(house)s was taken back: %(span)s") % facts,
            url=_pass_url(of_pass),
        )
    else:
        tell(resident, PASS_CANCELLED, _("Your pass was cancelled: %(span)s") % facts, _pass_url(of_pass))


@in_site_language
def tell_pass_ended_by_move(event: PassEvent) -> None:
    """To the one who moved to another house."""
    of_pass = event.of_pass
    facts = {"span": span(of_pass.starts_at, of_pass.ends_at, of_pass.house)}
    text = _("Your pass for %(span)s no longer holds, because you moved to another house. Ask again there.") % facts
    tell(of_pass.stay.resident, PASS_CANCELLED, text, _pass_url(of_pass))


@in_site_language
def tell_more_time_asked(event: PassEvent) -> None:
    """To whoever runs the house, except the one who asks."""
    of_pass = event.of_pass
    facts = {"house": of_pass.house, "until": moment(event.until, of_pass.house)}
    notify(
        users=[user for user in who_runs(of_pass.house) if user.pk != of_pass.stay.resident.user_id],
        kind=PASS_MORE_TIME,
        text=_("More time is asked for on a pass at %(house)s, until %(until)s") % facts,
        url=_pass_url(of_pass),
    )


@in_site_language
def tell_pass_extended(event: PassEvent) -> None:
    """To the one who is away."""
    facts = {"until": moment(event.until, event.of_pass.house)}
    text = _("Your pass lasts longer now, until %(until)s") % facts
    tell(event.of_pass.stay.resident, PASS_EXTENDED, text, _pass_url(event.of_pass))


@in_site_language
def tell_pass_returned(event: PassEvent) -> None:
    """To the one who came back: what is on record about it."""
    facts = {"when": moment(event.at, event.of_pass.house), "late": late_words(event.minutes_late)}
    if event.minutes_late:
        text = _("Your return from a pass is written down: %(when)s, %(late)s.") % facts
    else:
        text = _("Your return from a pass is written down: %(when)s") % facts
    tell(event.of_pass.stay.resident, PASS_RETURNED, text, _pass_url(event.of_pass))


def _pass_url(of_pass: Pass) -> str:
    return reverse("pass", args=[of_pass.uuid])


@in_site_language
def tell_counted(check: CurfewCheck) -> None:
    """To whoever was late or not in, at once: what is on record."""
    facts = {"day": date_format(check.night), "hour": _clock(check.due_at, check.house) if check.due_at else ""}
    if check.status == CurfewCheck.Status.LATE:
        facts["when"] = _clock(check.in_at, check.house)
        text = (
            _("You came in at %(when)s, your hour was %(hour)s: so it is on record for the night of %(day)s.") % facts
        )
    elif check.status == CurfewCheck.Status.ABSENT:
        text = _("You were not in, your hour was %(hour)s: so it is on record for the night of %(day)s.") % facts
    else:
        return
    tell(check.stay.resident, COUNTED, text, _curfew_url(check.stay))


@in_site_language
def tell_check_corrected(check: CurfewCheck) -> None:
    """To whom it is about."""
    facts = {"day": date_format(check.night), "state": check.get_status_display()}
    text = _("How you were counted in the night of %(day)s was corrected. Now on record: %(state)s.") % facts
    tell(check.stay.resident, RECORD_CORRECTED, text, _curfew_url(check.stay))


@in_site_language
def tell_somebody_missing(house: House, night: date, *, but: Collection[int | None] = ()) -> None:
    """To whoever runs the house, except those who were counted with it: that somebody is not in."""
    notify(
        users=[user for user in who_runs(house) if user.pk not in but],
        kind=SOMEBODY_MISSING,
        text=_("Somebody is not in at %(house)s, in the night of %(day)s.")
        % {"house": house, "day": date_format(night)},
        url=reverse("night_roll", args=[house.uuid]),
    )


@in_site_language
def tell_curfew_changed(house: House) -> None:
    """To everybody who lives there."""
    notify(
        users=User.objects.filter(
            resident__stays__house=house, resident__stays__ends_on=None, resident__stays__voided=False
        ),
        kind=CURFEW_CHANGED,
        text=_("The curfew hours of %(house)s changed.") % {"house": house},
        url=reverse("curfew_hours", args=[house.uuid]),
    )


@in_site_language
def tell_own_hour(exception: CurfewException) -> None:
    facts = {"hour": time_format(exception.hour, "TIME_FORMAT"), "day": date_format(exception.starts_on)}
    if exception.weekday is None:
        text = _("Your own curfew hour is %(hour)s from %(day)s on.") % facts
    else:
        facts["weekday"] = exception.get_weekday_display()
        text = _("Your own curfew hour is %(hour)s from %(day)s on, on each %(weekday)s.") % facts
    tell(exception.stay.resident, OWN_HOUR, text, _curfew_url(exception.stay))


@in_site_language
def tell_own_hour_ended(exception: CurfewException) -> None:
    facts = {"hour": time_format(exception.hour, "TIME_FORMAT"), "day": date_format(exception.ends_on)}
    text = _("Your own curfew hour of %(hour)s no longer holds from %(day)s.") % facts
    tell(exception.stay.resident, OWN_HOUR, text, _curfew_url(exception.stay))


@in_site_language
def tell_movement_corrected(movement: Movement) -> None:
    text = _("When you went out or came in was corrected on your record.")
    tell(movement.stay.resident, RECORD_CORRECTED, text)


def _clock(instant: datetime, house: House) -> str:
    return time_format(localtime(instant, house.zone), "TIME_FORMAT")


def _curfew_url(stay: Stay) -> str:
    return reverse("curfew_of_stay", args=[stay.uuid])
