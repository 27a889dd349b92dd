"""The directory as people look into it: which meetings there are, when and how far away; and what its feeds brought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from residents.houses.models import House, Organization
from residents.meetings.meeting_words import is_of_type, type_words
from residents.meetings.models import Feed, FeedReading, Kind, Meeting, MeetingChange, Venue
from residents.meetings.queries.occurrences import Occurrence, occurrences
from soberhouse.accounts.models import User

WEEK = timedelta(days=7)
NEXT, FAR = 5, timedelta(days=190)  # a meeting's next times, and how far ahead they are looked for
EARTH_KM, KM_OF_A_MILE = 6371.0, 1.609344
AROUND_MILES = 30  # what counts as around a house
Point = tuple[Any, Any]


@dataclass(frozen=True)
class Found:
    """A meeting that was looked for, and when it is held; by appointment, there is no such time. `km` is how far it is
    from where somebody asks, as the crow flies; None where either is not known."""

    meeting: Meeting
    occurrence: Occurrence | None
    km: float | None = None

    @property
    def miles(self) -> float | None:
        return None if self.km is None else self.km / KM_OF_A_MILE

    @property
    def types(self) -> list[str]:
        return types_of(self.meeting)


def types_of(meeting: Meeting) -> list[str]:
    """The types of a meeting in words. Its feed is read with it."""
    return type_words(meeting.types, meeting.feed.words if meeting.feed is not None else {})


def open_meetings(user: User, house: House, on: date) -> QuerySet[Meeting]:
    """The meetings that somebody may see and that are held from this day on, for those of a house: of the directory of
    its organization and its own."""
    rows = Meeting.objects.visible_to(user).filter(organization=house.organization_id)
    return rows.filter(Q(house=None) | Q(house=house)).filter(Q(closed_on=None) | Q(closed_on__gt=on))


def joined(rows: QuerySet[Meeting], online: bool) -> QuerySet[Meeting]:
    """Those that can be joined online; or else those that can be gone to."""
    return rows.filter(venue__in=[Venue.ONLINE if online else Venue.IN_PERSON, Venue.HYBRID])


def saying(rows: QuerySet[Meeting], words: str) -> QuerySet[Meeting]:
    """Those in whose name, place, address, region or notes each of these words stands, of which eight count."""
    for word in words.split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(place__icontains=word)
            | Q(address__icontains=word)
            | Q(region__icontains=word)
            | Q(notes__icontains=word)
        )
    return rows


def find(
    user: User,
    house: House,
    *,
    day: date | None = None,
    online: bool | None = None,
    kind: str = "",
    type_code: str = "",
    near: Point | None = None,
    around: Point | None = None,
    words: str = "",
    now: datetime | None = None,
) -> list[Found]:
    """The meetings somebody looks for, each once for every time it is held: on this day of the house; without a day, in
    the week from now on, and then those by appointment too.

    `online` are those that can be joined so, or with False those that can be gone to; `type_code` is a code of
    `SOUGHT` or any other; `words` as `saying` has them. With `near` (latitude and longitude) the nearest come first,
    and those of which nobody knows where they are come last; else it goes by time. With `around`, what can only be gone
    to and is known to be far from there is left out, but for the house's own. Three queries at most.
    """
    now = now or timezone.now()
    since, until = _span(house, day, now)
    rows = open_meetings(user, house, house.today(since)).select_related("organization", "house")
    rows = rows.prefetch_related("feed")  # once each: it holds words
    if kind:
        rows = rows.filter(kind=kind)
    if online is not None:
        rows = joined(rows, online)
    rows = saying(rows, words)
    if day is not None:
        # Elsewhere it may be the day before or after; a change may have moved any here.
        days = {(day.weekday() + step) % 7 for step in (-1, 0, 1)}
        changed = Exists(MeetingChange.objects.filter(meeting=OuterRef("pk")))
        rows = rows.filter(Q(weekday__in=days) | Q(weekday=None) | Q(changed))
    meetings = [
        each
        for each in rows
        if (not type_code or is_of_type(each.types, each.feed.words if each.feed else {}, type_code))
        and not (around is not None and _is_far(each, around))
    ]
    near, by_distance = near or around, near is not None
    found = [Found(each.meeting, each, _km(each.meeting, near)) for each in occurrences(meetings, since, until)]
    if day is None:
        by_name = sorted((each for each in meetings if not each.recurrence), key=lambda each: each.name)
        found += [Found(each, None, _km(each, near)) for each in by_name]
    if by_distance:
        found.sort(key=lambda each: (each.km is None, each.km or 0))  # stable: else by time
    return found


def by_appointment(user: User, house: House, on: date, *, words: str = "") -> QuerySet[Meeting]:
    """The meetings that have no day of their own and are open on this one, by name."""
    return saying(open_meetings(user, house, on), words).filter(recurrence="").order_by("name", "pk")


def _span(house: House, day: date | None, now: datetime) -> tuple[datetime, datetime]:
    if day is None:
        return now, now + WEEK
    first, last = (datetime.combine(each, time(), tzinfo=house.zone) for each in (day, day + timedelta(days=1)))
    return first, last


def next_times(meeting: Meeting, now: datetime, most: int = NEXT) -> list[Occurrence]:
    """When it is held next, called off ones too; one that goes on now is the first. One query."""
    found = occurrences([meeting], now - timedelta(minutes=meeting.minutes), now + FAR)
    return [each for each in found if each.ends_at > now][:most]


def place_of(house: House) -> Point | None:
    """Where a house is on the map: its house meeting is held there. None where nobody has said. One query."""
    placed = Meeting.objects.exclude(latitude=None).exclude(longitude=None)
    rows = placed.filter(house=house, kind=Kind.HOUSE, closed_on=None)
    return rows.values_list("latitude", "longitude").first()


def _km(meeting: Meeting, near: Point | None) -> float | None:
    if near is None or meeting.latitude is None or meeting.longitude is None or meeting.venue == Venue.ONLINE:
        return None
    return km_between(near, (meeting.latitude, meeting.longitude))


def _is_far(meeting: Meeting, place: Point) -> bool:
    """Whether one would have to travel there from this place, and far."""
    km = None if meeting.house_id is not None or meeting.venue == Venue.HYBRID else _km(meeting, place)
    return km is not None and km > AROUND_MILES * KM_OF_A_MILE


def km_between(one: Point, other: Point) -> float:
    """How far two places are from each other, as the crow flies."""
    lat1, lon1, lat2, lon2 = (radians(float(each)) for each in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


# Feeds


@dataclass(frozen=True)
class FeedState:
    """A feed, how many of its meetings are open, and its newest reading."""

    feed: Feed
    still_open: int
    newest: FeedReading | None


def feed_states(organization: Organization) -> list[FeedState]:
    """The feeds of an organization. Two queries."""
    feeds = list(
        Feed.objects.filter(organization=organization).annotate(
            still_open=Count("meetings", filter=Q(meetings__closed_on=None))
        )
    )
    newest = newest_readings(feeds)
    return [FeedState(each, each.still_open, newest.get(each.pk)) for each in feeds]


def newest_readings(feeds: Iterable[Feed]) -> dict[int, FeedReading]:
    """The newest reading of each feed that was read, without what it changed. One query."""
    newest = FeedReading.objects.filter(feed__in=[each.pk for each in feeds]).order_by().values("feed")
    rows = FeedReading.objects.filter(pk__in=newest.annotate(newest=Max("pk")).values("newest"))
    return {row.feed_id: row for row in rows.defer("changes", "problems")}


def counted(reading: FeedReading) -> dict[str, int]:
    """How many meetings a reading added, changed, closed and opened again."""
    found = {"added": 0, "changed": 0, "closed": 0, "opened": 0}
    for what, *_rest in reading.changes:
        found[what] += 1
    return found
