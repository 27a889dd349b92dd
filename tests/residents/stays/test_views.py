"""The pages of beds, stays and applications: who may open them, what they write, and what they say to nonsense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from residents.houses.permissions import RoleKind
from residents.people.models import Resident
from residents.stays import services, urls
from residents.stays.models import Application, BedUse, Discharge, Phase, PhaseKind, Stay
from soberhouse.history import acting_as
from tests.cast import Cast, grant, make_cast
from tests.once import made_once
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays, shown, written

Facts = dict[str, Any]


def make_facts() -> Facts:
    """One of everything in house A: 1A Dana, 1B Frank, 2A held for Hal, 2B broken, 3A open, 3B open since Gus left."""
    cast = make_cast()
    today = cast.today
    with acting_as(cast.alice, source="web"):
        kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
        gone = lives(cast.bed_a("3B"), "Gus Gone", since=today - days(30))
        waiting = [applicant(cast, f"{name} Waits") for name in ("Ada", "Ben")]
        for each in waiting:
            services.application_wait(application=each)
        held_for = applicant(cast, "Hal Held")
        return {
            "cast": cast,
            "today": today,
            "house": cast.house_a,
            "bed": cast.bed_a("3A"),
            "stay": cast.stay_of_dana,
            "over": gone,
            "discharge": services.discharge(stay=gone, left_on=today - days(2), today=today, **ORDINARY),
            "hold": hold(held_for, cast.bed_a("2A"), today=today),
            "out": services.bed_take_out(
                bed=cast.bed_a("2B"), starts_on=today - days(1), ends_on=None, note="paint", today=today
            ),
            "application": applicant(cast, "Nia Okafor"),
            "first": waiting[0],
            "second": waiting[1],
            "kind": kind,
        }


once, facts = made_once(make_facts)


@pytest.fixture
def cast(facts) -> Cast:
    return facts["cast"]


def now(facts: Facts, name: str) -> Any:
    """That row as it is now."""
    return type(facts[name]).objects.get(pk=facts[name].pk)


def bed_of(stay: Stay) -> str:
    return stay.uses.filter(voided=False).latest("id").bed.name


@dataclass(frozen=True)
class Page:
    """One address: what it is about, a good answer to its form, and what must be true then."""

    name: str
    about: str
    good: Callable[[Facts], dict[str, Any]] = field(default=lambda facts: {})
    then: Callable[[Facts], bool] | None = None  # none where the page only shows
    resident: int = 403  # what it is to Dana, who lives there: hers or not to be changed, or not there at all
    by: str = "alice"


SHOWN = [
    Page("board", "house"),
    Page("stay", "stay"),
    Page("stay", "over", resident=404),
    Page("applications", "house"),
    Page("application", "application", resident=404),
    Page("occupancy", "house"),
]
CHANGED = [
    Page(
        "move_in",
        "house",
        lambda facts: {"legal_first_name": "Zoë", "bed": facts["bed"].uuid, "starts_on": facts["today"]},
        lambda facts: Stay.objects.filter(resident__legal_first_name="Zoë").exists(),
    ),
    Page(
        "hold",
        "house",
        lambda facts: {
            "application": facts["application"].uuid,
            "bed": facts["bed"].uuid,
            "starts_on": facts["today"],
            "ends_on": facts["today"] + days(2),
        },
        lambda facts: facts["application"].holds.exists(),
    ),
    Page(
        "bed_out",
        "bed",
        lambda facts: {"starts_on": facts["today"], "note": "broken slats"},
        lambda facts: facts["bed"].uses.filter(kind="out", note="broken slats").exists(),
    ),
    Page("bed_back", "out", lambda facts: {"csrf": "x"}, lambda facts: now(facts, "out").ends_on is not None, 404),
    Page(
        "hold_change",
        "hold",
        lambda facts: {"ends_on": facts["today"] + days(9)},
        lambda facts: now(facts, "hold").ends_on == facts["today"] + days(9),
        404,
    ),
    Page("hold_release", "hold", lambda facts: {"reason": ""}, lambda facts: now(facts, "hold").voided, 404),
    Page(
        "stay_move",
        "stay",
        lambda facts: {"bed": facts["bed"].uuid, "on": facts["today"], "reason": "snoring"},
        lambda facts: bed_of(facts["stay"]) == "3A",
    ),
    Page(
        "stay_transfer",
        "stay",
        lambda facts: {"bed": facts["cast"].bed_b("2A").uuid, "on": facts["today"], "reason": "a job"},
        lambda facts: now(facts, "stay").continued_by.house == facts["cast"].house_b,
        by="olive",
    ),
    Page(
        "stay_expect",
        "stay",
        lambda facts: {"expected_on": facts["today"] + days(9)},
        lambda facts: now(facts, "stay").expected_on == facts["today"] + days(9),
    ),
    Page(
        "stay_discharge",
        "stay",
        lambda facts: ORDINARY | {"left_on": facts["today"]},
        lambda facts: now(facts, "stay").ends_on == facts["today"],
    ),
    Page(
        "stay_phase",
        "stay",
        lambda facts: {"kind": facts["kind"].uuid, "starts_on": facts["today"]},
        lambda facts: Phase.objects.filter(stay=facts["stay"]).exists(),
    ),
    Page("stay_void", "stay", lambda facts: {"reason": "wrong person"}, lambda facts: now(facts, "stay").voided),
    Page(
        "stay_correct_start",
        "stay",
        lambda facts: {"starts_on": facts["today"] - days(35), "reason": "misread"},
        lambda facts: now(facts, "stay").starts_on == facts["today"] - days(35),
    ),
    Page(
        "discharge_correct",
        "discharge",
        lambda facts: (
            ORDINARY | {"left_on": facts["today"] - days(1), "correction_reason": "misread", "destination": 422}
        ),
        lambda facts: Discharge.objects.get(corrects=facts["discharge"]).destination == 422,
        404,
    ),
    Page(
        "discharge_undo",
        "discharge",
        lambda facts: {"reason": "he never left"},
        lambda facts: now(facts, "over").ends_on is None,
        404,
    ),
    Page(
        "application_new",
        "house",
        lambda facts: {"legal_first_name": "Zoë", "received_on": facts["today"]},
        lambda facts: Application.objects.filter(resident__legal_first_name="Zoë").exists(),
    ),
    Page(
        "application_accept",
        "application",
        lambda facts: {"reason": ""},
        lambda facts: now(facts, "application").status == "accepted",
        404,
    ),
    Page(
        "application_wait",
        "application",
        lambda facts: {"reason": ""},
        lambda facts: now(facts, "application").place == 3,
        404,
    ),
    Page(
        "application_move",
        "second",
        lambda facts: {"place": 1, "reason": "leaves detox"},
        lambda facts: now(facts, "second").place == 1,
        404,
    ),
    Page(
        "application_decline",
        "application",
        lambda facts: {"reason": "no answer"},
        lambda facts: now(facts, "application").status == "declined",
        404,
    ),
    Page(
        "application_withdraw",
        "application",
        lambda facts: {"reason": ""},
        lambda facts: now(facts, "application").status == "withdrawn",
        404,
    ),
    Page(
        "phase_kind_new",
        "house",
        lambda facts: {"number": 2, "name": "Phase 2"},
        lambda facts: PhaseKind.objects.filter(house=facts["house"], number=2).exists(),
    ),
    Page(
        "phase_kind_change",
        "kind",
        lambda facts: {"number": 1, "name": "Welcome"},
        lambda facts: now(facts, "kind").name == "Welcome",
    ),
]
SETTLED = [Page("phase_kinds", "house")]  # shown only to those who may change it


def identify(page: Page) -> str:
    return f"{page.name}-{page.about}"


EVERY = pytest.mark.parametrize("page", [*SHOWN, *SETTLED, *CHANGED], ids=identify)
EVERY_SHOWN = pytest.mark.parametrize("page", SHOWN, ids=identify)
EVERY_FORM = pytest.mark.parametrize("page", CHANGED, ids=identify)


def address(page: Page, facts: Facts) -> str:
    return reverse(page.name, kwargs={"uuid": facts[page.about].uuid})


def user(cast: Any, name: str) -> Any:
    return getattr(cast, name)


# --- who may ------------------------------------------------------------------------------------------------------


# What issues papers is tried where papers are shown: tests/soberhouse/pages/test_papers.py.
ISSUING = {
    *("census_issue", "occupancy_issue", "occupancy_all_issue", "face_sheet_issue"),
    *("letter_issue", "discharge_summary_issue"),
}


def test_every_address_is_tried():
    assert {page.name for page in [*SHOWN, *SETTLED, *CHANGED]} | {"occupancy_all"} | ISSUING == {
        pattern.name for pattern in urls.urlpatterns
    }


@EVERY
@pytest.mark.parametrize("who", ["alice", "bob", "olive"])
def test_page_opens_for_those_who_run_the_house_and_writes_nothing(page, who, cast, facts, signed_in):
    before = written()

    response = signed_in(user(cast, who)).get(address(page, facts))

    assert response.status_code == 200
    assert "house-error" not in response.content.decode()
    assert written() == before


@EVERY_FORM
def test_good_answer_is_written_down(page, cast, facts, signed_in):
    assert not _holds(page, facts)

    response = signed_in(user(cast, page.by)).post(address(page, facts), page.good(facts))

    assert response.status_code == 302, response.context["form"].errors
    assert page.then(facts)
    landed = signed_in(user(cast, page.by)).get(response["Location"])
    assert landed.status_code == 200


def _holds(page: Page, facts: Facts) -> bool:
    try:
        return page.then(facts)
    except (Stay.DoesNotExist, Discharge.DoesNotExist):
        return False


@EVERY
@pytest.mark.parametrize("who", ["charlie", "oscar", "erin"])
def test_out_of_scope_is_not_there_and_nothing_changes(page, who, cast, facts, signed_in):
    client, before = signed_in(user(cast, who)), written()

    assert client.get(address(page, facts)).status_code == 404
    assert client.post(address(page, facts), page.good(facts)).status_code == 404
    assert written() == before


@EVERY_SHOWN
def test_auditor_sees(page, cast, facts, signed_in):
    response = signed_in(cast.audra).get(address(page, facts))

    assert response.status_code == 200


@pytest.mark.parametrize("page", [*SETTLED, *CHANGED], ids=identify)
def test_auditor_may_change_nothing(page, cast, facts, signed_in):
    client, before = signed_in(cast.audra), written()

    assert client.get(address(page, facts)).status_code == 403
    assert client.post(address(page, facts), page.good(facts)).status_code == 403
    assert written() == before


def test_pages_an_auditor_sees_offer_nothing_to_press(cast, facts, signed_in):
    leaves_tomorrow(cast)
    addresses = [address(page, facts) for page in SHOWN] + [reverse("house_today", args=[cast.house_a.uuid])]
    forms = [reverse(page.name, kwargs={"uuid": facts[page.about].uuid}) for page in CHANGED]

    text = "".join(signed_in(cast.audra).get(each).content.decode() for each in addresses)

    assert "Hal" in text
    assert [each for each in forms if each in text] == []


def leaves_tomorrow(cast: Any) -> None:
    with acting_as(cast.alice, source="web"):
        services.expect(stay=cast.stay_of_frank, expected_on=cast.today + days(1), today=cast.today)


@EVERY
def test_resident_sees_and_changes_none_of_it(page, cast, facts, signed_in):
    client, before = signed_in(cast.dana), written()

    assert client.get(address(page, facts)).status_code == page.resident
    assert client.post(address(page, facts), page.good(facts)).status_code == page.resident
    assert written() == before


@pytest.mark.parametrize("page", [page for page in CHANGED if page.about == "stay"], ids=identify)
def test_nobody_changes_their_own_stay_even_as_a_manager(page, cast, facts, signed_in):
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_b)
    client, before = signed_in(cast.dana), written()

    assert client.get(address(page, facts)).status_code == 403
    assert client.post(address(page, facts), page.good(facts)).status_code == 403
    assert written() == before
    assert client.get(reverse("board", args=[cast.house_a.uuid])).status_code == 200


def test_manager_does_not_give_themselves_a_bed(cast, facts, signed_in):
    with acting_as(cast.alice, source="web"):
        services.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
        application = services.application_receive(
            house=cast.house_a, resident=cast.dana, received_on=cast.today, today=cast.today
        )
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    client, before = signed_in(cast.dana), written()
    answer = {"application": application.uuid, "bed": facts["bed"].uuid, "starts_on": cast.today}

    moved_in = client.post(reverse("move_in", args=[cast.house_a.uuid]), answer)
    held = client.post(reverse("hold", args=[cast.house_a.uuid]), answer | {"ends_on": cast.today + days(2)})

    assert (moved_in.status_code, held.status_code) == (403, 403)
    assert written() == before


@EVERY
def test_unknown_id_is_not_there(page, cast, facts, signed_in):
    client = signed_in(cast.alice)

    assert client.get(reverse(page.name, kwargs={"uuid": uuid4()})).status_code == 404
    bad = address(page, facts).replace(str(facts[page.about].uuid), "12345")
    assert client.get(bad).status_code == 404


@EVERY
def test_stranger_is_sent_to_sign_in(page, cast, facts, client):
    before = written()

    response = client.post(address(page, facts), page.good(facts))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert written() == before


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("hold_change", "out"),
        ("hold_release", "out"),
        ("hold_change", "own"),
        ("bed_back", "hold"),
        ("bed_back", "own"),
    ],
)
def test_bed_use_of_another_kind_is_not_there(name, about, cast, facts, signed_in):
    facts["own"] = cast.stay_of_frank.uses.get()
    client, before = signed_in(cast.alice), written()
    url = reverse(name, kwargs={"uuid": facts[about].uuid})

    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": "", "ends_on": cast.today + days(3)}).status_code == 404
    assert written() == before


def test_person_of_a_past_stay_is_named_by_the_stay_and_not_linked(cast, facts, signed_in):
    page = signed_in(cast.alice).get(reverse("stay", args=[facts["over"].uuid])).content.decode()
    whole = signed_in(cast.olive).get(reverse("stay", args=[facts["over"].uuid])).content.decode()
    link = reverse("resident", args=[facts["over"].resident.uuid])

    assert "Gus Gone" in page
    assert (link in page, link in whole) == (False, True)


def test_all_houses_are_those_one_runs(cast, signed_in):
    def houses(who: str) -> list[str]:
        response = signed_in(user(cast, who)).get(reverse("occupancy_all"))
        return [house.name for house, _numbers in response.context["rows"]]

    assert houses("olive") == houses("audra") == ["Alder House", "Birch House"]
    assert (houses("alice"), houses("charlie"), houses("oscar")) == (
        ["Alder House"],
        ["Birch House"],
        ["Cedar House"],
    )
    assert signed_in(cast.dana).get(reverse("occupancy_all")).status_code == 403


# --- what is wrong is said beside it, and kept --------------------------------------------------------------------

REQUIRED = "This field is required."
NO_DATE = "Enter a valid date."
NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
LONG = "x" * 5000


def at(number: int) -> Callable[[Facts], date]:
    return lambda facts: facts["today"] + days(number)


def too_long(most: int) -> str:
    return f"Ensure this value has at most {most} characters (it has 5000)."


WRONG: list[tuple[str, dict[str, Any], str, Any]] = [
    ("move_in", {"bed": lambda f: f["cast"].bed_b("2A").uuid}, "bed", NO_CHOICE),
    ("move_in", {"bed": "nonsense"}, "bed", "“nonsense” is not a valid UUID."),
    ("move_in", {"bed": ""}, "bed", REQUIRED),
    (
        "move_in",
        {"bed": lambda f: f["cast"].bed_a("1A").uuid},
        "bed",
        lambda f: f"Dana R. is in Bed Room 1 1A since {shown(f['stay'].starts_on)}, with no move-out planned.",
    ),
    (
        "move_in",
        {"bed": lambda f: f["cast"].bed_a("2A").uuid},
        "bed",
        lambda f: f"Bed Room 2 2A is held for an applicant from {shown(f['today'])} until {shown(f['hold'].ends_on)}.",
    ),
    ("move_in", {"starts_on": at(1)}, "starts_on", "This move-in is in the future. Hold the bed until then instead."),
    ("move_in", {"starts_on": "yesterday"}, "starts_on", NO_DATE),
    ("move_in", {"starts_on": "2026-02-30"}, "starts_on", NO_DATE),
    ("move_in", {"starts_on": "2026-01-01\0"}, "starts_on", NO_DATE),
    ("move_in", {"expected_on": at(0)}, "expected_on", "The expected move-out comes after the move-in."),
    ("move_in", {"birth_date": at(1)}, "birth_date", "This day is still to come."),
    (
        "move_in",
        {"birth_date": at(-1), "starts_on": at(-2)},
        "starts_on",
        "This is before their date of birth.",
    ),
    ("move_in", {"birth_date": "1899-12-31"}, "birth_date", "Nobody living here was born before 1900."),
    ("move_in", {"sober_since": at(1)}, "sober_since", "This day is still to come. The latest possible is today."),
    ("move_in", {"legal_first_name": LONG}, "legal_first_name", too_long(100)),
    ("move_in", {"legal_first_name": "a\0b"}, "legal_first_name", "Null characters are not allowed."),
    (
        "move_in",
        {"legal_first_name": "  "},
        "legal_first_name",
        "Choose who applied, or write the name of somebody new.",
    ),
    ("move_in", {"phone": LONG}, "phone", too_long(40)),
    ("move_in", {"application": lambda f: f["elsewhere"].uuid}, "application", NO_CHOICE),
    ("move_in", {"application": lambda f: f["closed"].uuid}, "application", NO_CHOICE),
    ("hold", {"application": ""}, "application", REQUIRED),
    ("hold", {"application": lambda f: f["elsewhere"].uuid}, "application", NO_CHOICE),
    ("hold", {"bed": lambda f: f["cast"].bed_b("2A").uuid}, "bed", NO_CHOICE),
    ("hold", {"ends_on": at(0)}, "ends_on", "A hold ends after it begins: it must cover at least one night."),
    ("hold", {"starts_on": at(-1)}, "starts_on", "A hold begins today or later."),
    (
        "hold_change",
        {"ends_on": at(0)},
        "ends_on",
        "A hold ends after today and after it begins. To end it now, release it.",
    ),
    ("bed_out", {"note": ""}, "note", REQUIRED),
    ("bed_out", {"note": LONG}, "note", too_long(200)),
    ("bed_out", {"ends_on": at(0)}, "ends_on", "The bed comes back after it is taken out."),
    ("stay_move", {"bed": lambda f: f["cast"].bed_b("2A").uuid}, "bed", NO_CHOICE),
    ("stay_move", {"on": at(1)}, "on", lambda f: f"This is too late: {shown(f['today'])} at the latest."),
    ("stay_move", {"reason": LONG}, "reason", too_long(500)),
    ("stay_transfer", {"bed": lambda f: f["bed"].uuid}, "bed", NO_CHOICE),
    ("stay_transfer", {"reason": ""}, "reason", REQUIRED),
    ("stay_transfer", {"on": at(1)}, "on", lambda f: f"This is too late: {shown(f['today'])} at the latest."),
    (
        "stay_expect",
        {"expected_on": at(0)},
        "expected_on",
        "The expected move-out is after today. If they have left, discharge them.",
    ),
    (
        "stay_discharge",
        {"destination": 12345},
        "destination",
        "Select a valid choice. 12345 is not one of the available choices.",
    ),
    (
        "stay_discharge",
        {"destination": "home"},
        "destination",
        "Select a valid choice. home is not one of the available choices.",
    ),
    (
        "stay_discharge",
        {"reason": "transfer"},
        "reason",
        "Select a valid choice. transfer is not one of the available choices.",
    ),
    (
        "stay_discharge",
        {"left_on": at(1)},
        "left_on",
        lambda f: f"This is too late: {shown(f['today'])} at the latest.",
    ),
    (
        "stay_discharge",
        {"left_on": at(-41)},
        "left_on",
        lambda f: f"This is too early: {shown(f['stay'].starts_on)} at the earliest.",
    ),
    ("stay_discharge", {"may_return": "terms"}, "__all__", "Say on which terms they may return."),
    ("stay_discharge", {"naloxone": ""}, "naloxone", REQUIRED),
    ("stay_discharge", {"note": "a\0b"}, "note", "Null characters are not allowed."),
    ("stay_phase", {"kind": lambda f: f["foreign kind"].uuid}, "kind", NO_CHOICE),
    (
        "stay_phase",
        {"starts_on": at(1)},
        "starts_on",
        lambda f: f"This is too late: {shown(f['today'])} at the latest.",
    ),
    ("stay_void", {"reason": " "}, "reason", REQUIRED),
    ("stay_correct_start", {"reason": ""}, "reason", REQUIRED),
    (
        "stay_correct_start",
        {"starts_on": at(1)},
        "starts_on",
        lambda f: f"This is too late: {shown(f['today'])} at the latest.",
    ),
    ("discharge_correct", {"correction_reason": ""}, "correction_reason", REQUIRED),
    (
        "discharge_correct",
        {"left_on": at(1)},
        "left_on",
        lambda f: f"This is too late: {shown(f['today'])} at the latest.",
    ),
    ("discharge_undo", {"reason": ""}, "reason", REQUIRED),
    ("discharge_undo", {"bed": lambda f: f["cast"].bed_a("1A").uuid}, "bed", NO_CHOICE),
    ("application_new", {"legal_first_name": ""}, "legal_first_name", REQUIRED),
    ("application_new", {"legal_last_name": LONG}, "legal_last_name", too_long(100)),
    (
        "application_new",
        {"received_on": at(1)},
        "received_on",
        "An application cannot have come in the future. Today or earlier.",
    ),
    ("application_new", {"birth_date": at(1)}, "birth_date", "This day is still to come."),
    ("application_new", {"note": LONG}, "note", too_long(1000)),
    ("application_move", {"place": 4}, "place", "The list has places 1 to 2."),
    ("application_move", {"place": 0}, "place", "Ensure this value is greater than or equal to 1."),
    ("application_move", {"place": "first"}, "place", "Enter a whole number."),
    ("application_move", {"reason": ""}, "reason", REQUIRED),
    ("application_decline", {"reason": "  "}, "reason", REQUIRED),
    ("phase_kind_new", {"number": 1}, "__all__", "The house has a phase of this number."),
    ("phase_kind_new", {"number": 100}, "number", "Ensure this value is less than or equal to 99."),
    ("phase_kind_change", {"name": LONG}, "name", too_long(60)),
]


@pytest.mark.parametrize(
    ("name", "changes", "about", "sentence"),
    WRONG,
    ids=[f"{name}-{'+'.join(changes)}-{number}" for number, (name, changes, *_rest) in enumerate(WRONG)],
)
def test_what_is_wrong_is_said_beside_it_kept_and_not_written(name, changes, about, sentence, cast, facts, signed_in):
    page = next(each for each in CHANGED if each.name == name)
    with acting_as(cast.olive, source="web"):
        facts["elsewhere"] = applicant(cast, "Eva Elsewhere", house=cast.house_b)
        facts["closed"] = applicant(cast, "Cleo Closed")
        services.application_close(application=facts["closed"], declined=False, reason="", today=facts["today"])
        facts["foreign kind"] = services.phase_kind_save(house=cast.house_b, number=1, name="Phase 1")
    typed = {key: value(facts) if callable(value) else value for key, value in changes.items()}
    before = written()

    response = signed_in(user(cast, page.by)).post(address(page, facts), page.good(facts) | typed)

    assert response.status_code == 200
    form = response.context["form"]
    assert dict(form.errors.items()) == {about: [sentence(facts) if callable(sentence) else sentence]}
    assert {key: form[key].value() for key in typed} == {key: str(value) for key, value in typed.items()}
    assert written() == before


@pytest.mark.parametrize(
    ("name", "about", "sentence"),
    [
        ("stay_move", "over", "Gus Gone left on {left}."),
        ("stay_expect", "over", "Gus Gone left on {left}."),
        ("stay_discharge", "over", "Gus Gone left on {left}."),
        ("stay_phase", "over", "Gus Gone left on {left}."),
        ("application_accept", "closed", "This application is closed: withdrawn."),
        ("application_move", "application", "Only an application on the waitlist can be moved along it."),
        ("application_wait", "first", "This application is on the waitlist already."),
        ("hold", "hold", "Bed Room 2 2A is held for this application already, until {lapses}. Release it first."),
    ],
)
def test_what_cannot_be_done_any_more_is_said_on_top(name, about, sentence, cast, facts, signed_in):
    page = next(each for each in CHANGED if each.name == name)
    with acting_as(cast.alice, source="web"):
        facts["closed"] = applicant(cast, "Cleo Closed")
        services.application_close(application=facts["closed"], declined=False, reason="", today=facts["today"])
    answer = page.good(facts)
    if name == "hold":
        answer["application"], about = facts["hold"].application.uuid, "house"
    before = written()

    response = signed_in(cast.alice).post(reverse(name, kwargs={"uuid": facts[about].uuid}), answer)

    said = sentence.format(left=shown(facts["discharge"].left_on), lapses=shown(facts["hold"].ends_on))
    assert response.status_code == 200
    assert dict(response.context["form"].errors.items()) == {"__all__": [said]}
    assert said in response.content.decode()
    assert written() == before


IN_ANY_FIELD = ["\0", "9" * 400, "0001-01-01", "9999-12-31"]
IN_ALL_FIELDS = ["", "-1", "<script>alert(1)</script>", "🜁é" * 30, "00000000-0000-0000-0000-000000000000"]


@EVERY_FORM
def test_nonsense_in_any_field_never_breaks_a_page(page, cast, facts, signed_in):
    client, url = signed_in(user(cast, page.by)), address(page, facts)
    good = page.good(facts)
    shown_form = client.get(url).context["form"]
    board = reverse("board", args=[cast.house_a.uuid])

    answers = [good | dict.fromkeys(shown_form.fields, value) for value in IN_ALL_FIELDS]
    answers += [good | {name: value} for name in shown_form.fields for value in IN_ANY_FIELD]
    for answer in answers:
        with transaction.atomic():
            response = client.post(url, answer)
            assert response.status_code in (200, 302), answer
            assert "<script>alert(1)" not in response.content.decode()
            if response.status_code == 302:
                assert client.get(board).status_code == 200, answer
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "asked", ["night=garbage", "night=0001-01-01", "night=9999-12-31", "night=%00", "night=", "span=ever"]
)
@pytest.mark.parametrize("name", ["board", "occupancy"])
def test_nonsense_in_the_address_shows_some_night(name, asked, cast, facts, signed_in):
    response = signed_in(cast.alice).get(reverse(name, args=[cast.house_a.uuid]) + f"?{asked}")

    assert response.status_code == 200
    assert isinstance(response.context["night"], date)


@pytest.mark.parametrize("name", ["move_in", "hold"])
def test_address_only_chooses_what_a_form_starts_with(name, cast, facts, signed_in):
    url = reverse(name, args=[cast.house_a.uuid])
    client = signed_in(cast.alice)

    assert f'value="{facts["bed"].uuid}" selected' in client.get(f"{url}?bed={facts['bed'].uuid}").content.decode()
    foreign = client.get(f"{url}?bed={cast.bed_b('2A').uuid}&application=%00").content.decode()
    assert str(cast.bed_b("2A").uuid) not in foreign


# --- what pages say -----------------------------------------------------------------------------------------------


def test_board_says_of_every_bed_what_has_it_and_what_can_be_done(cast, facts, signed_in):
    with acting_as(cast.alice, source="web"):
        services.discharge(stay=cast.stay_of_frank, left_on=cast.today - days(60), today=cast.today, **ORDINARY)
        overstays(cast.bed_a("1B"), "Olu Late", today=cast.today)

    rooms = signed_in(cast.alice).get(reverse("board", args=[cast.house_a.uuid])).context["rooms"]

    beds = {bed["label"].split()[-1]: bed for room in rooms for bed in room["beds"]}
    assert {label: bed["state"] for label, bed in beds.items()} == {
        "1A": "in",
        "1B": "overstay",
        "2A": "held",
        "2B": "out",
        "3A": "open",
        "3B": "open",
    }
    assert [str(action["label"]) for action in beds["3A"]["actions"]] == ["Move in", "Hold", "Out of service"]
    assert [str(action["label"]) for action in beds["1A"]["actions"]] == ["Move", "Discharge"]
    assert beds["1A"]["detail"] == "40 days"


def test_board_names_housemates_shortly_and_other_houses_not_at_all(cast, facts, signed_in):
    text = signed_in(cast.alice).get(reverse("board", args=[cast.house_a.uuid])).content.decode()

    assert "Dana R." in text
    assert "Renner" not in text
    assert "Erin" not in text


def test_corrected_discharge_stays_on_the_page_of_the_stay(cast, facts, signed_in):
    with acting_as(cast.alice, source="web"):
        services.discharge_correct(
            discharge=facts["discharge"],
            correction_reason="misread the form",
            where_to="a flat of his own",
            today=facts["today"],
        )

    response = signed_in(cast.alice).get(reverse("stay", args=[facts["over"].uuid]))

    assert [row.where_to for row in response.context["discharges"]] == ["a flat of his own", ""]
    text = response.content.decode()
    assert "misread the form" in text
    assert "replaced since" in text
    assert reverse("discharge_correct", args=[facts["discharge"].uuid]) not in text


def test_waitlist_is_shown_in_its_order(cast, facts, signed_in):
    with acting_as(cast.alice, source="web"):
        services.application_move(
            application=facts["second"],
            place=1,
            reason="leaves detox",
        )

    response = signed_in(cast.alice).get(reverse("applications", args=[cast.house_a.uuid]))

    assert [(row.place, row.resident.called) for row in response.context["applications"]] == [
        (1, "Ben"),
        (2, "Ada"),
        (None, "Hal"),
        (None, "Nia"),
    ]
    closed = signed_in(cast.alice).get(reverse("applications", args=[cast.house_a.uuid]) + "?show=closed")
    assert list(closed.context["applications"]) == []


def test_application_tells_what_happened_and_why(cast, facts, signed_in):
    with acting_as(cast.alice, source="web"):
        services.application_move(application=facts["second"], place=1, reason="leaves detox on Friday")

    text = signed_in(cast.alice).get(reverse("application", args=[facts["second"].uuid])).content.decode()

    assert "leaves detox on Friday" in text
    assert str(cast.alice) in text


def test_names_are_shown_as_text(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        lives(cast.bed_a("3A"), "<b>Bold</b> Name", since=cast.today)

    text = signed_in(cast.alice).get(reverse("board", args=[cast.house_a.uuid])).content.decode()

    assert "<b>Bold" not in text
    assert "&lt;b&gt;Bold&lt;/b&gt; N." in text


def test_nothing_about_a_person_stands_in_an_address(cast, facts, signed_in):
    response = signed_in(cast.alice).post(
        reverse("application_new", args=[cast.house_a.uuid]),
        {"legal_first_name": "Zoë", "received_on": cast.today},
    )

    assert response["Location"] == reverse("application", args=[Application.objects.latest("id").uuid])
    assert Resident.objects.latest("id").legal_first_name == "Zoë"
    assert BedUse.objects.filter(kind="hold").count() == 1
