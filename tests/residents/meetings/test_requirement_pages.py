"""The pages of required meetings, and what they offer to the pages that gather."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.away.services.passes import pass_ask
from residents.houses.standing import Standing as Asking
from residents.meetings import requirement_cards as cards
from residents.meetings.models import Requirement, WeekExcused
from residents.meetings.queries.standings import standings
from residents.meetings.standing import DAY, WEEK, monday
from residents.meetings.standing_words import arithmetic, asked_words, still_words, strip
from residents.models import PhaseKind, Stay
from residents.people.models import Look
from soberhouse.history import acting_as
from tests.residents.away.evening import away, sleepers
from tests.residents.meetings import given


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture
def dana(cast) -> Stay:
    """Dana's stay, since long ago."""
    with acting_as(cast.alice, source="web"):
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(starts_on=cast.today - DAY * 120)
    return Stay.objects.select_related("house", "resident").get(pk=cast.stay_of_dana.pk)


def page(signed_in, who, name, *args, **query):
    return signed_in(who).get(reverse(name, args=args), query)


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def last_week(cast, day: int = 0) -> datetime:
    return datetime.combine(monday(cast.today) - WEEK + DAY * day, time(12), tzinfo=cast.house_a.zone)


def weeks_ago(cast, number: int) -> str:
    return (monday(cast.today) - WEEK * number).isoformat()


def test_the_whole_house_stands_on_one_page_those_who_missed_it_first(cast, dana, meeting, signed_in):
    given.requirement_of(cast.house_a, 1)
    given.attendance_of(dana, meeting, cast.alice, starts_at=last_week(cast))
    (ana,) = sleepers(cast.house_a, 1)
    told = text(page(signed_in, cast.alice, "meeting_weeks", cast.house_a.uuid, week=weeks_ago(cast, 1)))
    assert told.index("Ana M.") < told.index("Dana R.")
    assert "missed" in told
    assert "met" in told
    assert "1 of 1" in told
    assert "0 of 1 · 1 still needed" in told
    only = text(page(signed_in, cast.alice, "meeting_weeks", cast.house_a.uuid, week=weeks_ago(cast, 1), only="behind"))
    assert "Ana M." in only
    assert "Dana R." not in only
    assert str(ana.uuid) in only


@pytest.mark.parametrize("week", ["", "nonsense", "0001-01-01", "2199-12-31", "9999-12-31"])
def test_any_week_that_somebody_types_is_some_week(cast, week, signed_in):
    assert page(signed_in, cast.alice, "meeting_weeks", cast.house_a.uuid, week=week).status_code == 200


def test_one_residents_weeks_are_told_with_the_arithmetic_and_the_look_is_on_record(cast, dana, meeting, signed_in):
    given.requirement_of(cast.house_a, 3, least_grade=3)
    given.attendance_of(dana, meeting, cast.alice, starts_at=last_week(cast), grade=5)
    given.attendance_of(dana, meeting, cast.alice, starts_at=last_week(cast, 1), grade=1)
    given.week_excused_of(dana, monday(cast.today) - WEEK * 2, cast.alice, cause="work")
    told = text(page(signed_in, cast.alice, "meeting_weeks_of_stay", dana.uuid))
    assert "3 asked for a week; 1 counted, 1 more was below the evidence asked for." in told
    assert "work · Alice Example" in told
    assert Look.objects.filter(resident=cast.dana, detail="their meetings").count() == 1


def test_the_resident_reads_the_same_about_themselves_and_records_nothing(cast, dana, signed_in):
    row = given.requirement_of(cast.house_a, 90, stay=dana, per="period", days=90, days_ago=10)
    week = given.week_excused_of(dana, monday(cast.today) - WEEK, cast.alice)
    told = text(page(signed_in, cast.dana, "meeting_weeks_of_stay", dana.uuid))
    to_staff = text(page(signed_in, cast.alice, "meeting_weeks_of_stay", dana.uuid))
    assert "My meetings by week" in told
    assert "asked of you" in told
    assert row.reason in told
    assert "Excused weeks do not make it longer." in told
    acts = {"week_excuse": dana, "requirement_of_stay": dana, "week_excuse_take_back": week, "requirement_end": row}
    for name, about in acts.items():
        link = f'href="{reverse(name, args=[about.uuid])}"'
        assert link in to_staff
        assert link not in told
    assert "Take back" not in told
    assert "Excuse a week" not in told
    assert Look.objects.get(resident=cast.dana, detail="their meetings").actor_label == cast.alice.actor_label


def test_what_a_house_asks_is_told_to_all_and_what_it_asks_of_one_to_them_and_staff(cast, dana, signed_in):
    with acting_as(cast.alice, source="web"):
        kind = PhaseKind.objects.create(house=cast.house_a, number=1, name="Orientation")
    given.requirement_of(cast.house_a, 3)
    given.requirement_of(cast.house_a, 5, phase=kind, parts={"house": 1})
    given.requirement_of(cast.house_a, 90, stay=dana, per="period", days=90)
    given.requirement_of(cast.house_a, 8, ends_on=cast.today)
    expected = {"alice": True, "dana": True, "frank": False}
    for name, of_one in expected.items():
        told = text(page(signed_in, getattr(cast, name), "requirements", cast.house_a.uuid))
        assert "Everybody: 3 a week" in told
        assert "Orientation: 5 a week, of them 1 house meeting" in told
        assert "8 a week" in told
        assert ("90 in 90 days" in told) is of_one


ASK = {"per": "week", "count": "5", "least_grade": "2", "kind_1": "house", "number_1": "1"}


def test_a_manager_asks_for_meetings_and_ends_it(cast, signed_in):
    client = signed_in(cast.alice)
    sent = ASK | {"starts_on": cast.today.isoformat()}
    answer = client.post(reverse("requirement_new", args=[cast.house_a.uuid]), sent)
    assert answer["Location"] == reverse("requirements", args=[cast.house_a.uuid])
    row = Requirement.objects.get()
    assert (asked_words(row), row.least_grade) == ("5 a week, of them 1 house meeting", 2)
    over = {"ends_on": cast.today.isoformat(), "reason": "Too many for now."}
    assert client.post(reverse("requirement_end", args=[row.uuid]), over).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == cast.today


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"per": "period"}, "Say in how many days."),
        ({"count": "90", "days": "90"}, "Choose “in a period”, or leave the days empty."),
        ({"kind_1": "house", "number_1": ""}, "Say how many of this kind."),
        ({"kind_1": "", "number_1": "2"}, "Choose which kind."),
        ({"kind_2": "house", "number_2": "1"}, "This kind stands here already."),
        ({"number_1": "6"}, "These are more than the 5 asked for."),
        ({"count": "0"}, "greater than or equal to 1"),
        ({"starts_on": "2020-01-01"}, "This is too early"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(cast, sent, says, signed_in):
    sent = ASK | {"starts_on": cast.today.isoformat()} | sent
    answer = signed_in(cast.alice).post(reverse("requirement_new", args=[cast.house_a.uuid]), sent)
    assert says in text(answer)
    assert not Requirement.objects.exists()


def test_something_is_asked_of_one_resident_and_nobody_ends_what_is_asked_of_themselves(cast, dana, signed_in):
    sent = {"per": "period", "count": "90", "days": "90", "least_grade": "1", "besides": "on", "reason": "A judge."}
    sent |= {"starts_on": (cast.today - DAY).isoformat()}
    answer = signed_in(cast.alice).post(reverse("requirement_of_stay", args=[dana.uuid]), sent)
    assert answer["Location"] == reverse("meeting_weeks_of_stay", args=[dana.uuid])
    row = Requirement.objects.get()
    assert (row.stay, row.days, row.besides) == (dana, 90, True)
    over = {"ends_on": cast.today.isoformat(), "reason": "x"}
    assert signed_in(cast.dana).post(reverse("requirement_end", args=[row.uuid]), over).status_code == 403


def test_a_week_is_excused_beside_the_passes_of_it_and_taken_back(cast, dana, signed_in):
    noon = datetime.combine(monday(cast.today) + WEEK, time(12), tzinfo=cast.house_a.zone)
    away(dana, noon, noon + timedelta(days=2), by=cast.olive)
    client, url = signed_in(cast.alice), reverse("week_excuse", args=[dana.uuid])
    told = text(client.get(url))
    assert "overnight" in told.lower()
    assert "(on a pass)" in told
    assert client.get(url).context["form"].initial["week"] == monday(cast.today).isoformat()
    week = (monday(cast.today) + WEEK).isoformat()
    assert client.post(url, {"week": week, "cause": "pass"}).status_code == 302
    row = WeekExcused.objects.get()
    back = reverse("week_excuse_take_back", args=[row.uuid])
    assert "They are told" in text(client.get(back))
    assert client.post(back, {"reason": "The pass was cancelled."}).status_code == 302
    assert WeekExcused.objects.get(followed_by=None).excused is False
    refused = text(client.post(url, {"week": "2020-01-06", "cause": "pass"}))
    assert "Select a valid choice" in refused


def test_what_the_excuse_is_beside_says_nothing_of_illness(cast, dana, signed_in):
    with acting_as(cast.dana.user, source="web"):
        now = timezone.now()
        pass_ask(
            stay=dana,
            kind="medical",
            starts_at=now + DAY * 3,
            ends_at=now + DAY * 4,
            where="The Tamarack clinic",
            note="a lump",
            now=now,
        )
    told = text(page(signed_in, cast.alice, "week_excuse", dana.uuid))
    assert "Tamarack" not in told
    assert "lump" not in told


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("meeting_weeks", 13), ("requirements", 10), ("meeting_weeks_of_stay", 13), ("week_excuse", 9)],
)
def test_a_page_costs_the_same_however_much_is_on_it(
    cast, dana, meeting, count, name, queries, signed_in, django_assert_num_queries
):
    given.requirement_of(cast.house_a, 3, parts={"house": 1})
    for number, stay in enumerate([dana, *sleepers(cast.house_a, count - 1)]):
        given.requirement_of(cast.house_a, 2, stay=stay, parts={"aa": 1})
        given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast, number))
        given.week_excused_of(stay, monday(cast.today) - WEEK, cast.olive)
    for number in range(count - 1):
        given.week_excused_of(dana, monday(cast.today) - WEEK * (number + 2), cast.olive)
        given.requirement_of(cast.house_a, 2, stay=dana, parts={"aa": 1})
        noon = datetime.combine(cast.today + DAY * (number + 2), time(12), tzinfo=cast.house_a.zone)
        away(dana, noon, noon + DAY / 2, by=cast.olive)
    client = signed_in(cast.alice)
    url = reverse(name, args=[dana.uuid if name in ("meeting_weeks_of_stay", "week_excuse") else cast.house_a.uuid])
    client.get(url)  # the look is on record
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


# Cards


def asking(user) -> Asking:
    return Asking(user)


def rows(found) -> list[tuple[str, str]]:
    return [(row.fact, row.word) for card in found for row in card.rows]


def test_today_says_who_is_behind_and_until_wednesday_who_missed_the_last_week(cast, dana):
    given.requirement_of(cast.house_a, 7)
    tuesday, thursday = monday(cast.today) + DAY, monday(cast.today) + DAY * 3
    stays = [dana]
    assert rows(cards.today(cast.house_a, stays, asking(cast.alice), tuesday)) == [
        ("Dana R.", "behind"),
        ("Dana R.", "missed"),
    ]
    assert rows(cards.today(cast.house_a, stays, asking(cast.alice), thursday)) == [("Dana R.", "behind")]
    assert list(cards.today(cast.house_a, stays, asking(cast.frank.user), tuesday)) == []


def test_my_week_shows_my_meetings_and_what_is_still_needed(cast, dana, meeting, signed_in):
    given.requirement_of(cast.house_a, 3, parts={"house": 1})
    given.requirement_of(cast.house_a, 90, stay=dana, per="period", days=90, days_ago=1)
    told = text(signed_in(cast.dana).get(reverse("my_week")))
    assert "Meetings this week" in told
    assert "3 still needed, of them: 1 house meeting" in told
    assert "90 in 90 days" in told
    assert told.count("I was at a meeting") == 1  # one card for all of it


def test_the_residents_page_the_settings_and_the_end_of_a_shift_tell_it(cast, dana, signed_in):
    given.requirement_of(cast.house_a, 7)
    given.week_excused_of(dana, monday(cast.today) - WEEK * 2, cast.alice, cause="work")
    told = text(page(signed_in, cast.alice, "resident", cast.dana.uuid))
    assert "Meetings asked" in told
    assert "Excused from meetings, week from" in told
    (row,) = cards.settings(cast.house_a, asking(cast.alice))
    assert row.url == reverse("requirements", args=[cast.house_a.uuid])
    sunday = datetime.combine(monday(cast.today) + DAY * 6, time(20), tzinfo=cast.house_a.zone)
    (pending,) = cards.hand_over(cast.house_a, asking(cast.alice), sunday)
    assert "Dana R." in [each.fact for each in pending.rows]
    facts = [(each.fact, each.word) for each in cards.beside_pass(dana, sunday)]
    assert facts == [("Meetings, This week", "behind"), ("Meetings, Last week", "missed")]


@pytest.mark.parametrize("count", [1, 3])
def test_cards_cost_the_same_however_many_live_there(cast, dana, meeting, count, django_assert_num_queries):
    given.requirement_of(cast.house_a, 3, parts={"house": 1})
    stays = [dana, *sleepers(cast.house_a, count - 1)]
    for stay in stays:
        given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast))
        given.requirement_of(cast.house_a, 1, stay=stay)
    who = asking(cast.alice)
    with django_assert_num_queries(5):
        list(cards._behind(cast.house_a, stays, cast.today))
    with django_assert_num_queries(6):
        list(cards.hand_over(cast.house_a, who, timezone.now()))


# Words


def test_a_part_of_a_week_is_told_in_words(cast):
    given.requirement_of(cast.house_a, 3)
    week = monday(cast.today) - WEEK
    (ana,) = sleepers(cast.house_a, 1, since=week + DAY * 3)
    found = standings(cast.house_a, [ana], [week], cast.today)[ana.pk, week]
    assert arithmetic(found, own=True) == ["3 asked for a week, you lived here 4 of 7 days: 1; 0 counted."]
    assert arithmetic(found, own=False) == ["3 asked for a week, they lived here 4 of 7 days: 1; 0 counted."]
    assert still_words(found) == "1 still needed"
    assert [day.lived for day in strip(found, cast.today)] == [False] * 3 + [True] * 4


def test_the_strip_is_told_day_by_day_to_who_hears_it(cast, dana, meeting):
    given.requirement_of(cast.house_a, 3, least_grade=2)
    for grade, when in ((5, time(8)), (5, time(12)), (1, time(18))):
        at = datetime.combine(monday(cast.today) - WEEK, when, tzinfo=cast.house_a.zone)
        given.attendance_of(dana, meeting, cast.alice, starts_at=at, grade=grade)
    week = monday(cast.today) - WEEK
    found = standings(cast.house_a, [dana], [week], cast.today)[dana.pk, week]
    first, second, *_rest = strip(found, cast.today)
    assert (first.words, len(first.dots), len(first.rings)) == ("2 meetings, 1 does not count", 2, 1)
    assert second.words == "none"
