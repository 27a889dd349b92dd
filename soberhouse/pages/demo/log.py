"""What happened in the demo's houses, what has to be done because of it by when, and how shifts were handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from io import BytesIO
from random import Random
from typing import Any

from django.db.models import Q

from residents.log.models import Clock, Complaint, Deadline, Entry, Incident, SafetyItem, Search
from residents.log.services import clocks, complaints, entries, follow_ups, incidents, safety, searches, shifts, visits
from residents.log.starter import CLOCKS
from residents.rules.models import Book
from residents.stays.models import Stay
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.log_words import (
    ASPEN,
    BRIAR,
    CANYON,
    COMPLAINTS,
    HANDED_OVER,
    INCIDENTS,
    LINES,
    SEARCHES,
    USUAL,
    VISITORS,
    Happening,
    Line,
    Looked,
    Said,
)
from soberhouse.pages.demo.place import Place, Setting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SINCE = 178  # days: the log begins
STAYS_SINCE = 20  # days: what is due after a move-in and a discharge
LATELY = 30  # days: staged more closely
SHIFTS = 14
PROOF = {
    Clock.Starts.INCIDENT: "Sent through the state's form; the receipt is in the file",
    Clock.Starts.COMPLAINT: "The answer stands with the complaint",
    Clock.Starts.MOVE_IN: "The list is ticked off and signed",
    Clock.Starts.DISCHARGE: "Picked up and signed for",
}
EXTINGUISHER, SMOKE = SafetyItem.Kind.EXTINGUISHER, SafetyItem.Kind.SMOKE
# House, what, where, looked at every so many days, last so many days ago, and good for so many days from now.
THINGS: tuple[tuple[int, str, str, int, int, int | None], ...] = (
    (ASPEN, SafetyItem.Kind.NALOXONE, "Upstairs hall, red box", 30, 6, 300),
    (ASPEN, SafetyItem.Kind.NALOXONE, "Kitchen cupboard", 30, 6, 12),
    (ASPEN, EXTINGUISHER, "Kitchen", 30, 6, 200),
    (ASPEN, SMOKE, "Attic hall", 30, 6, None),
    (ASPEN, SafetyItem.Kind.CARBON_MONOXIDE, "Boiler room", 30, 6, None),
    (ASPEN, SafetyItem.Kind.FIRST_AID, "Kitchen", 90, 40, 400),
    (ASPEN, SafetyItem.Kind.DRILL, "Whole house", 90, 22, None),
    (BRIAR, SafetyItem.Kind.NALOXONE, "Office", 30, 11, 160),
    (BRIAR, EXTINGUISHER, "Kitchen", 30, 41, 90),  # nobody has looked at it in time
    (BRIAR, SMOKE, "Upstairs hall", 30, 11, None),
    (BRIAR, SafetyItem.Kind.CARBON_MONOXIDE, "Upstairs hall", 30, 11, None),
    (BRIAR, SafetyItem.Kind.FIRST_AID, "Office", 90, 11, 250),
    (BRIAR, SafetyItem.Kind.DRILL, "Whole house", 90, 35, None),
    (CANYON, SafetyItem.Kind.NALOXONE, "Hall", 30, 16, 220),
    (CANYON, EXTINGUISHER, "Kitchen", 30, 16, 310),
    (CANYON, SMOKE, "Hall", 30, 16, None),  # and there is no carbon monoxide alarm
    (CANYON, SafetyItem.Kind.FIRST_AID, "Bathroom", 90, 16, 180),
    (CANYON, SafetyItem.Kind.DRILL, "Whole house", 90, 29, None),
)


@dataclass(eq=False)
class Log:
    """Tells it, act by act, into the diary."""

    setting: Setting
    random: Random
    diary: Diary

    def plan(self) -> None:
        self._on(ASPEN, SINCE, time(9), self._begin_clocks)
        self._on(ASPEN, STAYS_SINCE, time(7), self._begin_stays)
        for line in (*LINES, *self._usual()):
            self._on(line.place, line.ago, line.clock, partial(self._notes, line))
        for each in INCIDENTS:
            if each.hours_ago:
                self.diary.at(self.setting.now - each.hours_ago * HOUR, partial(self._happens, each))
            else:
                self._on(each.place, each.ago, each.clock, partial(self._happens, each))
        for looked in SEARCHES:
            self._on(looked.place, looked.ago, time(17), partial(self._searches, looked))
        for said in COMPLAINTS:
            self._on(said.place, said.ago, said.clock, partial(self._complains, said))
        for thing in THINGS:
            self._on(thing[0], SINCE - 2, time(11), partial(self._has, thing))
        self._plan_visits()
        self._plan_shifts()

    def _on(self, place: int, ago: int, clock: time, act: Any) -> None:
        where = self.setting.places[place]
        self.diary.on(where, self.setting.today(where) - timedelta(days=ago), clock, act)

    def _usual(self) -> Iterable[Line]:
        """What is written on ordinary days, about once a week in each house."""
        for place in (ASPEN, BRIAR, CANYON):
            ago = SINCE - self.random.randint(4, 9)
            while ago > 6:
                kind, about, text = self.random.choice(USUAL)
                hour = time(self.random.randint(18, 21), self.random.choice((0, 10, 25, 40)))
                yield Line(place=place, ago=ago, clock=hour, kind=kind, about=about, text=text)
                ago -= self.random.randint(5, 10)

    def _there(self, place: Place, now: datetime, count: int, who: str = "") -> list[Stay]:
        """So many of those who live there that day and some days after, by chance; without those who sign in."""
        day = place.house.today(now)
        rows = Stay.objects.real().filter(Q(ends_on=None) | Q(ends_on__gt=day + 3 * DAY), house=place.house)
        rows = rows.filter(starts_on__lt=day).select_related("resident__user", "house").order_by("starts_on", "pk")
        if who:
            return list(rows.filter(resident__user__username=who))
        found = list(rows.filter(resident__user=None))
        return self.random.sample(found, min(count, len(found)))

    def _hand(self, place: Place, by_second: bool = False) -> Any:
        return acting_as(place.second if by_second else place.manager, source="command")

    # Lines

    def _notes(self, line: Line, happened_at: datetime) -> None:
        self.diary.at(happened_at + line.late * HOUR, partial(self._writes, line, happened_at))

    def _writes(self, line: Line, happened_at: datetime, now: datetime) -> None:
        place = self.setting.places[line.place]
        about = self._there(place, happened_at, line.about, line.who)
        with self._hand(place, line.by_second):
            entry = entries.entry_write(
                house=place.house,
                text=line.text,
                kind=line.kind,
                happened_at=happened_at,
                about=about,
                audience=line.audience,
                audience_reason=line.why_so_few,
                photos=[(stained(), line.photo)] if line.photo else (),
                now=now,
            )
        self._has_to_do(place, entry, [(what, "", days, done) for what, days, done in line.to_do], now)
        if line.then:
            self.diary.at(now + 15 * HOUR, partial(self._amends, line, entry, happened_at, about))

    def _amends(self, line: Line, entry: Entry, happened_at: datetime, about: list[Stay], now: datetime) -> None:
        text, reason = line.then or ("", "")
        with self._hand(self.setting.places[line.place]):
            entries.entry_amend(entry=entry, text=text, happened_at=happened_at, about=about, reason=reason, now=now)

    def _has_to_do(self, place: Place, entry: Entry, to_do: Sequence[tuple[str, str, int, str]], now: datetime) -> None:
        for what, who, days, done in to_do:
            due = follow_ups.Due(what=what, who=who, due_on=place.house.today(now) + days * DAY)
            with self._hand(place):
                row = follow_ups.follow_up_add(entry=entry, due=due, now=now)
            if done:
                self.diary.at(now + (days - 0.5) * DAY, partial(self._does, place, row, done))

    def _does(self, place: Place, row: Any, note: str, now: datetime) -> None:
        with self._hand(place):
            follow_ups.follow_up_done(follow_up=row, note=note, now=now)

    # Incidents

    def _happens(self, each: Happening, happened_at: datetime) -> None:
        self.diary.at(happened_at + each.late * HOUR, partial(self._files, each, happened_at))

    def _files(self, each: Happening, happened_at: datetime, now: datetime) -> None:
        place = self.setting.places[each.place]
        steps = [
            incidents.Step(kind=kind, at=happened_at + timedelta(minutes=minutes), who=who, what=what, doses=doses)
            for minutes, kind, who, what, doses in each.steps
        ]
        with self._hand(place, each.by_second):
            incident = incidents.incident_file(
                house=place.house,
                type=each.type,
                place=each.where,
                text=each.text,
                happened_at=happened_at,
                about=self._there(place, happened_at, each.about),
                audience=incidents.usual_audience(type=each.type),
                steps=[step for step in steps if step.at <= now],
                now=now,
            )
        for step in steps:
            if step.at > now:
                self.diary.at(step.at + HOUR, partial(self._adds, place, incident, step))
        self._has_to_do(place, incident.entry, each.to_do, now)
        self._will_meet(place, incident.entry.deadlines.order_by("pk"), now)
        if each.amended:
            self.diary.at(now + DAY, partial(self._amends_step, place, each, incident))
        if each.closed:
            self.diary.at(now + each.closed[0] * DAY, partial(self._closes, place, each, incident))

    def _adds(self, place: Place, incident: Incident, step: incidents.Step, now: datetime) -> None:
        with self._hand(place):
            incidents.step_add(incident=incident, step=step, now=now)

    def _amends_step(self, place: Place, each: Happening, incident: Incident, now: datetime) -> None:
        number, minutes, reason = each.amended or (0, 0, "")
        before = list(incident.steps.order_by("at", "pk"))[number]
        at = before.at + timedelta(minutes=minutes)
        told = incidents.Step(kind=before.kind, at=at, who=before.who, what=before.what, doses=before.doses)
        with self._hand(place):
            incidents.step_amend(before=before, step=told, reason=reason, now=now)

    def _closes(self, place: Place, each: Happening, incident: Incident, now: datetime) -> None:
        _days, cause, correction = each.closed or (0, "", "")
        with self._hand(place, not each.by_second):
            incidents.incident_close(incident=incident, cause=cause, correction=correction, now=now)

    # Searches, visitors and complaints

    def _searches(self, looked: Looked, now: datetime) -> None:
        place = self.setting.places[looked.place]
        policy = Book.objects.filter(house=place.house, kind=Book.Kind.RULES, in_force_from__lte=place.house.today(now))
        with self._hand(place):
            search = searches.search_record(
                house=place.house,
                place=looked.where,
                why=looked.why,
                by=place.manager.name,
                witness=looked.witness,
                resident_present=looked.there,
                found=looked.found,
                became=looked.became,
                policy=policy.order_by("number").last(),
                about=self._there(place, now, 1),
                happened_at=now - HOUR / 2,
                now=now,
            )
        if looked.amended:
            self.diary.at(now + 5 * HOUR, partial(self._amends_search, place, looked, search))

    def _amends_search(self, place: Place, looked: Looked, search: Search, now: datetime) -> None:
        facts, reason = looked.amended or ({}, "")
        with self._hand(place):
            searches.search_amend(search=search, reason=reason, now=now, **facts)

    def _plan_visits(self) -> None:
        """A few a week in the last month; and one visitor is there now."""
        for place in (ASPEN, BRIAR, CANYON):
            for ago in sorted(self.random.sample(range(1, LATELY), 7), reverse=True):
                self._on(place, ago, time(self.random.randint(13, 18), 30), partial(self._visits, place, True))
        self.diary.at(self.setting.now - 1.2 * HOUR, partial(self._visits, ASPEN, False))

    def _visits(self, number: int, goes: bool, now: datetime) -> None:
        place = self.setting.places[number]
        with self._hand(place):
            visit = visits.visit_record(
                house=place.house, name=self.random.choice(VISITORS), about=self._there(place, now, 1), now=now
            )
        if goes:
            self.diary.at(now + self.random.randint(40, 150) * timedelta(minutes=1), partial(self._goes, place, visit))

    def _goes(self, place: Place, visit: Any, now: datetime) -> None:
        with self._hand(place):
            visits.visit_end(visit=visit, now=now)

    def _complains(self, said: Said, now: datetime) -> None:
        place = self.setting.places[said.place]
        filer = self.setting.users["olive"] if said.against_manager else place.manager
        if said.who:
            filer = self._there(place, now, 1, said.who)[0].resident.user
        with acting_as(filer, source="command"):
            complaint = complaints.complaint_file(
                house=place.house,
                by=said.by,
                own=bool(said.who),
                text=said.text,
                happened_at=now - 2 * HOUR,
                name=said.name,
                contact=said.contact,
                against=place.manager if said.against_manager else None,
                wish=said.wish,
                now=now,
            )
        if said.answer:
            self.diary.at(now + said.answer[0] * HOUR, partial(self._answers, place, said, complaint))
        if said.outcome:
            self.diary.at(now + said.outcome[0] * DAY, partial(self._decides, place, said, complaint))

    def _answers(self, place: Place, said: Said, complaint: Complaint, now: datetime) -> None:
        _hours, text = said.answer or (0, "")
        with acting_as(self.setting.users["olive"] if said.against_manager else place.manager, source="command"):
            complaints.complaint_answer(complaint=complaint, text=text, now=now)
            for deadline in complaint.entry.deadlines.order_by("pk"):
                self._meets(deadline, now, now)

    def _decides(self, place: Place, said: Said, complaint: Complaint, now: datetime) -> None:
        _days, outcome, text, told = said.outcome or (0, "", "", "")
        with self._hand(place, by_second=True):
            complaints.complaint_close(complaint=complaint, outcome=outcome, text=text, told=told, now=now)

    # What has to be done by when

    def _begin_clocks(self, now: datetime) -> None:
        self._start(now, Clock.Starts.INCIDENT, Clock.Starts.COMPLAINT)
        with acting_as(self.setting.users["olive"], source="command"):
            clocks.clock_start(
                organization=self.setting.organization,
                name="Tell the insurer of the houses",
                starts=Clock.Starts.INCIDENT,
                incident_type="property",
                amount=48,
                unit=Clock.Unit.HOURS,
                recipient="Great Lakes Mutual, claims desk",
                source="The policy, part 4",
                now=now,
            )
            for year in sorted({now.year, self.setting.now.year}):
                clocks.holidays_add_federal(organization=self.setting.organization, year=year)

    def _begin_stays(self, now: datetime) -> None:
        """From now on something is due after who comes and who goes; people are told of it every morning."""
        self._start(now, Clock.Starts.MOVE_IN, Clock.Starts.DISCHARGE)
        for place in self.setting.places:
            since = place.house.today(now) + DAY
            rows = Stay.objects.real().filter(Q(starts_on__gte=since) | Q(ends_on__gte=since), house=place.house)
            for stay in rows.select_related("house").order_by("starts_on", "pk"):
                day = max(each for each in (stay.starts_on, stay.ends_on) if each is not None)
                self.diary.on(place, day, time(18), partial(self._runs, place, stay))
        for ago in range(STAYS_SINCE, -1, -1):
            self._on(ASPEN, ago, time(8), self._calls)

    def _start(self, now: datetime, *starts: str) -> None:
        with acting_as(self.setting.users["olive"], source="command"):
            for each in CLOCKS:
                if each.starts in starts:
                    clocks.clock_start(organization=self.setting.organization, now=now, **each.facts)

    def _calls(self, now: datetime) -> None:
        with acting_as(None, reason="due", source="command"):
            clocks.deadlines_call(now=now)

    def _runs(self, place: Place, stay: Stay, now: datetime) -> None:
        with acting_as(None, reason="due", source="command"):
            found = clocks.run_clocks(stay=stay, now=now)
        self._will_meet(place, found, now)

    def _will_meet(self, place: Place, found: Iterable[Deadline], now: datetime) -> None:
        """Each is done a good while before it is due; what is not done yet is open, and one of them is near."""
        for deadline in found:
            done_at = deadline.started_at + (deadline.due_at - deadline.started_at) * 0.6
            if not deadline.clock.incident_type and done_at < self.setting.now - HOUR:
                self.diary.at(max(done_at, now), partial(self._does_what_is_due, place, deadline, done_at))

    def _does_what_is_due(self, place: Place, deadline: Deadline, done_at: datetime, now: datetime) -> None:
        with self._hand(place):
            self._meets(deadline, done_at.replace(second=0, microsecond=0), now)

    def _meets(self, deadline: Deadline, done_at: datetime, now: datetime) -> None:
        clocks.deadline_meet(
            deadline=deadline, done_at=min(done_at, now), proof=PROOF[Clock.Starts(deadline.clock.starts)], now=now
        )

    # What keeps a house safe, and shifts

    def _has(self, thing: tuple[int, str, str, int, int, int | None], now: datetime) -> None:
        number, kind, where, every, last, good_for = thing
        place = self.setting.places[number]
        with self._hand(place):
            item = safety.item_add(house=place.house, kind=kind, place=where, every_days=every)
        expires = None if good_for is None else self.setting.today(place) + good_for * DAY
        for ago in range(last, SINCE - 3, every):
            self._on(number, ago, time(11, 30), partial(self._looks, place, item, expires))

    def _looks(self, place: Place, item: SafetyItem, expires: Any, now: datetime) -> None:
        with self._hand(place):
            safety.check_record(item=item, expires_on=expires, now=now)

    def _plan_shifts(self) -> None:
        """Every evening at Aspen House, read by the next one in the morning; nobody has read the last one yet."""
        for ago in range(SHIFTS, 0, -1):
            self._on(ASPEN, ago, time(21), partial(self._hands_over, ASPEN, ago % 2 == 1, ago > 1))
        for ago in (23, 16, 9, 2):
            self._on(BRIAR, ago, time(20), partial(self._hands_over, BRIAR, False, True))
        self.diary.at(self.setting.now - 14 * HOUR, self._has_seen)

    def _hands_over(self, number: int, by_second: bool, is_read: bool, now: datetime) -> None:
        place = self.setting.places[number]
        with self._hand(place, by_second):
            row = shifts.hand_over(house=place.house, text=self.random.choice(HANDED_OVER), now=now)
        if is_read:
            self.diary.at(now + 11 * HOUR, partial(self._reads, place, row, not by_second))

    def _reads(self, place: Place, row: Any, by_second: bool, now: datetime) -> None:
        with self._hand(place, by_second):
            shifts.hand_over_read(hand_over=row, now=now)

    def _has_seen(self, now: datetime) -> None:
        """Until then everybody has read everything; what was written since is unread."""
        for place in self.setting.places:
            for user in (place.manager, place.second, self.setting.users["olive"]):
                shifts.log_seen(house=place.house, user=user, until=now)


def stained() -> bytes:
    """A ceiling with a stain, as a phone would take it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (480, 360), "#e9e4d8")
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate(("#ddd2b8", "#cdbb93", "#bfa873", "#cdbb93")):
        inset = 22 * number
        draw.ellipse((120 + inset, 70 + inset, 400 - inset, 290 - inset), fill=colour)
    draw.line((0, 300, 480, 280), fill="#c9c2b2", width=5)
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
