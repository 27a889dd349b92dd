"""Every write about the directory of meetings: feeds and what they bring, meetings made by hand, and the days on which
a meeting is not as usual."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.meetings import feeds, recurrence
from residents.meetings.fetch import Unfetched, fetch, taken_apart
from residents.meetings.meeting_words import NTH, change_words
from residents.meetings.models import Feed, FeedReading, HouseMeeting, Kind, Meeting, MeetingChange, Venue
from residents.meetings.queries.occurrences import occurrence_on
from residents.stays.steps import lock, save
from soberhouse.history import because, recorded
from soberhouse.words import check_reason, is_blank, tidy

log = logging.getLogger(__name__)

# Since when a meeting of a feed counts as held: nobody says when it began, and some go there before it is read.
HELD_BEFORE = timedelta(days=366)
CHANGED_LATE, MOVED_FAR = timedelta(days=14), timedelta(days=60)
MOST_CODE = 2**31 - 1
FROM_FEED = (
    *("name", "types", "weekday", "starts", "minutes", "time_zone", "venue", "place", "address", "region"),
    *("approximate", "latitude", "longitude", "conference_url", "conference_phone", "conference_notes", "notes"),
)
COMPARED = ("kind", *FROM_FEED)
ADDED, CHANGED, CLOSED, OPENED = "added", "changed", "closed", "opened"


# Feeds


@transaction.atomic
def feed_save(
    *,
    organization: Organization,
    feed: Feed | None = None,
    name: str,
    kind: str,
    url: str = "",
    time_zone: str = "",
    in_use: bool = True,
) -> Feed:
    """A directory that is read from now on, or what is known of one that is. Nothing is read yet.

    Refuses one without a name or with that of another, one of house meetings, and an address that is none, or holds a
    name and password.
    """
    lock(organization)
    feed = Feed(organization=organization) if feed is None else Feed.objects.get(pk=feed.pk)
    if not tidy(name):
        raise ValidationError({"name": _("Give it a name, such as that of the intergroup.")})
    if kind == Kind.HOUSE:
        raise ValidationError({"kind": _("House meetings are of one house each: make them there.")})
    if url.strip():
        try:
            taken_apart(url.strip())
        except Unfetched as refusal:
            raise ValidationError({"url": str(refusal)}) from None
    feed.name, feed.kind, feed.url, feed.in_use = tidy(name), kind, url.strip(), in_use
    feed.time_zone = time_zone or organization.time_zone
    return save(feed)


@transaction.atomic
def feed_read(
    *, feed: Feed, data: bytes | None, taken_all_the_same: bool = False, reason: str = "", now: datetime
) -> FeedReading:
    """The directory becomes what this file lists: what is new is added, what differs is changed, what is not in it any
    more is closed and what is in it again is open again. What could not be read stays as it was. The reading says
    all of it; the same file again changes nothing.

    A file that is no directory, none at all (`data` is None, and `reason` says why), one that lists half as many
    meetings as are open or fewer, and one that would close more than half of them, change nothing, and the reading says
    so; the last two may be taken all the same, for a reason.
    """
    lock(feed)
    feed = Feed.objects.select_related("organization").get(pk=feed.pk)
    if data is None:
        return _refused(feed, reason or _("It could not be fetched."), now)
    digest = hashlib.sha256(data).hexdigest()
    if taken_all_the_same:
        check_reason(reason)
    try:
        found = feeds.read(data, time_zone=feed.time_zone)
    except feeds.Unreadable as refusal:
        return _refused(feed, str(refusal), now, digest=digest)
    told: dict[str, Any] = {"digest": digest, "total": len(found.listed)}
    before = {each.key: each for each in Meeting.objects.select_for_update(no_key=True).filter(feed=feed)}
    if not found.only_words and not taken_all_the_same and (why := _too_few(found, before)):
        return _refused(feed, why, now, problems=_told(found), **told)
    _take_words(feed, found.words)
    changes = [] if found.only_words else _take(feed, found, before, feed.organization.today(now))
    row = FeedReading(
        feed=feed,
        outcome=FeedReading.Outcome.READ,
        why=reason.strip()[:1000] if taken_all_the_same else "",
        changes=changes,
        problems=_told(found),
        recorded_at=now,
        **told,
        **recorded(),
    )
    return _kept(row)


def feed_fetch(*, feed: Feed, now: datetime, once_a_day: bool = False) -> FeedReading | None:
    """Read a directory from its address. What cannot be fetched is a reading that changed nothing, and says why.

    None where, `once_a_day`, it was read today by the date of the organization. Nothing is locked while the address is
    waited for. Refuses a directory without an address.
    """
    if not feed.url:
        raise ValidationError({"url": _("This directory has no address: it is read from files.")})
    if once_a_day and _read_today(feed, now):
        return None
    try:
        data, why = fetch(feed.url), ""
    except Unfetched as refusal:
        data, why = None, str(refusal)
    with transaction.atomic():
        lock(feed)
        if once_a_day and _read_today(feed, now):
            return None
        return feed_read(feed=feed, data=data, reason=why, now=now)


def feeds_catch_up(*, now: datetime) -> int:
    """Read each directory that has an address and was not read today. Answers how many were; one that fails keeps no
    other from being read."""
    done = 0
    for feed in Feed.objects.filter(in_use=True).exclude(url="").select_related("organization").order_by("pk"):
        try:
            done += feed_fetch(feed=feed, now=now, once_a_day=True) is not None
        except Exception:
            log.exception("due: a directory of meetings could not be read", extra={"feed": str(feed.uuid)})
    return done


def _read_today(feed: Feed, now: datetime) -> bool:
    newest = FeedReading.objects.filter(feed=feed).order_by("-recorded_at", "-id").first()
    zone = feed.organization
    return newest is not None and zone.today(newest.recorded_at) >= zone.today(now)


def _refused(feed: Feed, why: str, now: datetime, **facts: Any) -> FeedReading:
    refused = FeedReading.Outcome.REFUSED
    return _kept(FeedReading(feed=feed, outcome=refused, why=why[:1000], recorded_at=now, **facts, **recorded()))


def _kept(reading: FeedReading) -> FeedReading:
    reading.full_clean(exclude=["changes", "problems"])  # lists that may be empty
    reading.save()
    return reading


def _too_few(found: feeds.Directory, before: Mapping[str, Meeting]) -> str:
    """Why this file would close too much to be believed; empty where it would not. New meetings make up for none."""
    still_open = {key for key, meeting in before.items() if meeting.closed_on is None}
    listed = {each.key for each in _as_known(found.listed, before)}
    closes = sum(not _is_unread(key, found.unread) for key in still_open - listed)
    said = ""
    if not listed and not still_open:
        return _("It lists no meeting.")
    if len(listed) * 2 <= len(still_open):
        said = _("It lists %(listed)s meetings where %(open)s are open: half or fewer.")
    elif closes * 2 > len(still_open):
        said = _("Of %(open)s meetings that are open it would close %(closes)s: more than half.")
    if said:
        said %= {"listed": len(listed), "open": len(still_open), "closes": closes}
        return _("%(said)s If that is right, read it from a file and say so there.") % {"said": said}
    return ""


def _told(found: feeds.Directory) -> list[list[str]]:
    return [[each.which, each.wrong, each.right] for each in found.problems]


def _take_words(feed: Feed, words: Mapping[str, str]) -> None:
    together = feed.words | dict(words)
    if together != feed.words:
        feed.words = together
        save(feed)


def _take(feed: Feed, found: feeds.Directory, before: Mapping[str, Meeting], today: date) -> list[list[Any]]:
    """What the file says becomes so. Answers what that changed."""
    changes, new, seen = [], [], set()
    for listed in _as_known(found.listed, before):
        seen.add(listed.key)
        facts = _facts(feed, listed)
        meeting = before.get(listed.key)
        if meeting is None:
            meeting = Meeting(
                organization=feed.organization, feed=feed, key=listed.key, starts_on=today - HELD_BEFORE, **facts
            )
            if _is_sound(meeting, found, listed):
                new.append(meeting)
                changes.append([ADDED, str(meeting.uuid), meeting.name, []])
            continue
        words = _changed(meeting, facts)
        opens = meeting.closed_on is not None
        if not (words or opens) or not _is_sound(meeting, found, listed):
            continue
        if opens:
            meeting.closed_on, meeting.closed_why = None, ""
        save(meeting)
        changes.append([OPENED if opens else CHANGED, str(meeting.uuid), meeting.name, words])
    Meeting.objects.bulk_create(new, batch_size=200)
    for key, meeting in before.items():
        if key not in seen and meeting.closed_on is None and not _is_unread(key, found.unread):
            meeting.closed_on, meeting.closed_why = today, _("It is not in its directory any more.")
            save(meeting)
            changes.append([CLOSED, str(meeting.uuid), meeting.name, []])
    return changes


def _as_known(listed: Sequence[feeds.Listed], before: Mapping[str, Meeting]) -> Iterator[feeds.Listed]:
    """Each with the key that it has here already. A meeting that goes from one day to several, or from several to one,
    is the same as before on its day: whoever plans to go there still does."""
    rows: dict[str, list[feeds.Listed]] = {}
    for each in listed:
        rows.setdefault(each.slug, []).append(each)
    taken = {each.key for each in listed}
    for slug, of_slug in rows.items():
        alone = before.get(slug)
        kept = False
        for each in of_slug:
            key = each.key
            if alone is not None and alone.weekday == each.weekday and not kept and (key == slug or key not in before):
                key, kept = slug, True
            elif key == slug and each.weekday is not None:
                key = _key_of_day(each, before, taken)
            yield replace(each, key=key)


def _key_of_day(listed: feeds.Listed, before: Mapping[str, Meeting], taken: Collection[str]) -> str:
    """The key under which the only day of this meeting stands here as one of several; else its own."""
    key = f"{listed.slug}-{((listed.weekday or 0) + 1) % 7}"
    while key in taken:
        key = f"{key}~"
    of_day = before.get(key)
    same = of_day is not None and (of_day.weekday, of_day.name) == (listed.weekday, listed.name)
    return key if same else listed.key


def _facts(feed: Feed, listed: feeds.Listed) -> dict[str, Any]:
    facts = {name: getattr(listed, name) for name in FROM_FEED}
    rule = "" if listed.weekday is None else recurrence.weekly(listed.weekday)
    return facts | {"types": list(listed.types), "kind": feed.kind, "recurrence": rule}


def _changed(meeting: Meeting, facts: Mapping[str, Any]) -> list[str]:
    """Take over what differs, and say it."""
    words = []
    for name in COMPARED:
        old, value = getattr(meeting, name), facts[name]
        if old != value:
            setattr(meeting, name, value)
            words.append(change_words(name, old, value))
    meeting.recurrence = facts["recurrence"]  # it follows the day
    return words


def _is_sound(meeting: Meeting, found: feeds.Directory, listed: feeds.Listed) -> bool:
    """Whether the row may be written; what is wrong with it is told."""
    try:
        meeting.clean_fields(exclude=["organization", "house", "feed"])
    except ValidationError as refusal:
        found.tell(listed.name, " ".join(refusal.messages), _("It is left out."))
        return False
    return True


def _is_unread(key: str, unread: set[str]) -> bool:
    return key in unread or key.rstrip("~").rpartition("-")[0] in unread


# Meetings made by hand


@transaction.atomic
def meeting_save(
    *,
    organization: Organization,
    house: House | None = None,
    meeting: Meeting | None = None,
    name: str,
    kind: str,
    how: str = "weekly",
    weekday: int | None = None,
    every: int = 1,
    nth: int | None = None,
    starts: time | None = None,
    minutes: int = 60,
    time_zone: str = "",
    starts_on: date | None = None,
    types: Sequence[str] = (),
    venue: str = Venue.IN_PERSON,
    place: str = "",
    address: str = "",
    region: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    conference_url: str = "",
    conference_phone: str = "",
    conference_notes: str = "",
    notes: str = "",
    today: date,
) -> Meeting:
    """A meeting that no feed lists, of one house or for all of the organization; or what is known of one.

    `how` is weekly (each week, or each `every` weeks from that of `starts_on`), monthly (the `nth` such weekday, -1 the
    last), daily or appointment. Times are by the clock of `time_zone`, that of the house unless said otherwise.

    Refuses one that a feed lists, a house meeting of no house, something else in place of a house meeting that was
    held, no day or time where one is needed, one that is online and says not how to join, and half a place on the map.
    """
    lock(organization)
    if meeting is None:
        zone = house.time_zone if house is not None else organization.time_zone
        meeting = Meeting(organization=organization, house=house, time_zone=zone, starts_on=starts_on or today)
    else:
        meeting = _by_hand(meeting)
        if meeting.kind == Kind.HOUSE != kind and HouseMeeting.objects.filter(meeting=meeting).exists():
            raise ValidationError({"kind": _("It was held as a house meeting. Close it, and make another one.")})
    if not tidy(name):
        raise ValidationError({"name": _("Give it a name.")})
    if kind == Kind.HOUSE and meeting.house_id is None:
        raise ValidationError({"kind": _("A house meeting is of one house: make it there.")})
    by_appointment = how == "appointment"
    if not by_appointment and starts is None:
        raise ValidationError({"starts": _("Say at what time.")})
    if venue in (Venue.ONLINE, Venue.HYBRID) and is_blank(conference_url) and is_blank(conference_phone):
        raise ValidationError({"conference_url": _("Say how to join it online: its address, or a number to dial in.")})
    if (latitude is None) != (longitude is None):
        raise ValidationError({"longitude": _("A place on the map has both, latitude and longitude; or neither.")})
    facts: dict[str, Any] = {
        "name": tidy(name),
        "kind": kind,
        "types": list(dict.fromkeys(types)),
        "weekday": None if how in ("appointment", "daily") else weekday,
        "starts": None if by_appointment else starts,
        "minutes": minutes,
        "recurrence": _rule(how, weekday, every, nth),
        "time_zone": time_zone or meeting.time_zone,
        "starts_on": starts_on or meeting.starts_on,
        "venue": venue,
        "place": tidy(place),
        "address": tidy(address),
        "region": tidy(region),
        "latitude": latitude,
        "longitude": longitude,
        "conference_url": conference_url.strip(),
        "conference_phone": conference_phone.strip(),
        "conference_notes": conference_notes.strip(),
        "notes": notes.strip(),
    }
    for field, value in facts.items():
        setattr(meeting, field, value)
    return save(meeting)


@transaction.atomic
def meeting_close(*, meeting: Meeting, on: date | None = None, reason: str, today: date) -> Meeting:
    """A meeting made by hand is held no more, from a day on. Its record stays. Refuses no reason, one that is closed,
    and one that a feed lists."""
    meeting = _by_hand(meeting)
    if meeting.closed_on is not None:
        raise ValidationError(_("It is closed already."))
    if is_blank(reason):
        raise ValidationError({"reason": _("Say why.")})
    meeting.closed_on, meeting.closed_why = on or today, tidy(reason)[:300]
    if meeting.closed_on < meeting.starts_on:
        raise ValidationError({"on": _("It was not held yet on this day.")})
    with because(meeting.closed_why):
        return save(meeting)


@transaction.atomic
def meeting_reopen(*, meeting: Meeting) -> Meeting:
    """A meeting made by hand is held again. Refuses one that is open, and one that a feed lists."""
    meeting = _by_hand(meeting)
    if meeting.closed_on is None:
        raise ValidationError(_("It is open."))
    meeting.closed_on, meeting.closed_why = None, ""
    return save(meeting)


@transaction.atomic
def meeting_change(
    *,
    meeting: Meeting,
    on: date,
    called_off: bool = False,
    held_at: datetime | None = None,
    why: str,
    now: datetime,
) -> MeetingChange:
    """One occurrence, that which is usual on this day, is called off or held at another time. An earlier change of it
    stays on record.

    Refuses a day on which it is not held or that is more than two weeks past, both or neither of the two, the usual
    time, one more than 60 days away, and no reason.
    """
    meeting, before = _locked(meeting, on, now)
    if called_off == (held_at is not None):
        raise ValidationError({"held_at": _("It is called off, or held at another time: say one of them.")})
    occurrence = occurrence_on(meeting, on)
    if occurrence is None:
        raise ValidationError({"on": _("It is not held on %(day)s.") % {"day": date_format(on)}})
    usual = recurrence.instant(on, meeting.starts or time(), meeting.time_zone)
    if held_at is not None and held_at == usual:
        raise ValidationError({"held_at": _("That is when it is always held.")})
    if held_at is not None and abs(held_at - usual) > MOVED_FAR:
        raise ValidationError({"held_at": _("That is more than 60 days from when it is always held.")})
    return _change(meeting, on, before, why, now, called_off=called_off, held_at=held_at)


@transaction.atomic
def meeting_change_undo(*, meeting: Meeting, on: date, why: str, now: datetime) -> MeetingChange:
    """The occurrence of this day is held as always after all. Refuses one that is, and no reason."""
    meeting, before = _locked(meeting, on, now)
    if before is None or not (before.called_off or before.held_at):
        raise ValidationError(_("It is held as always."))
    return _change(meeting, on, before, why, now)


@transaction.atomic
def code_renew(*, meeting: Meeting) -> Meeting:
    """The meeting gets a code, or another one: what was printed before counts no more. Refuses one that is closed, and
    one by appointment, of which nobody can tell whether it is held when a code is entered."""
    lock(meeting)
    meeting = Meeting.objects.get(pk=meeting.pk)
    if meeting.closed_on is not None:
        raise ValidationError(_("It is closed: nobody needs its code."))
    if not meeting.recurrence:
        raise ValidationError(_("It is by appointment: a code would not show that it was held."))
    before = meeting.code_number
    while meeting.code_number in (0, before):  # a number that was never used: one that was withdrawn never comes back
        meeting.code_number = 1 + secrets.randbelow(MOST_CODE)
    return save(meeting)


@transaction.atomic
def code_withdraw(*, meeting: Meeting) -> Meeting:
    """The meeting has no code any more: what was printed counts no more. Refuses one without."""
    lock(meeting)
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not meeting.code_number:
        raise ValidationError(_("It has no code."))
    meeting.code_number = 0
    return save(meeting)


def _rule(how: str, weekday: int | None, every: int, nth: int | None) -> str:
    if how == "appointment":
        return ""
    if how == "daily":
        return "FREQ=DAILY"
    if weekday not in range(7):
        raise ValidationError({"weekday": _("Say on which day.")})
    if how == "monthly":
        if nth not in NTH:
            raise ValidationError({"nth": _("Say which of the month: the first to the fourth, or the last.")})
        return recurrence.monthly(weekday, nth)
    if how != "weekly":
        raise ValidationError({"how": _("Say how often: weekly, monthly, daily or by appointment.")})
    if not 1 <= every <= 26:
        raise ValidationError({"every": _("Every 1 to 26 weeks.")})
    return recurrence.weekly(weekday, interval=every)


def _by_hand(meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked; refused where a feed lists it."""
    lock(meeting)
    meeting = Meeting.objects.select_related("organization", "house").get(pk=meeting.pk)
    if meeting.feed_id is not None:
        raise ValidationError(_("It comes from a directory: what is wrong there is put right there."))
    return meeting


def _locked(meeting: Meeting, on: date, now: datetime) -> tuple[Meeting, MeetingChange | None]:
    lock(meeting)
    meeting = Meeting.objects.select_related("organization", "house").get(pk=meeting.pk)
    if on < now.astimezone(ZoneInfo(meeting.time_zone)).date() - CHANGED_LATE:
        raise ValidationError({"on": _("This is more than two weeks ago.")})
    return meeting, MeetingChange.objects.filter(meeting=meeting, on=on, followed_by=None).first()


def _change(
    meeting: Meeting, on: date, before: MeetingChange | None, why: str, now: datetime, **facts: Any
) -> MeetingChange:
    if is_blank(why):
        raise ValidationError({"why": _("Say why.")})
    why = tidy(why)
    return save(MeetingChange(meeting=meeting, on=on, follows=before, why=why, recorded_at=now, **facts, **recorded()))
