"""What was known at an instant is what had been written by then: a story of a day is written through the services,
and at a hundred random instants what the log tells is what somebody would know who read the facts one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image

from residents.log.models import Complaint, Deadline, Entry, FollowUp, Incident, IncidentStep, Kind, Search
from residents.log.queries.clocks import deadlines
from residents.log.queries.complaints import matters
from residents.log.queries.entries import counted, having, lines, tellings, tellings_of
from residents.log.queries.incidents import courses, steps_of, tasks
from residents.log.services.clocks import deadline_meet
from residents.log.services.complaints import complaint_answer, complaint_close, complaint_file
from residents.log.services.entries import entry_amend, entry_write, photo_add
from residents.log.services.follow_ups import Due, follow_up_add, follow_up_done
from residents.log.services.incidents import Step, incident_close, incident_file, step_add, step_amend
from residents.log.services.searches import search_amend, search_record
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log.given import clock_of

FACTS, INSTANTS = 90, 50  # of each of two stories
A_DAY = timedelta(hours=20)  # so long all of them have had their roles
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Fact:
    """Something that was written at an instant: what it was, of which thing, and what it told."""

    at: datetime
    what: str
    entry: int
    told: Any
    key: int = 0  # of a step, of something to be done, of a deadline


@dataclass
class Told:
    """What somebody knows of one entry who has read so far."""

    text: str
    happened_at: datetime
    about: set[int]
    amended: bool = False
    photos: list[str] = field(default_factory=list)
    steps: dict[int, str] = field(default_factory=dict)
    struck: set[str] = field(default_factory=set)  # what its steps told before
    closing: str = ""
    tasks: dict[int, str] = field(default_factory=dict)  # and what became of each
    deadlines: dict[int, str] = field(default_factory=dict)  # and by what each was met
    search: str = ""
    answers: list[str] = field(default_factory=list)
    outcome: str = ""

    @property
    def state(self) -> str:
        """Where an incident stands."""
        if not self.closing:
            return "open"
        return "closed" if all(self.tasks.values()) else "follow_ups"

    @property
    def is_due(self) -> bool:
        """Whether something has to be done because of a complaint."""
        return not self.outcome and not all(self.deadlines.values())


def replay(facts: list[Fact], known_at: datetime) -> dict[int, Told]:
    """Read the facts in the order in which they were written, up to an instant."""
    known: dict[int, Told] = {}
    for fact in facts:
        if fact.at > known_at:
            break
        match fact.what:
            case "written":
                known[fact.entry] = Told(**fact.told)
            case "amended":
                told = known[fact.entry]
                told.text, told.happened_at, told.about = (
                    fact.told["text"],
                    fact.told["happened_at"],
                    fact.told["about"],
                )
                told.amended = True
            case "photo":
                known[fact.entry].photos.append(fact.told)
            case "step" | "step amended":
                told = known[fact.entry]
                if fact.key in told.steps:
                    told.struck.add(told.steps[fact.key])
                told.steps[fact.key] = fact.told
            case "closed":
                known[fact.entry].closing = fact.told
            case "to do" | "done":
                known[fact.entry].tasks[fact.key] = fact.told
            case "due" | "met":
                known[fact.entry].deadlines[fact.key] = fact.told
            case "search" | "search amended":
                known[fact.entry].search = fact.told
            case "answer":
                known[fact.entry].answers.append(fact.told)
            case "outcome":
                known[fact.entry].outcome = fact.told
    return known


def as_told(cast: Cast, known_at: datetime | None) -> dict[int, Told]:
    """What the log tells of the house, by the queries that every page of it stands on."""
    house, now = cast.house_a, datetime.now(UTC)
    today = house.today(known_at or now)
    entries = Entry.objects.filter(house=house)
    known = {
        line.entry.pk: Told(
            text=line.telling.text,
            happened_at=line.telling.happened_at,
            about={stay.pk for stay in line.about},
            amended=line.amended,
            photos=[photo.caption for photo in line.photos],
        )
        for line in lines(tellings(entries, known_at), known_at)
    }
    there = {"entry__in": list(known)}
    for task in tasks(FollowUp.objects.filter(house=house), known_at=known_at, today=today):
        known[task.follow_up.entry_id].tasks[task.follow_up.pk] = task.done.note if task.done else ""
    for due in deadlines(Deadline.objects.filter(house=house), now=now, known_at=known_at):
        known[due.deadline.entry_id].deadlines[due.deadline.pk] = due.met.proof if due.met else ""
    for course in courses(Incident.objects.filter(**there), known_at=known_at, now=now):
        told, counting = known[course.incident.entry_id], {step.pk for step in course.steps}
        chain = steps_of(course.incident, known_at)
        told.steps = {first_of(step, chain): step.what for step in course.steps}
        told.struck = {step.what for step in chain if step.pk not in counting}
        told.closing = course.closing.cause if course.closing else ""
        assert {stay.pk for stay in course.about} == told.about
        assert {task.follow_up.pk: task.done.note if task.done else "" for task in course.tasks} == told.tasks
        assert course.state == told.state
    for matter in matters(Complaint.objects.filter(**there), cast.bob, known_at):
        told = known[matter.complaint.entry_id]
        told.answers = [answer.text for answer in matter.answers]
        told.outcome = matter.outcome.text if matter.outcome else ""
        assert (matter.due is not None) == told.is_due
    for search in counted(Search.objects.filter(house=house), known_at):
        known[search.entry_id].search = search.place
    return known


def first_of(step: IncidentStep, chain: Iterable[IncidentStep]) -> int:
    """The key of the step that this one, or those before it, put right."""
    before = {each.pk: each.corrects_id for each in chain}
    key = step.pk
    while before[key] is not None:
        key = before[key]
    return key


class Story:
    """Writes through the services, and keeps beside them what was written."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.random, self.facts = cast, Random(seed), []
        self.house, self.stays = cast.house_a, [cast.stay_of_dana, cast.stay_of_frank]
        self.begins = datetime.now(UTC) - A_DAY
        self.now = self.begins
        self.number = 0
        self.lines: list[Entry] = []  # amended by hand; a search's line is amended with the search
        self.steps: dict[int, IncidentStep] = {}
        self.searches: list[Search] = []
        self.complaints: list[Complaint] = []
        self.to_close: list[Incident | Complaint] = []
        self.to_do: list[FollowUp] = []
        self.to_meet: list[Deadline] = []
        for starts in ("incident", "complaint"):
            clock_of(cast.organization, starts=starts, name=f"Answer for {starts}")

    def tell(self) -> list[Fact]:
        acts = [self.write, self.amend, self.photo, self.step, self.amend_step, self.amend_search, self.answer] * 2
        acts += [self.add_to_do, self.done, self.meet, self.close] * 2 + [self.incident, self.complaint, self.search]
        while len(self.facts) < FACTS:
            if self.random.random() < 0.85:  # else in the same instant as the one before
                self.now += timedelta(seconds=self.random.randrange(1, int(A_DAY.total_seconds()) // FACTS))
            self.random.choice(acts)()
        return self.facts

    def keep(self, what: str, entry: Entry, told: Any, key: int = 0) -> None:
        self.facts.append(Fact(self.now, what, entry.pk, told, key))

    def words(self) -> str:
        self.number += 1
        return f"Word{self.number}."

    def what(self) -> dict[str, Any]:
        """What an entry tells, and about whom."""
        return {
            "text": self.words(),
            "happened_at": self.now - timedelta(minutes=self.random.randrange(0, 600)),
            "about": self.random.sample(self.stays, self.random.randrange(3)),
        }

    def kept(self, told: dict[str, Any]) -> dict[str, Any]:
        return told | {"about": {stay.pk for stay in told["about"]}}

    def write(self) -> None:
        told, kind = self.what(), self.random.choice([Kind.NOTE, Kind.MAINTENANCE, Kind.PRAISE])
        entry = entry_write(house=self.house, kind=kind, **told, now=self.now)
        self.lines.append(entry)
        self.keep("written", entry, self.kept(told))

    def amend(self) -> None:
        if self.lines:
            entry, told = self.random.choice(self.lines), self.what()
            entry_amend(entry=entry, **told, reason="Looked at again", now=self.now)
            self.keep("amended", entry, self.kept(told))

    def photo(self) -> None:
        if self.lines:
            entry, caption = self.random.choice(self.lines), self.words()
            if entry.photos.count() < 10:
                photo_add(entry=entry, data=picture(self.number), caption=caption, now=self.now)
                self.keep("photo", entry, caption)

    def incident(self) -> None:
        told = self.what()
        first = self.a_step()
        incident = incident_file(
            house=self.house, type="fire", place="Kitchen", audience="staff", steps=[first], **told, now=self.now
        )
        self.lines.append(incident.entry)
        self.to_close.append(incident)
        self.keep("written", incident.entry, self.kept(told))
        self.keep_step("step", incident.steps.get())
        self.keep_due(incident.entry)

    def a_step(self) -> Step:
        return Step(kind="done", at=self.now - timedelta(minutes=self.random.randrange(60)), what=self.words())

    def keep_step(self, what: str, step: IncidentStep, key: int = 0) -> None:
        """`key` is that of the first one, where this puts it right."""
        key = key or step.pk
        self.steps[key] = step
        self.keep(what, step.incident.entry, step.what, key)

    def keep_due(self, entry: Entry) -> None:
        """The clock that it started."""
        deadline = entry.deadlines.get()
        self.to_meet.append(deadline)
        self.keep("due", entry, "", deadline.pk)

    def step(self) -> None:
        if still_open := [row for row in self.to_close if isinstance(row, Incident)]:
            incident = self.random.choice(still_open)
            self.keep_step("step", step_add(incident=incident, step=self.a_step(), now=self.now))

    def amend_step(self) -> None:
        if self.steps:
            key, before = self.random.choice(list(self.steps.items()))
            row = step_amend(before=before, step=self.a_step(), reason="The clock was slow", now=self.now)
            self.keep_step("step amended", row, key)

    def close(self) -> None:
        """Alice wrote them all, so Bob closes them."""
        if not self.to_close:
            return
        row, words = self.to_close.pop(self.random.randrange(len(self.to_close))), self.words()
        with acting_as(self.cast.bob, source="web"):
            if isinstance(row, Incident):
                incident_close(incident=row, cause=words, correction="Looked after", now=self.now)
                self.keep("closed", row.entry, words)
            else:
                complaint_close(complaint=row, outcome="partly", text=words, told="By phone", now=self.now)
                self.complaints.remove(row)
                self.keep("outcome", row.entry, words)

    def add_to_do(self) -> None:
        if self.lines:
            entry, due_on = self.random.choice(self.lines), self.house.today(self.now) + timedelta(days=1)
            row = follow_up_add(entry=entry, due=Due(what="Look after it", who="", due_on=due_on), now=self.now)
            self.to_do.append(row)
            self.keep("to do", entry, "", row.pk)

    def done(self) -> None:
        if self.to_do:
            row, note = self.to_do.pop(self.random.randrange(len(self.to_do))), self.words()
            follow_up_done(follow_up=row, note=note, now=self.now)
            self.keep("done", row.entry, note, row.pk)

    def meet(self) -> None:
        if self.to_meet:
            row, proof = self.to_meet.pop(self.random.randrange(len(self.to_meet))), self.words()
            deadline_meet(deadline=row, done_at=self.now, proof=proof, now=self.now)
            self.keep("met", row.entry, proof, row.pk)

    def search(self) -> None:
        told = self.what()
        place = told.pop("text")
        search = search_record(
            house=self.house, place=place, why="Smoke", by="Alice", resident_present=True, **told, now=self.now
        )
        self.searches.append(search)
        self.keep("written", search.entry, self.kept(told | {"text": self.line_of(search)}))
        self.keep("search", search.entry, place)

    def line_of(self, search: Search) -> str:
        return f"{search.place}: {search.why}"

    def amend_search(self) -> None:
        if self.searches:
            number, place = self.random.randrange(len(self.searches)), self.words()
            search = search_amend(search=self.searches[number], place=place, reason="Another room", now=self.now)
            self.searches[number] = search
            first = next(fact for fact in self.facts if (fact.entry, fact.what) == (search.entry_id, "written"))
            self.keep("amended", search.entry, first.told | {"text": self.line_of(search)})
            self.keep("search amended", search.entry, place)

    def complaint(self) -> None:
        told = self.what() | {"about": []}
        complaint = complaint_file(house=self.house, by="neighbor", **told, now=self.now)
        self.lines.append(complaint.entry)
        self.complaints.append(complaint)
        self.to_close.append(complaint)
        self.keep("written", complaint.entry, self.kept(told))
        self.keep_due(complaint.entry)

    def answer(self) -> None:
        if self.complaints:
            complaint, text = self.random.choice(self.complaints), self.words()
            complaint_answer(complaint=complaint, text=text, now=self.now)
            self.keep("answer", complaint.entry, text)

    def instants(self) -> list[datetime]:
        """Random ones of the day, and those that matter: of a fact, and just before it."""
        whole = (self.now - self.begins) / MICROSECOND
        anywhere = [self.begins + self.random.randrange(int(whole)) * MICROSECOND for _ in range(INSTANTS // 2)]
        of_facts = [
            fact.at - self.random.randrange(2) * MICROSECOND
            for fact in self.random.choices(self.facts, k=INSTANTS // 2)
        ]
        return [*anywhere, *of_facts]


def picture(number: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), (number % 256, 90, 120)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(autouse=True)
def alice_acts(request, cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.mark.parametrize("seed", [5, 17])
def test_what_was_known_at_any_instant_is_what_had_been_written_by_then(cast, seed):
    story = Story(cast, seed)
    facts = story.tell()
    happened = {fact.what for fact in facts}
    instants = story.instants()

    assert happened == {
        *("written", "amended", "photo", "step", "step amended", "closed", "to do", "done", "due", "met"),
        *("search", "search amended", "answer", "outcome"),
    }
    assert len(instants) == INSTANTS
    for known_at in instants:
        assert as_told(cast, known_at) == replay(facts, known_at)
    assert as_told(cast, None) == replay(facts, story.now)


def test_the_order_the_words_and_the_tellings_are_those_of_that_instant(cast):
    story = Story(cast, 29)
    facts = story.tell()
    entries = Entry.objects.filter(house=cast.house_a)

    for known_at in story.instants()[::4]:
        known = replay(facts, known_at)
        in_order = sorted(known, key=lambda key: (known[key].happened_at, key), reverse=True)
        assert [row.entry_id for row in tellings(entries, known_at)] == in_order
        for fact in story.random.choices(facts, k=5):
            if fact.what not in ("written", "amended"):
                continue
            found = {row.entry_id for row in having(tellings(entries, known_at), words=fact.told["text"])}
            assert found == {key for key, told in known.items() if fact.told["text"] in told.text}
            said = [other for other in facts if other.entry == fact.entry and other.what in ("written", "amended")]
            told = [line.telling.text for line in tellings_of(Entry.objects.get(pk=fact.entry), known_at)]
            assert told == [each.told["text"] for each in reversed(said) if each.at <= known_at]


def test_nothing_is_known_before_the_first_word(cast):
    story = Story(cast, 3)
    facts = story.tell()

    assert as_told(cast, facts[0].at - MICROSECOND) == {}
    assert as_told(cast, facts[0].at) == replay(facts, facts[0].at) != {}
