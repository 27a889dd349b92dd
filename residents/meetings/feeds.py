"""Directories of meetings that others keep, read: the Meeting Guide format (AA and most others) and BMLT (NA), as its
own JSON and as the Meeting Guide that it also writes.

Pure: bytes in, what is listed and what is wrong with it out. Nothing in a file raises anything but `Unreadable`.

Nobody is taken over: no contact, no address for mail, no telephone number but the one to dial in. What is not named
here is not read. Sources: code4recovery/spec 1.1.9, its reader tsml-ui, bmlt-server 4.2.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from soberhouse.words import tidy

USUAL_MINUTES = 60
MOST_MEETINGS = 50_000
MOST_PROBLEMS = 500  # that are told of one file
MOST_TYPES = 60
MOST_WORDS = 1000  # for codes of types
LONGEST_SLUG = 150
NOT_A_TYPE = "ONL"  # online is what can be joined online; some feeds say it as a type, which the format does not know
PLACE_CLOSED = "TC"
IN_PERSON, ONLINE, HYBRID, SHUT = "in_person", "online", "hybrid", "shut"
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")  # Sunday is 0
VENUES = {"1": IN_PERSON, "2": ONLINE, "3": HYBRID}  # of BMLT


class Unreadable(ValueError):
    """This is no directory of meetings. Says why, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A meeting as a feed lists it, on one day of the week. Monday is 0; without a day it is held by appointment. Those
    of one row have its slug in common, and each a key of its own."""

    slug: str
    key: str
    name: str
    types: tuple[str, ...] = ()
    weekday: int | None = None
    starts: time | None = None
    minutes: int = USUAL_MINUTES
    time_zone: str
    venue: str = IN_PERSON
    place: str = ""
    address: str = ""
    region: str = ""
    approximate: bool = False
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    conference_url: str = ""
    conference_phone: str = ""
    conference_notes: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line of a feed, and what would be right."""

    which: str
    wrong: str
    right: str = ""


@dataclass
class Directory:
    """What a file holds. `unread` are the keys of meetings that are in it and could not be read: they have not
    vanished. `words` is what the feed calls its codes; a file may hold nothing else."""

    listed: list[Listed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    only_words: bool = False

    def tell(self, which: str, wrong: str, right: str = "") -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(which, wrong, right))


def read(data: bytes, *, time_zone: str) -> Directory:
    """What this file lists; times of meetings that name no zone are in `time_zone`. Raises Unreadable."""
    said = _parsed(data)
    formats: Any = []
    if isinstance(said, dict):
        if not ({"meetings", "formats"} & said.keys()):
            raise Unreadable(_("This holds no list of meetings. A directory is a list, in the Meeting Guide format."))
        formats, rows = said.get("formats") or [], said.get("meetings")
    else:
        rows = said
    if isinstance(rows, list) and rows and all(map(_is_format, rows)):
        formats, rows = rows, None
    if rows is not None and not isinstance(rows, list):
        raise Unreadable(_("What stands under “meetings” is no list."))
    if rows is not None and len(rows) > MOST_MEETINGS:
        raise Unreadable(_("This lists more than %(most)s meetings.") % {"most": MOST_MEETINGS})
    found = Directory(words=_words(formats), only_words=rows is None)
    if rows is None:
        if not found.words:
            raise Unreadable(_("This holds no list of meetings. A directory is a list, in the Meeting Guide format."))
        return found
    if rows and not any(isinstance(row, dict) for row in rows):
        raise Unreadable(_("This is a list, but not of meetings."))
    _read_rows(rows, found, time_zone)
    return found


def _parsed(data: bytes) -> Any:
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise Unreadable(_("This is empty."))
    if head.startswith(b"<"):
        raise Unreadable(_("This is a web page, not a directory. Ask for the address of its feed, which ends in JSON."))
    try:
        return json.loads(data, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        said = error.doc.rstrip()
        if said.startswith(("[", "{")) and (error.pos >= len(said) or said[-1] not in "]}"):
            raise Unreadable(_("This breaks off in the middle: only a part of it arrived.")) from None
        where = {"line": error.lineno, "column": error.colno}
        raise Unreadable(_("This is no JSON: line %(line)s, column %(column)s.") % where) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("This is no JSON.")) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _is_format(row: Any) -> bool:
    return isinstance(row, dict) and "key_string" in row and "name_string" in row


def _words(formats: Any) -> dict[str, str]:
    """What a BMLT server calls its formats, by the key that meetings name them by; in English where it can."""
    found: dict[str, str] = {}
    for row in formats if isinstance(formats, list) else []:
        if not _is_format(row):
            continue
        key, name = _text(row["key_string"], 40), _public(row["name_string"], 100)
        takes = row.get("lang") == "en" if key in found else len(found) < MOST_WORDS
        if key and name and takes:
            found[key] = name
    return found


def _read_rows(rows: list[Any], found: Directory, time_zone: str) -> None:
    """Each row in turn. Keys of meetings on several days give way to slugs that are written so in the feed."""
    slugs = {slug for row in rows if isinstance(row, dict) and (slug := _slug(row))}
    seen: set[str] = set()
    taken = set(slugs)
    for number, row in enumerate(rows, start=1):
        line = _("meeting %(number)s") % {"number": number}
        if not isinstance(row, dict):
            found.tell(line, _("It is no meeting."), _("A meeting is an object with name and slug."))
            continue
        slug, name = _slug(row), _public(row.get("meeting_name" if _is_bmlt(row) else "name"), 255)
        which = name or slug or line
        if not slug:
            of = "id_bigint" if _is_bmlt(row) else "slug"
            found.tell(which, _("It has no %(field)s.") % {"field": of}, _("Each meeting has one that is its own."))
        elif len(slug) > LONGEST_SLUG:
            found.tell(which, _("Its slug is too long."), _("At most %(most)s letters.") % {"most": LONGEST_SLUG})
        elif slug in seen:
            said = _("Another meeting has the same slug, “%(slug)s”.") % {"slug": slug}
            found.tell(which, said, _("Each meeting has one that is its own. This one is left out."))
        elif not name:
            found.tell(which, _("It has no name."), _("Each meeting has a name."))
            found.unread.add(slug)
        else:
            reader = _Row(row, which, found, time_zone)
            made = list(_listed(reader, slug, name, taken))
            found.listed += made
            if not made:
                found.unread.add(slug)
        if slug:
            seen.add(slug)


def _slug(row: Mapping[str, Any]) -> str:
    value = row.get("id_bigint") if _is_bmlt(row) else row.get("slug")
    return "" if isinstance(value, bool) else _text(value, LONGEST_SLUG + 1)


def _is_bmlt(row: Mapping[str, Any]) -> bool:
    return "id_bigint" in row or "weekday_tinyint" in row or "meeting_name" in row


def _listed(row: _Row, slug: str, name: str, taken: set[str]) -> Iterator[Listed]:
    """The meeting once for each of its days; none where its day or its time is no day and no time."""
    when = row.when()
    if when is None:
        return
    days, starts, minutes = when
    facts = row.facts() | {"name": name, "minutes": minutes}
    if starts is None or not days:
        yield Listed(slug=slug, key=slug, **facts)
    elif len(days) == 1:
        yield Listed(slug=slug, key=slug, weekday=_from_monday(days[0]), starts=starts, **facts)
    else:
        for day in days:
            key = f"{slug}-{day}"
            while key in taken:
                key = f"{key}~"
            taken.add(key)
            yield Listed(slug=slug, key=key, weekday=_from_monday(day), starts=starts, **facts)


def _from_monday(day: int) -> int:
    """The number of a day, of which Sunday is 0, where Monday is."""
    return (day - 1) % 7


class _Row:
    """One row of a feed. What is wrong with it is told on the way."""

    def __init__(self, row: Mapping[str, Any], which: str, found: Directory, time_zone: str) -> None:
        self.row, self.which, self.found, self.zone = row, which, found, time_zone
        self.bmlt = _is_bmlt(row)

    def tell(self, wrong: str, right: str = "") -> None:
        self.found.tell(self.which, wrong, right)

    def text(self, name: str, most: int = 255) -> str:
        return _public(self.row.get(name), most)

    # When

    def when(self) -> tuple[list[int], time | None, int] | None:
        """Its days (Sunday is 0), start and minutes; None where it says what is none of these."""
        days = self._days()
        starts = self._clock("start_time" if self.bmlt else "time")
        if days is None or starts is False:
            return None
        if days and starts is None:
            self.tell(_("It has a day and no time."), _("It is listed as held by appointment."))
        return days, starts, self._minutes(starts)

    def _days(self) -> list[int] | None:
        said = self.row.get("weekday_tinyint" if self.bmlt else "day")
        days: list[int] = []
        wrong = False
        for value in said if isinstance(said, list) else [said]:
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            day = self._day(value)
            if day is None:
                wrong = True
                right = _("1 is Sunday, 7 Saturday.") if self.bmlt else _("0 is Sunday, 6 Saturday.")
                self.tell(_("“%(day)s” is no day of the week.") % {"day": _shown(value)}, right)
            elif day not in days:
                days.append(day)
        if wrong:  # one of them may be what stands on another day in the directory: that has not vanished
            self.found.unread.add(_slug(self.row))
        return None if wrong and not days else days

    def _day(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = value.strip()
            if value.lower() in WEEKDAYS:
                return WEEKDAYS.index(value.lower())
            value = int(value) if value.isascii() and value.isdigit() and len(value) < 3 else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        day = value - 1 if self.bmlt else value
        return day if 0 <= day <= 6 else None

    def _clock(self, name: str) -> Any:
        """The time under this name, None where there is none, False where it is none."""
        value = self.row.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        found = _time(value)
        if found is None:
            right = _("Write it like 19:30.")
            self.tell(_("“%(time)s” is no time of day.") % {"time": _shown(value)}, right)
            return False
        return found

    def _minutes(self, starts: Any) -> int:
        if self.bmlt:
            lasts = self.row.get("duration_time")
            if lasts in (None, "", "00:00", "00:00:00"):
                return USUAL_MINUTES
            found = _time(lasts)
            if found is None:
                self.tell(_("“%(time)s” is no duration.") % {"time": _shown(lasts)}, _("An hour is taken."))
                return USUAL_MINUTES
            return found.hour * 60 + found.minute or USUAL_MINUTES
        ends = self._clock("end_time")
        if not isinstance(starts, time) or not isinstance(ends, time):
            return USUAL_MINUTES
        return ((ends.hour - starts.hour) * 60 + ends.minute - starts.minute) % 1440 or USUAL_MINUTES

    # Where, and what it is

    def facts(self) -> dict[str, Any]:
        types = self._types()
        online = {
            "conference_url": self._url("virtual_meeting_link" if self.bmlt else "conference_url"),
            "conference_phone": _dialled(self.row.get("phone_meeting_number" if self.bmlt else "conference_phone")),
        }
        where = self._bmlt_place() if self.bmlt else self._place()
        latitude, longitude = self._coordinates()
        joined = any(online.values())
        if NOT_A_TYPE in types and not joined:
            self.tell(_("It says that it is online, and not how to join."), _("Ask for its address online."))
        return {
            "types": tuple(each for each in types if each != NOT_A_TYPE),
            "time_zone": self._time_zone(),
            "venue": self._venue(types, where, joined),
            "latitude": latitude,
            "longitude": longitude,
            **where,
            **online,
            **self._notes(),
        }

    def _types(self) -> list[str]:
        said = self.row.get("formats" if self.bmlt else "types")
        values = said.split(",") if isinstance(said, str) else said if isinstance(said, list) else []
        types = [_text(value, 40) for value in values if not isinstance(value, bool)]
        return list(dict.fromkeys(filter(None, types)))[:MOST_TYPES]

    def _venue(self, types: list[str], where: Mapping[str, Any], joined: bool) -> str:
        said = VENUES.get(_text(self.row.get("venue_type"), 9)) if self.bmlt else None
        shut = PLACE_CLOSED in types
        if said is None and self.bmlt:
            by_format = ONLINE if "VM" in types else HYBRID if "HY" in types else None
            held = bool(where["address"] or where["place"])
            said = by_format or (HYBRID if joined and held else ONLINE if joined else IN_PERSON)
        elif said is None:
            there = not where["approximate"] and bool(where["address"] or where["place"])
            said = HYBRID if joined and there else ONLINE if joined else IN_PERSON
        if not shut:
            return said
        return SHUT if said == IN_PERSON else ONLINE

    def _place(self) -> dict[str, Any]:
        whole, street = self.text("formatted_address", 500), self.text("address", 500)
        parts = [street, self.text("city"), self.text("state"), self.text("postal_code", 40), self.text("country")]
        regions = self.row.get("regions")
        if isinstance(regions, str):
            regions = regions.split(">")
        if not isinstance(regions, list) or not regions:
            regions = [self.row.get("region"), self.row.get("sub_region")]
        exact = bool(street) or whole.count(",") >= 3
        told = _text(self.row.get("approximate"), 9).lower()
        roughly = told in ("yes", "true", "1") if told else bool(whole or any(parts)) and not exact
        return {
            "place": self.text("location"),
            "address": (whole or ", ".join(filter(None, parts)))[:500],
            "region": " · ".join(filter(None, (_public(each, 100) for each in regions)))[:255],
            "approximate": roughly,
        }

    def _bmlt_place(self) -> dict[str, Any]:
        parts = ("street", "municipality", "province", "postal_code_1", "nation")
        said = [self.text(f"location_{part}") for part in parts]
        regions = (self.text("location_municipality"), self.text("location_neighborhood"))
        return {
            "place": self.text("location_text"),
            "address": ", ".join(filter(None, said))[:500],
            "region": " · ".join(filter(None, regions))[:255],
            "approximate": False,
        }

    def _coordinates(self) -> tuple[Decimal | None, Decimal | None]:
        pair = [self.row.get("latitude"), self.row.get("longitude")]
        both = self.row.get("coordinates")
        if _is_none(pair[0]) and _is_none(pair[1]) and isinstance(both, str):
            pair = both.split(",") if both.count(",") == 1 else pair
        if any(map(_is_none, pair)):
            return None, None
        latitude, longitude = (_degrees(value, most) for value, most in zip(pair, (90, 180), strict=True))
        if latitude is None or longitude is None:
            self.tell(_("Its coordinates are no place on earth."), _("It is listed without."))
            return None, None
        return (latitude, longitude) if latitude or longitude else (None, None)  # 0, 0: not known

    def _time_zone(self) -> str:
        said = _text(self.row.get("time_zone" if self.bmlt else "timezone"), 64)
        if said and said not in _zones():
            self.tell(
                _("“%(name)s” is no time zone.") % {"name": _shown(said)},
                _("Its time is read as %(zone)s.") % {"zone": self.zone},
            )
            return self.zone
        return said or self.zone

    def _url(self, name: str) -> str:
        said = _text(self.row.get(name), 1001).replace(" ", "%20")
        if not said:
            return ""
        try:
            URLValidator(schemes=["http", "https"])(said)
            parts = urlsplit(said)
            good = len(said) <= 1000 and "@" not in parts.netloc and not EMAIL.search(said)
        except (ValidationError, ValueError):
            good = False
        if not good:
            self.tell(_("Its address online is none."), _("It begins with https://. It is left out."))
            return ""
        return said

    def _notes(self) -> dict[str, str]:
        if self.bmlt:
            joining, notes = ["virtual_meeting_additional_info"], ["location_info", "comments"]
        else:
            joining = ["conference_url_notes", "conference_phone_notes"]
            notes = ["notes", "location_notes", "group", "group_notes"]
        return {
            "conference_notes": _lines((self.row.get(name) for name in joining), 1000),
            "notes": _lines((self.row.get(name) for name in notes), 4000),
        }


# Words, numbers, times

# From where a word begins, and without going back in it: a long word costs no more than its length.
EMAIL = re.compile(
    r"(?:mailto:)?(?<![\w.+'-])[\w.+'-]++\s?(?:@|\(at\)|\[at\]|%40)\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
_AMERICAN = r"(?:\+?1[\s.-]*)?(?:\(\d{3}\)|\d{3})[\s./-]{0,3}\d{3}[\s.-]{0,2}\d{4}"
_ABROAD = r"\+\d[\d\s().-]{6,18}\d"
_LOCAL = r"\d{3}[.-]\d{4}"
PHONE = re.compile(rf"(?:tel:)?(?<![\w/=.-])(?:{_ABROAD}|{_AMERICAN}|{_LOCAL})(?![\w-])", re.IGNORECASE)
# A number after these words leads to a meeting online, and to nobody.
_LEADS_IN = re.compile(r"(?:\bids?|passcode|password|code|pin|pwd|zoom)\b[^\d\n]{0,14}$", re.IGNORECASE)
_TAG = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>|</?[a-zA-Z!][^<>]*>")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _text(value: Any, most: int) -> str:
    """A word or number of a feed in one line, as plain text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return tidy(_plain(str(value)))[:most].strip()


def _plain(text: str) -> str:
    text = html.unescape(_TAG.sub(lambda tag: "\n" if tag[0][1] != "/" and tag[0][1:3] == "br" else " ", text))
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_contacts(text: str) -> str:
    """The text without addresses for mail and telephone numbers."""
    text = EMAIL.sub("", text)
    return PHONE.sub(lambda hit: hit[0] if _LEADS_IN.search(text[max(0, hit.start() - 40) : hit.start()]) else "", text)


def _public(value: Any, most: int) -> str:
    return tidy(without_contacts(_text(value, most * 2)))[:most].strip()


def _lines(values: Iterable[Any], most: int) -> str:
    """Notes, each in lines of its own, without anybody's number."""
    said = dict.fromkeys(_plain(value) for value in values if isinstance(value, str))
    lines = (tidy(without_contacts(tidy(line))) for text in said for line in text[: most * 4].splitlines())
    return "\n".join(filter(None, lines))[:most].strip()


def _dialled(value: Any) -> str:
    """A number to dial into a meeting, with its commas and signs."""
    said = _text(value, 120)
    return "".join(re.findall(r"[\d+,;*#() .-]", said)).strip() if any(map(str.isdigit, said)) else ""


def _time(value: Any) -> time | None:
    """The time of day that stands there, to the minute."""
    if not isinstance(value, str) or not (
        hit := re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?", value.strip())
    ):
        return None
    try:
        hour, minute, second = (int(part or 0) for part in hit.groups())
        return time(hour, minute, second).replace(second=0)
    except ValueError:
        return None


def _is_none(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _degrees(value: Any, most: int) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
        if not number.is_finite() or abs(number) > most:
            return None
        return round(number, 6)
    except (InvalidOperation, ValueError):
        return None


def _shown(value: Any) -> str:
    """A value that is none, as the list of what is wrong names it: without anybody's number either."""
    return str(value) if isinstance(value, bool) else _public(value, 40) or "…"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
