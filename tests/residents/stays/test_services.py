"""Every write about stays: it does what it promises, and what it refuses leaves nothing behind but a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from residents.houses.permissions import RoleKind
from residents.models import Officer, Resident
from residents.people.models import SobrietyDate
from residents.people.services import sobriety_record
from residents.stays import services
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Phase, Stay
from residents.stays.queries import chain_starts
from soberhouse.history import acting_as, because
from tests.cast import grant
from tests.residents.stays.stories import (
    ORDINARY,
    applicant,
    days,
    hold,
    lives,
    overstays,
    refused,
    shown,
    uses_of,
    written,
)

STAYS_ON = "Somebody stays on in this bed."


@pytest.fixture(autouse=True)
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def today(cast) -> date:
    return cast.today


def places(house) -> list[tuple[int, str]]:
    """The waitlist in its order."""
    rows = Application.objects.filter(house=house, status="waiting").order_by("place")
    return list(rows.values_list("place", "resident__legal_first_name"))


def story(application) -> list[tuple[str, str, int | None]]:
    """What happened to an application, in order."""
    return list(application.events.order_by("id").values_list("kind", "reason", "place"))


# --- applications -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted_on", [date(1900, 1, 1), date.min])
def test_bed_wanted_long_before_the_application_is_a_slip_of_the_pen(cast, today, wanted_on):
    person = applicant(cast)
    received = {"house": cast.house_b, "resident": person.resident, "received_on": today, "today": today}

    with pytest.raises(ValidationError, match="or later, or leave it empty"):
        services.application_receive(wanted_on=wanted_on, **received)

    assert services.application_receive(wanted_on=today - days(300), **received).pk


def test_application_is_received_with_its_event(cast, today):
    application = services.application_receive(
        house=cast.house_a,
        resident=applicant(cast, house=cast.house_b).resident,
        received_on=today - days(2),
        wanted_on=today + days(5),
        referred_by="Harbor Clinic",
        note="called twice",
        today=today,
    )

    application.refresh_from_db()
    assert (application.status, application.place, application.referred_by) == ("received", None, "Harbor Clinic")
    event = application.events.get()
    assert (event.kind, event.recorded_by, event.recorded_as) == ("received", cast.alice, str(cast.alice))


def test_application_cannot_come_tomorrow(cast, today):
    person = applicant(cast, house=cast.house_b).resident

    with refused("An application cannot have come in the future. Today or earlier.", about="received_on"):
        services.application_receive(house=cast.house_a, resident=person, received_on=today + days(1), today=today)


def test_second_live_application_to_one_house_is_refused(cast, today):
    person = applicant(cast).resident

    with refused("This person already applies to this house."):
        services.application_receive(house=cast.house_a, resident=person, received_on=today, today=today)


def test_application_after_a_closed_one_is_new(cast, today):
    first = applicant(cast)
    services.application_close(application=first, declined=False, reason="", today=today)

    second = services.application_receive(house=cast.house_a, resident=first.resident, received_on=today, today=today)

    assert Application.objects.filter(resident=first.resident).count() == 2
    assert second.status == "received"


def test_who_lives_in_the_house_does_not_apply_to_it(cast, today):
    with refused("Dana Renner lives in this house already."):
        services.application_receive(house=cast.house_a, resident=cast.dana, received_on=today, today=today)


def test_newcomer_known_by_name_and_birth_date_is_not_made_twice(cast, today):
    person = {"legal_first_name": "erin", "legal_last_name": "CASTELLANOS", "birth_date": date(1990, 5, 17)}

    with acting_as(cast.olive, source="web"):  # who sees her
        application = services.newcomer_applies(house=cast.house_a, person=person, received_on=today, today=today)

    assert application.resident == cast.erin


def test_newcomer_whom_only_another_house_knows_opens_no_record(cast, today):
    """To type a name and a date of birth tells the manager of another house nothing."""
    person = {"legal_first_name": "Erin", "legal_last_name": "Castellanos", "birth_date": date(1990, 5, 17)}

    with acting_as(cast.alice, source="web"):
        application = services.newcomer_applies(house=cast.house_a, person=person, received_on=today, today=today)
        stay = services.admit_newcomer(bed=cast.bed_a("2A"), person=person, starts_on=today, today=today)

    assert application.resident != cast.erin
    assert stay.resident == application.resident
    assert list(Resident.objects.visible_to(cast.alice).filter(pk=cast.erin.pk)) == []


def test_application_of_somebody_who_lives_elsewhere_opens_no_record(cast, today):
    with acting_as(cast.olive, source="web"):
        services.application_receive(house=cast.house_a, resident=cast.erin, received_on=today, today=today)

    assert list(Resident.objects.visible_to(cast.alice).filter(pk=cast.erin.pk)) == []
    assert cast.erin.reach().house_ids == {cast.house_b.pk}


def test_whoever_is_on_the_list_does_not_decide_about_the_others(cast, today):
    with acting_as(cast.olive, source="web"):
        services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)
        own = services.application_receive(house=cast.house_a, resident=cast.dana, received_on=today, today=today)
        services.application_wait(application=own)
        rival = services.newcomer_applies(
            house=cast.house_a, person={"legal_first_name": "Rival"}, received_on=today, today=today
        )
    before = written()

    with acting_as(cast.dana.user, source="web"):
        for act in (
            lambda: services.application_accept(application=rival),
            lambda: services.application_wait(application=rival),
            lambda: services.application_close(application=rival, declined=True, reason="x", today=today),
        ):
            with pytest.raises(PermissionDenied):
                act()

    assert written() == before


def test_old_house_does_not_follow_whoever_was_moved(cast, today):
    stay = cast.stay_of_dana
    with acting_as(cast.olive, source="web"):
        services.transfer(stay=stay, bed=cast.bed_b("2B"), on=today, reason="hiding from somebody", today=today)
        was = cast.dana.name
        cast.dana.preferred_name, cast.dana.legal_last_name = "Ray", "Newname"
        cast.dana.save()
    stay = Stay.objects.select_related("resident").get(pk=stay.pk)

    assert (stay.name, stay.left_as) == (was, was)
    assert "Newname" not in f"{stay} {stay.short_name}"
    row = stay.discharges.get()
    assert (row.where_to, row.note) == ("", "")
    assert stay.history.filter(history_change_reason__contains="hiding").count() == 0


def test_voided_stay_ends_the_duty_that_came_with_it(cast, today):
    stay = Stay.objects.get(resident=cast.frank, ends_on=None)

    services.stay_void(stay=stay, reason="never came")

    duty = Officer.objects.get(pk=cast.duty_of_frank.pk)
    assert duty.ends_on == duty.starts_on


def test_newcomer_without_a_birth_date_is_somebody_new(cast, today):
    person = {"legal_first_name": "Erin", "legal_last_name": "Castellanos"}

    application = services.newcomer_applies(house=cast.house_a, person=person, received_on=today, today=today)

    assert application.resident != cast.erin


def test_newcomer_born_tomorrow_is_refused_and_not_made(cast, today):
    person = {"legal_first_name": "Nia", "birth_date": today + days(1)}

    with refused("This day is still to come.", about="birth_date"):
        services.newcomer_applies(house=cast.house_a, person=person, received_on=today, today=today)


# --- the waitlist -------------------------------------------------------------------------------------------------


@pytest.fixture
def line(cast) -> list[Application]:
    """Ada, Ben and Cleo wait for house A in this order; Vic waits for house B."""
    waiting = [applicant(cast, f"{name} Waits") for name in ("Ada", "Ben", "Cleo")]
    for application in waiting:
        services.application_wait(application=application)
    services.application_wait(application=applicant(cast, "Vic Waits", house=cast.house_b))
    return waiting


def test_waitlist_grows_at_its_end(cast, line):
    assert places(cast.house_a) == [(1, "Ada"), (2, "Ben"), (3, "Cleo")]
    assert places(cast.house_b) == [(1, "Vic")]
    assert story(line[2]) == [("received", "", None), ("waiting", "", 3)]


@pytest.mark.parametrize(
    ("who", "place", "order"),
    [
        (2, 1, ["Cleo", "Ada", "Ben"]),
        (0, 3, ["Ben", "Cleo", "Ada"]),
        (1, 1, ["Ben", "Ada", "Cleo"]),
    ],
)
def test_moving_along_the_waitlist_closes_ranks_and_keeps_the_reason(cast, line, who, place, order):
    services.application_move(application=line[who], place=place, reason="leaves detox on Friday")

    assert places(cast.house_a) == list(enumerate(order, start=1))
    assert places(cast.house_b) == [(1, "Vic")]
    assert story(line[who])[-1] == ("moved", "leaves detox on Friday", place)


MOVED_ALONG = "Somebody else moved along the waitlist or left it."


def why(*rows) -> list[str]:
    """The reason of the last change of each row."""
    return [row.history.first().history_change_reason for row in rows]


def test_everybody_passed_over_reads_that_somebody_moved_and_not_why(cast, line):
    services.application_move(application=line[2], place=1, reason="leaves detox on Friday")

    assert why(*line) == [MOVED_ALONG, MOVED_ALONG, "leaves detox on Friday"]


@pytest.mark.parametrize("how", ["decline", "withdraw", "transfer"])
def test_whoever_closes_ranks_does_not_read_why_somebody_left_the_line(cast, line, today, how):
    ada = line[0]
    if how == "transfer":
        stay = services.admit(resident=ada.resident, bed=cast.bed_b("2A"), starts_on=today - days(3), today=today)
        services.transfer(stay=stay, bed=cast.bed_a("2A"), on=today, reason="hit by Vic", today=today)
    else:
        services.application_close(application=ada, declined=how == "decline", reason="hit by Vic", today=today)

    assert why(*line) == ["hit by Vic", MOVED_ALONG, MOVED_ALONG]


def test_a_move_that_moves_nobody_is_not_recorded(line):
    with refused("This application is at place 2 already.", about="place"):
        services.application_move(application=line[1], place=2, reason="because")


@pytest.mark.parametrize("place", [0, 4, -1])
def test_waitlist_has_no_place_outside_it(line, place):
    with refused("The list has places 1 to 3.", about="place"):
        services.application_move(application=line[0], place=place, reason="because")


@pytest.mark.parametrize("reason", ["", "   "])
def test_moving_along_the_waitlist_needs_a_reason(line, reason):
    with refused("Say why this application moves: the others on the list may ask.", about="reason"):
        services.application_move(application=line[0], place=2, reason=reason)


def test_who_does_not_wait_cannot_be_moved(cast, line):
    newcomer = applicant(cast)

    with refused("Only an application on the waitlist can be moved along it."):
        services.application_move(application=newcomer, place=1, reason="because")


def test_waiting_twice_is_refused(line):
    with refused("This application is on the waitlist already."):
        services.application_wait(application=line[0])


@pytest.mark.parametrize("how", ["accept", "decline", "withdraw", "admit", "transfer"])
def test_who_leaves_the_waitlist_leaves_no_gap(cast, line, today, how):
    ben = line[1]
    match how:
        case "accept":
            services.application_accept(application=ben)
        case "decline" | "withdraw":
            services.application_close(application=ben, declined=how == "decline", reason="moved away", today=today)
        case "admit":
            services.admit(resident=ben.resident, bed=cast.bed_a("2A"), starts_on=today, today=today)
        case "transfer":
            stay = services.admit(resident=ben.resident, bed=cast.bed_b("2A"), starts_on=today - days(3), today=today)
            services.transfer(stay=stay, bed=cast.bed_a("2A"), on=today, reason="closer to work", today=today)

    assert places(cast.house_a) == [(1, "Ada"), (2, "Cleo")]
    assert places(cast.house_b) == [(1, "Vic")]


def test_stale_copy_of_an_application_does_not_undo_what_happened_since(cast, line, today):
    stale = Application.objects.get(pk=line[0].pk)
    services.application_close(application=line[0], declined=True, reason="no answer", today=today)

    with refused("This application is closed: declined."):
        services.admit(resident=stale.resident, bed=cast.bed_a("2A"), starts_on=today, application=stale, today=today)


def test_acceptance_is_recorded_once(cast):
    application = applicant(cast)

    services.application_accept(application=application, reason="fits")

    assert story(application)[-1] == ("accepted", "fits", None)
    with refused("This application is accepted already."):
        services.application_accept(application=application)


@pytest.mark.parametrize("reason", ["", " "])
def test_declining_needs_a_reason(cast, today, reason):
    application = applicant(cast)

    with refused("Say why: admission criteria are applied alike, and this shows it.", about="reason"):
        services.application_close(application=application, declined=True, reason=reason, today=today)


@pytest.mark.parametrize(("declined", "status"), [(True, "declined"), (False, "withdrawn")])
def test_closing_an_application_releases_its_hold(cast, today, declined, status):
    application = applicant(cast)
    held = hold(application, cast.bed_a("2A"), today=today - days(1))

    services.application_close(application=application, declined=declined, reason="no answer", today=today)

    held.refresh_from_db()
    application.refresh_from_db()
    assert (held.ends_on, held.voided, application.status) == (today, False, status)
    assert held.history.first().history_change_reason == "no answer"


@pytest.mark.parametrize(
    "act",
    [
        lambda application, cast, today: services.application_wait(application=application),
        lambda application, cast, today: services.application_accept(application=application),
        lambda application, cast, today: services.application_close(
            application=application, declined=True, reason="again", today=today
        ),
        lambda application, cast, today: hold(application, cast.bed_a("2A"), today=today),
        lambda application, cast, today: services.admit(
            resident=application.resident,
            bed=cast.bed_a("2A"),
            starts_on=today,
            application=application,
            today=today,
        ),
    ],
    ids=["wait", "accept", "close", "hold", "admit"],
)
def test_closed_application_stays_closed(cast, today, act):
    application = applicant(cast)
    services.application_close(application=application, declined=False, reason="", today=today)

    with refused("This application is closed: withdrawn."):
        act(application, cast, today)


# --- holds --------------------------------------------------------------------------------------------------------


def test_hold_accepts_the_application_and_takes_the_bed(cast, today):
    application = applicant(cast)

    held = hold(application, cast.bed_a("2A"), today=today, nights=2)

    application.refresh_from_db()
    assert (held.kind, held.starts_on, held.ends_on) == ("hold", today, today + days(2))
    assert application.status == "accepted"
    assert [kind for kind, _why, _place in story(application)] == ["received", "accepted"]


def test_hold_lapses_by_itself(cast, today):
    hold(applicant(cast), cast.bed_a("2A"), today=today, nights=2)

    lives(cast.bed_a("2A"), "Quick Newcomer", since=today + days(2))

    assert BedUse.objects.on(today + days(2), today=today + days(2)).filter(bed=cast.bed_a("2A")).get().kind == "stay"


def test_hold_in_the_past_or_of_no_night_is_refused(cast, today):
    application, bed = applicant(cast), cast.bed_a("2A")

    with refused("A hold begins today or later.", about="starts_on"):
        hold(application, bed, today=today, starts=-1)
    for nights in (0, -2):
        with refused("A hold ends after it begins: it must cover at least one night.", about="ends_on"):
            hold(application, bed, today=today, nights=nights)


def test_second_hold_for_one_application_is_refused(cast, today):
    application = applicant(cast)
    hold(application, cast.bed_a("2A"), today=today)

    with refused(
        f"Bed Room 2 2A is held for this application already, until {shown(today + days(3))}. Release it first."
    ):
        hold(application, cast.bed_a("2B"), today=today)


def test_hold_on_a_bed_of_another_house_is_refused(cast, today):
    application = applicant(cast)

    with refused("This bed is in another house.", about="bed"):
        hold(application, cast.bed_b("2A"), today=today)


def test_hold_is_moved_and_the_reason_kept(cast, today):
    held = hold(applicant(cast), cast.bed_a("2A"), today=today)

    services.hold_change(hold=held, ends_on=today + days(10), reason="the bus is late", today=today)
    services.hold_change(hold=held, ends_on=today + days(1), today=today)

    assert [row.ends_on for row in held.history.all()] == [today + days(1), today + days(10), today + days(3)]
    assert held.history.all()[1].history_change_reason == "the bus is late"


@pytest.mark.parametrize("number", [0, -1])
def test_hold_does_not_end_today_by_a_change(cast, today, number):
    held = hold(applicant(cast), cast.bed_a("2A"), today=today)

    with refused("A hold ends after today and after it begins. To end it now, release it.", about="ends_on"):
        services.hold_change(hold=held, ends_on=today + days(number), today=today)


def test_hold_does_not_grow_into_nights_that_are_taken(cast, today):
    held = hold(applicant(cast), cast.bed_a("2A"), today=today)
    hold(applicant(cast, "Bo Second"), cast.bed_a("2A"), today=today, starts=3)

    sentence = f"Bed Room 2 2A is held for an applicant from {shown(today + days(3))} until {shown(today + days(6))}."
    with refused(sentence, about="ends_on"):
        services.hold_change(hold=held, ends_on=today + days(5), today=today)


def test_lapsed_hold_is_not_brought_back_to_life(cast, today):
    held = hold(applicant(cast), cast.bed_a("2A"), today=today - days(10))

    with refused("This hold has lapsed already. Hold the bed anew."):
        services.hold_change(hold=held, ends_on=today + days(5), today=today)
    with refused("This hold has lapsed already."):
        services.hold_release(hold=held, reason="", today=today)


def test_release_frees_the_bed_tonight(cast, today):
    application = applicant(cast)
    held = hold(application, cast.bed_a("2A"), today=today - days(1))

    services.hold_release(hold=held, reason="found a place", today=today)

    held.refresh_from_db()
    application.refresh_from_db()
    assert (held.ends_on, held.voided) == (today, False)
    assert application.status == "accepted"


def test_release_of_a_hold_that_has_not_begun_voids_it(cast, today):
    held = hold(applicant(cast), cast.bed_a("2A"), today=today, starts=5)

    services.hold_release(hold=held, reason="", today=today)

    held.refresh_from_db()
    assert held.voided
    with refused("This is not in force any more."):
        services.hold_release(hold=held, reason="", today=today)


# --- out of service -----------------------------------------------------------------------------------------------


def test_bed_goes_out_of_service_and_comes_back(cast, today):
    bed = cast.bed_a("3B")

    use = services.bed_take_out(bed=bed, starts_on=today - days(4), ends_on=None, note="broken slats", today=today)
    back = services.bed_bring_back(use=use, today=today)

    assert (back.starts_on, back.ends_on, back.note) == (today - days(4), today, "broken slats")
    with refused("This bed is back in service already."):
        services.bed_bring_back(use=use, today=today)


def test_bed_does_not_come_back_before_it_goes(cast, today):
    with refused("The bed comes back after it is taken out.", about="ends_on"):
        services.bed_take_out(bed=cast.bed_a("3B"), starts_on=today, ends_on=today, note="paint", today=today)


def test_bed_somebody_has_or_should_have_left_or_is_promised_stays_in_service(cast, today):
    overstays(cast.bed_a("2A"), today=today)
    hold(applicant(cast), cast.bed_a("2B"), today=today, starts=4)

    with refused(
        f"Dana R. is in Bed Room 1 1A since {shown(cast.stay_of_dana.starts_on)}, with no move-out planned.",
        about="starts_on",
    ):
        services.bed_take_out(bed=cast.bed_a("1A"), starts_on=today, ends_on=None, note="paint", today=today)
    with refused(
        f"Olu L. is still in Bed Room 2 2A, expected to leave on {shown(today - days(2))}. "
        "Discharge them first, or plan a new move-out.",
        about="starts_on",
    ):
        services.bed_take_out(bed=cast.bed_a("2A"), starts_on=today, ends_on=None, note="paint", today=today)
    with refused(
        f"Bed Room 2 2B is held for an applicant from {shown(today + days(4))} until {shown(today + days(7))}.",
        about="starts_on",
    ):
        services.bed_take_out(bed=cast.bed_a("2B"), starts_on=today, ends_on=None, note="paint", today=today)


def test_stay_is_not_brought_back_as_a_broken_bed(cast, today):
    with refused("This is not in force any more."):
        services.bed_bring_back(use=cast.stay_of_dana.uses.get(), today=today)


# --- admission ----------------------------------------------------------------------------------------------------


def test_admission_closes_the_application_and_its_hold_and_writes_the_sobriety_date(cast, today):
    application = applicant(cast)
    held = hold(application, cast.bed_a("2A"), today=today - days(2), nights=5)

    stay = services.admit(
        resident=application.resident,
        bed=cast.bed_a("2B"),
        starts_on=today,
        expected_on=today + days(90),
        sober_since=today - days(20),
        today=today,
    )

    held.refresh_from_db()
    application.refresh_from_db()
    assert (stay.application, stay.expected_on, stay.ends_on) == (application, today + days(90), None)
    assert uses_of(stay) == [("2B", today, today + days(90))]
    assert (application.status, held.ends_on) == ("moved_in", today)
    assert SobrietyDate.objects.get(resident=application.resident).since == today - days(20)


def test_applicant_moves_into_the_bed_held_for_them(cast, today):
    application = applicant(cast)
    hold(application, cast.bed_a("2A"), today=today)

    stay = services.admit(resident=application.resident, bed=cast.bed_a("2A"), starts_on=today, today=today)

    assert uses_of(stay) == [("2A", today, None)]


def test_newcomer_known_from_another_stay_is_one_person(cast, today):
    person = {"legal_first_name": "Nia", "legal_last_name": "Okafor", "birth_date": date(1985, 1, 1)}
    first = services.admit_newcomer(bed=cast.bed_a("2A"), person=person, starts_on=today - days(9), today=today)
    services.discharge(stay=first, left_on=today - days(2), today=today, **ORDINARY)

    again = services.admit_newcomer(bed=cast.bed_a("2B"), person=person, starts_on=today, today=today)

    assert again.resident == first.resident
    assert again.continues is None


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        (
            {"starts_on": 1},
            "starts_on",
            "This move-in is in the future. Hold the bed until then instead.",
        ),
        ({"starts_on": -5, "expected_on": -5}, "expected_on", "The expected move-out comes after the move-in."),
        ({"starts_on": 0, "expected_on": -1}, "expected_on", "The expected move-out comes after the move-in."),
        ({"starts_on": 0, "sober_since": 1}, "sober_since", "This day is still to come. The latest possible is today."),
    ],
)
def test_admission_with_impossible_days_is_refused(cast, today, facts, about, sentence):
    person = applicant(cast).resident

    with refused(sentence, about=about):
        services.admit(
            resident=person,
            bed=cast.bed_a("2A"),
            today=today,
            **{name: today + days(number) for name, number in facts.items()},
        )


def test_admission_before_birth_is_refused_and_nobody_is_made(cast, today):
    person = {"legal_first_name": "Nia", "birth_date": today - days(3)}

    with refused("This is before their date of birth.", about="starts_on"):
        services.admit_newcomer(bed=cast.bed_a("2A"), person=person, starts_on=today - days(4), today=today)


def test_sobriety_date_that_contradicts_the_one_on_record_is_refused_at_its_field(cast, today):
    application = applicant(cast)
    sobriety_record(resident=application.resident, since=today - days(5), today=today)

    sentence = f"The day on record, {shown(today - days(5))}, is later. If it is wrong, correct it and say why."
    with refused(sentence, about="sober_since"):
        services.admit(
            resident=application.resident,
            bed=cast.bed_a("2A"),
            starts_on=today,
            sober_since=today - days(50),
            today=today,
        )


def test_who_lives_here_is_not_admitted_again(cast, today):
    sentence = f"Dana Renner lives here since {shown(cast.stay_of_dana.starts_on)}. Move them to another bed instead."
    with refused(sentence):
        services.admit(resident=cast.dana, bed=cast.bed_a("2A"), starts_on=today, today=today)


def test_who_lives_in_another_house_is_not_admitted_and_that_house_is_not_named(cast, today):
    sentence = (
        "Erin Castellanos has a stay in another house then. "
        "The operator can transfer them, or that house discharges them first."
    )
    with refused(sentence):
        services.admit(resident=cast.erin, bed=cast.bed_a("2A"), starts_on=today, today=today)


def test_admission_into_an_earlier_stay_is_refused(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(20))
    services.discharge(stay=stay, left_on=today - days(5), today=today, **ORDINARY)

    sentence = f"Nia Okafor has a stay here from {shown(today - days(20))} until {shown(today - days(5))}."
    with refused(sentence):
        services.admit(resident=stay.resident, bed=cast.bed_a("2B"), starts_on=today - days(6), today=today)
    services.admit(resident=stay.resident, bed=cast.bed_a("2B"), starts_on=today - days(5), today=today)


def test_application_of_somebody_else_does_not_admit(cast, today):
    one, other = applicant(cast), applicant(cast, "Bo Second")

    with refused("This application is for another house or person."):
        services.admit(resident=one.resident, bed=cast.bed_a("2A"), starts_on=today, application=other, today=today)


# --- one bed, one person ------------------------------------------------------------------------------------------


def in_bed_without_end(cast, bed, today):
    lives(bed, "Ida Resident", since=today - days(8))
    return f"Ida R. is in Bed Room 2 2A since {shown(today - days(8))}, with no move-out planned."


def in_bed_until(cast, bed, today):
    lives(bed, "Ida Resident", since=today - days(8), expected_on=today + days(4))
    return f"Ida R. is in Bed Room 2 2A from {shown(today - days(8))} until {shown(today + days(4))}."


def over_the_day(cast, bed, today):
    overstays(bed, "Ida Resident", today=today)
    return (
        f"Ida R. is still in Bed Room 2 2A, expected to leave on {shown(today - days(2))}. "
        "Discharge them first, or plan a new move-out."
    )


def leaving_today(cast, bed, today):
    overstays(bed, "Ida Resident", today=today, by=0)
    return (
        f"Ida R. is still in Bed Room 2 2A, expected to leave on {shown(today)}. "
        "Discharge them first, or plan a new move-out."
    )


def held(cast, bed, today):
    hold(applicant(cast, "Ida Resident"), bed, today=today)
    return f"Bed Room 2 2A is held for an applicant from {shown(today)} until {shown(today + days(3))}."


def held_later(cast, bed, today):
    hold(applicant(cast, "Ida Resident"), bed, today=today, starts=30)
    return f"Bed Room 2 2A is held for an applicant from {shown(today + days(30))} until {shown(today + days(33))}."


def out_of_service(cast, bed, today):
    services.bed_take_out(bed=bed, starts_on=today - days(1), ends_on=None, note="paint", today=today)
    return f"Bed Room 2 2A is out of service from {shown(today - days(1))} until further notice."


def out_until(cast, bed, today):
    services.bed_take_out(bed=bed, starts_on=today, ends_on=today + days(2), note="paint", today=today)
    return f"Bed Room 2 2A is out of service from {shown(today)} until {shown(today + days(2))}."


def closed(cast, bed, today):
    bed.closed_on = today - days(1)
    bed.save()
    return "Bed Room 2 2A is not in use for all of this time."


def closing(cast, bed, today):
    bed.closed_on = today + days(9)
    bed.save()
    return "Bed Room 2 2A is not in use for all of this time."


def not_open_yet(cast, bed, today):
    bed.opened_on = today + days(1)
    bed.save()
    return "Bed Room 2 2A is not in use for all of this time."


TAKEN = pytest.mark.parametrize(
    "by",
    [
        in_bed_without_end,
        in_bed_until,
        over_the_day,
        leaving_today,
        held,
        held_later,
        out_of_service,
        out_until,
        closed,
        closing,
        not_open_yet,
    ],
    ids=lambda by: by.__name__,
)


@TAKEN
def test_taken_bed_is_refused_with_who_has_it_until_when(cast, today, by):
    before = cast.bed_a("2A")  # as a form has it, from before it was taken
    sentence = by(cast, cast.bed_a("2A"), today)

    with refused(sentence, about="bed"):
        services.admit_newcomer(bed=before, person={"legal_first_name": "Nia"}, starts_on=today, today=today)
    with refused(sentence, about="bed"):
        services.move_bed(stay=cast.stay_of_dana, bed=before, on=today, today=today)
    with refused(sentence, about="bed"):
        services.transfer(stay=cast.stay_of_erin, bed=before, on=today, reason="closer to work", today=today)


@TAKEN
def test_taken_bed_is_not_promised(cast, today, by):
    application = applicant(cast)
    sentence = by(cast, cast.bed_a("2A"), today)

    with refused(sentence, about="bed"):
        services.hold_place(
            application=application,
            bed=cast.bed_a("2A"),
            starts_on=today,
            ends_on=today + days(40),
            today=today,
        )


def test_bed_is_refused_where_one_night_overlaps_and_given_where_none_does(cast, today):
    bed = cast.bed_a("2A")
    first = lives(bed, since=today - days(20))
    services.discharge(stay=first, left_on=today - days(10), today=today, **ORDINARY)

    sentence = f"Nia O. is in Bed Room 2 2A from {shown(today - days(20))} until {shown(today - days(10))}."
    with refused(sentence, about="bed"):
        services.admit_newcomer(bed=bed, person={"legal_first_name": "Bo"}, starts_on=today - days(11), today=today)
    services.admit_newcomer(bed=bed, person={"legal_first_name": "Bo"}, starts_on=today - days(10), today=today)


def test_late_entry_of_somebody_who_should_have_left_does_not_put_two_in_one_bed(cast, today):
    """Their nights by plan lie before the other's, but they were never discharged: they are there tonight."""
    bed = cast.bed_a("2A")
    lives(bed, "Ida Resident", since=today - days(8))

    with refused(f"Ida R. is in Bed Room 2 2A since {shown(today - days(8))}, with no move-out planned.", about="bed"):
        services.admit_newcomer(
            bed=bed,
            person={"legal_first_name": "Nia"},
            starts_on=today - days(20),
            expected_on=today - days(12),
            today=today,
        )


# --- moves in a house ---------------------------------------------------------------------------------------------


def test_move_closes_one_bed_use_and_opens_the_next(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(10), expected_on=today + days(5))

    services.move_bed(stay=stay, bed=cast.bed_a("3B"), on=today - days(3), reason="snoring", today=today)

    assert uses_of(stay) == [
        ("2A", today - days(10), today - days(3)),
        ("3B", today - days(3), today + days(5)),
    ]
    assert stay.uses.first().history.first().history_change_reason == "snoring"


def test_move_on_the_day_of_the_move_in_leaves_no_night_in_the_first_bed(cast, today):
    stay = lives(cast.bed_a("2A"), since=today)

    services.move_bed(stay=stay, bed=cast.bed_a("2B"), on=today, today=today)

    assert uses_of(stay) == [("2A", today, today), ("2B", today, None)]
    assert [use.bed.name for use in BedUse.objects.on(today, today=today).filter(stay=stay)] == ["2B"]


def test_overdue_resident_who_moves_beds_has_no_plan_and_displaces_what_was_promised(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(30), expected_on=today - days(2))
    promised = hold(applicant(cast), cast.bed_a("2A"), today=today - days(20), starts=18, nights=4)

    services.move_bed(stay=stay, bed=cast.bed_a("2B"), on=today, reason="failed her court date", today=today)

    stay.refresh_from_db()
    promised.refresh_from_db()
    assert stay.expected_on is None
    assert uses_of(stay) == [("2A", today - days(30), today), ("2B", today, None)]
    assert (promised.starts_on, promised.ends_on, promised.voided) == (today, today + days(2), False)
    assert why(promised, *stay.uses.all()) == [STAYS_ON, "failed her court date", "failed her court date"]


def test_discharge_of_somebody_overdue_tells_the_next_one_only_that_they_stayed_on(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(30), expected_on=today - days(2))
    promised = hold(applicant(cast), cast.bed_a("2A"), today=today - days(20), starts=18, nights=4)

    with because("found with a needle"):
        services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)

    assert why(promised) == [STAYS_ON]


def test_move_to_where_nobody_can_move_is_refused(cast, today):
    stay = cast.stay_of_dana

    with refused("This bed is in another house. Move the resident to that house instead.", about="bed"):
        services.move_bed(stay=stay, bed=cast.bed_b("2A"), on=today, today=today)
    with refused("Dana R. has this bed already.", about="bed"):
        services.move_bed(stay=stay, bed=cast.bed_a("1A"), on=today, today=today)
    with refused(f"This is too late: {shown(today)} at the latest.", about="on"):
        services.move_bed(stay=stay, bed=cast.bed_a("2A"), on=today + days(1), today=today)
    with refused(f"This is too early: {shown(stay.starts_on)} at the earliest.", about="on"):
        services.move_bed(stay=stay, bed=cast.bed_a("2A"), on=stay.starts_on - days(1), today=today)


# --- moves between houses -----------------------------------------------------------------------------------------


def test_transfer_ends_one_stay_and_begins_another_that_continues_it(cast, today):
    stay = cast.stay_of_dana

    following = services.transfer(
        stay=stay, bed=cast.bed_b("2A"), on=today - days(4), reason="closer to work", today=today
    )
    third = services.transfer(stay=following, bed=cast.bed_a("3A"), on=today, reason="back again", today=today)

    stay.refresh_from_db()
    discharge = stay.discharges.get()
    assert (stay.ends_on, following.starts_on, following.continues, third.continues) == (
        today - days(4),
        today - days(4),
        stay,
        following,
    )
    assert (discharge.reason, discharge.destination, discharge.where_to) == ("transfer", 329, "")
    assert chain_starts([cast.dana.pk]) == dict.fromkeys([stay.pk, following.pk, third.pk], today - days(40))


def test_days_begin_anew_after_a_discharge(cast, today):
    services.discharge(stay=cast.stay_of_dana, left_on=today - days(5), today=today, **ORDINARY)
    again = services.admit(resident=cast.dana, bed=cast.bed_a("2A"), starts_on=today - days(1), today=today)

    assert chain_starts([cast.dana.pk])[again.pk] == today - days(1)


def test_transfer_ends_the_duties_of_the_house_left(cast, today):
    services.transfer(stay=cast.stay_of_frank, bed=cast.bed_b("2A"), on=today, reason="a new job", today=today)

    assert Officer.objects.get(pk=cast.duty_of_frank.pk).ends_on == today


def test_transfer_takes_the_application_to_the_new_house_along(cast, today):
    application = services.application_receive(house=cast.house_b, resident=cast.dana, received_on=today, today=today)
    held = hold(application, cast.bed_b("2A"), today=today)

    following = services.transfer(
        stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="a new job", today=today
    )

    application.refresh_from_db()
    held.refresh_from_db()
    assert (application.status, following.application, held.voided) == ("moved_in", application, True)


def test_transfer_that_is_none_is_refused(cast, today):
    stay = cast.stay_of_dana

    with refused("This bed is in the same house. Move beds instead.", about="bed"):
        services.transfer(stay=stay, bed=cast.bed_a("2A"), on=today, reason="why not", today=today)
    with refused("This bed belongs to another organization.", about="bed"):
        services.transfer(stay=stay, bed=cast.house_c.beds.get(name="1B"), on=today, reason="why not", today=today)
    with refused("The expected move-out comes after the move.", about="expected_on"):
        services.transfer(stay=stay, bed=cast.bed_b("2A"), on=today, expected_on=today, reason="why not", today=today)
    with refused(f"This is too late: {shown(today)} at the latest.", about="on"):
        services.transfer(stay=stay, bed=cast.bed_b("2A"), on=today + days(1), reason="why not", today=today)


# --- the planned end ----------------------------------------------------------------------------------------------


def test_bed_is_promised_from_the_planned_end_on(cast, today):
    stay = services.expect(stay=cast.stay_of_dana, expected_on=today + days(5), today=today)

    held = hold(applicant(cast), cast.bed_a("1A"), today=today, starts=5)

    assert (stay.expected_on, held.starts_on) == (today + days(5), today + days(5))
    assert uses_of(stay) == [("1A", today - days(40), today + days(5))]


def test_plan_is_given_up(cast, today):
    services.expect(stay=cast.stay_of_dana, expected_on=today + days(5), today=today)

    stay = services.expect(stay=cast.stay_of_dana, expected_on=None, reason="stays on", today=today)

    assert uses_of(stay) == [("1A", today - days(40), None)]
    assert stay.history.first().history_change_reason == "stays on"


@pytest.mark.parametrize("number", [0, -1])
def test_plan_for_a_day_that_has_come_is_refused(cast, today, number):
    with refused("The expected move-out is after today. If they have left, discharge them.", about="expected_on"):
        services.expect(stay=cast.stay_of_dana, expected_on=today + days(number), today=today)


def test_staying_on_in_a_promised_bed_is_refused_unless_said_so_with_a_reason(cast, today):
    stay = services.expect(stay=cast.stay_of_dana, expected_on=today + days(5), today=today)
    held = hold(applicant(cast), cast.bed_a("1A"), today=today, starts=5)
    sentence = f"Bed Room 1 1A is held for an applicant from {shown(today + days(5))} until {shown(today + days(8))}."

    with refused(sentence, about="expected_on"):
        services.expect(stay=stay, expected_on=today + days(6), today=today)
    with refused("Say why the hold must give way.", about="reason"):
        services.expect(stay=stay, expected_on=today + days(6), displace=True, reason=" ", today=today)
    services.expect(stay=stay, expected_on=today + days(6), displace=True, reason="no flat yet", today=today)

    held.refresh_from_db()
    assert (held.starts_on, held.ends_on, held.voided) == (today + days(6), today + days(8), False)
    assert why(held, stay, *stay.uses.all()) == [STAYS_ON, "no flat yet", "no flat yet"]


def test_staying_on_until_further_notice_ends_the_promise(cast, today):
    stay = services.expect(stay=cast.stay_of_dana, expected_on=today + days(5), today=today)
    held = hold(applicant(cast), cast.bed_a("1A"), today=today, starts=5)
    out = services.bed_take_out(
        bed=cast.bed_a("1A"), starts_on=today + days(9), ends_on=None, note="paint", today=today
    )

    services.expect(stay=stay, expected_on=None, displace=True, reason="no flat yet", today=today)

    held.refresh_from_db()
    out.refresh_from_db()
    assert (held.voided, out.voided) == (True, True)


# --- discharge ----------------------------------------------------------------------------------------------------


def test_discharge_ends_stay_bed_phase_and_duty_that_day(cast, today):
    kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    services.phase_set(stay=cast.stay_of_frank, kind=kind, starts_on=today - days(30), today=today)

    row = services.discharge(
        stay=cast.stay_of_frank, left_on=today - days(1), today=today, where_to="his sister's", **ORDINARY
    )

    stay = Stay.objects.get(pk=cast.stay_of_frank.pk)
    assert (stay.ends_on, row.left_on, row.where_to) == (today - days(1), today - days(1), "his sister's")
    assert uses_of(stay) == [("1B", today - days(120), today - days(1))]
    assert (stay.phases.get().ends_on, Officer.objects.get().ends_on) == (today - days(1), today - days(1))
    assert (row.recorded_by, row.recorded_as) == (cast.alice, str(cast.alice))
    lives(cast.bed_a("1B"), since=today - days(1))


def test_discharge_on_the_day_of_the_move_in_leaves_no_night(cast, today):
    stay = lives(cast.bed_a("2A"), since=today)

    services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)

    assert uses_of(stay) == [("2A", today, today)]
    lives(cast.bed_a("2A"), "Bo Second", since=today)


def test_two_who_come_and_go_on_one_day_may_have_the_same_bed(cast, today):
    bed = cast.bed_a("3A")

    for name in ("Nia Okafor", "Bea Okafor"):
        stay = lives(bed, name, since=today)
        services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)

    assert list(bed.uses.values_list("starts_on", "ends_on")) == [(today, today)] * 2


def test_overdue_resident_keeps_the_bed_until_discharged_and_the_applicant_has_it_from_then(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(30), expected_on=today - days(3))
    application = applicant(cast)
    promised = hold(application, cast.bed_a("2A"), today=today - days(20), starts=17, nights=8)

    services.discharge(stay=stay, left_on=today - days(1), today=today, **ORDINARY)

    promised.refresh_from_db()
    assert (promised.starts_on, promised.ends_on) == (today - days(1), today + days(5))
    assert uses_of(stay) == [("2A", today - days(30), today - days(1))]
    services.admit(resident=application.resident, bed=cast.bed_a("2A"), starts_on=today, today=today)


def test_hold_that_an_overdue_resident_sat_through_counts_for_nothing(cast, today):
    stay = lives(cast.bed_a("2A"), since=today - days(30), expected_on=today - days(9))
    promised = hold(applicant(cast), cast.bed_a("2A"), today=today - days(20), starts=11, nights=3)

    services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)

    promised.refresh_from_db()
    assert promised.voided


@pytest.mark.parametrize(
    ("changes", "about", "sentence"),
    [
        (
            {"destination": 12345},
            "destination",
            "This is no code of HUD's list 3.12. 99 says that it was not collected.",
        ),
        (
            {"destination": None},
            "destination",
            "This is no code of HUD's list 3.12. 99 says that it was not collected.",
        ),
        ({"may_return": "terms"}, "__all__", "Say on which terms they may return."),
        ({"reason": "bored"}, "reason", "Value 'bored' is not a valid choice."),
    ],
)
def test_discharge_with_facts_that_cannot_be_is_refused(cast, today, changes, about, sentence):
    with refused(sentence, about=about):
        services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **(ORDINARY | changes))


def test_discharge_on_days_that_cannot_be_is_refused(cast, today):
    stay = cast.stay_of_dana
    services.move_bed(stay=stay, bed=cast.bed_a("2A"), on=today - days(5), today=today)

    with refused(f"This is too late: {shown(today)} at the latest.", about="left_on"):
        services.discharge(stay=stay, left_on=today + days(1), today=today, **ORDINARY)
    with refused(f"This is too early: {shown(today - days(5))} at the earliest.", about="left_on"):
        services.discharge(stay=stay, left_on=today - days(6), today=today, **ORDINARY)


STAY_ACTS = pytest.mark.parametrize(
    "act",
    [
        lambda stay, cast, today: services.move_bed(stay=stay, bed=cast.bed_a("3A"), on=today, today=today),
        lambda stay, cast, today: services.transfer(
            stay=stay, bed=cast.bed_b("2A"), on=today, reason="a job", today=today
        ),
        lambda stay, cast, today: services.expect(stay=stay, expected_on=today + days(3), today=today),
        lambda stay, cast, today: services.discharge(stay=stay, left_on=today, today=today, **ORDINARY),
        lambda stay, cast, today: services.phase_set(
            stay=stay,
            kind=services.phase_kind_save(house=cast.house_a, number=7, name="Phase 7"),
            starts_on=today,
            today=today,
        ),
    ],
    ids=["move", "transfer", "expect", "discharge", "phase"],
)


@STAY_ACTS
def test_stay_that_is_over_is_not_touched(cast, today, act):
    services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)
    kinds = stay.house.phasekinds.count()

    with pytest.raises(ValidationError, match=f"Dana Renner left on {shown(today)}."):
        act(stay, cast, today)
    assert stay.house.phasekinds.count() - kinds in (0, 1)
    assert (Discharge.objects.count(), Phase.objects.count(), Stay.objects.count()) == (1, 0, 4)


@STAY_ACTS
def test_voided_stay_is_not_touched(cast, today, act):
    services.stay_void(stay=cast.stay_of_dana, reason="wrong person")

    with pytest.raises(ValidationError, match="This stay was entered by mistake and is voided."):
        act(cast.stay_of_dana, cast, today)
    assert (Discharge.objects.count(), Phase.objects.count(), Stay.objects.count()) == (0, 0, 4)


# --- corrections --------------------------------------------------------------------------------------------------


@pytest.fixture
def left(cast, today) -> Discharge:
    """Dana left five days ago; she was in the second phase."""
    for number in (1, 2):
        kind = services.phase_kind_save(house=cast.house_a, number=number, name=f"Phase {number}")
        services.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=today - days(40 - 10 * number), today=today)
    return services.discharge(stay=cast.stay_of_dana, left_on=today - days(5), today=today, **ORDINARY)


def phases_of(stay) -> list[tuple[int, date, date | None]]:
    rows = stay.phases.filter(voided=False).order_by("starts_on")
    return list(rows.values_list("kind__number", "starts_on", "ends_on"))


def test_corrected_discharge_keeps_the_first(cast, left, today):
    row = services.discharge_correct(
        discharge=left, correction_reason="wrong code", destination=422, where_to="her mother's", today=today
    )

    first = Discharge.objects.get(pk=left.pk)
    assert (first.destination, first.corrected_by) == (410, row)
    assert (row.destination, row.where_to, row.left_on, row.correction_reason) == (
        422,
        "her mother's",
        today - days(5),
        "wrong code",
    )
    assert row.reason == first.reason


@pytest.mark.parametrize("number", [-1, -8, -12, 0])
def test_corrected_day_moves_stay_bed_and_phase(cast, left, today, number):
    day = today + days(number)

    services.discharge_correct(discharge=left, correction_reason="wrong day", left_on=day, today=today)

    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    assert (stay.ends_on, uses_of(stay)) == (day, [("1A", today - days(40), day)])
    assert phases_of(stay) == [(1, today - days(30), today - days(20)), (2, today - days(20), day)]
    assert stay.history.first().history_change_reason == "wrong day"


def test_corrected_day_before_the_last_phase_voids_it(cast, left, today):
    services.discharge_correct(discharge=left, correction_reason="wrong day", left_on=today - days(25), today=today)

    assert phases_of(cast.stay_of_dana) == [(1, today - days(30), today - days(25))]


def test_corrected_day_does_not_take_nights_that_another_has(cast, left, today):
    lives(cast.bed_a("1A"), since=today - days(3))

    sentence = f"Nia O. is in Bed Room 1 1A since {shown(today - days(3))}, with no move-out planned."
    with refused(sentence, about="left_on"):
        services.discharge_correct(discharge=left, correction_reason="wrong day", left_on=today - days(2), today=today)
    services.discharge_correct(discharge=left, correction_reason="wrong day", left_on=today - days(3), today=today)


@pytest.mark.parametrize("reason", ["", "  "])
def test_correction_needs_a_reason(cast, left, today, reason):
    sentence = "A correction needs a reason: say what was wrong."

    with refused(sentence, about="correction_reason"):
        services.discharge_correct(discharge=left, correction_reason=reason, where_to="a flat", today=today)
    with refused(sentence, about="reason"):
        services.discharge_undo(discharge=left, reason=reason, today=today)
    with refused(sentence, about="reason"):
        services.stay_void(stay=cast.stay_of_frank, reason=reason)
    with refused(sentence, about="reason"):
        services.stay_correct_start(stay=cast.stay_of_frank, starts_on=today, reason=reason, today=today)


def test_only_the_newest_discharge_is_corrected_or_undone(cast, left, today):
    newest = services.discharge_correct(discharge=left, correction_reason="wrong code", destination=422, today=today)
    sentence = "This discharge has been corrected or undone already. Look at the newest one."

    with refused(sentence):
        services.discharge_correct(discharge=left, correction_reason="again", destination=99, today=today)
    with refused(sentence):
        services.discharge_undo(discharge=left, reason="again", today=today)
    services.discharge_undo(discharge=newest, reason="she never left", today=today)
    with refused(sentence):
        services.discharge_undo(discharge=newest, reason="again", today=today)


def test_undone_discharge_lets_stay_bed_and_phase_go_on(cast, left, today):
    services.discharge_undo(discharge=left, reason="she never left", today=today)

    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    assert (stay.ends_on, stay.expected_on, uses_of(stay)) == (None, None, [("1A", today - days(40), None)])
    assert phases_of(stay) == [(1, today - days(30), today - days(20)), (2, today - days(20), None)]
    row = Discharge.objects.get(corrects=left)
    assert (row.undone, row.correction_reason) == (True, "she never left")
    assert Discharge.objects.get(pk=left.pk).undone is False


def test_undone_discharge_whose_bed_is_taken_needs_another(cast, left, today):
    lives(cast.bed_a("1A"), since=today - days(3))

    sentence = f"Nia O. is in Bed Room 1 1A since {shown(today - days(3))}, with no move-out planned."
    with refused(sentence, about="bed"):
        services.discharge_undo(discharge=left, reason="she never left", today=today)
    with refused("This bed is in another house.", about="bed"):
        services.discharge_undo(discharge=left, reason="she never left", bed=cast.bed_b("2A"), today=today)
    services.discharge_undo(discharge=left, reason="she never left", bed=cast.bed_a("2B"), today=today)

    assert uses_of(cast.stay_of_dana) == [("1A", today - days(40), today - days(5)), ("2B", today, None)]


def test_discharge_after_an_undone_one_names_it(cast, left, today):
    services.discharge_undo(discharge=left, reason="she never left", today=today)

    row = services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)

    assert row.corrects.undone is True
    assert Discharge.objects.filter(stay=cast.stay_of_dana).count() == 3


def test_discharge_followed_by_another_stay_is_not_undone(cast, left, today):
    services.admit(resident=cast.dana, bed=cast.bed_a("2A"), starts_on=today, today=today)

    with refused("This person has a later stay. Undo that one first."):
        services.discharge_undo(discharge=left, reason="she never left", today=today)


def test_end_of_a_stay_that_another_continues_is_not_moved(cast, today):
    stay = cast.stay_of_dana
    services.transfer(stay=stay, bed=cast.bed_b("2A"), on=today - days(2), reason="a job", today=today)
    discharge = stay.discharges.get()
    sentence = "Another stay continues this one. Undo that move first."

    with refused(sentence):
        services.discharge_correct(discharge=discharge, correction_reason="x", left_on=today, today=today)
    with refused(sentence):
        services.discharge_undo(discharge=discharge, reason="x", today=today)
    with refused(sentence):
        services.stay_void(stay=stay, reason="x")
    services.discharge_correct(discharge=discharge, correction_reason="x", note="by her wish", today=today)


def test_mistaken_transfer_is_voided_and_its_discharge_undone(cast, today):
    stay = cast.stay_of_dana
    following = services.transfer(stay=stay, bed=cast.bed_b("2A"), on=today - days(2), reason="a job", today=today)

    services.stay_void(stay=following, reason="wrong person")
    services.discharge_undo(discharge=stay.discharges.get(), reason="wrong person", today=today)

    assert uses_of(stay) == [("1A", today - days(40), None)]
    assert chain_starts([cast.dana.pk]) == {stay.pk: today - days(40)}


def test_voided_stay_frees_bed_and_person_and_opens_the_application_again(cast, today):
    application = applicant(cast)
    stay = services.admit(resident=application.resident, bed=cast.bed_a("2A"), starts_on=today - days(3), today=today)
    kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    services.phase_set(stay=stay, kind=kind, starts_on=today - days(3), today=today)

    services.stay_void(stay=stay, reason="wrong house")

    application.refresh_from_db()
    assert application.status == "accepted"
    assert story(application)[-1] == ("reopened", "wrong house", None)
    assert set(stay.uses.values_list("voided", flat=True)) == {True}
    assert set(stay.phases.values_list("voided", flat=True)) == {True}
    assert Resident.objects.visible_to(cast.alice).filter(pk=application.resident_id).exists()
    lives(cast.bed_a("2A"), "Bo Second", since=today - days(3))
    services.admit(resident=application.resident, bed=cast.bed_a("2B"), starts_on=today - days(3), today=today)
    with refused("This stay is voided already."):
        services.stay_void(stay=stay, reason="again")


def test_voided_stay_leaves_a_newer_application_alone(cast, today):
    application = applicant(cast)
    stay = services.admit(resident=application.resident, bed=cast.bed_a("2A"), starts_on=today - days(9), today=today)
    services.discharge(stay=stay, left_on=today - days(3), today=today, **ORDINARY)
    services.application_receive(house=cast.house_a, resident=application.resident, received_on=today, today=today)

    services.stay_void(stay=stay, reason="wrong person")

    application.refresh_from_db()
    assert application.status == "moved_in"


@pytest.mark.parametrize("number", [-50, -35, -20])
def test_corrected_start_moves_stay_and_first_bed(cast, today, number):
    day = today + days(number)

    stay = services.stay_correct_start(stay=cast.stay_of_dana, starts_on=day, reason="misread the form", today=today)

    assert (stay.starts_on, uses_of(stay)) == (day, [("1A", day, None)])
    assert stay.history.first().history_change_reason == "misread the form"


def test_corrected_start_takes_phases_along(cast, today):
    for number, ago in ((1, 40), (2, 30), (3, 10)):
        kind = services.phase_kind_save(house=cast.house_a, number=number, name=f"Phase {number}")
        services.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=today - days(ago), today=today)

    services.stay_correct_start(
        stay=cast.stay_of_dana, starts_on=today - days(25), reason="misread the form", today=today
    )

    assert phases_of(cast.stay_of_dana) == [
        (2, today - days(25), today - days(10)),
        (3, today - days(10), None),
    ]


def test_start_is_not_corrected_into_what_cannot_be(cast, today):
    earlier = lives(cast.bed_a("2A"), since=today - days(60))
    services.discharge(stay=earlier, left_on=today - days(45), today=today, **ORDINARY)
    person = {"legal_first_name": "Bo", "birth_date": today - days(50)}
    stay = services.admit_newcomer(bed=cast.bed_a("2A"), person=person, starts_on=today - days(40), today=today)
    services.move_bed(stay=stay, bed=cast.bed_a("2B"), on=today - days(10), today=today)

    def correct(ago: int) -> None:
        services.stay_correct_start(stay=stay, starts_on=today - days(ago), reason="misread the form", today=today)

    with refused(f"This is too late: {shown(today - days(10))} at the latest.", about="starts_on"):
        correct(9)
    with refused(f"This is too early: {shown(today - days(50))} at the earliest.", about="starts_on"):
        correct(51)
    with refused(
        f"Nia O. is in Bed Room 2 2A from {shown(today - days(60))} until {shown(today - days(45))}.",
        about="starts_on",
    ):
        correct(46)
    correct(45)


def test_start_of_somebody_still_here_is_before_the_day_they_are_expected_to_leave(cast, today):
    stay = overstays(cast.bed_a("2A"), today=today, by=5)

    with refused(f"This is too late: {shown(today - days(6))} at the latest.", about="starts_on"):
        services.stay_correct_start(stay=stay, starts_on=today - days(5), reason="misread", today=today)
    services.stay_correct_start(stay=stay, starts_on=today - days(6), reason="misread", today=today)


def test_start_of_a_stay_that_continues_another_is_not_corrected_here(cast, today):
    following = services.transfer(
        stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today - days(2), reason="a job", today=today
    )

    with refused("This stay continues another. Correct the day of that move on the earlier stay."):
        services.stay_correct_start(stay=following, starts_on=today, reason="x", today=today)


def test_start_is_not_corrected_into_an_earlier_stay_of_theirs(cast, today):
    first = lives(cast.bed_a("2A"), since=today - days(30))
    services.discharge(stay=first, left_on=today - days(20), today=today, **ORDINARY)
    again = services.admit(resident=first.resident, bed=cast.bed_a("2B"), starts_on=today - days(10), today=today)

    sentence = f"Nia Okafor has a stay here from {shown(today - days(30))} until {shown(today - days(20))}."
    with refused(sentence):
        services.stay_correct_start(stay=again, starts_on=today - days(21), reason="x", today=today)


# --- phases -------------------------------------------------------------------------------------------------------


def test_phase_ends_where_the_next_begins(cast, today):
    one = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    two = services.phase_kind_save(house=cast.house_a, number=2, name="Phase 2")
    stay = cast.stay_of_dana

    services.phase_set(stay=stay, kind=one, starts_on=today - days(40), today=today)
    services.phase_set(stay=stay, kind=two, starts_on=today - days(5), reason="a job", today=today)

    assert phases_of(stay) == [(1, today - days(40), today - days(5)), (2, today - days(5), None)]


def test_phase_that_cannot_be_is_refused(cast, today):
    one = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    two = services.phase_kind_save(house=cast.house_a, number=2, name="Phase 2")
    foreign = services.phase_kind_save(house=cast.house_b, number=1, name="Phase 1")
    stay = cast.stay_of_dana
    services.phase_set(stay=stay, kind=one, starts_on=today - days(10), today=today)

    with refused("The resident is in this phase already.", about="kind"):
        services.phase_set(stay=stay, kind=one, starts_on=today, today=today)
    with refused("This phase belongs to another house.", about="kind"):
        services.phase_set(stay=stay, kind=foreign, starts_on=today, today=today)
    with refused(f"This is too early: {shown(today - days(10))} at the earliest.", about="starts_on"):
        services.phase_set(stay=stay, kind=two, starts_on=today - days(11), today=today)
    with refused(f"This is too late: {shown(today)} at the latest.", about="starts_on"):
        services.phase_set(stay=stay, kind=two, starts_on=today + days(1), today=today)


def test_phase_of_the_program_is_renamed_and_its_number_is_its_own(cast):
    one = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    services.phase_kind_save(house=cast.house_a, number=1, name="Welcome", kind=one)

    one.refresh_from_db()
    assert one.name == "Welcome"
    with refused("The house has a phase of this number."):
        services.phase_kind_save(house=cast.house_a, number=1, name="Another")


# --- nobody about themselves --------------------------------------------------------------------------------------


ABOUT_DANA = {
    "application_receive": lambda cast, today, has: services.application_receive(
        house=cast.house_b, resident=cast.dana, received_on=today, today=today
    ),
    "application_wait": lambda cast, today, has: services.application_wait(application=has["application"]),
    "application_move": lambda cast, today, has: services.application_move(
        application=has["application"], place=1, reason="me first"
    ),
    "application_accept": lambda cast, today, has: services.application_accept(application=has["application"]),
    "application_close": lambda cast, today, has: services.application_close(
        application=has["application"], declined=False, reason="", today=today
    ),
    "hold_place": lambda cast, today, has: hold(has["application"], cast.bed_b("2B"), today=today),
    "hold_change": lambda cast, today, has: services.hold_change(
        hold=has["hold"], ends_on=today + days(9), today=today
    ),
    "hold_release": lambda cast, today, has: services.hold_release(hold=has["hold"], reason="", today=today),
    "admit": lambda cast, today, has: services.admit(
        resident=cast.dana, bed=cast.bed_a("2A"), starts_on=today, today=today
    ),
    "admit_newcomer": lambda cast, today, has: services.admit_newcomer(
        bed=cast.bed_a("2A"),
        person={"legal_first_name": "Dana", "legal_last_name": "Renner", "birth_date": date(1990, 5, 17)},
        starts_on=today,
        today=today,
    ),
    "move_bed": lambda cast, today, has: services.move_bed(
        stay=cast.stay_of_dana, bed=cast.bed_a("2A"), on=today, today=today
    ),
    "transfer": lambda cast, today, has: services.transfer(
        stay=cast.stay_of_dana, bed=cast.bed_b("2B"), on=today, reason="nicer", today=today
    ),
    "expect": lambda cast, today, has: services.expect(
        stay=cast.stay_of_dana, expected_on=today + days(9), today=today
    ),
    "discharge": lambda cast, today, has: services.discharge(
        stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY
    ),
    "discharge_correct": lambda cast, today, has: services.discharge_correct(
        discharge=has["discharge"], correction_reason="nicer", note="a model resident", today=today
    ),
    "discharge_undo": lambda cast, today, has: services.discharge_undo(
        discharge=has["discharge"], reason="I never left", today=today
    ),
    "stay_void": lambda cast, today, has: services.stay_void(stay=cast.stay_of_dana, reason="not me"),
    "stay_correct_start": lambda cast, today, has: services.stay_correct_start(
        stay=cast.stay_of_dana, starts_on=today - days(90), reason="longer", today=today
    ),
    "phase_set": lambda cast, today, has: services.phase_set(
        stay=cast.stay_of_dana, kind=has["kind"], starts_on=today, today=today
    ),
}


@pytest.mark.parametrize("name", ABOUT_DANA)
def test_nobody_writes_about_themselves_even_as_a_manager(cast, today, name):
    grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    stay = lives(cast.bed_a("3A"), "Dee Before", since=today - days(300))
    has = {"kind": services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")}
    if name.startswith("discharge_"):
        has["discharge"] = services.discharge(stay=cast.stay_of_dana, left_on=today - days(1), today=today, **ORDINARY)
    if name.startswith(("application_", "hold_")) and name != "application_receive":
        has["application"] = services.application_receive(
            house=cast.house_b, resident=cast.dana, received_on=today, today=today
        )
        if name in ("hold_change", "hold_release"):
            has["hold"] = hold(has["application"], cast.bed_b("2A"), today=today)
        if name == "application_move":
            services.application_wait(application=has["application"])
    before = written()

    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        ABOUT_DANA[name](cast, today, has)

    assert written() == before
    with acting_as(cast.dana.user, source="web"):  # about somebody else she may
        services.expect(stay=stay, expected_on=today + days(9), today=today)


def test_every_service_about_a_person_is_among_those_tried():
    about_nobody = {"bed_take_out", "bed_bring_back", "phase_kind_save", "newcomer_applies"}
    every = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "").startswith(f"{services.__name__}.")
        and callable(thing)
        and not name.startswith("_")
    }

    assert every == set(ABOUT_DANA) | about_nobody


def test_newcomer_who_is_oneself_is_refused(cast, today):
    """A manager who is also a resident does not apply elsewhere by their own hand."""
    person = {"legal_first_name": "Dana", "legal_last_name": "Renner", "birth_date": date(1990, 5, 17)}
    before = written()

    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.newcomer_applies(house=cast.house_b, person=person, received_on=today, today=today)

    assert written() == before


def test_events_are_kept_as_they_were_recorded(cast, line):
    assert ApplicationEvent.objects.filter(application__house=cast.house_a).count() == 6
    assert set(ApplicationEvent.objects.values_list("recorded_as", flat=True)) == {str(cast.alice)}
