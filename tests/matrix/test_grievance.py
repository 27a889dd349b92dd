"""A grievance about somebody of the staff does not exist for that person: not on any page, at any endpoint, in an
export, a search, a notice, a history or on a paper, and no count tells of it.

Every address of the site is asked twice as them, in the same world without the grievance and with it, and must answer
the same; every address of a row of the grievance answers as that of a row there never was.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import caches
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.log.models import Entry, EntryAbout, FollowUp
from residents.log.services import clocks, complaints, entries, follow_ups, papers_log, shifts
from residents.log.services.papers_complaint import complaint_issue
from residents.people.models import Look
from soberhouse.accounts.models import User
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from soberhouse.notices.models import Notice
from tests.architecture.guards import every_url
from tests.cast import grant, make_user, move_in
from tests.matrix.asking import Asked, all_names, api_names, ask, made_world, told, undone
from tests.matrix.table import API, PAGES, Page
from tests.matrix.world import PEOPLE, World
from tests.residents.rules.test_violations import a_photo

pytestmark = pytest.mark.django_db  # each test in a transaction of its own, inside that of the world

FORM = "application/x-www-form-urlencoded"
SECRET = "quibblesome"  # stands in every text of the grievance
# What differs from one request to the next: the clock, the token of a session’s page, the code of a house meeting.
CLOCK = re.compile(rb"\d{1,2}:\d{2}( [ap]\.m\.)?|T\d\d:\d\d[\d:.+-]*|\d+ minutes?|X-CSRFToken[^}]*|<span>\d{3}</span>")
PAPER = re.compile(rb"startxref\s+\d+\s+%%EOF\s*$")  # where the file of one ends
NOWHERE = str(uuid.uuid4())
SENT_AWAY = {"account_logout", "service_worker", "manifest"}
OF_LISTS = {"house_today", "log", "deadlines", "load", "hand_overs", "papers", "papers_of_all", "violations", "passes"}
GUESSED = ("", "house", "organization", "stay of dana", "dana")
VARIANTS = ("export=csv&show=all", "kind=complaint&known=2026-06-01T12:00")  # of lists, exports and looks back
# Who it is about, who files it, and who decides it.
CASES = {
    "a manager who lives there too": ("alice", "bob", "olive"),
    "an operator": ("olive", "dana", "oona"),
}


@dataclass(frozen=True)
class Case:
    """A world in which one can be filed: `subject` is whom it is about."""

    world: World
    subject: str
    filer: str
    decider: str

    def user(self, name: str) -> User:
        return User.objects.get(username=name)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    for world in made_world(django_db_blocker):
        with acting_as(None, source="command"):
            grant(oona := make_user("oona"), RoleKind.OPERATOR, world.cast.organization)
            world.sign_in("oona", oona)
            move_in(world.cast.house_a, "2A", "Alice", "Example", days_ago=300, user=world.cast.alice)
            clocks.clock_start(
                organization=world.cast.organization,
                name="Answer whoever complained",
                starts="complaint",
                amount=1,
                unit="hours",
                recipient="Whoever complained",
                now=timezone.now() - timedelta(days=90),
            )
            world.cast.organization.oversight = "Recovery Residences of the Lakes"
            world.cast.organization.save()
        yield world


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest, world: World) -> Case:
    return Case(world, *CASES[request.param])


# The grievance, with all that can hang on it


def the_grievance(case: Case) -> list[Any]:
    """Filed, told anew, with a photo and something to be done, overdue, answered, issued, and looked at by those who
    read it. Every row of it."""
    by_the_clock()  # what is due in the world anyway
    now, house = timezone.now(), case.world.cast.house_a
    filer, decider = case.user(case.filer), case.user(case.decider)
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in rows_with_ids()}
    happened_at, own = now - timedelta(hours=5), case.filer == "dana"
    words = f"They were {SECRET} to us all."
    with acting_as(filer, source="web"):
        complaint = complaints.complaint_file(
            house=house,
            by="resident" if own else "family",
            own=own,
            text=words,
            happened_at=happened_at,
            name=f"Wanda {SECRET.title()}",
            contact=f"{SECRET} lane 4",
            against=case.user(case.subject),
            wish=f"No more {SECRET} words.",
            now=happened_at,
        )
    with acting_as(decider, source="web"):
        entry = complaint.entry
        entries.photo_add(entry=entry, data=a_photo(), caption=f"A {SECRET} note", now=now)
        follow_ups.follow_up_add(
            entry=entry,
            due=follow_ups.Due(what=f"Speak with whoever was {SECRET}", due_on=house.today()),
            now=now,
        )
        entries.entry_amend(
            entry=entry,
            text=words if own else f"They were {SECRET} to two of us.",  # what a resident filed stays in their words
            happened_at=happened_at,
            about=[case.world.cast.stay_of_frank],
            reason=f"Less {SECRET} than was said.",
            now=now,
        )
        complaints.complaint_answer(complaint=complaint, text=f"We ask who was {SECRET}.", now=now)
    by_the_clock()
    with acting_as(decider, source="web"):
        paper = complaint_issue(complaint=complaint, recipient=f"The {SECRET} board", now=now)
    looked_at(case, entry, paper)
    return [
        row
        for model in rows_with_ids()
        for row in model.objects.exclude(pk__in=before[model])
        if model is not Notice and model._meta.model_name not in ("duerun",)
    ]


def looked_at(case: Case, entry: Entry, paper: IssuedDocument) -> None:
    """Those who read it do, on the site and as programs."""
    about = EntryAbout.objects.get(telling__entry=entry)
    pages = [reverse(name, args=[entry.uuid]) for name in ("entry", "complaint_answer", "api_entry", "api_complaint")]
    pages += [reverse("deadline_met", args=[deadline.uuid]) for deadline in entry.deadlines.all()]
    pages += [reverse(name, args=[paper.uuid]) for name in ("paper", "paper_file")]
    pages += [reverse("history", args=["entryabout", about.uuid])]
    seen = {
        url: [asked_anew(case.world, who, "get", url).status for who in (case.filer, case.decider)] for url in pages
    }
    assert {url for url, statuses in seen.items() if statuses[1] != 200} == set()


def by_the_clock() -> None:
    """What is overdue is called out."""
    with acting_as(None, source="command"):
        clocks.clocks_catch_up(now=timezone.now())
        clocks.deadlines_call(now=timezone.now())


def rows_with_ids() -> list[Any]:
    return [
        model
        for model in apps.get_models()
        if model._meta.managed
        and any(field.name == "uuid" for field in model._meta.concrete_fields)
        and not model.__name__.startswith("Historical")
    ]


def a_day(case: Case, *, with_it: bool) -> list[Any]:
    """What happens in the house whether or not there is a grievance; and, `with_it`, that."""
    rows = the_grievance(case) if with_it else []
    if not with_it:
        by_the_clock()
    with acting_as(case.user(case.decider), source="web"):
        shifts.hand_over(house=case.world.cast.house_a, text="All quiet.", now=timezone.now())
    return rows


# Asking


def asked_anew(world: World, who: str, method: str, url: str, **sent: Any) -> Asked:
    """By somebody who has not asked too often."""
    caches["counters"].clear()
    return ask(world, who, method, url, **sent)


def addresses(world: World) -> dict[str, str]:
    """Every address that the matrix knows, of a row of house A or of none, with its name; one that it does not know
    yet, of what it may be about."""
    found = {}
    for name in all_names() - api_names() - SENT_AWAY:
        abouts = [line.about for line in PAGES[name] if isinstance(line, Page)] if name in PAGES else GUESSED
        for about in abouts:
            with suppress(NoReverseMatch):
                found[reverse(name, kwargs=world.rows[about] if about else {})] = name
    return found


def endpoints(world: World) -> list[str]:
    """The same of those that answer programs."""
    found = []
    for name in sorted(api_names()):
        abouts = [asks.about for asks in API[name].values()] if name in API else GUESSED
        for about in dict.fromkeys(abouts):
            with suppress(NoReverseMatch):
                found.append(reverse(name, kwargs=world.rows[about] if about else {}))
    return found


def all_that_is_told(case: Case, only: Collection[str] = ()) -> dict[str, Any]:
    """Everything that the person is told anywhere, by address; or `only` at these."""
    world, subject = case.world, case.subject
    key, log = f"{subject}'s key", reverse("log", args=[world.cast.house_a.uuid])
    requests: dict[str, Callable[[], Asked]] = {}
    for url, name in sorted(addresses(world).items()):
        for each in (url, *(f"{url}?{query}" for query in VARIANTS if name in OF_LISTS)):
            requests[each] = partial(asked_anew, world, subject, "get", each)
    for url in endpoints(world):
        requests[url] = partial(asked_anew, world, key, "get", url)
    for words in (SECRET[:7], "complaint"):
        for field in ("q", "words"):
            sent = {"data": f"{field}={words}", "content_type": FORM}
            requests[f"{log} {field}={words}"] = partial(asked_anew, world, subject, "post", log, **sent)
    return {url: heard(request().response) for url, request in requests.items() if not only or url in only}


def looks_told(case: Case) -> list[Any]:
    """Who looked, as far as the person may know: whom they run, and themselves."""
    looks = Look.objects.visible_to(case.user(case.subject))
    return list(looks.order_by("pk").values_list("resident", "what", "actor_label", "detail"))


def heard(response: Any) -> dict[str, Any]:
    """What is told, but for the clock, and for tags, which are made of ids that differ from world to world."""
    on_paper = words_of(response) if not response.streaming and PAPER.search(response.content) else None
    answer = told(response)
    for name in ("ETag", "Expires"):
        answer["headers"].pop(name, None)
    if on_paper is not None:
        answer["body"] = on_paper
    answer["body"] = CLOCK.sub(b"*", answer["body"].encode()).decode()
    return answer


def words_of(response: Any) -> str:
    """What stands on a paper: the file of it is packed."""
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(b"".join(response))).pages)


def first_difference(url: str, one: dict[str, Any], other: dict[str, Any]) -> tuple[str, str]:
    """Where two answers part, in a few words: whole pages take minutes to compare."""
    told_one, told_other = str(one), str(other)
    both = zip(told_one, told_other, strict=False)
    place = next((n for n, (a, b) in enumerate(both) if a != b), 0)
    return url, told_one[max(0, place - 60) : place + 120]


# The promise


def test_it_is_told_nowhere_and_counted_nowhere(case: Case) -> None:
    with undone():
        a_day(case, with_it=False)
        looks = looks_told(case)
        without = all_that_is_told(case)
        notices = Notice.objects.filter(user=case.user(case.subject)).count()
    with undone():
        rows = a_day(case, with_it=True)
        looks_with_it = looks_told(case)
        ids = {str(row.uuid) for row in rows} | {row.uuid.hex for row in rows}
        with_it = all_that_is_told(case)
        bodies = [str(answer).lower() for answer in with_it.values()]
        told_of = list(Notice.objects.filter(user=case.user(case.subject)).values_list("text", flat=True))
    differs = {url for url, answer in with_it.items() if answer != without[url]}
    with undone():  # what differs by itself, from one minute to the next, differs here too
        a_day(case, with_it=False)
        again = all_that_is_told(case, differs) if differs else {}

    assert {Entry, FollowUp} <= {type(row) for row in rows}
    assert len({type(row).__name__ for row in rows}) >= 9  # it could have been told in many ways
    assert set(without) == set(with_it)
    assert len(with_it) > 200
    assert [first_difference(url, with_it[url], again[url]) for url in differs if with_it[url] != again[url]] == []
    assert not any(SECRET in body for body in bodies)
    assert not any(each in body for body in bodies for each in ids)
    assert len(told_of) == notices
    assert looks_with_it == looks


def test_none_of_its_rows_is_there(case: Case) -> None:
    """Every page of a row of its kind, every endpoint and every history, to look and to send: as if there were none."""
    world, subject = case.world, case.subject
    patterns = {pattern.name: (route, pattern) for route, pattern in every_url(get_resolver().url_patterns)}
    takes_one = {
        name: pattern.callback
        for name, (route, pattern) in patterns.items()
        if route.count("<") == 1 and "<uuid:uuid>" in route
    }
    kinds = {model._meta.model_name for model in audited_models()}
    wrong: list[Any] = []
    of_none: dict[Any, Any] = {}
    with undone():
        of_each_kind = {type(row): row for row in a_day(case, with_it=True)}
        for row in of_each_kind.values():
            asked = [
                (f"{subject}'s key", method.lower(), reverse(name, args=[row.uuid]))
                for name, view in takes_one.items()
                if name in api_names()
                for method in view.needs
            ]
            asked += [
                (subject, method, reverse(name, args=[row.uuid]))
                for name, view in takes_one.items()
                if getattr(view, "model", None) is type(row)
                for method in ("get", "post")
            ]
            if row._meta.model_name in kinds:
                asked.append((subject, "get", reverse("history", args=[row._meta.model_name, row.uuid])))
            for who, method, url in asked:
                answer = asked_anew(world, who, method, url, data="{}", content_type="application/json")
                if answer.status not in (404, 405, 422) or answer.wrote:
                    wrong.append((type(row).__name__, method, url, answer.status))
                nowhere = (who, method, url.replace(str(row.uuid), NOWHERE))
                if nowhere not in of_none:
                    sent = asked_anew(world, *nowhere, data="{}", content_type="application/json")
                    of_none[nowhere] = told(sent.response)
                if told(answer.response) != of_none[nowhere]:
                    wrong.append((type(row).__name__, method, url, "is not as of none"))
    assert wrong == []


def test_no_log_on_paper_holds_it(case: Case) -> None:
    """Whoever issues it, and whatever it holds."""
    with undone():
        a_day(case, with_it=True)
        house = case.world.cast.house_a
        for issuer in (case.subject, case.decider):
            for with_few in (False, True):
                with acting_as(case.user(issuer), source="web"):
                    today = house.today()
                    document = papers_log.log_issue(
                        house=house, first_day=today, last_day=today, with_few=with_few, now=timezone.now()
                    )
                answer = asked_anew(case.world, case.subject, "get", reverse("paper_file", args=[document.uuid]))
                text = words_of(answer.response)
                assert "All quiet" not in text  # a hand-over is no entry
                assert SECRET not in text.lower()


def test_those_who_must_see_it_do(case: Case) -> None:
    """Else nothing above would say anything."""
    with undone():
        rows = a_day(case, with_it=True)
        entry = next(row for row in rows if isinstance(row, Entry))
        url = reverse("entry", args=[entry.uuid])
        filer = asked_anew(case.world, case.filer, "get", url)
        assert (filer.status, SECRET in filer.response.content.decode()) == (200, True)
        everybody = (*PEOPLE, "oona")
        sees = {name for name in everybody if Entry.objects.visible_to(case.user(name)).filter(pk=entry.pk).exists()}
        assert sees == {case.filer, "olive", "oona"} - {case.subject}


def test_the_walk_would_notice(case: Case) -> None:
    """One that is not withheld shows, and changes what is counted."""
    house = case.world.cast.house_a.uuid
    where = {reverse("house_today", args=[house]), reverse("log", args=[house]), reverse("api_complaints")}
    with undone():
        a_day(case, with_it=False)
        without = all_that_is_told(case, where)
    with undone():
        with acting_as(case.user("bob"), source="web"):
            complaints.complaint_file(
                house=case.world.cast.house_a,
                by="neighbor",
                text=f"A {SECRET} dog barks.",
                happened_at=timezone.now(),
                now=timezone.now(),
            )
        a_day(case, with_it=False)
        with_it = all_that_is_told(case, where)

    changed = {url for url in with_it if with_it[url] != without[url]}
    assert where <= changed
    assert any(SECRET in str(with_it[url]) for url in changed)
