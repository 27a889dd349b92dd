"""The same rule, the same place on the ladder, different consequences: found, and without a resident's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.models import House, Violation
from residents.rules.models import Category, Consequence, Severity
from residents.rules.queries.consistency import Names, consistency
from residents.rules.services.violations import appeal_decide, violation_appeal, violation_withdraw
from residents.stays.models import Stay
from soberhouse.history import acting_as
from tests.cast import Cast, grant, move_in
from tests.residents.rules.given import decided, published_book, published_ladder, signed, violation_of
from tests.residents.stays.stories import days, written

VERBAL, WRITTEN, REVIEW = Consequence.VERBAL, Consequence.WRITTEN, Consequence.REVIEW
NAMES = ("Dana", "Renner", "Frank", "Osei")


@dataclass
class Alder:
    """House A with its book and ladder, where violations are recorded by Alice and decided by Bob or Olive."""

    cast: Cast
    book: Any
    ladder: Any

    def case(
        self,
        stay: Stay,
        consequence: str,
        *,
        rule: int = 2,
        time: int = 1,
        advised: str = VERBAL,
        by: Any = None,
        days_ago: int = 5,
        **facts: Any,
    ) -> Violation:
        violation = violation_of(stay, self.book.rules.get(number=rule), by=self.cast.alice, days_ago=days_ago)
        decided(
            violation,
            by=by or self.cast.bob,
            consequence=consequence,
            advised=advised,
            ladder=self.ladder,
            time=time,
            deviation=facts.pop("deviation", "" if consequence == advised or not advised else "there was more to it"),
            **facts,
        )
        return violation


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def alder(cast: Cast) -> Alder:
    house = cast.house_a
    book = published_book(
        house,
        rules=[
            (Category.SUBSTANCES, Severity.CRITICAL),
            (Category.CURFEW, Severity.MINOR),
            (Category.CURFEW, Severity.MINOR),
            (Category.RESPECT, Severity.SERIOUS),
        ],
    )
    for person in (cast.dana, cast.frank):
        signed(book, person)
    return Alder(cast, book, published_ladder(house))


def report(cast: Cast, **asked: Any) -> Any:
    return consistency(House.objects.filter(pk=cast.house_a.pk), **asked)


# --- what is found --------------------------------------------------------------------------------------------------


def test_planted_inconsistency_is_found(cast, alder):
    """Two residents are late a first time: one is warned, one is put up for discharge."""
    alder.case(cast.stay_of_dana, REVIEW, by=cast.olive, deviation="we have had enough of Dana")
    alder.case(cast.stay_of_frank, VERBAL)
    alder.case(cast.stay_of_frank, WRITTEN, rule=4, advised=WRITTEN)  # another rule, alike

    found = report(cast)

    assert found.summary == "1 rule was applied unevenly."
    assert (found.compared, found.waiting, found.unexplained) == (3, 0, 0)
    [group] = found.rules
    assert (group.heading, group.place) == ("Rule 2: About curfew 2", "first time")
    assert group.counts == [("verbal warning", 1), ("discharge review", 1)]
    assert {(each.words, each.decided_by, each.why, each.differs) for each in group.decisions} == {
        ("discharge review", "Olive Example", "we have had enough of the resident", True),
        ("verbal warning", "Bob Example", "", False),
    }
    assert (found.kinds, found.ladders) == ([], [])
    assert [each.words for each in found.deviations] == ["discharge review"]
    assert [(each.name, each.decisions, each.as_advised, each.heavier) for each in found.deciders] == [
        ("Bob Example", 2, 2, 0),
        ("Olive Example", 1, 0, 1),
    ]


def test_what_is_alike_is_told_as_alike(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL)
    alder.case(cast.stay_of_frank, VERBAL)
    alder.case(cast.stay_of_frank, WRITTEN, time=2, advised=WRITTEN)  # a second time is another place

    found = report(cast)

    assert found.is_even
    assert found.summary == "Every rule was applied alike."
    assert found.deviations == []


def test_nothing_to_compare_says_so(cast, alder):
    violation_of(cast.stay_of_dana, alder.book.rules.first(), by=cast.alice)

    assert report(cast).summary == "There is nothing to compare yet."


def test_rules_of_one_kind_are_compared_where_each_is_alike_in_itself(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL, rule=2)
    alder.case(cast.stay_of_frank, WRITTEN, rule=3)

    found = report(cast)

    assert found.summary == "Rules of the same kind were not applied alike."
    alder.case(cast.stay_of_frank, VERBAL, rule=2)
    assert report(cast).summary == "Each rule was applied alike, but rules of the same kind were not."
    [group] = found.kinds
    assert group.heading == "Different rules about curfew and nights away, all minor"
    assert found.rules == []


def test_what_a_rule_tells_by_itself_is_not_told_again_with_its_kind(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL, rule=2)
    alder.case(cast.stay_of_frank, WRITTEN, rule=2)
    alder.case(cast.stay_of_frank, VERBAL, rule=3)

    found = report(cast)

    assert (len(found.rules), found.kinds) == (1, [])


def test_rule_keeps_its_number_over_versions(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL, days_ago=20)
    alder.book = published_book(
        cast.house_a, rules=[(Category.SUBSTANCES, Severity.CRITICAL), (Category.CURFEW, Severity.MINOR)], days_ago=10
    )
    signed(alder.book, cast.frank, days_ago=9)
    alder.case(cast.stay_of_frank, WRITTEN)

    [group] = report(cast).rules

    assert group.number == 2


def test_what_only_a_new_ladder_tells_apart_is_no_unevenness(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL)
    alder.case(cast.stay_of_frank, WRITTEN, advised=WRITTEN)

    found = report(cast)

    assert found.is_even
    assert [group.number for group in found.ladders] == [2]


def test_differences_without_a_ladder_have_no_reason_on_record(cast, alder):
    alder.ladder = None
    alder.case(cast.stay_of_dana, VERBAL, advised="", time=None)
    alder.case(cast.stay_of_frank, WRITTEN, advised="", time=None)

    found = report(cast)

    [group] = found.rules
    assert (group.place, found.unexplained) == ("no ladder in force then", 1)
    assert [each.unadvised for each in found.deciders] == [2]


def test_compared_is_what_holds_in_the_end(cast, alder):
    """What was dismissed, taken back or overturned does not count; what an appeal changed counts as changed."""
    now = timezone.now()
    alder.case(cast.stay_of_frank, VERBAL)
    changed, overturned, mistaken, waiting = (alder.case(cast.stay_of_dana, REVIEW) for _each in range(4))
    dismissed = violation_of(cast.stay_of_dana, alder.book.rules.get(number=2), by=cast.alice)
    decided(dismissed, by=cast.bob, outcome="dismissed")
    with acting_as(cast.dana.user, source="web"):
        appeals = [
            violation_appeal(decision=each.decision, text="Too much.", now=now)
            for each in (changed, overturned, waiting)
        ]
    with acting_as(cast.olive, source="web"):
        violation_withdraw(violation=mistaken, reason="another Dana", now=now)
        appeal_decide(
            appeal=appeals[0], outcome="changed", consequence=WRITTEN, reason="Dana came home in tears.", now=now
        )
        appeal_decide(appeal=appeals[1], outcome="overturned", reason="It was Ezra.", now=now)

    found = report(cast)

    assert (found.compared, found.waiting) == (2, 1)
    [group] = found.rules
    one = next(each for each in group.decisions if each.changed_by)
    assert (one.words, one.changed_from_words, one.changed_by, one.changed_why) == (
        "written warning",
        "discharge review",
        "Olive Example",
        "the resident came home in tears.",
    )
    assert [each.name for each in found.deciders] == ["Bob Example", "Olive Example"]


def test_only_what_happened_since_is_compared(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL, days_ago=20)
    alder.case(cast.stay_of_frank, WRITTEN)

    assert report(cast, since=cast.today - days(10)).is_even
    assert not report(cast).is_even


def test_houses_are_compared_with_one_another(cast, alder):
    alder.case(cast.stay_of_dana, VERBAL)
    book = published_book(cast.house_b, rules=[(Category.CURFEW, Severity.MINOR)])
    signed(book, cast.erin)
    there = violation_of(cast.stay_of_erin, book.rules.get(), by=cast.charlie)
    decided(there, by=cast.olive, consequence=WRITTEN, advised=VERBAL, time=1, deviation="third week running")
    both = House.objects.filter(organization=cast.organization)

    found = consistency(both)

    [group] = found.kinds
    assert (group.house, [each.house for each in group.decisions]) == (None, [cast.house_a, cast.house_b])
    assert report(cast).is_even


def dismissed(alder: Alder, stay: Stay, *, by: Any, rule: int = 2) -> Violation:
    violation = violation_of(stay, alder.book.rules.get(number=rule), by=alder.cast.alice)
    decided(violation, by=by, outcome="dismissed")
    return violation


def test_what_one_dismisses_and_another_upholds_is_told_by_whom(cast, alder):
    """Bob dismisses it for Frank, Olive upholds it for Dana; the consequence is the ladder's."""
    alder.case(cast.stay_of_dana, VERBAL, by=cast.olive)
    dismissed(alder, cast.stay_of_frank, by=cast.bob)
    dismissed(alder, cast.stay_of_frank, by=cast.bob, rule=4)  # never found broken by anybody

    found = report(cast)

    assert found.summary == "3 decisions: too few to compare."
    assert (found.compared, found.dismissed, found.overturned) == (1, 2, 0)
    [finding] = found.findings
    assert finding.heading == "Rule 2: About curfew 2"
    assert [(each.name, each.upheld, each.dismissed, each.overturned) for each in finding.found] == [
        ("Bob Example", 0, 1, 0),
        ("Olive Example", 1, 0, 0),
    ]
    assert [(each.name, each.decisions, each.as_advised, each.dismissed) for each in found.deciders] == [
        ("Bob Example", 2, 0, 2),
        ("Olive Example", 1, 1, 0),
    ]


def test_what_was_overturned_is_counted_beside_its_rule_and_with_whom_was_overturned(cast, alder):
    now = timezone.now()
    alder.case(cast.stay_of_frank, VERBAL)
    alder.case(cast.stay_of_frank, WRITTEN)
    dismissed(alder, cast.stay_of_dana, by=cast.olive)
    overturned = alder.case(cast.stay_of_dana, REVIEW)
    with acting_as(cast.dana.user, source="web"):
        appeal = violation_appeal(decision=overturned.decision, text="Not me.", now=now)
    with acting_as(cast.olive, source="web"):
        appeal_decide(appeal=appeal, outcome="overturned", reason="It was Ezra.", now=now)

    found = report(cast)

    [group] = found.rules
    assert (len(group.decisions), group.dismissed, group.overturned) == (2, 1, 1)
    assert [(each.name, each.decisions, each.dismissed, each.overturned) for each in found.deciders] == [
        ("Bob Example", 3, 0, 1),
        ("Olive Example", 1, 1, 0),
    ]


def test_what_is_too_little_to_compare_is_told_as_that(cast, alder, signed_in):
    alder.case(cast.stay_of_dana, VERBAL)
    assert report(cast).summary == "1 decision: too few to compare."
    alder.case(cast.stay_of_dana, WRITTEN, time=2, advised=WRITTEN)
    alder.case(cast.stay_of_frank, WRITTEN, rule=4, advised=WRITTEN)

    page = signed_in(cast.alice).get(of_house(cast)).content.decode()

    assert report(cast).summary == "3 decisions: too few to compare."
    assert "3 decisions: too few to compare." in page
    assert "applied alike." not in page
    alder.case(cast.stay_of_frank, VERBAL)
    assert report(cast).summary == "Every rule was applied alike."
    dismissed(alder, cast.stay_of_frank, by=cast.bob)
    assert report(cast).summary == "Wherever it was upheld, every rule was applied alike."


def test_what_counts_no_more_is_not_compared(cast, alder):
    alder.case(cast.stay_of_frank, VERBAL)
    alder.case(cast.stay_of_frank, VERBAL)
    mistaken = alder.case(cast.stay_of_frank, REVIEW)
    alder.case(cast.stay_of_dana, REVIEW)
    with acting_as(cast.olive, source="web"):
        violation_withdraw(violation=mistaken, reason="another one", now=timezone.now())
    assert not report(cast).is_even
    with transaction.atomic():
        cast.stay_of_dana.uses.update(voided=True)
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(voided=True)

    found = report(cast)

    assert (found.compared, found.summary) == (2, "Every rule was applied alike.")


def test_report_of_dismissals_alone_says_that_nothing_was_upheld(cast, alder):
    dismissed(alder, cast.stay_of_dana, by=cast.bob)

    assert report(cast).summary == "Nothing was upheld."


def test_decider_is_a_person_and_not_a_name(cast, alder):
    """Two people of one name are two; one who is called otherwise now is one, by the newest name."""
    alder.case(cast.stay_of_dana, VERBAL, days_ago=9)
    cast.bob.name = "Robert Example"
    cast.bob.save()
    alder.case(cast.stay_of_frank, VERBAL)
    cast.olive.name = "Robert Example"
    cast.olive.save()
    alder.case(cast.stay_of_frank, VERBAL, by=cast.olive)

    assert [(each.name, each.decisions) for each in report(cast).deciders] == [
        ("Robert Example", 2),
        ("Robert Example", 1),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DANA and dana", "the resident and the resident"),
        ("with Dana R. again", "with the resident again"),
        ("Dana Renner Jr. left", "the resident Jr. left"),
        ("because Frank began", "because another resident began"),
        ("Frank O. and Osei", "another resident and another resident"),
        ("Dana said so", "the resident said so"),
        ("Dana Renner's brother", "the resident's brother"),
        ("Mrs. Renner came", "Mrs. the resident came"),
        ("a Danaher", "a Danaher"),
        ("", ""),
    ],
)
def test_names_are_taken_out_of_reasons(cast, text, said):
    names = Names([cast.stay_of_dana, cast.stay_of_frank])

    assert names.taken_out(text, cast.stay_of_dana) == said


def test_name_they_left_with_is_taken_out_too(cast):
    stay = cast.stay_of_dana
    stay.left_as = "Danielle Miller Jr."

    assert (
        Names([stay]).taken_out("Danielle, DANIELLE MILLER JR. and Dana", stay)
        == "the resident, the resident and the resident"
    )


@pytest.mark.parametrize("count", [1, 3])
def test_report_asks_once_however_much_there_is(cast, alder, count, django_assert_num_queries):
    for _each in range(count):
        alder.case(cast.stay_of_dana, VERBAL)
        alder.case(cast.stay_of_frank, WRITTEN)

    with django_assert_num_queries(1):
        assert report(cast).compared == 2 * count


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def uneven(cast, alder) -> Alder:
    alder.case(cast.stay_of_dana, REVIEW, by=cast.olive, deviation="Dana Renner, again, and Dana knows why")
    alder.case(cast.stay_of_frank, VERBAL)
    return alder


def of_house(cast: Cast) -> str:
    return reverse("consistency", args=[cast.house_a.uuid])


def of_all(cast: Cast) -> str:
    return reverse("consistency_all", args=[cast.organization.uuid])


@pytest.mark.parametrize("who", ["alice", "bob", "olive", "audra"])
def test_page_tells_what_was_uneven_and_names_no_resident(cast, uneven, signed_in, who):
    response = signed_in(getattr(cast, who)).get(of_house(cast))

    text = response.content.decode()
    assert response.status_code == 200
    assert "1 rule was applied unevenly." in text
    assert "decided by Olive Example" in text
    assert "<table" not in text  # who decided how often is a list, which no narrow screen cuts off
    assert "1 × heavier" in text
    assert [name for name in NAMES if name in text] == []
    for violation in Violation.objects.all():
        assert reverse("violation", args=[violation.uuid]) in text


@pytest.mark.parametrize("who", ["charlie", "oscar", "erin"])
def test_another_house_is_not_there_and_no_name_is_seen(cast, uneven, signed_in, who):
    client, before = signed_in(getattr(cast, who)), written()

    responses = [client.get(of_house(cast)), client.get(of_all(cast))]

    assert responses[0].status_code == 404
    assert responses[1].status_code in (403, 404)
    for response in responses:
        text = response.content.decode()
        assert [name for name in (*NAMES, "applied unevenly", "About curfew") if name in text] == []
    assert written() == before


def test_manager_of_another_house_reads_their_own_report_without_this_one(cast, uneven, signed_in):
    response = signed_in(cast.charlie).get(reverse("consistency", args=[cast.house_b.uuid]))

    text = response.content.decode()
    assert "There is nothing to compare yet." in text
    assert [name for name in (*NAMES, "About curfew", str(cast.house_a)) if name in text] == []


@pytest.mark.parametrize("who", ["dana", "frank"])
def test_those_who_live_there_do_not_read_it(cast, uneven, signed_in, who):
    assert signed_in(getattr(cast, who)).get(of_house(cast)).status_code == 403
    assert signed_in(getattr(cast, who)).get(of_all(cast)).status_code == 403


@pytest.mark.parametrize(("who", "status"), [("olive", 200), ("audra", 200), ("alice", 403), ("charlie", 403)])
def test_all_houses_are_for_the_operator_and_the_auditor(cast, uneven, signed_in, who, status):
    response = signed_in(getattr(cast, who)).get(of_all(cast))

    assert response.status_code == status
    link = of_all(cast) in signed_in(getattr(cast, who)).get(of_house(cast)).content.decode()
    assert link == (status == 200)
    if status == 200:
        text = response.content.decode()
        assert "1 rule was applied unevenly." in text
        assert [name for name in NAMES if name in text] == []


def test_time_that_is_asked_for_is_told(cast, uneven, signed_in):
    with acting_as(None, source="command"), transaction.atomic():
        stay = move_in(cast.house_a, "2A", "Gus", "Gone", days_ago=500)
    book = published_book(cast.house_a, days_ago=500)
    signed(book, stay.resident, days_ago=480)
    for days_ago in (400, 100):
        decided(violation_of(stay, book.rules.get(number=2), by=cast.alice, days_ago=days_ago), by=cast.bob)
    client = signed_in(cast.alice)

    told = {
        span: client.get(of_house(cast), {"span": span}).context["report"].compared
        for span in ("quarter", "year", "ever", "nonsense")
    }

    assert told == {"quarter": 2, "year": 3, "ever": 4, "nonsense": 3}


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_however_much_there_is(cast, alder, signed_in, count, django_assert_num_queries):
    for _each in range(count):
        alder.case(cast.stay_of_dana, VERBAL)
        alder.case(cast.stay_of_frank, WRITTEN)
    client = signed_in(cast.alice)
    client.get(of_house(cast))

    with django_assert_num_queries(8):
        client.get(of_house(cast))


def test_somebody_who_left_and_a_newcomer_are_compared_too(cast, alder):
    """By the rows of the house, wherever they live now."""
    with acting_as(None, source="command"), transaction.atomic():
        stay = move_in(cast.house_a, "2A", "Gus", "Gone", days_ago=60)
        signed(alder.book, stay.resident, days_ago=50)
        grant(cast.charlie, RoleKind.MANAGER, cast.organization, cast.house_a)
    alder.case(stay, WRITTEN)
    alder.case(cast.stay_of_frank, VERBAL)
    with acting_as(None, source="command"), transaction.atomic():
        stay.uses.update(ends_on=cast.today)
        Stay.objects.filter(pk=stay.pk).update(ends_on=cast.today, left_as="Gus Gone")

    assert not report(cast).is_even
