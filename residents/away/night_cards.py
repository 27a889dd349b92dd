"""What nights and doors offer to the pages that gather: who is missing, tonight's roll, who is out; and for the
resident by when they are in, and all of it to keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.away import hours
from residents.away.hours import SetBy
from residents.away.models import CurfewCheck, CurfewException, CurfewHour, Movement, Pass
from residents.away.night_words import (
    at_hours,
    check_words,
    hour_words,
    how_long,
    since_words,
    where_pill,
    where_words,
)
from residents.away.queries.nights import (
    RECORD_DAYS,
    KnownHours,
    Missing,
    Roll,
    Tally,
    coming_curfew,
    missing_now,
    night_roll,
    record_of,
    stays_of_night,
    still_to_count,
    tally,
)
from residents.away.queries.passes import clock, has_officer
from residents.away.queries.whereabouts import Where, where_is, whereabouts
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, Order, Pending, Row, Section, Work, section

OUT_ON_TODAY = 6
NOT_IN_TIME = (CurfewCheck.Status.LATE, CurfewCheck.Status.ABSENT)


def today(house: House, stays: Iterable[Stay], passes: Iterable[Pass], standing: Standing) -> Iterator[Card]:
    """Who is missing, loud and before all else; tonight's roll, where it is due; who is out."""
    sees = standing.may(Action.SEE_RESIDENTS, house)
    takes = standing.may(Action.TAKE_ROLL, house)
    if not sees and not takes:
        return
    now = timezone.now()
    roll = night_roll(house, hours.night_of(now, house.zone), now, stays=stays, passes=passes)
    if not sees:
        yield Card(title=_("Night roll"), order=Order.DUE, rows=list(_roll_rows(roll, takes=takes)))
        return
    there = whereabouts(house, now, stays=stays, passes=passes, moved=roll.moved)
    missing = missing_now(house, there, roll, now)
    loud = {row.where.stay.pk for row in missing}
    yield Card(
        title=_("Not in"),
        order=Order.FIRST,
        rows=[_missing_row(row, roll, now, takes=takes) for row in missing],
        more_url=reverse("whereabouts", args=[house.uuid]),
        more_label=_("Who is in"),
    )
    order = Order.NUMBERS if roll.due else Order.DUE
    yield Card(title=_("Night roll"), order=order, rows=list(_roll_rows(roll, takes=takes)))
    out = [row for row in there if row.out and row.stay.pk not in loud]
    yield Card(
        title=_("Out now"),
        order=Order.DUE,
        rows=[_out_row(row, house) for row in out[:OUT_ON_TODAY]],
        more_url=reverse("whereabouts", args=[house.uuid]),
        more_label=_("All %(count)s") % {"count": len(out)} if len(out) > OUT_ON_TODAY else _("In and out"),
        empty=_("Everybody is in.") if not loud else _("Everybody else is in."),
    )


def _missing_row(missing: Missing, roll: Roll, now: datetime, *, takes: bool) -> Row:
    row, house = missing.where, roll.house
    said = [_("in by %(hour)s") % {"hour": since_words(missing.due_at, house, now)}]
    if missing.said_at is not None:
        when = since_words(missing.said_at, house, now)
        said.append(_("says they are back since %(when)s, not seen") % {"when": when})
    elif row.movement is not None and row.movement.way == Movement.Way.OUT:
        facts = {"when": since_words(row.movement.at, house, now), "what": row.movement.get_purpose_display()}
        said.append(_("out since %(when)s, %(what)s") % facts)
    if row.missing is not None:
        facts = {"who": row.missing.recorded_as, "when": since_words(row.missing.recorded_at, house, now)}
        said.append(_("counted by %(who)s, %(when)s") % facts)
    to_count = any(one.stay.pk == row.stay.pk for one in roll.open)
    in_roll = missing.night == roll.night and (to_count or (row.missing is not None and missing.said_at is None))
    return Row(
        fact=row.stay.short_name,
        reason=" · ".join(said),
        url=reverse("resident", args=[row.stay.resident.uuid]),
        state="missed" if missing.said_at is None else "late",
        word=how_long(now - missing.due_at) if missing.said_at is None else _("not seen"),
        button=(_("Roll") if in_roll else _("In and out")) if takes else "",
        button_url=reverse("night_roll" if in_roll else "whereabouts", args=[house.uuid]) if takes else "",
    )


def _roll_rows(roll: Roll, *, takes: bool) -> Iterator[Row]:
    """Tonight's roll, from the first hour on until everybody is counted; before it, when it is."""
    if roll.first_due_at is None or not roll.open:
        return
    url = reverse("night_roll", args=[roll.house.uuid]) if takes else ""
    count = len(roll.open)
    to_count = ngettext("%(count)s to count", "%(count)s to count", count) % {"count": count}
    if roll.due:
        since = min(row.due_at for row in roll.due)
        yield Row(
            fact=_("Not taken yet") if not roll.counted else _("Not complete yet"),
            reason=_("%(count)s, since %(hour)s")
            % {"count": to_count, "hour": since_words(since, roll.house, roll.now)},
            state="late",
            word=_("due"),
            button=_("Take the roll") if takes else "",
            button_url=url,
        )
    elif roll.now < roll.first_due_at:
        yield Row(
            fact=_("At %(hour)s") % {"hour": clock(roll.first_due_at, roll.house)},
            reason=to_count,
            url=url,
        )


def _out_row(row: Where, house: House) -> Row:
    tone, word = where_pill(row)
    return Row(
        fact=row.stay.short_name,
        reason=where_words(row, house),
        url=reverse("resident", args=[row.stay.resident.uuid]),
        state=tone,
        word=word,
    )


def hand_over(house: House, passes: Iterable[Pass], standing: Standing, now: datetime) -> Iterator[Pending]:
    """Who is missing, whom nobody has counted yet this night, and who is away."""
    takes = standing.may(Action.TAKE_ROLL, house)
    roll = night_roll(house, hours.night_of(now, house.zone), now, passes=passes)
    there = whereabouts(house, now, passes=passes, moved=roll.moved)
    missing = missing_now(house, there, roll, now)
    loud = {row.where.stay.pk for row in missing}
    rows = [_missing_row(row, roll, now, takes=takes) for row in missing]
    yield Pending("missing", _("Not in"), rows, order=Order.FIRST)
    open_ = len(roll.open) if roll.first_due_at is not None else 0
    yield Pending("roll", _("To be counted tonight"), list(_roll_rows(roll, takes=takes)), number=open_)
    away = [_out_row(row, house) for row in there if row.out and row.stay.pk not in loud]
    yield Pending("away", _("Away"), away, order=Order.WAITING)


def work(user: User) -> Iterator[Work]:
    """The nights that were counted: each once, however often it was put right."""
    yield Work(Load.NIGHT, CurfewCheck.objects.visible_to(user).filter(corrects=None))


def about(resident: Resident, stay: Stay | None, passes: Iterable[Pass], standing: Standing) -> Iterator[Card | Entry]:
    """Where they are, by when they are in tonight, how they were counted, and hours of their own."""
    now = timezone.now()
    checks = CurfewCheck.objects.visible_to(standing.user).filter(stay__resident=resident)
    if stay is not None:
        yield _now(stay, passes, standing, now)
    late = checks.filter(status__in=NOT_IN_TIME).select_related("house", "stay", "corrected_by")
    yield from map(_check_entry, late)
    exceptions = CurfewException.objects.visible_to(standing.user).filter(stay__resident=resident)
    yield from map(_exception_entry, exceptions.select_related("stay"))


def _now(stay: Stay, passes: Iterable[Pass], standing: Standing, now: datetime) -> Card:
    house = stay.house
    where = where_is(stay, passes, now)
    tone, word = where_pill(where)
    may = standing.may(Action.RECORD, stay)
    nights = tally(record_of(stay, hours.night_of(now, house.zone)))
    page = reverse("curfew_of_stay", args=[stay.uuid])
    rows = [
        Row(
            fact=_("Out now") if where.out else _("In now"),
            reason=where_words(where, house),
            state=tone,
            word=word,
            button=(_("Came in") if where.out else _("Goes out")) if may else "",
            button_url=reverse("sign_in" if where.out else "sign_out", args=[stay.uuid]) if may else "",
        ),
        Row(fact=_("Tonight"), reason=hour_words(coming_curfew(stay, now)[1], house), url=page),
        Row(fact=_("The last %(days)s nights") % {"days": RECORD_DAYS}, reason=_tally_words(nights), url=page),
    ]
    return Card(
        title=_("In and out"),
        order=Order.DUE,
        rows=rows,
        more_url=page,
        more_label=_("Nights"),
    )


def _tally_words(nights: Tally) -> str:
    if not nights.total:
        return _("no night was counted")
    said = [
        _("%(count)s in") % {"count": nights.in_time},
        _("%(count)s late") % {"count": nights.late},
        _("%(count)s excused") % {"count": nights.excused},
        _("%(count)s not in") % {"count": nights.absent},
    ]
    return " · ".join(said)


def _check_entry(check: CurfewCheck) -> Entry:
    return Entry(
        check.night,
        _("At night: %(state)s") % {"state": check.get_status_display()},
        check_words(check, check.house),
        check.recorded_as,
        reverse("curfew_of_stay", args=[check.stay.uuid]),
        struck=hasattr(check, "corrected_by"),
    )


def _exception_entry(row: CurfewException) -> Entry:
    facts = {"hour": time_format(row.hour, "TIME_FORMAT"), "who": row.get_source_display()}
    return Entry(
        row.starts_on,
        _("Curfew hour of their own: %(hour)s, set by %(who)s") % facts,
        row.reason,
        url=reverse("curfew_of_stay", args=[row.stay.uuid]),
    )


def week(stay: Stay, passes: Iterable[Pass], standing: Standing, today: date) -> Iterator[Card]:
    """By when I am in tonight, whether I am signed out, and the roll, for whoever takes it."""
    if stay.starts_on > today:
        return
    house, now = stay.house, timezone.now()
    tonight = hours.night_of(now, house.zone)
    takes = standing.may(Action.TAKE_ROLL, house)
    others = list(stays_of_night(house, tonight).exclude(pk=stay.pk)) if takes else []
    known = KnownHours(house, [stay, *others], tonight, tonight + hours.DAY)
    _night, curfew = coming_curfew(stay, now, known=known)
    where = where_is(stay, passes, now)
    yield Card(
        title=_("Tonight"),
        order=Order.NUMBERS,
        template="residents/away/movement_mine.html",
        context={
            "stay": stay,
            "hour": _be_in_by(curfew, house),
            "why": _why(curfew, house),
            "out": where.out and not where.says_back,
            "said": _("since %(when)s") % {"when": since_words(where.movement.at, house, now)}
            if where.says_back
            else where_words(where, house),
            "officer_url": reverse("night_roll", args=[house.uuid]) if takes else "",
            "waiting": len(still_to_count(known, others, tonight, now)),
        },
    )


def _be_in_by(curfew: hours.Curfew, house: House) -> str:
    if curfew.due_at is None:
        return ""
    return _("Be in by %(hour)s tonight") % {"hour": clock(curfew.due_at, house)}


def _why(curfew: hours.Curfew, house: House) -> str:
    """Where the hour is not the house's: whose it is."""
    if curfew.shift is not None:
        return at_hours(curfew.shift, curfew.due_at, house)
    if curfew.set_by == SetBy.OFFICER:
        return _("your officer's hour")
    return _("your own hour") if curfew.set_by == SetBy.RESIDENT else ""


def home(house: House) -> Iterator[Card]:
    """By when people are in, in the house where I live."""
    rows = []
    for fact, hour in (
        (_("Sunday to Thursday evenings"), house.curfew_weeknights),
        (_("Friday and Saturday evenings"), house.curfew_weekends),
    ):
        if hour is not None:
            rows.append(Row(fact=_("in by %(hour)s") % {"hour": time_format(hour, "TIME_FORMAT")}, reason=fact))
    differs = CurfewHour.objects.filter(house=house, in_use=True).count()
    if differs:
        more = ngettext("%(count)s hour differs", "%(count)s hours differ", differs) % {"count": differs}
        rows.append(Row(fact=more, reason=_("by phase or weekday"), url=reverse("curfew_hours", args=[house.uuid])))
    yield Card(
        title=_("Curfew"),
        order=Order.NUMBERS,
        rows=rows,
        more_url=reverse("curfew_hours", args=[house.uuid]),
        more_label=_("All hours"),
        empty=_("No curfew is written down."),
    )


def settings(house: House, standing: Standing) -> Iterator[Row]:
    """Where the hours are kept."""
    if standing.may(Action.SEE_HOUSE, house):
        yield Row(
            fact=_("Curfew hours"),
            reason=_("by phase and weekday"),
            url=reverse("curfew_hours", args=[house.uuid]),
        )


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    """How they were counted at night, and whether an officer has a say."""
    nights = tally(record_of(stay, hours.night_of(now, stay.house.zone)))
    missed = nights.late + nights.absent
    yield Row(
        fact=_("Curfew, the last %(days)s nights") % {"days": RECORD_DAYS},
        reason=_tally_words(nights),
        url=reverse("curfew_of_stay", args=[stay.uuid]),
        state="late" if missed else "in" if nights.total else "plain",
        word=ngettext("%(count)s missed", "%(count)s missed", missed) % {"count": missed}
        if missed
        else _("kept")
        if nights.total
        else _("not known"),
    )
    if has_officer(stay):
        yield Row(
            fact=_("Officer's permission needed"),
            reason=_("a probation or parole officer is among their contacts"),
            state="late",
            word=_("officer"),
        )


def own(resident: Resident, today: date) -> Iterator[Section]:
    """Every night that was counted, every hour of their own, every time they went out or came in."""
    user = resident.user
    checks = CurfewCheck.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "curfew_checks",
        _("Nights"),
        checks.select_related(
            *("house", "stay__house", "stay__resident", "of_pass__stay__resident"),
            *("corrects__stay__resident", "corrected_by"),
        ).order_by("-night", "-pk"),
        [
            *("night", "status", "due_at", "grace", "in_at", "why", "of_pass", "house", "stay"),
            *("recorded_as", "recorded_at", "corrects", "correction_reason"),
        ],
        model=CurfewCheck,
        labels=_labels() | {"of_pass": _("Pass"), "corrects": _("Instead of")},
        struck=_corrected,
        empty=_("No night was counted."),
    )
    exceptions = CurfewException.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "curfew_exceptions",
        _("Curfew hours of my own"),
        exceptions.select_related("house", "stay__house", "stay__resident"),
        ["hour", "weekday", "source", "starts_on", "ends_on", "reason", "house", "stay"],
        model=CurfewException,
        labels=_labels(),
        empty=_("No hour of my own."),
    )
    movements = Movement.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "movements",
        _("Out and in"),
        movements.select_related(
            *("house", "stay__house", "stay__resident", "of_pass__stay__resident"),
            *("corrects__stay__resident", "corrected_by"),
        ),
        [
            *("way", "at", "purpose", "where", "expected_at", "of_pass", "house", "stay"),
            *("recorded_as", "recorded_at", "corrects", "correction_reason"),
        ],
        model=Movement,
        labels=_labels() | {"of_pass": _("Pass"), "corrects": _("Instead of")},
        struck=_corrected,
        empty=_("Nobody signed me out."),
    )


def _labels() -> dict[str, str]:
    return {
        "house": _("House"),
        "stay": _("Stay"),
        "recorded_as": _("By"),
        "recorded_at": _("Written down"),
        "correction_reason": _("Why it was corrected"),
    }


def _corrected(row: CurfewCheck | Movement) -> str:
    return _("corrected") if hasattr(row, "corrected_by") else ""
