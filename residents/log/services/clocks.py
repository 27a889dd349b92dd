"""Every write about clocks: what an organization has to do how long after what, what came due by it, and that it was
done.

A clock is never changed: it ends, and another begins. It runs once for each entry or stay, and by when something is due
is reckoned once: a holiday that is added later, or an entry that is told anew, moves no deadline.
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import Organization
from residents.log import notices
from residents.log.models import Clock, Deadline, DeadlineCall, DeadlineMet, Entry, Holiday
from residents.log.queries import clocks as queries
from residents.log.reckoning import due_at, us_federal_holidays
from residents.log.starter import holiday_name
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, save
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import recorded
from soberhouse.words import tidy

# --- what an organization has to do ---------------------------------------------------------------------------------


@transaction.atomic
def clock_start(
    *,
    organization: Organization,
    name: str,
    starts: str,
    amount: int,
    unit: str,
    recipient: str,
    incident_type: str = "",
    source: str = "",
    now: datetime,
) -> Clock:
    """From now on something has to be done so long after each incident, complaint, move-in or discharge that is
    written down.

    Refuses one without words or without a recipient, no time and more than 400, and a kind of incident for what is
    none.
    """
    if not tidy(name):
        raise ValidationError({"name": _("Say what is to be done.")})
    if not tidy(recipient):
        raise ValidationError({"recipient": _("Say for whom.")})
    if incident_type and starts != Clock.Starts.INCIDENT:
        raise ValidationError({"incident_type": _("Only a clock after an incident is for one kind of it.")})
    return save(
        Clock(
            organization=organization,
            name=tidy(name),
            starts=starts,
            incident_type=incident_type,
            amount=amount,
            unit=unit,
            recipient=tidy(recipient),
            source=tidy(source),
            begins_at=now,
        )
    )


@transaction.atomic
def clock_end(*, clock: Clock, now: datetime) -> Clock:
    """It starts for nothing any more that is written down from now on. What runs by it goes on. Refuses a second
    end."""
    lock(clock)
    clock = Clock.objects.select_related("organization").get(pk=clock.pk)
    if clock.ended_at is not None:
        raise ValidationError(_("This clock has ended already."))
    clock.ended_at = max(now, clock.begins_at)
    return save(clock)


@transaction.atomic
def holiday_add(*, organization: Organization, day: date, name: str) -> Holiday:
    """A day that is no business day. Refuses one without a name, and a day that is on the list."""
    lock(organization)
    if not tidy(name):
        raise ValidationError({"name": _("Say which holiday it is.")})
    if queries.holidays_of(organization, day).filter(day=day).exists():
        raise ValidationError({"day": _("This day is on the list already.")})
    return save(Holiday(organization=organization, day=day, name=tidy(name)))


@transaction.atomic
def holidays_add_federal(*, organization: Organization, year: int) -> list[Holiday]:
    """The federal holidays of a year (5 U.S.C. 6103) that are not on the list yet."""
    lock(organization)
    days = us_federal_holidays(year)
    there = set(queries.holidays_of(organization, min(days)).values_list("day", flat=True))
    return [
        save(Holiday(organization=organization, day=day, name=holiday_name(name)))
        for day, name in days.items()
        if day not in there
    ]


@transaction.atomic
def holiday_drop(*, holiday: Holiday) -> Holiday:
    """It is a business day after all. What is due already stays due when it is. Refuses one that was dropped."""
    lock(holiday)
    holiday = Holiday.objects.select_related("organization").get(pk=holiday.pk)
    if holiday.dropped:
        raise ValidationError(_("This day is off the list already."))
    holiday.dropped = True
    return save(holiday)


# --- what came due --------------------------------------------------------------------------------------------------


@transaction.atomic
def run_clocks(*, entry: Entry | None = None, stay: Stay | None = None, now: datetime) -> list[Deadline]:
    """Start every clock that holds for this entry or this stay and has not run for it, and tell those who must know.
    Called again, or by two at once, it starts none twice."""
    of = entry if entry is not None else stay
    if of is None or (entry is not None and stay is not None):
        raise ValueError("Clocks run for an entry or for a stay.")
    lock(of)
    of = type(of).objects.select_related("house").get(pk=of.pk)
    return [_run(clock, of, begun, now) for clock, begun in queries.clocks_for(of)]


def _run(clock: Clock, of: Entry | Stay, begun: queries.Begun, now: datetime) -> Deadline:
    house, started_at = of.house, begun.started_at
    holidays = queries.holidays_of(clock.organization, house.today(started_at)).values_list("day", flat=True)
    deadline = save(
        Deadline(
            house=house,
            clock=clock,
            entry=of if isinstance(of, Entry) else None,
            stay=of if isinstance(of, Stay) else None,
            discharge=begun.discharge,
            started_at=started_at,
            due_at=due_at(started_at, clock.amount, clock.unit, house.zone, frozenset(holidays)),
            recorded_at=now,
            **recorded(),
        )
    )
    deadline_call(deadline=deadline, now=now)
    return deadline


def clocks_catch_up(*, now: datetime) -> int:
    """Start what nobody started when it was written down. Gives how many clocks were."""
    started = 0
    for of in list(queries.not_run_for()):
        rows = run_clocks(entry=of, now=now) if isinstance(of, Entry) else run_clocks(stay=of, now=now)
        started += len(rows)
    return started


def deadlines_call(*, now: datetime) -> int:
    """Tell of each open deadline what people are to know of it by now: that it runs, that it is near, that it is over.
    Each is told once, however late and however often this is called; of several at once the last alone, which is what
    is so. Gives how often people were called."""
    return sum(deadline_call(deadline=deadline, now=now) for deadline in queries.to_call(now=now))


@transaction.atomic
def deadline_call(*, deadline: Deadline, now: datetime) -> int:
    """The same of one deadline."""
    lock(deadline)
    deadline = Deadline.objects.select_related("house", "clock", "entry").get(pk=deadline.pk)
    if DeadlineMet.objects.filter(deadline=deadline).exists():
        return 0
    called = set(deadline.calls.values_list("stage", flat=True))
    due = [stage for stage in queries.stages(deadline, now=now) if stage not in called]
    for stage in due:
        save(DeadlineCall(house=deadline.house, deadline=deadline, stage=stage, recorded_at=now, **recorded()))
    if due:
        notices.tell_deadline(deadline, due[-1], queries.who_is_told(deadline, now=now))
    return int(bool(due))


def deadline_meet(
    *, deadline: Deadline, done_at: datetime, proof: str, file: bytes | None = None, now: datetime
) -> DeadlineMet:
    """What was due is done, with what proves it: a number, a name; and a photo or a PDF, if there is one. Late is
    better than never, and stays late.

    Refuses no proof, an instant to come or before it happened, a second time, a file that is neither, and whoever it is
    about.
    """
    kept = _kept(file) if file else None  # before anything is locked
    with transaction.atomic():
        lock(deadline)
        deadline = Deadline.objects.select_related("house", "clock", "entry", "stay").get(pk=deadline.pk)
        for person in queries.people_of(deadline):
            not_about_oneself(person)
        if DeadlineMet.objects.filter(deadline=deadline).exists():
            raise ValidationError(_("It is on record already that this was done."))
        if not tidy(proof):
            raise ValidationError({"proof": _("Say what proves it.")})
        if done_at > now:
            raise ValidationError({"done_at": _("This time has not come yet.")})
        _not_before(deadline, done_at)
        return save(
            DeadlineMet(
                house=deadline.house,
                deadline=deadline,
                done_at=done_at,
                proof=tidy(proof),
                file=kept,
                recorded_at=now,
                **recorded(),
            )
        )


def _not_before(deadline: Deadline, done_at: datetime) -> None:
    """Refuse what was done before there was anything to do, by the minute, as an hour is typed. A complaint that was
    answered at once may have been written down afterwards; and a move-in or a discharge is told by its day."""
    house = deadline.house
    if deadline.entry is not None:
        earliest = min(deadline.started_at, deadline.entry.tellings.get(corrected_by=None).happened_at)
        if done_at < earliest.replace(second=0, microsecond=0):
            when = date_format(earliest.astimezone(house.zone), "DATETIME_FORMAT")
            raise ValidationError({"done_at": _("This is before it happened, on %(when)s.") % {"when": when}})
        return
    stay = deadline.stay
    day = stay.starts_on if deadline.clock.starts == Clock.Starts.MOVE_IN else stay.ends_on
    if day is not None and house.today(done_at) < day:
        raise ValidationError({"done_at": _("This is before it happened, on %(when)s.") % {"when": date_format(day)}})


def _kept(data: bytes) -> StoredFile:
    try:
        return store.put(data, allow=store.PAPERS if data.startswith(b"%PDF-") else store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal
