"""The consequence ladder: drafted, published once and for good, and read beforehand by those it is for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from residents.rules import ladder_starter
from residents.rules.models import Ladder, LadderStep
from residents.rules.queries.cases import lines_of
from residents.rules.services import ladders as services
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.residents.rules.given import ago, published_ladder


@pytest.fixture
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def draft(cast, by_alice) -> Ladder:
    return services.ladder_draft(house=cast.house_a)


def said(ladder) -> dict[tuple[str, str], list[str]]:
    return {(line.category, line.severity): list(line.steps) for line in lines_of(ladder)}


def rows() -> list[tuple]:
    return sorted(
        LadderStep.objects.values_list("ladder", "category", "severity", "position", "consequence", "dropped")
    )


# --- services -------------------------------------------------------------------------------------------------------


def test_first_draft_is_a_ladder_to_begin_with(draft):
    assert said(draft) == {(category, severity): list(steps) for category, severity, steps in ladder_starter.STEPS}
    assert (draft.look_back_days, draft.appeal_days, draft.number) == (90, 3, None)
    assert draft.text.startswith("What follows depends on the rule")


def test_ladder_to_begin_with_answers_every_rule_and_gets_heavier(draft, cast):
    order = ["verbal", "written", "chore", "restriction", "contract", "review"]
    assert {("", severity) for severity in ("minor", "serious", "critical")} <= set(said(draft))
    assert all(steps[0] != "review" for steps in said(draft).values())
    assert all(order.index(steps[0]) < order.index(steps[-1]) for steps in said(draft).values())

    assert services.ladder_publish(ladder=draft, in_force_from=cast.today, today=cast.today).number == 1


def test_later_draft_copies_the_newest_version(cast, by_alice):
    published_ladder(cast.house_a, steps=[("", "minor", ("chore", "written"))], look_back_days=45, appeal_days=5)

    draft = services.ladder_draft(house=cast.house_a)

    assert said(draft) == {("", "minor"): ["chore", "written"]}
    assert (draft.look_back_days, draft.appeal_days) == (45, 5)


def test_second_draft_is_refused(draft, cast):
    with pytest.raises(ValidationError, match="draft of this already"):
        services.ladder_draft(house=cast.house_a)

    assert Ladder.objects.count() == 1


def test_line_is_set_shortened_and_taken_out(draft):
    services.line_set(ladder=draft, category="money", severity="minor", consequences=["verbal", "written", "chore"])
    services.line_set(ladder=draft, category="money", severity="minor", consequences=["written"])
    assert said(draft)["money", "minor"] == ["written"]
    services.line_set(ladder=draft, category="money", severity="minor", consequences=["chore", "contract"])
    assert said(draft)["money", "minor"] == ["chore", "contract"]

    services.line_set(ladder=draft, category="money", severity="minor", consequences=[])

    assert ("money", "minor") not in said(draft)


def test_line_is_written_over_by_nothing_but_itself(draft):
    before = rows()

    for opened in (None, ("chores", "minor"), ("money", "minor")):
        with pytest.raises(ValidationError, match="There is a line of this kind already"):
            services.line_write(
                ladder=draft, opened=opened, category="", severity="minor", consequences=["verbal", "chore"]
            )

    assert rows() == before


def test_line_that_becomes_another_leaves_no_twin(draft):
    before = said(draft)

    services.line_write(
        ladder=draft, opened=("chores", "minor"), category="money", severity="minor", consequences=["written"]
    )

    assert said(draft) == {key: steps for key, steps in before.items() if key != ("chores", "minor")} | {
        ("money", "minor"): ["written"]
    }


@pytest.mark.parametrize("consequence", ["none", "", "prison"])
def test_only_consequences_of_a_ladder_are_steps(draft, consequence):
    before = rows()

    with pytest.raises(ValidationError):
        services.line_set(ladder=draft, category="", severity="minor", consequences=["verbal", consequence])

    assert rows() == before


def test_line_has_an_end(draft):
    with pytest.raises(ValidationError, match="at most 9 steps"):
        services.line_set(ladder=draft, category="", severity="minor", consequences=["verbal"] * 10)
    services.line_set(ladder=draft, category="", severity="minor", consequences=["verbal"] * 9)
    assert len(said(draft)["", "minor"]) == 9


def test_published_ladder_never_changes_again(draft, cast):
    ladder = services.ladder_publish(ladder=draft, in_force_from=cast.today, today=cast.today)
    before = rows()

    for act in (
        lambda: services.ladder_change(ladder=ladder, look_back_days=1, appeal_days=1),
        lambda: services.line_set(ladder=ladder, category="", severity="minor", consequences=["chore"]),
        lambda: services.line_write(
            ladder=ladder, opened=None, category="money", severity="minor", consequences=["chore"]
        ),
        lambda: services.ladder_publish(ladder=ladder, in_force_from=cast.today, today=cast.today),
    ):
        with pytest.raises(ValidationError, match="published and stays as it is"):
            act()

    assert rows() == before
    assert (ladder.number, ladder.published_on, ladder.in_force_from) == (1, cast.today, cast.today)


def test_residents_are_told_of_a_new_ladder(draft, cast):
    services.ladder_publish(ladder=draft, in_force_from=cast.today, today=cast.today)

    told = set(Notice.objects.values_list("user__username", "kind", "url"))
    way = reverse("ladder", args=[cast.house_a.uuid])
    assert told == {("dana", "ladder-published", way), ("frank", "ladder-published", way)}


def test_ladder_is_not_in_force_before_today_or_before_the_one_it_follows(cast, by_alice):
    published_ladder(cast.house_a)
    coming = services.ladder_draft(house=cast.house_a)
    with pytest.raises(ValidationError) as past:
        services.ladder_publish(ladder=coming, in_force_from=ago(cast.house_a, 1), today=cast.today)
    services.ladder_publish(ladder=coming, in_force_from=cast.today + timedelta(days=9), today=cast.today)
    draft = services.ladder_draft(house=cast.house_a)

    with pytest.raises(ValidationError) as sooner:
        services.ladder_publish(ladder=draft, in_force_from=cast.today + timedelta(days=8), today=cast.today)

    assert "That day is past" in past.value.messages[0]
    assert "cannot be in force sooner" in sooner.value.messages[0]
    assert Ladder.objects.out().count() == 2


def test_ladder_that_leaves_a_severity_without_an_answer_is_not_published(draft, cast):
    services.line_set(ladder=draft, category="", severity="critical", consequences=[])

    with pytest.raises(ValidationError, match="does not say yet what follows where a rule is critical"):
        services.ladder_publish(ladder=draft, in_force_from=cast.today, today=cast.today)

    assert not Ladder.objects.out().exists()


# --- pages ----------------------------------------------------------------------------------------------------------


def test_ladder_is_read_beforehand_by_those_who_live_there_without_its_draft(cast, signed_in):
    published_ladder(cast.house_a)
    with acting_as(cast.alice, source="web"):
        services.ladder_draft(house=cast.house_a)

    own = signed_in(cast.dana).get(reverse("ladder", args=[cast.house_a.uuid]))
    staff = signed_in(cast.alice).get(reverse("ladder", args=[cast.house_a.uuid]))

    assert (own.context["current"]["ladder"].number, own.context["draft"]) == (1, None)
    assert "First time" in own.content.decode()
    assert "third time and after" in own.content.decode().lower()
    assert staff.context["draft"] is not None
    assert "Go on with the draft" in staff.content.decode()


def test_ladder_page_tells_what_holds_what_comes_and_what_held(cast, signed_in):
    published_ladder(cast.house_a, days_ago=200)
    published_ladder(cast.house_a, days_ago=100)
    with acting_as(cast.alice, source="web"):
        draft = services.ladder_draft(house=cast.house_a)
        services.ladder_publish(ladder=draft, in_force_from=cast.today + timedelta(days=9), today=cast.today)

    told = signed_in(cast.dana).get(reverse("ladder", args=[cast.house_a.uuid])).context

    assert told["current"]["ladder"].number == 2
    assert [each["ladder"].number for each in told["coming"]] == [3]
    assert [each["ladder"].number for each in told["earlier"]] == [1]


@pytest.mark.parametrize("item_count", [1, 3])
def test_ladder_page_costs_the_same_however_many_versions(cast, signed_in, item_count, django_assert_num_queries):
    for _n in range(item_count):
        published_ladder(cast.house_a)
    client = signed_in(cast.dana)
    client.get(reverse("ladder", args=[cast.house_a.uuid]))

    with django_assert_num_queries(9):
        client.get(reverse("ladder", args=[cast.house_a.uuid]))


def test_ladder_is_drafted_and_published_on_pages(cast, signed_in):
    client, house = signed_in(cast.alice), cast.house_a
    assert client.get(reverse("ladder_begin", args=[house.uuid])).status_code == 200

    begun = client.post(reverse("ladder_begin", args=[house.uuid]))
    ladder = Ladder.objects.get()
    client.post(
        reverse("ladder_change", args=[ladder.uuid]), {"look_back_days": 60, "appeal_days": 7, "text": "Ask us."}
    )
    client.post(
        reverse("ladder_line", args=[ladder.uuid]),
        {"severity": "minor", "category": "money", "step_1": "verbal", "step_3": "chore"},
    )
    client.post(f"{reverse('ladder_line_drop', args=[ladder.uuid])}?severity=minor&category=curfew")
    asked = client.get(reverse("ladder_publish", args=[ladder.uuid])).context["form"]
    assert asked["in_force_from"].value() == cast.today + timedelta(days=7)
    published = client.post(reverse("ladder_publish", args=[ladder.uuid]), {"in_force_from": cast.today.isoformat()})

    ladder.refresh_from_db()
    assert begun.url == reverse("ladder_draft", args=[ladder.uuid])
    assert published.url == reverse("ladder", args=[house.uuid])
    assert (ladder.number, ladder.look_back_days, ladder.appeal_days, ladder.text) == (1, 60, 7, "Ask us.")
    assert said(ladder)["money", "minor"] == ["verbal", "verbal", "chore"]
    assert ("curfew", "minor") not in said(ladder)


def test_line_is_shown_as_it_is(cast, signed_in, draft):
    page = signed_in(cast.alice).get(f"{reverse('ladder_line', args=[draft.uuid])}?severity=minor&category=chores")

    form = page.context["form"]
    assert [form[f"step_{n}"].value() for n in range(1, 6)] == ["verbal", "chore", "written", "restriction", None]


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        (("verbal", "", "written"), ["verbal", "verbal", "written"]),
        (("verbal", "", "", "chore", "", ""), ["verbal", "verbal", "verbal", "chore"]),
        (("written", "written"), ["written", "written"]),
        (("chore",), ["chore"]),
    ],
)
def test_step_left_empty_is_as_the_one_before(cast, signed_in, draft, steps, written):
    chosen = {f"step_{time}": each for time, each in enumerate(steps, start=1)}

    signed_in(cast.alice).post(
        reverse("ladder_line", args=[draft.uuid]), {"severity": "minor", "category": "money"} | chosen
    )

    assert said(draft)["money", "minor"] == written


def test_another_line_begins_empty_and_writes_over_none(cast, signed_in, draft):
    client, url, before = signed_in(cast.alice), reverse("ladder_line", args=[draft.uuid]), rows()

    empty = client.get(url).context["form"]
    refused = client.post(url, {"severity": "minor", "category": "", "step_1": "chore"})

    assert empty["step_1"].value() is None
    assert "already" in refused.context["form"].errors["category"][0]
    assert refused.context["form"]["step_1"].value() == "chore"
    assert rows() == before


def test_line_that_is_changed_into_another_is_refused_or_moved(cast, signed_in, draft):
    client = signed_in(cast.alice)
    url, before = f"{reverse('ladder_line', args=[draft.uuid])}?severity=minor&category=chores", rows()

    refused = client.post(url, {"severity": "minor", "category": "curfew", "step_1": "chore"})
    assert refused.context["form"].errors["category"]
    assert rows() == before
    client.post(url, {"severity": "serious", "category": "chores", "step_1": "contract"})

    assert ("chores", "minor") not in said(draft)
    assert said(draft)["chores", "serious"] == ["contract"]


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("ladder_change", {"look_back_days": 0, "appeal_days": 3}, "look_back_days"),
        ("ladder_change", {"look_back_days": 9, "appeal_days": 61}, "appeal_days"),
        ("ladder_line", {"severity": "minor", "category": "x", "step_1": "verbal"}, "category"),
        ("ladder_line", {"severity": "minor", "category": "", "step_1": "none"}, "step_1"),
        ("ladder_publish", {"in_force_from": "2001-01-01"}, "in_force_from"),
        ("ladder_publish", {"in_force_from": "soon"}, "in_force_from"),
    ],
)
def test_page_refuses_what_is_wrong_beside_its_field(cast, signed_in, draft, name, data, field):
    before = rows()

    answer = signed_in(cast.alice).post(reverse(name, args=[draft.uuid]), data)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert rows() == before
    assert not Ladder.objects.out().exists()


PAGES = ("ladder_draft", "ladder_change", "ladder_line", "ladder_line_drop", "ladder_publish")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("who", "status"), [("charlie", 404), ("dana", 404), ("frank", 404), ("oscar", 404), ("audra", 403)]
)
def test_draft_is_for_those_who_run_the_house(cast, signed_in, draft, name, who, status):
    client, before = signed_in(getattr(cast, who)), rows()

    answer = client.post(
        reverse(name, args=[draft.uuid]),
        {"in_force_from": cast.today.isoformat(), "look_back_days": 1, "appeal_days": 1, "severity": "minor"},
    )

    assert answer.status_code == status
    assert rows() == before
    draft.refresh_from_db()
    assert (draft.published_on, draft.look_back_days) == (None, 90)


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("dana", 403), ("audra", 403)])
def test_draft_is_begun_only_by_those_who_run_the_house(cast, signed_in, who, status):
    answer = signed_in(getattr(cast, who)).post(reverse("ladder_begin", args=[cast.house_a.uuid]))

    assert answer.status_code == status
    assert not Ladder.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("erin", 404), ("frank", 200), ("audra", 200)])
def test_ladder_is_read_in_its_house(cast, signed_in, who, status):
    published_ladder(cast.house_a)

    assert signed_in(getattr(cast, who)).get(reverse("ladder", args=[cast.house_a.uuid])).status_code == status


def test_draft_page_of_what_is_published_leads_to_reading_it(cast, signed_in):
    ladder = published_ladder(cast.house_a)

    answer = signed_in(cast.alice).get(reverse("ladder_draft", args=[ladder.uuid]))

    assert answer.url == reverse("ladder", args=[cast.house_a.uuid])
