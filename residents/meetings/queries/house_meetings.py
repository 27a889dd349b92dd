"""House meetings: those that come, those that were held, the roll of one, and its minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from residents.away.hours import Shift
from residents.away.night_words import at_hours
from residents.away.queries.nights import stays_of_night
from residents.away.queries.passes import excuses, moment, passes_on
from residents.houses.models import House
from residents.meetings import reports
from residents.meetings.models import (
    AgendaItem,
    Attendance,
    Election,
    Grade,
    HouseMeeting,
    Kind,
    Meeting,
    MinutesLine,
    Motion,
    RollLine,
)
from residents.meetings.queries.occurrences import Occurrence, changes_of, occurrences
from residents.people.models import WeeklyHours
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import MinutesSection
from soberhouse.documents.models import IssuedDocument
from soberhouse.subjects import offers

Status = RollLine.Status

PREPARED = timedelta(days=14)  # so long before it begins one may be prepared
EARLY = timedelta(minutes=30)  # so long before it begins people are there
LATELY = timedelta(days=14)  # so long one that was held is asked after
HELD = timedelta(hours=4)  # so long after its start it is still the one of now

# How a house meeting stands.
COMES, NO_ROLL, NO_MINUTES, PUBLISHED, CALLED_OFF = "comes", "no_roll", "no_minutes", "published", "called_off"
STATES = (COMES, NO_ROLL, NO_MINUTES, PUBLISHED, CALLED_OFF)


def state(row: HouseMeeting, now: datetime, *, called_off: bool = False) -> str:
    """How it stands: to come, roll not taken, minutes not published, published; or not held at all."""
    if row.published_at is not None:
        return PUBLISHED
    if row.roll_taken_at is not None:
        return NO_MINUTES
    if called_off:
        return CALLED_OFF
    return COMES if now < row.starts_at else NO_ROLL


def of_house(house: House) -> QuerySet[HouseMeeting]:
    """The newest first."""
    return HouseMeeting.objects.filter(house=house).select_related("house", "meeting").order_by("-starts_at", "-id")


def meetings_of(house: House) -> QuerySet[Meeting]:
    """The house meetings that recur in this house."""
    return Meeting.objects.filter(house=house, kind=Kind.HOUSE, closed_on=None)


def called_off(rows: Iterable[HouseMeeting]) -> set[int]:
    """Of these the keys of those that were called off, or are held at another time, after they were prepared. One
    query."""
    rows = [row for row in rows if row.roll_taken_at is None]
    changes = changes_of({row.meeting for row in rows})
    return {
        row.pk
        for row in rows
        if (change := changes.get((row.meeting_id, row.on))) is not None
        and change.recorded_at >= row.recorded_at
        and (change.called_off or (change.held_at is not None and change.held_at != row.starts_at))
    }


@dataclass(frozen=True)
class Coming:
    """A house meeting that comes: when, and what is prepared of it, if anything is."""

    meeting: Meeting
    on: date
    starts_at: datetime
    row: HouseMeeting | None = None
    called_off: bool = False
    why: str = ""

    @property
    def can_be_prepared(self) -> bool:
        return self.row is None and not self.called_off


def coming(house: House, now: datetime) -> list[Coming]:
    """The house meetings of the next two weeks and the one that is held now, the next first. Three queries."""
    since, until = now - HELD, now + PREPARED
    meetings = list(Meeting.objects.filter(house=house, kind=Kind.HOUSE).select_related("house"))
    rows = {
        (row.meeting_id, row.starts_at): row for row in of_house(house).filter(starts_at__gte=since, published_at=None)
    }
    found = []
    usual: Sequence[Occurrence] = occurrences(meetings, since, until) if meetings else ()
    for each in usual:
        row = rows.pop((each.meeting.pk, each.starts_at), None)
        if row is None and each.starts_at < now - HELD:
            continue
        found.append(Coming(each.meeting, each.on, each.starts_at, row, each.called_off, each.why))
    changed = {each.pk: each for each in meetings}
    found += [Coming(changed.get(row.meeting_id, row.meeting), row.on, row.starts_at, row) for row in rows.values()]
    return sorted(found, key=lambda each: (each.starts_at, each.meeting.pk))


def next_meeting(house: House, now: datetime) -> Coming | None:
    """The one that comes next and is held. Three queries."""
    return next((each for each in coming(house, now) if not each.called_off), None)


# --- the roll -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RollRow:
    """One resident of the roll: the line that counts, if there is one, and what would excuse them, as far as is
    known."""

    stay: Stay
    line: RollLine | None = None
    known: str = ""
    moved_in: bool = False  # on the day of the meeting

    @property
    def foreseen(self) -> str:
        return Status.EXCUSED if self.known else Status.PRESENT


@dataclass(frozen=True)
class Roll:
    """Everybody who lives there on the day of the meeting, by name. `left` moved out that day: they are on no roll."""

    house_meeting: HouseMeeting
    rows: Sequence[RollRow]
    left: Sequence[Stay] = ()

    @property
    def open(self) -> list[RollRow]:
        return [row for row in self.rows if row.line is None]

    @property
    def counted(self) -> list[RollRow]:
        return [row for row in self.rows if row.line is not None]

    @property
    def taken(self) -> bool:
        return bool(self.rows) and not self.open

    def count(self, status: str) -> int:
        return sum(row.line is not None and row.line.status == status for row in self.rows)


def members(house_meeting: HouseMeeting) -> QuerySet[Stay]:
    """Whoever lives there on the day of the meeting, by name: they vote."""
    return stays_of_night(house_meeting.house, house_meeting.on)


def lines_of(house_meeting: HouseMeeting) -> QuerySet[RollLine]:
    """The lines of the roll that count."""
    return RollLine.objects.filter(house_meeting=house_meeting, corrected_by=None)


def roll_of(house_meeting: HouseMeeting) -> Roll:
    """The roll as it is, and what is known of whoever has no line yet. Six queries, however many they are."""
    house, on = house_meeting.house, house_meeting.on
    stays = list(members(house_meeting).select_related("house", "resident__user"))
    rows = lines_of(house_meeting).select_related("stay__resident", "stay__house", "corrects")
    lines = {row.stay_id: row for row in rows}
    # Whoever was on the roll and is not of the day any more, because a date was put right since, stays on it.
    gone = [line.stay for line in lines.values() if line.stay_id not in {stay.pk for stay in stays}]
    known = _excused(house_meeting, [stay for stay in stays if stay.pk not in lines])
    left = Stay.objects.real().filter(house=house, ends_on=on, starts_on__lt=on).exclude(pk__in=lines)
    return Roll(
        house_meeting,
        [RollRow(stay, lines.get(stay.pk), known.get(stay.pk, ""), stay.starts_on == on) for stay in [*stays, *gone]],
        list(left.select_related("house", "resident").order_by("pk")),
    )


def _excused(house_meeting: HouseMeeting, stays: Collection[Stay]) -> dict[int, str]:
    """What is known to excuse these: that they are away on a pass, or at work or elsewhere by their week. Nothing
    excuses whoever entered the code of this meeting: they are there. Three queries."""
    house, at = house_meeting.house, house_meeting.starts_at
    spoken_for = WeeklyHours.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=house_meeting.on), resident__in=[stay.resident_id for stay in stays]
    )
    by_person: dict[int, str] = {}
    for hours in spoken_for.order_by("starts", "pk"):
        shift = Shift(hours.weekday, hours.starts, hours.ends, hours.starts_on, hours.ends_on, hours)
        for since, until in shift.around(house_meeting.on, house.zone):
            if since <= at < until:
                by_person[hours.resident_id] = at_hours(shift, until, house)
    found = {stay.pk: by_person[stay.resident_id] for stay in stays if stay.resident_id in by_person}
    for row in passes_on(house, house_meeting.on):
        if excuses(row, at):
            facts = {"kind": row.get_kind_display(), "until": moment(row.ends_at, house)}
            found[row.stay_id] = _("%(kind)s pass until %(until)s") % facts
    proved = Attendance.objects.filter(
        stay__in=stays, meeting=house_meeting.meeting_id, starts_at=at, grade__gte=Grade.CODE, followed_by=None
    )
    for stay_id in proved.exclude(step=Attendance.Step.STRUCK).values_list("stay_id", flat=True):
        found.pop(stay_id, None)
    return found


# --- minutes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Minutes:
    """All that stands in the minutes, or will. `items` are those of the agenda that were not taken off."""

    house_meeting: HouseMeeting
    roll: Sequence[RollLine]
    items: Sequence[AgendaItem]
    lines: Sequence[MinutesLine]
    motions: Sequence[Motion]
    elections: Sequence[Election]

    def lines_on(self, item: AgendaItem | None) -> list[MinutesLine]:
        return [line for line in self.lines if line.item_id == (item.pk if item else None)]

    def count(self, status: str) -> int:
        return sum(line.status == status for line in self.roll)


def minutes_of(house_meeting: HouseMeeting) -> Minutes:
    """The minutes, as they count now. Whoever reads a house meeting reads its minutes once they are published, the roll
    too: they were there. Five queries."""
    of_it = {"house_meeting": house_meeting}
    roll = lines_of(house_meeting).select_related("house", "stay__resident", "stay__house", "corrects")
    lines = MinutesLine.objects.filter(corrected_by=None, **of_it).select_related("house", "item", "corrects")
    motions = Motion.objects.filter(corrected_by=None, **of_it).select_related("house", "kind", "corrects")
    elected = Election.objects.filter(**of_it)
    return Minutes(
        house_meeting,
        sorted(roll, key=lambda line: (line.stay.short_name.casefold(), line.pk)),
        list(agenda(house_meeting)),
        # What is put right stands where the first one stood.
        sorted(lines, key=_first_of),
        sorted(motions, key=_first_of),
        list(elected.select_related("house", "officer__resident", "officer__house", "motion").order_by("pk")),
    )


def _first_of(row: MinutesLine | Motion) -> tuple[datetime, int]:
    first = row.corrects or row
    return first.recorded_at, first.pk


def agenda(house_meeting: HouseMeeting) -> QuerySet[AgendaItem]:
    """What is to be talked about, in the order in which it was put there."""
    items = AgendaItem.objects.filter(house_meeting=house_meeting, taken_off=False)
    return items.select_related("house", "by_stay__resident", "by_stay__house", "house_meeting").order_by("pk")


def before(house_meeting: HouseMeeting) -> HouseMeeting | None:
    """The house meeting before this one whose roll was taken. One query."""
    held = of_house(house_meeting.house).filter(starts_at__lt=house_meeting.starts_at, roll_taken_at__isnull=False)
    return held.first()


def sections_of(house_meeting: HouseMeeting) -> list[MinutesSection]:
    """What other subjects have to say: as it was kept, once the minutes are published; before that, as it is."""
    if house_meeting.published_at is not None:
        return [
            MinutesSection(name, title, tuple(headers), tuple(tuple(cells) for cells in rows))
            for name, title, headers, rows in house_meeting.sections
        ]
    earlier = before(house_meeting)
    since = earlier.starts_at if earlier else None
    return [
        section
        for minutes in offers("cards", "minutes")
        for section in minutes(house_meeting.house, house_meeting.starts_at, since)
    ]


def paper_of(house_meeting: HouseMeeting) -> IssuedDocument | None:
    """The paper that its minutes are, the newest that counts. One query."""
    papers = IssuedDocument.objects.valid().filter(
        house=house_meeting.house_id, subject=house_meeting.uuid, kind=reports.MINUTES.slug
    )
    return papers.select_related("file").first()


def waiting(house: House, now: datetime) -> list[tuple[HouseMeeting, str]]:
    """Those held of late whose roll is not taken or whose minutes are not published, each with how it stands. Two
    queries."""
    rows = list(of_house(house).filter(published_at=None, starts_at__lte=now, starts_at__gt=now - LATELY))
    gone = called_off(rows) if rows else set()
    found = [(row, state(row, now, called_off=row.pk in gone)) for row in rows]
    return [(row, how) for row, how in found if how in (NO_ROLL, NO_MINUTES)]


def resident_in(user: User, house: House) -> Stay | None:
    """The stay of whoever asks, where they live in the house now. One query."""
    mine = Stay.objects.visible_to(user).current().filter(resident__user=user, house=house)
    return mine.select_related("resident", "house").first()


def living_in(house: House) -> list[Stay]:
    """Who lives in the house. One query."""
    return list(house.stays.current().select_related("resident__user"))
