"""Who was at which meeting, what counts of it, and what does not fit with other records."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import attrgetter, itemgetter

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from residents.away import hours
from residents.away.models import CurfewCheck, Movement
from residents.houses.models import House
from residents.meetings import codes
from residents.meetings.models import Attendance, DoubtSettled, HouseMeeting, Meeting, MeetingPlan, RollLine
from residents.meetings.queries.occurrences import Occurrence, occurrences
from residents.meetings.standing import DAY
from residents.stays.models import Stay
from soberhouse.accounts.models import User

# A code holds so long before a meeting begins, and after it ends.
CODE_BEFORE, CODE_AFTER = timedelta(minutes=15), timedelta(minutes=30)
RELATED = ("house", "meeting", "stay__house", "stay__resident", "follows")


# A sign-in older than this says nothing of where somebody was: they may have forgotten to sign out since.
SIGNED_IN_LATELY = timedelta(hours=24)


def newest(stays: Iterable[Stay], *, since: date | None = None, until: date | None = None) -> QuerySet[Attendance]:
    """What counts of these stays: of each meeting the newest row, unless it strikes; of the days in [since, until)."""
    rows = Attendance.objects.filter(stay__in=[stay.pk for stay in stays], followed_by=None)
    return counting(spanned(rows, since, until))


def counting(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    return rows.filter(followed_by=None).exclude(step=Attendance.Step.STRUCK)


def spanned(rows: QuerySet[Attendance], since: date | None, until: date | None) -> QuerySet[Attendance]:
    if since is not None:
        rows = rows.filter(on__gte=since)
    if until is not None:
        rows = rows.filter(on__lt=until)
    return rows


def chain_of(row: Attendance) -> list[Attendance]:
    """All rows about this meeting of this resident, the first one first. One query."""
    rows = Attendance.objects.filter(stay_id=row.stay_id, meeting_id=row.meeting_id, starts_at=row.starts_at)
    return list(rows.select_related("house", "stay__resident", "meeting", "photo").order_by("pk"))


def count_by_grade(rows: QuerySet[Attendance]) -> dict[int, int]:
    """How many count, by their grade. One query."""
    found = counting(rows).order_by().values_list("grade").annotate(count=Count("pk"))
    return dict(found)


# --- what does not fit ----------------------------------------------------------------------------------------------


class DoubtKind(models.TextChoices):
    """Why an attendance does not fit with another record. Computed anew whenever somebody looks."""

    TWO_PLACES = "two_places", _("another meeting at the same time")
    BEFORE_MOVE_IN = "before_move_in", _("before the move-in")
    AFTER_DISCHARGE = "after_discharge", _("after the move-out")
    NIGHT_ROLL = "night_roll", _("the night roll says they were home")
    HOUSE_ROLL = "house_roll", _("the roll of a house meeting says they were there")
    NOT_ON_ROLL = "not_on_roll", _("the roll of this house meeting says they were not there")
    SIGNED_IN = "signed_in", _("they were signed in to the house all the time")


@dataclass(frozen=True)
class Doubt:
    """One thing that does not fit. `detail` names the other record; `settled`, if somebody let it stand."""

    kind: DoubtKind
    detail: str = ""
    at: datetime | None = None
    settled: DoubtSettled | None = None


def doubts_of(attendances: Iterable[Attendance]) -> dict[int, list[Doubt]]:
    """What does not fit about these and nobody has settled, by their keys. Rows that do not count have none. The same
    five queries, however many they are; their house, stay and meeting are selected with them (`RELATED`)."""
    return {key: [each for each in found if each.settled is None] for key, found in all_doubts_of(attendances).items()}


def all_doubts_of(attendances: Iterable[Attendance]) -> dict[int, list[Doubt]]:
    """The same with those that were settled."""
    rows = list(attendances)
    found: dict[int, list[Doubt]] = {row.pk: [] for row in rows}
    rows = [row for row in rows if row.step != Attendance.Step.STRUCK]
    if not rows:
        return found
    beside = _Beside(rows)
    for row in rows:
        found[row.pk] = list(_doubts(row, beside))
    return found


Once = tuple[int, int, datetime]  # a stay, a meeting, its start: one attendance, however many rows tell of it


def _same(row: Attendance) -> Once:
    return row.stay_id, row.meeting_id, row.starts_at


class _Beside:
    """What other records say of the time of these rows. Five queries."""

    def __init__(self, rows: Sequence[Attendance]) -> None:
        stays = {row.stay_id for row in rows}
        first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
        people = {row.stay.resident_id for row in rows}
        self.others: dict[int, list[Attendance]] = defaultdict(list)
        self.written: dict[Once, datetime] = {}  # when each was first written down
        same = {name: OuterRef(name) for name in ("stay", "meeting", "starts_at")}
        first_row = Attendance.objects.filter(follows=None, **same).order_by().values("recorded_at")[:1]
        others = counting(Attendance.objects.filter(stay__resident__in=people)).annotate(written=Subquery(first_row))
        others = others.filter(starts_at__lt=last, ends_at__gt=first).select_related("stay")
        for other in others.order_by("starts_at", "pk"):
            self.written[_same(other)] = other.written
            if not other.online:
                self.others[other.stay.resident_id].append(other)
        self.home: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        nights = (first.date() - 2 * DAY, last.date() + DAY)
        checks = CurfewCheck.objects.filter(
            stay__in=stays, night__range=nights, corrected_by=None, status__in=("in", "late"), due_at__isnull=False
        ).select_related("house")
        for check in checks.order_by("night", "pk"):
            since = check.in_at if check.status == "late" else check.due_at + timedelta(minutes=check.grace)
            dawn = hours.instant(check.night, hours.DAWN, check.house.zone)
            self.home[check.stay_id].append((since, dawn))
        self.movements: dict[int, list[Movement]] = defaultdict(list)
        movements = Movement.objects.filter(
            stay__in=stays, corrected_by=None, at__gte=first - SIGNED_IN_LATELY, at__lt=last
        )
        for movement in movements.order_by("at", "pk"):
            self.movements[movement.stay_id].append(movement)
        self.roll: dict[int, list[RollLine]] = defaultdict(list)
        lines = RollLine.objects.filter(
            stay__in=stays,
            corrected_by=None,
            house_meeting__starts_at__gt=first - DAY,
            house_meeting__starts_at__lt=last,
        ).select_related("house_meeting__meeting")
        for line in lines.order_by("house_meeting__starts_at", "pk"):
            self.roll[line.stay_id].append(line)
        self._settled: dict[Once, dict[str, DoubtSettled]] = defaultdict(dict)
        settled = DoubtSettled.objects.filter(
            attendance__stay__in=stays, attendance__starts_at__lt=last, attendance__ends_at__gt=first
        ).select_related("attendance")
        for each in settled.order_by("recorded_at", "pk"):
            self._settled[_same(each.attendance)] |= dict.fromkeys(each.doubts.split(), each)

    def settled(self, row: Attendance, kind: DoubtKind) -> DoubtSettled | None:
        return self._settled.get(_same(row), {}).get(kind)

    def both_stand(self, one: Once, other: Once) -> DoubtSettled | None:
        """The decision that lets two which overlap stand: whoever let either of them stand had both before them, unless
        one of them was written down later."""
        since = max(filter(None, map(self.written.get, (one, other))), default=None)
        for once in (one, other):
            for kind in (DoubtKind.TWO_PLACES, DoubtKind.HOUSE_ROLL):
                found = self._settled.get(once, {}).get(kind)
                if found is not None and (since is None or found.recorded_at >= since):
                    return found
        return None


def _doubts(row: Attendance, beside: _Beside) -> Iterator[Doubt]:
    for kind, at in _alone(row, beside):
        yield Doubt(kind, at=at, settled=beside.settled(row, kind))
    yield from _overlaps(row, beside)


def _alone(row: Attendance, beside: _Beside) -> Iterator[tuple[DoubtKind, datetime | None]]:
    """What does not fit with what is known of the resident."""
    stay = row.stay
    if row.on < stay.starts_on:
        yield DoubtKind.BEFORE_MOVE_IN, None
    if stay.ends_on is not None and row.on > stay.ends_on:
        yield DoubtKind.AFTER_DISCHARGE, None
    for line in beside.roll[row.stay_id]:
        held = line.house_meeting
        same = (held.meeting_id, held.starts_at) == (row.meeting_id, row.starts_at)
        if same and line.status != RollLine.Status.PRESENT:
            yield DoubtKind.NOT_ON_ROLL, held.starts_at
    if not row.online and row.meeting.house_id is None:
        yield from _at_home(row, beside)


def _overlaps(row: Attendance, beside: _Beside) -> Iterator[Doubt]:
    """Where they were somewhere else at the same time."""
    here, stay = _same(row), row.stay
    at_house_meetings = set()
    for line in beside.roll[row.stay_id]:
        held = line.house_meeting
        there = (row.stay_id, held.meeting_id, held.starts_at)
        over = held.starts_at + timedelta(minutes=held.meeting.minutes)
        if line.status != RollLine.Status.PRESENT or there == here:
            continue
        if held.starts_at < row.ends_at and over > row.starts_at:
            at_house_meetings.add(there)
            settled = beside.both_stand(here, there)
            yield Doubt(DoubtKind.HOUSE_ROLL, held.meeting.name, held.starts_at, settled=settled)
    others = beside.others[stay.resident_id]
    first = bisect_left(others, row.starts_at - DAY, key=attrgetter("starts_at"))  # no meeting lasts longer
    for other in islice(others, first, None):
        if other.starts_at >= row.ends_at:
            break
        there = _same(other)
        if there == here or there in at_house_meetings:
            continue
        if other.ends_at > row.starts_at:
            # Where somebody was who lived in another house that day is that house's to tell.
            called = other.called if other.house_id == row.house_id else ""
            settled = beside.both_stand(here, there)
            yield Doubt(DoubtKind.TWO_PLACES, called, other.starts_at, settled=settled)


def _at_home(row: Attendance, beside: _Beside) -> Iterator[tuple[DoubtKind, datetime]]:
    """Where they should have been somewhere else, and other records say that they were in the house."""
    home, movements = beside.home[row.stay_id], beside.movements[row.stay_id]
    for since, until in islice(home, bisect_right(home, row.starts_at, key=itemgetter(1)), None):
        if since < row.ends_at and until > row.starts_at:
            yield DoubtKind.NIGHT_ROLL, since
        if since >= row.ends_at:
            break
    begun = bisect_right(movements, row.starts_at, key=attrgetter("at"))
    over = bisect_left(movements, row.ends_at, key=attrgetter("at"))
    last = movements[begun - 1] if begun else None
    if last is None or last.at < row.starts_at - SIGNED_IN_LATELY:
        return
    if all(each.way == Movement.Way.IN for each in (last, *movements[begun:over])):
        yield DoubtKind.SIGNED_IN, last.at


# --- what can be written down ---------------------------------------------------------------------------------------


def plans_of(stay: Stay, today: date) -> QuerySet[MeetingPlan]:
    """The meetings that stand in somebody's week."""
    rows = MeetingPlan.objects.filter(stay=stay, starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gt=today))
    return rows.select_related("meeting").order_by("meeting__weekday", "meeting__starts", "pk")


def day_span(day: date, house: House) -> tuple[datetime, datetime]:
    """The instants between which it is `day` in the house."""
    return hours.at(day, time(0), house.zone), hours.at(day + DAY, time(0), house.zone)


def held_on(meetings: Iterable[Meeting], day: date, house: House) -> list[Occurrence]:
    """Which of these are held on a day of the house, in order of time. One query."""
    return occurrences(meetings, *day_span(day, house))


def written_down(stay: Stay, day: date) -> dict[tuple[int, datetime], Attendance]:
    """What is written down of one day, by meeting and start: the newest row of each. One query."""
    rows = Attendance.objects.filter(stay=stay, on__range=(day - DAY, day + DAY), followed_by=None)
    return {(row.meeting_id, row.starts_at): row for row in rows}


def at_meeting(stay: Stay, meeting: Meeting, starts_at: datetime) -> Attendance | None:
    """The newest row about this resident at this meeting. One query."""
    rows = Attendance.objects.filter(stay=stay, meeting=meeting, starts_at=starts_at, followed_by=None)
    return rows.select_related(*RELATED).first()


def settled_of(row: Attendance) -> QuerySet[DoubtSettled]:
    """What was asked about this meeting of this resident, and why it stands."""
    same = {"attendance__stay": row.stay_id, "attendance__meeting": row.meeting_id}
    return DoubtSettled.objects.filter(**same, attendance__starts_at=row.starts_at)


def meeting_of_code(user: User, stay: Stay, typed: str, now: datetime) -> tuple[Meeting, datetime] | None:
    """Which of the meetings that are held now has this code, and when it began. Three queries."""
    early, late = CODE_BEFORE, CODE_AFTER
    held = HouseMeeting.objects.filter(
        house=stay.house_id, starts_at__gt=now - timedelta(days=1) - late, starts_at__lte=now + early
    )
    for each in held.select_related("meeting"):
        over = each.starts_at + timedelta(minutes=each.meeting.minutes) + late
        if now <= over and codes.is_house_code(each, typed, now):
            return each.meeting, each.starts_at
    rows = Meeting.objects.visible_to(user).filter(organization=stay.house.organization_id, code_number__gt=0)
    rows = rows.filter(Q(house=None) | Q(house=stay.house_id)).exclude(recurrence="")
    has_it = [meeting for meeting in rows if codes.is_code_of(meeting, typed)]
    for each in occurrences(has_it, now - timedelta(days=1) - late, now + early + timedelta(seconds=1)):
        if not each.called_off and now <= each.ends_at + late:
            return each.meeting, each.starts_at
    return None
