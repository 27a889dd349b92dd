"""Who is in now: signed out and in by staff and by residents, and put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from residents.away.models import CurfewCheck, Movement
from residents.away.queries.whereabouts import is_out, likely, whereabouts
from residents.away.services.movements import movement_correct, sign_in, sign_in_if_out, sign_out
from residents.houses.standing import Standing
from residents.stays.queries import stays_of_late, stays_seen
from residents.stays.services import discharge
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from soberhouse.pages.gather import about, gather
from tests.residents.away.evening import away, by_the_clock, checked, curfew_at, sleepers, works
from tests.residents.stays.stories import ORDINARY, refused

HOUR = timedelta(hours=1)


@pytest.fixture
def house(cast):
    return cast.house_a


@pytest.fixture
def now(house, monkeypatch):
    """Four in the afternoon."""
    instant = by_the_clock(house, 16)
    monkeypatch.setattr(timezone, "now", lambda: instant)
    return instant


@pytest.fixture
def alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


def row_of(stay, now):
    return next(row for row in whereabouts(stay.house, now) if row.stay.pk == stay.pk)


# --- out and in ---------------------------------------------------------------------------------------------------


def test_whoever_never_went_out_is_in(cast, now):
    row = row_of(cast.stay_of_dana, now)

    assert (row.out, row.since, row.expected_at, row.overdue) == (False, None, None, False)


def test_out_and_in_again(cast, now, alice_acts):
    out = sign_out(stay=cast.stay_of_dana, purpose="work", where="Mill Street", expected_at=now + 3 * HOUR, now=now)
    row = row_of(cast.stay_of_dana, now + HOUR)
    assert (row.out, row.since, row.expected_at, row.overdue) == (True, now, now + 3 * HOUR, False)
    assert row_of(cast.stay_of_dana, now + 4 * HOUR).overdue
    assert (out.recorded_by, out.house) == (cast.alice, cast.house_a)

    sign_in(stay=cast.stay_of_dana, now=now + 2 * HOUR)
    row = row_of(cast.stay_of_dana, now + 3 * HOUR)
    assert (row.out, row.since) == (False, now + 2 * HOUR)
    assert not is_out(cast.stay_of_dana)


def test_residents_sign_themselves_out_and_in(cast, now):
    with acting_as(cast.dana.user, source="web"):
        sign_out(stay=cast.stay_of_dana, purpose="errand", now=now)
        sign_in(stay=cast.stay_of_dana, now=now + HOUR)

    assert set(Movement.objects.values_list("recorded_by", flat=True)) == {cast.dana.user.pk}


def test_residents_sign_themselves_out_and_in_as_of_now_alone(cast, now):
    stay, said = cast.stay_of_dana, "You sign yourself out and in as of now. What was at another time your manager"
    with acting_as(cast.dana.user, source="api"):
        with pytest.raises(ValidationError, match=said):
            sign_out(stay=stay, purpose="errand", at=now - 2 * timedelta(minutes=1), now=now)
        sign_out(stay=stay, purpose="errand", at=now - timedelta(minutes=1), now=now)
        with pytest.raises(ValidationError, match=said):
            sign_in(stay=stay, at=now, now=now + HOUR)
        sign_in(stay=stay, at=now + HOUR, now=now + HOUR)
    with acting_as(cast.alice, source="api"):
        sign_out(stay=stay, purpose="errand", at=now + HOUR, now=now + 3 * HOUR)

    assert Movement.objects.count() == 3


def test_a_pass_is_gone_on_in_its_time_alone(cast, now, alice_acts):
    given_pass = away(cast.stay_of_dana, now + 3 * HOUR, now + 20 * HOUR, by=cast.bob)
    with pytest.raises(ValidationError, match="it does not hold then"):
        sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=given_pass, now=now)
    with pytest.raises(ValidationError, match="it does not hold then"):
        sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=given_pass, now=now + 20 * HOUR)

    assert sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=given_pass, now=now + HOUR).of_pass == given_pass


def test_what_cannot_be_is_refused(cast, house, now, alice_acts):
    stay = cast.stay_of_dana
    with refused("Dana R. is in already."):
        sign_in(stay=stay, now=now)
    with refused("This time has not come yet.", about="at"):
        sign_out(stay=stay, purpose="work", at=now + HOUR, now=now)
    with refused("This is before they moved in.", about="at"):
        sign_out(stay=stay, purpose="work", at=now - timedelta(days=50), now=now)
    with refused("The return is after leaving.", about="expected_at"):
        sign_out(stay=stay, purpose="work", expected_at=now - HOUR, now=now)
    with refused("This is more than half a year away.", about="expected_at"):
        sign_out(stay=stay, purpose="work", expected_at=now + timedelta(days=400), now=now)
    with pytest.raises(ValidationError):
        sign_out(stay=stay, purpose="", now=now)
    other = away(cast.stay_of_frank, now, now + HOUR, by=cast.alice)
    with pytest.raises(ValidationError, match="This pass does not hold"):
        sign_out(stay=stay, purpose="pass", of_pass=other, now=now)
    assert not Movement.objects.exists()
    sign_out(stay=stay, purpose="work", now=now)
    with pytest.raises(ValidationError, match="is signed out since"):
        sign_out(stay=stay, purpose="work", now=now + HOUR)
    with pytest.raises(ValidationError, match="are written down as out since .*: this is before that"):
        sign_in(stay=stay, at=now - HOUR, now=now)


def test_whoever_left_goes_nowhere(cast, now, alice_acts):
    discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    with refused("Dana R. does not live here any more."):
        sign_out(stay=cast.stay_of_dana, purpose="work", now=now)


def test_coming_back_from_a_pass_signs_in_only_who_is_out(cast, now, alice_acts):
    assert sign_in_if_out(stay=cast.stay_of_dana, now=now) is None
    sign_out(stay=cast.stay_of_dana, purpose="pass", now=now)

    assert sign_in_if_out(stay=cast.stay_of_dana, now=now + HOUR).way == "in"


def test_staff_who_sign_in_a_missing_resident_count_them_as_come(cast, house, now, alice_acts):
    curfew_at(house, 22)
    due_at, later = by_the_clock(house, 22), by_the_clock(house, 23, 10)
    first = checked(cast.stay_of_dana, by=cast.bob, status="absent", due_at=due_at)
    assert row_of(cast.stay_of_dana, later).out

    sign_in(stay=cast.stay_of_dana, now=later)

    check = CurfewCheck.objects.get(corrects=first)
    assert (check.status, check.in_at) == ("late", later)
    assert not row_of(cast.stay_of_dana, later).out


def test_a_missing_resident_who_comes_days_later_is_signed_in_and_the_night_stays(cast, house, now, alice_acts):
    night = house.today() - timedelta(days=2)
    checked(cast.stay_of_dana, by=cast.bob, night=night, status="absent", due_at=by_the_clock(house, 22, night=night))

    sign_in(stay=cast.stay_of_dana, now=now)

    assert CurfewCheck.objects.get().status == "absent"
    assert not row_of(cast.stay_of_dana, now).out


def test_a_movement_is_put_right_with_a_reason(cast, now, alice_acts):
    row = sign_out(stay=cast.stay_of_dana, purpose="work", now=now)

    never = movement_correct(movement=row, way="in", at=now, reason="It was Frank.", now=now)

    assert (never.corrects, never.purpose) == (row, "")
    assert not is_out(cast.stay_of_dana)
    assert Notice.objects.filter(user=cast.dana.user, kind="record-corrected").count() == 1
    with refused("This has been corrected already. Look at the newest one."):
        movement_correct(movement=row, way="out", at=now, purpose="work", reason="again", now=now)
    with refused("A correction needs a reason: say what was wrong.", about="reason"):
        movement_correct(movement=never, way="out", at=now, purpose="work", reason="", now=now)


def test_a_correction_does_not_turn_the_order_round_and_is_by_other_hands(cast, now, alice_acts):
    out = sign_out(stay=cast.stay_of_dana, purpose="work", now=now)
    sign_in(stay=cast.stay_of_dana, now=now + HOUR)
    with pytest.raises(ValidationError, match="this has to be before it"):
        movement_correct(movement=out, way="out", purpose="work", at=now + 2 * HOUR, reason="x", now=now + 3 * HOUR)
    with pytest.raises(ValidationError, match="this has to be before it"):
        movement_correct(movement=out, way="out", purpose="work", at=now + HOUR, reason="x", now=now + 3 * HOUR)
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        movement_correct(movement=out, way="out", purpose="work", at=now, reason="x", now=now + 3 * HOUR)


def test_what_they_go_out_for_is_guessed_from_their_week(cast, house, now):
    works(cast.stay_of_dana, 17, 22)
    works(cast.stay_of_frank, 20, 22, kind="treatment")

    assert likely(house, now) == {cast.stay_of_dana.pk: "work"}
    assert likely(house, by_the_clock(house, 19)) == {
        cast.stay_of_dana.pk: "work",
        cast.stay_of_frank.pk: "treatment",
    }
    assert likely(house, by_the_clock(house, 23)) == {}


# --- the page -----------------------------------------------------------------------------------------------------


def page_of(house):
    return reverse("whereabouts", args=[house.uuid])


def test_the_page_tells_who_is_where_the_missing_first(cast, house, now, signed_in, alice_acts):
    quiet, late = sleepers(house, 2)
    sign_out(stay=cast.stay_of_dana, purpose="court", where="City Hall", expected_at=now + HOUR, now=now - HOUR)
    sign_out(stay=late, purpose="work", expected_at=now - HOUR, at=now - 3 * HOUR, now=now)
    night = house.today() - timedelta(days=1)
    facts = {"status": "absent", "due_at": by_the_clock(house, 22, night=night)}
    checked(cast.stay_of_frank, by=cast.bob, night=night, **facts)

    response = signed_in(cast.alice).get(page_of(house))

    assert [(row["where"].stay, row["word"]) for row in response.context["rows"]] == [
        (cast.stay_of_frank, "not in"),
        (late, "1 h over"),
        (cast.stay_of_dana, "out"),
        (quiet, "in"),
    ]
    page = response.content.decode()
    assert "since 3 p.m. · court or officer, City Hall · expected 5 p.m." in page
    assert response.context["numbers"] == {"in": 1, "out": 3, "over": 2}


@pytest.mark.parametrize("more", [1, 3])
def test_the_page_costs_the_same(cast, house, now, signed_in, alice_acts, django_assert_num_queries, more):
    for stay in sleepers(house, more):
        sign_out(stay=stay, purpose="work", now=now)
    client = signed_in(cast.alice)
    client.get(page_of(house))

    with django_assert_num_queries(13):
        client.get(page_of(house))


def test_one_press_signs_out_and_in(cast, now, signed_in):
    client = signed_in(cast.alice)
    out, back = (reverse(name, args=[cast.stay_of_dana.uuid]) for name in ("sign_out", "sign_in"))

    client.post(out, {"purpose": "errand"})
    assert is_out(cast.stay_of_dana)
    client.post(back)
    assert not is_out(cast.stay_of_dana)
    assert "is in already" in client.post(back).content.decode()
    assert Movement.objects.count() == 2


def test_a_pass_fills_in_what_is_known(cast, now, signed_in):
    row = away(cast.stay_of_dana, now - HOUR, now + 20 * HOUR, by=cast.bob)
    client = signed_in(cast.alice)
    url = reverse("sign_out", args=[cast.stay_of_dana.uuid])

    initial = client.get(url).context["form"].initial
    assert initial == {"purpose": "pass", "where": "My sister's", "expected_at": row.ends_at}
    client.post(url, {"purpose": "pass"})

    assert Movement.objects.get().of_pass == row
    assert row_of(cast.stay_of_dana, now).expected_at == row.ends_at


def test_bad_input_keeps_what_was_typed(cast, now, signed_in):
    url = reverse("sign_out", args=[cast.stay_of_dana.uuid])
    data = {"purpose": "work", "where": "Mill Street", "expected_at": "2020-01-01T10:00"}

    again = signed_in(cast.alice).post(url, data)

    assert again.context["form"]["where"].value() == "Mill Street"
    assert again.context["form"].errors
    assert not Movement.objects.exists()


@pytest.mark.parametrize(
    ("who", "page", "act"),
    [
        ("audra", 200, 403),
        ("dana", 403, 403),
        ("frank", 403, 404),
        ("charlie", 404, 404),
        ("erin", 404, 404),
        ("oscar", 404, 404),
    ],
)
def test_who_sees_and_who_signs(cast, house, now, signed_in, alice_acts, who, page, act):
    row = sign_out(stay=cast.stay_of_dana, purpose="work", now=now)
    client = signed_in(getattr(cast, who))
    before = Movement.objects.count()

    assert client.get(page_of(house)).status_code == page
    for url in (
        reverse("sign_out", args=[cast.stay_of_dana.uuid]),
        reverse("sign_in", args=[cast.stay_of_dana.uuid]),
        reverse("movement_correct", args=[row.uuid]),
    ):
        assert client.post(url, {"purpose": "work", "reason": "x"}).status_code == act
    assert Movement.objects.count() == before


def test_the_correction_page(cast, house, now, signed_in, alice_acts):
    row = sign_out(stay=cast.stay_of_dana, purpose="work", now=now)
    url = reverse("movement_correct", args=[row.uuid])
    at = (now - HOUR).astimezone(house.zone).strftime("%Y-%m-%dT%H:%M")

    signed_in(cast.bob).post(url, {"way": "out", "at": at, "purpose": "meeting", "reason": "He asked me."})

    newest = Movement.objects.get(corrects=row)
    assert (newest.at, newest.purpose, newest.recorded_by) == (now - HOUR, "meeting", cast.bob)
    assert "corrected: He asked me." in signed_in(cast.alice).get(page_of(house)).content.decode()


# --- the resident's phone -----------------------------------------------------------------------------------------


def test_a_resident_signs_out_and_in_on_their_phone(cast, now, signed_in):
    client = signed_in(cast.dana)
    assert "You are in" in client.get(reverse("my_week")).content.decode()

    page = client.get(reverse("my_sign_out")).content.decode()
    assert "on a pass" not in page
    for staffs in ("expected back", "xpected"):
        assert staffs not in page.replace("expected_at", "")
    wrong = {"purpose": "meeting", "expected_at": "2020-01-01T10:00"}
    assert client.post(reverse("my_sign_out"), wrong).context["form"].errors == {
        "expected_at": ["The return is after leaving."]
    }
    client.post(reverse("my_sign_out"), {"purpose": "meeting", "where": "Noon group"})
    week = client.get(reverse("my_week")).content.decode()
    assert "You are out" in week
    assert "meeting, Noon group" in week

    assert "Welcome back" in client.post(reverse("my_sign_in"), follow=True).content.decode()
    assert "signed in already" in client.post(reverse("my_sign_in"), follow=True).content.decode()
    assert client.get(reverse("my_sign_in")).status_code == 302
    assert [row.way for row in Movement.objects.order_by("pk")] == ["out", "in"]
    assert set(Movement.objects.values_list("stay", flat=True)) == {cast.stay_of_dana.pk}


def test_a_resident_is_told_of_their_own_hour_pass_and_signing_out_in_their_own_words(cast, house, now, signed_in):
    curfew_at(house, 22)
    client, url = signed_in(cast.dana), reverse("my_sign_out")
    day = date_format(house.today(now), "WEEKDAY_MONTH_DAY_FORMAT")

    assert f"Be in by {day}, 10 p.m." in client.get(url).content.decode()
    away(cast.stay_of_dana, now, now + 3 * HOUR, by=cast.alice)
    page = client.get(url).content.decode()
    assert f"Your pass lasts until {day}, 7 p.m." in page
    assert "on a pass" in page
    client.post(url, {"purpose": "pass"})

    for again in (client.get(url, follow=True), client.post(url, {"purpose": "work"}, follow=True)):
        said = again.content.decode()
        assert f"You are signed out since {day}, 4 p.m.: press “I am back” when you are." in said
    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(ValidationError, match="You are signed out since"):
            sign_out(stay=cast.stay_of_dana, purpose="work", now=now)
        sign_in(stay=cast.stay_of_dana, now=now)
        with refused("You are signed in already."):
            sign_in(stay=cast.stay_of_dana, now=now)


def test_whoever_lives_nowhere_and_staff_have_no_such_page(cast, now, signed_in):
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    for who in (cast.dana, cast.alice):
        for name in ("my_sign_out", "my_sign_in"):
            assert signed_in(who).post(reverse(name), {"purpose": "work"}).status_code in (403, 404)
    assert not Movement.objects.exists()


def test_the_cards_of_one_resident(cast, now, alice_acts):
    sign_out(stay=cast.stay_of_dana, purpose="work", now=now)

    standing = Standing(cast.alice)
    cards, _entries = about(cast.dana, stays_seen(cast.dana, cast.alice), standing, cast.today)
    [of_dana] = [card for card in cards if card.title == "In and out"]
    assert [(row.fact, row.word, row.button) for row in of_dana.rows[:1]] == [("Out now", "out", "Came in")]
    stays = stays_of_late(cast.house_a, cast.today)
    [out] = [card for card in gather("today", cast.house_a, stays, standing, cast.today) if card.title == "Out now"]
    assert [(row.fact, row.word) for row in out.rows] == [("Dana R.", "out")]
