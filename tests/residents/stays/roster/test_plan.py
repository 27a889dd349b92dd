"""A roster against what is on record: nothing twice, nothing changed, every conflict named by its line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from residents.models import (
    Application,
    Bed,
    BedUse,
    Contact,
    Discharge,
    House,
    Resident,
    Room,
    SobrietyDate,
    Stay,
)
from residents.people import services as people
from residents.stays import services as stays
from residents.stays.roster.plan import make_plan
from residents.stays.roster.services import roster_import
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from tests.residents.stays.roster.conftest import HEADER, TODAY
from tests.residents.stays.roster.test_entries import line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


@pytest.fixture
def plan(cast, read):
    """Plan the import of these lines as this user (None: a command)."""

    def planned(*lines, user=None):
        content = lines[0] if len(lines) == 1 and "\n" in lines[0] else "\n".join([HEADER, *lines])
        with acting_as(user, source="web" if user else "command"):
            return make_plan(read(content).roster, organization=cast.organization, user=user, today=TODAY)

    return planned


@pytest.fixture
def bring(plan):
    """Import these lines; gives the plan."""

    def imported(*lines, user=None):
        made = plan(*lines, user=user)
        assert told(made) == []
        with acting_as(user, source="web" if user else "command"):
            roster_import(plan=made, reason="a test")
        return made

    return imported


def told(plan):
    return [str(problem) for problem in plan.problems]


def notes(plan):
    return [str(note) for note in plan.notes]


def history_of(resident):
    """How many rows, and changes of them, are about this person."""
    of_resident = [
        model for model in audited_models() if any(field.name == "resident" for field in model._meta.concrete_fields)
    ]
    return [resident.history.count()] + [
        (model.objects.filter(resident=resident).count(), model.history.filter(resident=resident.pk).count())
        for model in of_resident
    ]


def rows():
    return {model.__name__: (model.objects.count(), model.history.count()) for model in audited_models()}


# Line by line

AGAIN = "House,Bed,Name,Move in,Out\n"


def lines(plan):
    return [
        (one.house, one.bed, one.name, str(one.starts_on or ""), one.until, str(one.outcome.label))
        for one in plan.lines
    ]


def test_each_line_is_told_house_by_house_with_what_becomes_of_it(plan, bring):
    bring(AGAIN + "Oak,1,Ada Renner,2026-01-01,\n")

    made = plan(
        AGAIN + "Oak,1,ADA RENNER,2026-01-01,\nElm,A,Bo Cho,2026-02-01,2026-12-24\nOak,2,VACANT,,\n"
        "Oak,3,Cy Day,2026-03-01,2026-04-01\nOak,3,Di Eng,2026-04-01,\nElm,B,Ed Fox,2026-05-01,2026-06-01\n"
    )

    assert lines(made) == [
        ("Oak", "1", "ADA RENNER", "2026-01-01", "", "already on record"),
        ("Oak", "2", "", "", "", "empty bed"),
        ("Oak", "3", "Cy Day", "2026-03-01", "2026-04-01", "past"),
        ("Oak", "3", "Di Eng", "2026-04-01", "", "new"),
        ("Elm", "A", "Bo Cho", "2026-02-01", "2026-12-24, expected", "new"),
        ("Elm", "B", "Ed Fox", "2026-05-01", "2026-06-01", "past"),
        ("Elm", "B", "", "", "", "empty bed"),
    ]
    assert made.told.empty_beds == 2


def test_nothing_is_told_line_by_line_of_somebody_whom_the_importing_person_may_not_know(cast, plan):
    stay = cast.stay_of_erin
    theirs = line(
        House="Birch House",
        Bed="1",
        First=stay.resident.legal_first_name.upper(),
        Last=stay.resident.legal_last_name,
        DOB=str(stay.resident.birth_date),
    )

    assert [one[2:] for one in lines(plan(theirs, user=cast.bob)) if one[2]] == [
        ("ERIN Castellanos", "2026-01-01", "", "new")
    ]


# What is there already


def test_a_house_a_room_and_a_bed_are_found_however_they_are_spelled(cast, bring):
    bring(line(House="alder  HOUSE", Room="room 2", Bed="2a"), line(House="Alder House", Room="", Bed="2B", First="Bo"))

    assert cast.house_a.beds.count() == 6
    assert {use.bed.name for use in BedUse.objects.filter(starts_on="2026-01-01")} == {"2A", "2B"}


def test_a_room_and_bed_in_one_cell_find_the_bed_that_people_call_so(cast, bring):
    bring("Alder House\nRm / Bed,Resident,Moved in\n2A,Ada Renner,1/1/26\n")

    assert Stay.objects.get(resident__legal_first_name="Ada").uses.get().bed == cast.bed_a("2A")
    assert cast.house_a.rooms.count() == 3


def test_new_rooms_and_beds_stand_after_the_others_in_the_files_order(cast, bring):
    bring(
        line(House="Alder House", Room="Attic", Bed="9"), line(House="Alder House", Room="Attic", Bed="7", First="Bo")
    )

    assert [room.name for room in cast.house_a.rooms.all()] == ["Room 1", "Room 2", "Room 3", "Attic"]
    assert [bed.name for bed in Room.objects.get(name="Attic").beds.all()] == ["9", "7"]


def test_beds_without_a_room_share_one_and_are_called_bed(bring):
    bring(line(Bed="1"), line(Bed="2", First="Bo"))

    assert [bed.label for bed in Bed.objects.filter(house__name="Oak").select_related("room")] == ["Bed 1", "Bed 2"]


def test_a_known_person_is_not_made_twice(cast, bring):
    with acting_as(cast.olive, source="web"):
        stays.discharge(stay=cast.stay_of_erin, left_on=TODAY, today=TODAY, **UNKNOWN_END)
    before = Resident.objects.count()

    bring(line(House="Alder House", Bed="3A", First="ERIN", Last="castellanos", DOB="1990-05-17", Move_in="2026-11-20"))

    assert Resident.objects.count() == before
    assert list(Stay.objects.filter(resident=cast.erin).values_list("house__name", flat=True)) == [
        "Alder House",
        "Birch House",
    ]


UNKNOWN_END = {
    "reason": Discharge.Reason.UNKNOWN,
    "destination": 99,
    "belongings": "unknown",
    "medications": "unknown",
    "money": "unknown",
    "naloxone": "unknown",
    "may_return": "undecided",
}


@pytest.mark.parametrize("birth", ["1990-01-01", ""])
def test_the_same_again_makes_nothing(bring, plan, birth):
    lines = [
        line(
            DOB=birth,
            Emergency_contact="Ada (mother)",
            Sober_since="2026-01-01",
            Ref_by="court",
            Expected_out="2027-01-01",
        ),
        line(First="Bo", DOB=birth, Bed="2", Move_out="2026-02-01"),
        line(First="Cy", DOB=birth, Bed="2", Move_in="2026-02-01"),
        line(First="", Last="", DOB="", Move_in="", Bed="3"),
    ]
    bring(*lines)
    before = rows()

    again = bring(*lines)

    assert (again.size, again.made, again.notes) == (0, "", [])
    assert rows() == before


def test_a_birth_date_missing_on_one_side_does_not_make_somebody_twice(bring):
    bring(line(DOB=""))

    assert bring(line(DOB="1990-01-01")).size == 0


def test_what_the_record_says_otherwise_stays_and_is_told(bring):
    bring(line(Sober_since="2026-01-01"))

    again = bring(line(Sober_since="2026-02-02", Move_out="2026-03-01"))

    assert again.size == 0
    assert notes(again) == [
        "line 2: on record since 2026-01-01, without a move-out; the file says from 2026-01-01 until 2026-03-01; "
        "the record stays as it is",
        "line 2: the record says sober since 2026-01-01, the file 2026-02-02; the record stays",
    ]


def test_facts_that_the_record_lacks_are_added(bring):
    bring(line())

    again = bring(line(Sober_since="2026-01-01", Emergency_contact="Ida 555-010-2299"))

    assert again.made == "facts about people on record"
    assert (SobrietyDate.objects.get().since, Contact.objects.get().name) == (date(2026, 1, 1), "Ida")


def test_a_contact_too_long_for_a_name_is_kept_whole(bring):
    words = "Ida who lives next door and knows everybody, " * 4

    bring(line(Emergency_contact=words))

    contact = Contact.objects.get()
    assert (len(contact.name), contact.note) == (120, words.strip().rstrip(","))


# What follows upon each other


def test_a_move_between_beds_is_one_stay_with_two_bed_uses(bring):
    made = bring(line(Move_out="2026-03-01"), line(Bed="2", Move_in="2026-03-01", Expected_out="2027-01-01"))

    assert str(made.told) == "1 house, 2 beds, 1 resident, 1 open stay, 0 ended stays, 1 empty bed"
    stay = Stay.objects.get(resident__legal_first_name="Ada")
    assert list(stay.uses.values_list("bed__name", "starts_on", "ends_on")) == [
        ("1", date(2026, 1, 1), date(2026, 3, 1)),
        ("2", date(2026, 3, 1), date(2027, 1, 1)),
    ]
    assert (stay.expected_on, Discharge.objects.count()) == (date(2027, 1, 1), 0)


def test_a_move_between_houses_is_a_transfer_along_which_days_count(bring):
    bring(
        line(Move_out="2026-03-01"),
        line(House="Elm", Move_in="2026-03-01", Move_out="2026-06-01"),
        line(House="Oak", Bed="2", Move_in="2026-06-01"),
    )

    last = Stay.objects.get(resident__legal_first_name="Ada", ends_on=None)
    assert (last.continues.house.name, last.continues.continues.house.name) == ("Elm", "Oak")
    assert list(Discharge.objects.order_by("left_on").values_list("reason", "destination", "where_to")) == [
        ("transfer", 329, "Elm"),
        ("transfer", 329, "Oak"),
    ]


def test_a_gap_makes_two_stays(bring):
    bring(line(Move_out="2026-03-01"), line(Move_in="2026-03-02"))

    assert list(Stay.objects.filter(resident__legal_first_name="Ada").values_list("continues", flat=True)) == [
        None,
        None,
    ]
    assert Discharge.objects.get().reason == "unknown"


# What stands in the way


def test_a_bed_that_somebody_has_is_named_with_who_and_until_when(cast, plan):
    since = cast.stay_of_dana.starts_on

    conflict = plan(line(House="Alder House", Bed="1A", Move_in="2026-11-01"))

    (problem,) = conflict.problems
    assert (problem.place.line, problem.place.column) == (2, "C")
    assert problem.wrong.startswith("Dana R. is in ")
    assert str(since.year) in problem.wrong


def test_a_bed_whose_resident_should_have_left_and_has_not_is_taken(cast, plan):
    yesterday = TODAY - timedelta(days=1)
    with acting_as(cast.alice, source="web"):
        stays.expect(stay=cast.stay_of_dana, expected_on=yesterday, today=TODAY - timedelta(days=9))

    overdue = plan(line(House="Alder House", Bed="1A", Move_in="2026-11-20"))

    assert [(problem.place.line, "Dana R. is still in" in problem.wrong) for problem in overdue.problems] == [(2, True)]


def test_a_held_bed_is_taken_and_a_bed_out_of_service_too(cast, plan):
    with acting_as(cast.alice, source="web"):
        application = stays.newcomer_applies(
            house=cast.house_a, person={"legal_first_name": "Nora"}, received_on=TODAY, today=TODAY
        )
        stays.hold_place(
            application=application,
            bed=cast.bed_a("2A"),
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=3),
            today=TODAY,
        )
        stays.bed_take_out(bed=cast.bed_a("2B"), starts_on=TODAY, ends_on=None, note="paint", today=TODAY)

    both = plan(
        line(House="Alder House", Bed="2A", Move_in="2026-11-01"),
        line(House="Alder House", Bed="2B", Move_in="2026-11-01", First="Bo"),
        line(House="Alder House", Bed="2B", Move_in="2026-10-01", Move_out="2026-10-09", First="Cy"),
    )

    assert [
        (problem.place.line, "held" in problem.wrong, "out of service" in problem.wrong) for problem in both.problems
    ] == [
        (2, True, False),
        (3, False, True),
    ]


def test_a_bed_not_in_use_yet_is_refused(cast, plan):
    with acting_as(cast.alice, source="web"):
        bed = cast.bed_a("3A")
        bed.opened_on = date(2026, 6, 1)
        bed.save()

    assert told(plan(line(House="Alder House", Bed="3A"))) == [
        "line 2, column C (Bed): bed 3A of Alder House is not in use for all of this time. "
        "Correct the bed or the dates."
    ]


def test_somebody_who_lives_elsewhere_is_refused_without_saying_where(cast, plan):
    away = plan(
        line(House="Alder House", Bed="3A", First="Erin", Last="Castellanos", DOB="1990-05-17", Move_in="2026-11-01")
    )

    assert told(away) == [
        "line 2: Erin Castellanos has a stay in another house then. Correct the dates, or end that stay first."
    ]


def test_somebody_who_applies_is_to_be_moved_in_from_the_application(cast, plan):
    with acting_as(cast.alice, source="web"):
        person = {"legal_first_name": "Ada", "legal_last_name": "Renner", "birth_date": date(1990, 1, 1)}
        stays.newcomer_applies(house=cast.house_a, person=person, received_on=TODAY, today=TODAY)

    assert told(plan(line(House="Alder House", Bed="3A"))) == [
        "line 2: Ada Renner has an open application to Alder House. "
        "Move them in from it, or close it, and import again."
    ]


def test_two_people_on_record_who_are_alike_are_not_guessed_between(cast, plan):
    with acting_as(cast.alice, source="web"):
        for _ in range(2):
            Resident.objects.create(
                organization=cast.organization,
                legal_first_name="Ada",
                legal_last_name="Renner",
                birth_date=date(1990, 1, 1),
            )

    assert told(plan(line())) == [
        "line 2: the organization knows more than one Ada Renner born that day. "
        "Leave this line out and enter the stay by hand."
    ]


def test_a_plan_with_problems_is_never_written(cast, plan):
    with pytest.raises(ValidationError, match="taken by"), acting_as(None, source="command"):
        roster_import(plan=plan(line(), line(First="Bo")), reason="a test")

    assert not House.objects.filter(name="Oak").exists()


def test_what_somebody_else_did_meanwhile_is_refused_whole(cast, plan):
    made = plan(
        line(House="Alder House", Bed="3A", Move_in="2026-11-01"), line(House="Alder House", Bed="9", First="Bo")
    )
    with acting_as(cast.alice, source="web"):
        stays.admit_newcomer(bed=cast.bed_a("3A"), person={"legal_first_name": "Nora"}, starts_on=TODAY, today=TODAY)
    before = rows()

    with pytest.raises(ValidationError, match="Somebody changed these houses"), acting_as(None, source="command"):
        roster_import(plan=made, reason="a test")

    assert rows() == before


# Who may


def test_a_manager_imports_into_their_house_only(cast, plan, bring):
    bring(line(House="Alder House", Bed="3A"), user=cast.alice)

    elsewhere = plan(line(House="Birch House", Bed="9"), line(House="Oak", First="Bo"), user=cast.alice)

    assert Stay.objects.get(resident__legal_first_name="Ada").house == cast.house_a
    assert told(elsewhere) == [
        "line 2: “Birch House” is none of your houses. Correct the name, or ask the operator to import this file.",
        "line 3: “Oak” is none of your houses. Correct the name, or ask the operator to import this file.",
    ]


@pytest.mark.parametrize("move_out", ["2020-02-01", ""])
def test_whom_only_another_house_knows_is_nobody_to_a_manager(cast, plan, bring, move_out):
    with acting_as(cast.olive, source="web"):
        people.sobriety_record(resident=cast.erin, since=date(2026, 1, 2), today=TODAY)
        cast.erin.preferred_name = "Rin"
        cast.erin.save()
    erin_before = history_of(cast.erin)
    told_of_erin = line(
        House="Alder House",
        Bed="3A",
        First="Erin",
        Last="Castellanos",
        DOB="1990-05-17",
        Move_in="2020-01-01",
        Move_out=move_out,
        Sober_since="2019-01-01",
        Emergency_contact="Mallory 555-010-2299",
        Ref_by="court",
    )

    made = bring(told_of_erin, user=cast.alice)

    assert notes(made) == []
    assert made.made.startswith("1 resident, ")
    other = Resident.objects.exclude(pk=cast.erin.pk).get(legal_first_name="Erin")
    assert other.stays.get().house == cast.house_a
    assert (other.sobrietydates.get().since, other.contacts.get().name) == (date(2019, 1, 1), "Mallory")
    assert history_of(cast.erin) == erin_before
    assert bring(told_of_erin, user=cast.alice).size == 0


def test_who_is_seen_is_told_from_who_only_is_known(cast, bring, plan):
    """Erin has left Alder House for Birch House: a manager of the one neither reads nor writes what is hers now."""
    bring(
        line(
            House="Alder House",
            Bed="3A",
            First="Erin",
            Last="Castellanos",
            DOB="1990-05-17",
            Move_in="2026-01-01",
            Move_out="2026-02-01",
        )
    )
    with acting_as(cast.olive, source="web"):
        people.sobriety_record(resident=cast.erin, since=date(2026, 1, 2), today=TODAY)
        cast.erin.preferred_name = "Rin"
        cast.erin.save()
    erin = {"House": "Alder House", "First": "Erin", "Last": "Castellanos", "DOB": "1990-05-17"}
    facts = {"Sober_since": "2019-01-01", "Emergency_contact": "Mallory 555-010-2299"}

    same = plan(line(**erin, Bed="3A", Move_in="2026-01-01", Move_out="2026-02-01", **facts), user=cast.alice)
    back = plan(line(**erin, Bed="3A", Move_in="2026-11-19", **facts), user=cast.alice)

    assert (same.size, told(same), notes(same)) == (0, [], [])
    assert notes(back) == []
    assert told(back) == [
        "line 2: Erin Castellanos has a stay in another house then. Correct the dates, or end that stay first."
    ]


def test_who_had_a_bed_is_named_as_they_were_when_they_left(cast, bring, plan):
    bring(
        line(House="Alder House", Bed="3A", First="Erin", Last="Castellanos", DOB="1990-05-17", Move_out="2026-02-01")
    )
    with acting_as(cast.olive, source="web"):
        people.resident_change(resident=cast.erin, changes={"preferred_name": "Rin"}, reason="", today=TODAY)

    (problem,) = plan(line(House="Alder House", Bed="3A", First="Bo", Move_out="2026-01-09"), user=cast.alice).problems

    assert problem.wrong.startswith("Erin C. is in ")


def test_who_comes_back_to_the_house_is_the_same_person_and_described(cast, bring):
    erin = {"House": "Alder House", "Bed": "3A", "First": "Erin", "Last": "Castellanos", "DOB": "1990-05-17"}
    bring(line(**erin, Move_in="2026-01-01", Move_out="2026-02-01"))
    with acting_as(cast.olive, source="web"):
        stays.discharge(stay=cast.stay_of_erin, left_on=TODAY, today=TODAY, **UNKNOWN_END)
    returns = line(**erin, Move_in=TODAY.isoformat(), Sober_since="2019-01-01", Emergency_contact="Ida 555-010-2299")

    made = bring(returns, user=cast.alice)

    assert made.made == "1 open stay"
    assert (cast.erin.sobrietydates.get().since, cast.erin.contacts.get().name) == (date(2019, 1, 1), "Ida")
    assert bring(returns, user=cast.alice).size == 0


def test_the_operator_imports_about_whoever_the_organization_knows(cast, plan):
    away = plan(
        line(House="Alder House", Bed="3A", First="Erin", Last="Castellanos", DOB="1990-05-17", Move_in="2026-11-01"),
        user=cast.olive,
    )

    assert told(away) == [
        "line 2: Erin Castellanos has a stay in another house then. Correct the dates, or end that stay first."
    ]


def test_the_past_keeps_the_names_of_the_file(bring):
    bring(line(Move_out="2026-02-01", Ref_by="court", First="Ada “Addie”"))

    stay = Stay.objects.get(house__name="Oak")
    assert (stay.left_as, stay.application.closed_as) == ("Addie Renner", "Addie Renner")


def test_nobody_imports_about_themselves(cast, plan):
    with acting_as(cast.olive, source="web"):
        stays.discharge(stay=cast.stay_of_frank, left_on=TODAY, today=TODAY, **UNKNOWN_END)
        cast.frank.user = cast.alice
        cast.frank.save()

    oneself = plan(
        line(House="Alder House", Bed="3A", First="Frank", Last="Osei", DOB="1990-05-17", Move_in="2026-11-20"),
        user=cast.alice,
    )

    assert told(oneself) == [
        "line 2: this is you, and nobody records about themselves. Let another manager import this line."
    ]


def test_history_and_facts_name_the_user_and_the_file(cast, bring):
    bring(line(Sober_since="2026-01-01"), user=cast.olive)

    fact = SobrietyDate.objects.get()
    record = fact.history.get()
    assert (fact.recorded_by, fact.recorded_as) == (cast.olive, "Olive Example")
    assert (record.history_actor_id, record.history_source, record.history_change_reason) == (
        cast.olive.pk,
        "web",
        "a test",
    )


# What it costs


def test_a_longer_roster_asks_no_more_questions(cast, plan, bring):
    def asked(count):
        lines = [line(Bed=str(n), First=f"Ada{n}", Sober_since="2026-01-01", Ref_by="x") for n in range(count)]
        bring(*lines[: count // 2 or 1])
        with CaptureQueriesContext(connection) as queries:
            plan(*lines)
        return len(queries)

    few = asked(2)

    assert (few, asked(60)) == (few, few)
    assert few == 10


def test_applications_made_by_an_import_are_closed(bring):
    bring(line(Ref_by="Riverbend"))

    application = Application.objects.get()
    assert (application.status, application.referred_by, application.events.get().kind) == (
        "moved_in",
        "Riverbend",
        "moved_in",
    )
