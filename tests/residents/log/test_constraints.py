"""What both engines refuse about the log, asked in plain SQL: no form, no service, no Python in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models, transaction

from residents.log import models as log
from residents.log.models import (
    OPEN,
    Audience,
    Clock,
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Deadline,
    DeadlineCall,
    DeadlineMet,
    Entry,
    EntryAbout,
    EntryPhoto,
    EntryTelling,
    FollowUp,
    FollowUpDone,
    HandOverRead,
    Holiday,
    Incident,
    IncidentClosing,
    IncidentStep,
    Kind,
    LogSeen,
    SafetyCheck,
    SafetyItem,
    Search,
    Visit,
    VisitEnd,
)
from residents.stays.models import Stay
from residents.stays.services import discharge
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from tests import factories
from tests.residents.log import given
from tests.residents.rules.given import ago, published_book
from tests.residents.stays.stories import ORDINARY
from tests.sql import delete, insert, refused, update

NOON = datetime(2026, 1, 5, 17, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
TO_COME = datetime(2100, 1, 1, tzinfo=UTC)
ONCE = "UNIQUE|unique"
KEPT = "append-only|nothing is deleted"
AUDITED = [model for model in audited_models() if model.__module__.startswith(log.__name__)]


@pytest.fixture(autouse=True)
def somebody_acts(request, cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def entry(cast) -> Entry:
    return given.entry_of(cast.house_a, cast.alice, days_ago=3)


@pytest.fixture
def incident(cast) -> Incident:
    return given.incident_of(cast.house_a, cast.alice, days_ago=3)


@pytest.fixture
def complaint(cast) -> Complaint:
    return given.complaint_of(cast.house_a, cast.bob, days_ago=3)


def by(user: User | None) -> dict[str, Any]:
    """Whose hand a row is."""
    return {"recorded_by": user, "recorded_as": user.name if user else "a command"}


def of(parent: Any, name: str, /, **facts: Any) -> dict[str, Any]:
    return {"house": parent.house, name: parent, "recorded_as": "Alice Example"} | facts


# What is written stays


@pytest.mark.parametrize("model", [model for model in AUDITED if factories.is_append_only(model)])
def test_a_fact_of_the_log_is_neither_changed_nor_deleted(cast, model):
    row = factories.saved(model, cast)

    with refused(KEPT):
        update(model, row.pk, uuid="f" * 32)
    with refused(KEPT):
        delete(row)

    assert model._base_manager.get(pk=row.pk).uuid == row.uuid


def test_what_may_change_of_the_log_is_known_by_name():
    changing = {model for model in AUDITED if not factories.is_append_only(model)}

    assert changing == {Clock, Holiday, Entry, SafetyItem}


@pytest.mark.parametrize("model", [Clock, Holiday, Entry, SafetyItem])
def test_what_may_change_is_not_deleted(cast, model):
    row = factories.saved(model, cast)

    with refused(KEPT):
        delete(row)

    assert model._base_manager.filter(pk=row.pk).exists()


# Entries


@pytest.mark.parametrize("wrong", [{"kind": "gossip"}, {"audience": "everybody"}], ids=str)
def test_an_entry_is_of_a_known_kind_and_for_known_people(cast, wrong):
    with refused("entry_kind|entry_audience"):
        insert(Entry(house=cast.house_a, **wrong, **by(cast.alice)))


@pytest.mark.parametrize("audience", [each for each in Audience if each not in OPEN])
def test_an_entry_kept_from_whom_it_is_about_says_why(cast, entry, audience):
    with refused("entry_audience_reason"):
        insert(Entry(house=cast.house_a, audience=audience, **by(cast.alice)))
    with refused("entry_audience_reason"):
        update(Entry, entry.pk, audience=audience)

    insert(Entry(house=cast.house_a, audience=audience, audience_reason="A safe word", **by(cast.alice)))


def test_only_a_complaint_for_the_operators_is_withheld_from_somebody(cast):
    facts = {"house": cast.house_a, "audience_reason": "It is about her.", "withheld_from": cast.alice}

    with refused("entry_withheld"):
        insert(Entry(kind=Kind.NOTE, audience=Audience.OPERATORS, **facts, **by(cast.bob)))
    for audience in set(Audience) - {Audience.OPERATORS}:
        with refused("entry_withheld"):
            insert(Entry(kind=Kind.COMPLAINT, audience=audience, **facts, **by(cast.bob)))
    key = insert(Entry(kind=Kind.COMPLAINT, audience=Audience.OPERATORS, **facts, **by(cast.bob)))
    with refused("entry_withheld"):
        update(Entry, key, audience=Audience.STAFF)


@pytest.mark.parametrize("name", ["house", "kind", "withheld_from", "recorded_by", "recorded_as", "recorded_at"])
def test_of_an_entry_only_who_reads_it_changes(cast, entry, name):
    others = {
        "house": cast.house_b,
        "kind": Kind.COMPLAINT,
        "withheld_from": cast.bob,
        "recorded_by": cast.bob,
        "recorded_as": "Bob",
        "recorded_at": NOON,
    }

    with refused("entry_frozen"):
        update(Entry, entry.pk, **{name: others[name]})
    update(Entry, entry.pk, audience=Audience.CONFIDENTIAL, audience_reason="A safe word")

    assert Entry.objects.get(pk=entry.pk).audience == Audience.CONFIDENTIAL


# Tellings and whom they are about


def telling(of_entry: Entry, **facts: Any) -> EntryTelling:
    usual = {"text": "A knock.", "happened_at": NOON}
    return EntryTelling(**of(of_entry, "entry") | usual | facts)


def again(before: EntryTelling, **facts: Any) -> EntryTelling:
    return telling(before.entry, **{"corrects": before, "correction_reason": "It was the wind."} | facts)


def test_an_entry_is_told_first_once(entry):
    with refused(f"entrytelling_first|{ONCE}"):
        insert(telling(entry))


def test_a_telling_is_put_right_once_and_the_next_puts_that_right(cast, entry):
    first = entry.tellings.get()
    second = EntryTelling.objects.get(pk=insert(again(first)))

    with refused(ONCE):
        insert(again(first))
    insert(again(second))

    assert entry.tellings.get(corrected_by=None).corrects == second


def test_a_telling_put_right_says_why_and_a_first_one_does_not(cast, entry):
    bare = Entry.objects.get(pk=insert(Entry(house=cast.house_a, **by(cast.alice))))

    with refused("entrytelling_correction_reason"):
        insert(again(entry.tellings.get(), correction_reason=""))
    with refused("entrytelling_correction_reason"):
        insert(telling(bare, correction_reason="For no reason"))
    insert(telling(bare))


def test_a_telling_puts_right_one_of_the_same_entry(cast, entry):
    other = given.entry_of(cast.house_a, cast.alice)

    with refused("entrytelling_corrects_entry"):
        insert(again(entry.tellings.get(), entry=other))


def test_a_telling_has_words_and_lies_in_the_past(cast):
    bare = Entry.objects.get(pk=insert(Entry(house=cast.house_a, **by(cast.alice))))

    with refused("entrytelling_text"):
        insert(telling(bare, text=""))
    with refused("entrytelling_past"):
        insert(telling(bare, happened_at=TO_COME))
    insert(telling(bare, happened_at=LATER))


def about(row: EntryTelling, stay: Stay, who: User | None, **facts: Any) -> EntryAbout:
    return EntryAbout(**{"house": row.house, "telling": row, "stay": stay, **by(who)} | facts)


def test_an_entry_is_about_people_of_its_house_once_each(cast, entry):
    row = entry.tellings.get()

    with refused("entryabout_stay_house"):
        insert(about(row, cast.stay_of_erin, cast.alice))
    with refused("entryabout_house"):
        insert(about(row, cast.stay_of_erin, cast.alice, house=cast.house_b))
    insert(about(row, cast.stay_of_dana, cast.alice))
    insert(about(row, cast.stay_of_frank, None))
    with refused(f"entryabout_once|{ONCE}"):
        insert(about(row, cast.stay_of_dana, cast.bob))


def test_nobody_writes_about_themselves(cast, entry):
    with refused("entryabout_by_another"):
        insert(about(entry.tellings.get(), cast.stay_of_dana, cast.dana.user))


def test_a_photo_says_what_it_shows(cast, entry):
    file = factories.new_file()

    with refused("entryphoto_caption"):
        insert(EntryPhoto(**of(entry, "entry", file=file, caption="")))
    insert(EntryPhoto(**of(entry, "entry", file=file, caption="The door")))


# Incidents


def test_what_has_a_form_of_its_own_hangs_on_an_entry_of_its_kind(entry):
    with refused("incident_of_kind"):
        insert(Incident(**of(entry, "entry", type="fire")))
    with refused("complaint_of_kind"):
        insert(Complaint(**of(entry, "entry", by="neighbor")))
    with refused("search_of_kind"):
        insert(search(entry))
    with refused("visit_of_kind"):
        insert(visit(entry))


def test_an_incident_is_of_a_known_type_and_an_entry_is_one_incident(cast):
    entry = given.entry_of(cast.house_a, cast.alice, kind=Kind.INCIDENT)
    with refused("incident_type"):
        insert(Incident(**of(entry, "entry", type="alien")))
    insert(Incident(**of(entry, "entry", type="fire")))
    with refused(ONCE):
        insert(Incident(**of(entry, "entry", type="police")))


def step(incident: Incident, **facts: Any) -> IncidentStep:
    usual = {"kind": "happened", "what": "Found on the floor", "at": NOON}
    return IncidentStep(**of(incident, "incident", **usual | facts))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "guessed"},
        {"kind": "happened", "what": ""},
        {"kind": "done", "what": ""},
        {"kind": "happened", "doses": 1},
        {"kind": "told", "who": ""},
        {"kind": "told", "who": "Mother", "doses": 1},
        {"kind": "naloxone", "doses": None},
        {"kind": "naloxone", "doses": 0},
        {"kind": "naloxone", "doses": 21},
    ],
    ids=str,
)
def test_a_step_of_an_incident_is_whole(incident, wrong):
    with refused("incidentstep_whole|doses"):
        insert(step(incident, **wrong))

    assert not incident.steps.exists()


@pytest.mark.parametrize(
    "right",
    [{}, {"kind": "done"}, {"kind": "told", "who": "Mother", "what": ""}, {"kind": "naloxone", "doses": 2, "what": ""}],
    ids=str,
)
def test_a_whole_step_is_written(incident, right):
    insert(step(incident, **right))

    assert incident.steps.count() == 1


def test_a_step_lies_in_the_past(incident):
    with refused("incidentstep_past"):
        insert(step(incident, at=TO_COME))
    insert(step(incident, at=LATER))


def test_a_step_is_put_right_once_with_a_reason_within_its_incident(cast, incident):
    first = IncidentStep.objects.get(pk=insert(step(incident)))
    other = given.incident_of(cast.house_a, cast.alice)
    right = {"corrects": first, "correction_reason": "The clock was slow."}

    with refused("incidentstep_correction_reason"):
        insert(step(incident, corrects=first))
    with refused("incidentstep_correction_reason"):
        insert(step(incident, correction_reason="For no reason"))
    with refused("incidentstep_corrects_incident"):
        insert(step(other, **right))
    insert(step(incident, **right))
    with refused(ONCE):
        insert(step(incident, **right))


def test_a_follow_up_says_what_is_to_be_done(entry):
    with refused("followup_what"):
        insert(FollowUp(**of(entry, "entry", what="", due_on=date(2026, 1, 5))))
    insert(FollowUp(**of(entry, "entry", what="Call the family", due_on=date(2026, 1, 5))))


def test_a_follow_up_ends_once_and_says_why_where_it_is_dropped(cast, entry):
    row = given.follow_up_of(entry, cast.alice)

    with refused("followupdone_note"):
        insert(FollowUpDone(**of(row, "follow_up", outcome="dropped")))
    with refused("followupdone_note"):
        insert(FollowUpDone(**of(row, "follow_up", outcome="later", note="Some day")))
    insert(FollowUpDone(**of(row, "follow_up")))
    with refused(ONCE):
        insert(FollowUpDone(**of(row, "follow_up", outcome="dropped", note="They moved away.")))


def closing(incident: Incident, who: User | None, **facts: Any) -> IncidentClosing:
    usual = {"cause": "Fentanyl in a pressed pill", "correction": "Naloxone on each floor"}
    return IncidentClosing(**{"house": incident.house, "incident": incident, **usual, **by(who)} | facts)


def test_an_incident_is_closed_once_by_somebody_else_who_says_why(cast, incident):
    for nobody in (cast.alice, None):
        with refused("incidentclosing_by_another"):
            insert(closing(incident, nobody))
    for missing in ("cause", "correction"):
        with refused("incidentclosing_words"):
            insert(closing(incident, cast.olive, **{missing: ""}))
    insert(closing(incident, cast.olive))
    with refused(ONCE):
        insert(closing(incident, cast.bob))


def test_neither_who_wrote_it_nor_who_began_it_nor_whom_it_is_about_closes_an_incident(cast):
    entry = given.entry_of(cast.house_a, cast.alice, kind=Kind.INCIDENT, about=[cast.stay_of_dana])
    given.amended(entry, cast.alice, about=[cast.stay_of_frank])
    row = Incident.objects.get(
        pk=insert(Incident(house=cast.house_a, entry=entry, type="fire", begun_by=cast.audra, **by(cast.bob)))
    )  # the entry is alice's

    for hand in (cast.alice, cast.bob, cast.audra, cast.frank.user, cast.dana.user):
        with refused("incidentclosing_by_another"):
            insert(closing(row, hand))
    insert(closing(row, cast.olive))


# Clocks


def clock(cast: Any, **facts: Any) -> Clock:
    usual = {"name": "Report", "starts": "incident", "amount": 3, "unit": "hours", "recipient": "The state"}
    return Clock(**{"organization": cast.organization, "begins_at": NOON} | usual | facts)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("clock_words", {"recipient": ""}),
        ("clock_words", {"name": ""}),
        ("clock_starts", {"starts": "a wedding"[:9]}),
        ("clock_unit", {"unit": "moons"}),
        ("clock_amount", {"amount": 0}),
        ("clock_amount", {"amount": 401}),
        ("clock_incident_type", {"starts": "move_in", "incident_type": "fire"}),
        ("clock_range", {"ended_at": NOON - timedelta(seconds=1)}),
    ],
)
def test_a_clock_says_what_for_whom_and_by_when(cast, name, wrong):
    with refused(name):
        insert(clock(cast, **wrong))

    insert(clock(cast, incident_type="fire", ended_at=NOON))


def test_a_clock_never_changes_and_ends_once(cast):
    key = insert(clock(cast))
    changes = {
        "organization": cast.other_organization,
        "name": "Another",
        "starts": "complaint",
        "incident_type": "fire",
        "amount": 4,
        "unit": "days",
        "recipient": "Nobody",
        "source": "A book",
        "begins_at": LATER,
    }

    for name, value in changes.items():
        with refused("clock_frozen"):
            update(Clock, key, **{name: value})
    update(Clock, key, ended_at=LATER)
    for ends in (None, LATER + timedelta(days=1)):
        with refused("clock_ended_once"):
            update(Clock, key, ended_at=ends)


def test_a_day_is_on_the_list_of_holidays_once(cast):
    def holiday(**facts: Any) -> Holiday:
        return Holiday(**{"organization": cast.organization, "day": date(2026, 7, 4), "name": "The Fourth"} | facts)

    key = insert(holiday())
    with refused(f"holiday_once|{ONCE}"):
        insert(holiday(name="Again"))
    insert(holiday(organization=cast.other_organization))
    for change in ({"day": date(2026, 7, 5)}, {"organization": cast.other_organization}):
        with refused("holiday_frozen"):
            update(Holiday, key, **change)
    update(Holiday, key, dropped=True)
    insert(holiday(name="On the list again"))


def deadline(clock: Clock, **facts: Any) -> Deadline:
    return Deadline(**{"clock": clock, "started_at": NOON, "due_at": LATER, "recorded_as": "a command"} | facts)


def test_a_clock_runs_once_for_an_entry_and_once_for_a_stay(cast, entry):
    report = given.clock_of(cast.organization)
    house = cast.house_a

    insert(deadline(report, house=house, entry=entry))
    with refused(f"deadline_entry|{ONCE}"):
        insert(deadline(report, house=house, entry=entry, due_at=LATER + timedelta(days=1)))
    insert(deadline(report, house=house, stay=cast.stay_of_dana))
    with refused(f"deadline_stay|{ONCE}"):
        insert(deadline(report, house=house, stay=cast.stay_of_dana))
    insert(deadline(report, house=house, stay=cast.stay_of_frank))
    insert(deadline(given.clock_of(cast.organization, name="Another"), house=house, entry=entry))


def test_a_clock_runs_once_for_a_discharge_of_that_stay(cast):
    belongings, stay = given.clock_of(cast.organization, starts="discharge"), cast.stay_of_dana
    left = discharge(stay=stay, left_on=cast.today, today=cast.today, **ORDINARY)

    with refused("deadline_discharge_stay"):
        insert(deadline(belongings, house=cast.house_a, stay=cast.stay_of_frank, discharge=left))
    insert(deadline(belongings, house=cast.house_a, stay=stay, discharge=left))
    with refused(f"deadline_discharge|{ONCE}"):
        insert(deadline(belongings, house=cast.house_a, stay=stay, discharge=left))


def test_a_deadline_is_because_of_one_thing_of_its_house(cast, entry):
    report, house = given.clock_of(cast.organization), cast.house_a

    with refused("deadline_of_one"):
        insert(deadline(report, house=house))
    with refused("deadline_of_one"):
        insert(deadline(report, house=house, entry=entry, stay=cast.stay_of_dana))
    with refused("deadline_entry_house"):
        insert(deadline(report, house=cast.house_b, entry=entry))
    with refused("deadline_stay_house"):
        insert(deadline(report, house=cast.house_b, stay=cast.stay_of_dana))
    with refused("deadline_clock_organization"):
        insert(deadline(given.clock_of(cast.other_organization), house=house, entry=entry))


def test_a_deadline_comes_after_what_it_is_counted_from(cast, entry):
    with refused("deadline_range"):
        insert(deadline(given.clock_of(cast.organization), house=cast.house_a, entry=entry, due_at=NOON))


def test_a_deadline_is_met_once_in_the_past_and_proved(cast, entry):
    row = given.deadline_of(entry)

    def met(**facts: Any) -> DeadlineMet:
        return DeadlineMet(**of(row, "deadline", **{"done_at": NOON, "proof": "Report 2291"} | facts))

    with refused("deadlinemet_proof"):
        insert(met(proof=""))
    with refused("deadlinemet_past"):
        insert(met(done_at=TO_COME))
    insert(met(done_at=LATER))
    with refused(ONCE):
        insert(met())


def test_people_are_told_of_a_deadline_once_at_each_stage(entry):
    row = given.deadline_of(entry)

    for stage in DeadlineCall.Stage.values:
        insert(DeadlineCall(**of(row, "deadline", stage=stage)))
        with refused(f"deadlinecall_once|{ONCE}"):
            insert(DeadlineCall(**of(row, "deadline", stage=stage)))

    assert row.calls.count() == 3


# Complaints


def test_a_complaint_is_of_somebody_known_by_kind_and_an_entry_is_one_complaint(cast):
    entry = given.entry_of(cast.house_a, cast.alice, kind=Kind.COMPLAINT)
    with refused("complaint_by"):
        insert(Complaint(**of(entry, "entry", by="cat")))
    with refused("complaint_own"):
        insert(Complaint(**of(entry, "entry", by="neighbor", own=True)))
    insert(Complaint(**of(entry, "entry", by="neighbor")))
    with refused(ONCE):
        insert(Complaint(**of(entry, "entry", by="family")))


def test_whoever_complains_has_one_name(complaint):
    with refused("complainant_name"):
        insert(Complainant(**of(complaint, "complaint", name="")))
    insert(Complainant(**of(complaint, "complaint", name="Vera Quill")))
    with refused(ONCE):
        insert(Complainant(**of(complaint, "complaint", name="Vera Quint")))


def test_an_answer_has_words(complaint):
    with refused("complaintanswer_text"):
        insert(ComplaintAnswer(**of(complaint, "complaint", text="")))
    insert(ComplaintAnswer(**of(complaint, "complaint", text="The cars are moved.")))
    insert(ComplaintAnswer(**of(complaint, "complaint", text="And stay away.")))


def outcome(complaint: Complaint, who: User | None, **facts: Any) -> ComplaintOutcome:
    usual = {"outcome": "right", "text": "The cars are moved.", "told": "At the door"}
    return ComplaintOutcome(**{"house": complaint.house, "complaint": complaint, **usual, **by(who)} | facts)


def test_an_outcome_says_what_why_and_how_they_were_told(cast, complaint):
    for wrong in ({"outcome": "perhaps"}, {"text": ""}, {"told": ""}):
        with refused("complaintoutcome_words"):
            insert(outcome(complaint, cast.olive, **wrong))
    insert(outcome(complaint, cast.olive))
    with refused(ONCE):
        insert(outcome(complaint, cast.olive, outcome="wrong"))


def test_neither_whom_a_complaint_is_about_nor_who_filed_it_says_what_came_of_it(cast):
    row = given.complaint_of(cast.house_a, cast.dana.user, against=cast.alice, about=[cast.stay_of_frank])

    for hand in (cast.alice, cast.dana.user, cast.frank.user, None):
        with refused("complaintoutcome_by_another"):
            insert(outcome(row, hand))
    insert(outcome(row, cast.olive))


# Searches and visitors


@pytest.fixture
def searched(cast) -> Entry:
    return given.entry_of(cast.house_a, cast.alice, kind=Kind.SEARCH, days_ago=3)


@pytest.fixture
def visited(cast) -> Entry:
    return given.entry_of(cast.house_a, cast.alice, kind=Kind.VISITOR, days_ago=3)


def search(entry: Entry, **facts: Any) -> Search:
    usual = {"place": "Room 1", "why": "A smell", "by": "Alice Example", "resident_present": True}
    return Search(**of(entry, "entry", **usual | facts))


@pytest.mark.parametrize("missing", ["place", "why", "by"])
def test_a_search_says_what_was_searched_why_and_by_whom(searched, missing):
    with refused("search_words"):
        insert(search(searched, **{missing: ""}))


def test_what_was_found_became_something_and_nothing_became_nothing(cast, searched):
    with refused("search_found"):
        insert(search(searched, found="A pipe"))
    with refused("search_found"):
        insert(search(searched, became="Thrown away"))
    insert(search(searched, found="A pipe", became="Thrown away before Frank"))


def test_a_search_is_recorded_once_and_put_right_with_a_reason(cast, searched):
    first = Search.objects.get(pk=insert(search(searched)))
    other = given.entry_of(cast.house_a, cast.alice, kind=Kind.SEARCH)
    right = {"corrects": first, "correction_reason": "It was room 2."}

    with refused(f"search_first|{ONCE}"):
        insert(search(searched))
    with refused("search_correction_reason"):
        insert(search(searched, corrects=first))
    with refused("search_corrects_entry"):
        insert(search(other, **right))
    insert(search(searched, place="Room 2", **right))
    with refused(ONCE):
        insert(search(searched, **right))


def test_a_search_is_by_a_policy_of_its_house(cast, searched):
    with refused("search_policy_house"):
        insert(search(searched, policy=published_book(cast.house_b)))
    insert(search(searched, policy=published_book(cast.house_a)))


def visit(entry: Entry, **facts: Any) -> Visit:
    return Visit(**of(entry, "entry", **{"name": "Vera Quill", "came_at": NOON} | facts))


def test_a_visitor_has_a_name_and_came_in_the_past(visited):
    with refused("visit_name"):
        insert(visit(visited, name=""))
    with refused("visit_past"):
        insert(visit(visited, came_at=TO_COME))
    insert(visit(visited, came_at=LATER))
    with refused(ONCE):
        insert(visit(visited))


def test_a_visitor_leaves_once_after_they_came_and_not_in_the_future(visited):
    row = Visit.objects.get(pk=insert(visit(visited)))

    def end(**facts: Any) -> VisitEnd:
        return VisitEnd(**of(row, "visit", **{"came_at": NOON, "left_at": LATER} | facts))

    with refused("visitend_came"):
        insert(end(came_at=NOON - timedelta(days=1), left_at=NOON - timedelta(hours=1)))
    for wrong in (NOON - timedelta(seconds=1), TO_COME):
        with refused("visitend_after"):
            insert(end(left_at=wrong))
    insert(end(left_at=NOON))
    with refused(ONCE):
        insert(end())


# Safety and shifts


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("safetyitem_place", {"place": ""}),
        ("safetyitem_every", {"every_days": 0}),
        ("safetyitem_every", {"every_days": 1101}),
    ],
)
def test_a_safety_item_is_somewhere_and_looked_at(cast, name, wrong):
    usual = {"house": cast.house_a, "kind": "smoke", "place": "Hall", "every_days": 30}

    with refused(name):
        insert(SafetyItem(**usual | wrong))
    key = insert(SafetyItem(**usual))
    with refused(name):
        update(SafetyItem, key, **wrong)


def test_a_safety_item_stays_what_and_where_it_is(cast):
    item = given.safety_item_of(cast.house_a)

    with refused("safetyitem_frozen"):
        update(SafetyItem, item.pk, kind="smoke")
    with refused("safetyitem_frozen"):
        update(SafetyItem, item.pk, house=cast.house_b)
    update(SafetyItem, item.pk, place="Hall", every_days=90, retired_on=date(2026, 1, 5))


def check(item: SafetyItem, **facts: Any) -> SafetyCheck:
    return SafetyCheck(**of(item, "item", **{"checked_on": ago(item.house, 1), "in_order": True} | facts))


def test_what_is_not_in_order_says_what_it_is(cast):
    item = given.safety_item_of(cast.house_a)

    with refused("safetycheck_note"):
        insert(check(item, in_order=False))
    insert(check(item, in_order=False, note="The box is empty."))


def test_a_check_is_put_right_once_with_a_reason_for_the_same_thing(cast):
    item, other = given.safety_item_of(cast.house_a), given.safety_item_of(cast.house_a, place="Hall")
    first = given.check_of(item, cast.alice)
    right = {"corrects": first, "correction_reason": "It was the other one."}

    with refused("safetycheck_correction_reason"):
        insert(check(item, corrects=first))
    with refused("safetycheck_correction_reason"):
        insert(check(item, correction_reason="For no reason"))
    with refused("safetycheck_corrects_item"):
        insert(check(other, **right))
    insert(check(item, **right))
    with refused(ONCE):
        insert(check(item, **right))


def test_a_hand_over_is_signed_read_once_each_and_by_another(cast):
    row = given.hand_over_of(cast.house_a, cast.alice)

    for hand in (cast.alice, None):
        with refused("handoverread_by_another"):
            insert(HandOverRead(house=row.house, hand_over=row, **by(hand)))
    for hand in (cast.bob, cast.olive):
        insert(HandOverRead(house=row.house, hand_over=row, **by(hand)))
        with refused(f"handoverread_once|{ONCE}"):
            insert(HandOverRead(house=row.house, hand_over=row, **by(hand)))


def test_until_when_somebody_has_seen_a_log_is_one_row(cast):
    insert(LogSeen(house=cast.house_a, user=cast.alice, seen_at=NOON))
    insert(LogSeen(house=cast.house_b, user=cast.alice, seen_at=NOON))

    with refused(f"logseen_once|{ONCE}"):
        insert(LogSeen(house=cast.house_a, user=cast.alice, seen_at=LATER))


# Days and instants


def written() -> list[Any]:
    """Every day and every instant that a rule keeps well written."""
    found = []
    for model in AUDITED:
        for rule in model._meta.constraints:
            names = (*getattr(rule, "days", ()), *getattr(rule, "instants", ()))
            found += [pytest.param(model, rule.name, name, id=f"{rule.name}-{name}") for name in names]
    return found


@pytest.mark.sqlite
@pytest.mark.parametrize("odd", ["2026-9-05", "yesterday", ""])
@pytest.mark.parametrize(("model", "rule", "name"), written())
def test_a_day_or_an_instant_that_would_not_sort_is_refused(cast, model, rule, name, odd):
    row = factories.unsaved(model, cast)
    sql, values = factories.insert_sql(row)
    columns = sql[sql.index("(") + 1 : sql.index(")")].replace('"', "").split(", ")
    column = model._meta.get_field(name).column
    others = [value for each, value in zip(columns, values, strict=True) if each != column]
    kept = [f'"{each}"' for each in columns if each != column]
    marks = ", ".join(["%s"] * (len(kept) + 1))

    with refused(rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({", ".join([*kept, chr(34) + column + chr(34)])}) VALUES ({marks})',
            [*others, odd],
        )


def test_every_rule_of_the_log_is_proved_here_or_by_walking():
    """A rule that a model of the log has gained is named in this file; those of the same kind everywhere are proved by
    the tests that walk all models."""
    here = Path(__file__).read_text()
    walked = ("_house", "_kept", "_written")
    names = {rule.name for model in AUDITED for rule in model._meta.constraints if not isinstance(rule, AppendOnly)}

    assert {name for name in names if name not in here and not name.endswith(walked)} == set()
    assert isinstance(LogSeen._meta.constraints[0], models.UniqueConstraint)
