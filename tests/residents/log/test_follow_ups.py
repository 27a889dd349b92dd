"""What is to be done after an entry: said, loud on Today when it is due, and done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log import incident_cards
from residents.log.follow_up_panel import panel
from residents.log.models import Audience, FollowUp, FollowUpDone
from residents.log.queries.incidents import tasks
from residents.log.services import follow_ups as services
from residents.log.services.follow_ups import Due
from soberhouse.history import acting_as
from tests.cast import grant
from tests.residents.log.given import complaint_of, entry_of, follow_up_of


def added(user, entry, **facts: Any) -> FollowUp:
    due = Due(**{"what": "Call the plumber", "due_on": entry.house.today()} | facts)
    with acting_as(user, source="web"):
        return services.follow_up_add(entry=entry, due=due, now=timezone.now())


def done(user, follow_up, **facts: Any) -> FollowUpDone:
    with acting_as(user, source="web"):
        return services.follow_up_done(follow_up=follow_up, now=timezone.now(), **facts)


def also_manages(cast, resident) -> None:
    with acting_as(None, source="command"):
        grant(resident.user, RoleKind.MANAGER, cast.organization, cast.house_a)


def card(house, user, today) -> Any:
    cards = {card.title: card for card in incident_cards.today(house, Standing(user), today)}
    return cards.get("To be done after what happened")


# Services


def test_it_is_said_and_done(cast):
    entry = entry_of(cast.house_a, cast.alice)
    follow_up = added(cast.bob, entry, who="Bob")

    what = done(cast.alice, follow_up, note="He comes on Monday.")

    assert (follow_up.recorded_by, what.recorded_by, what.outcome) == (cast.bob, cast.alice, "done")
    [task] = tasks(FollowUp.objects.all(), today=cast.today)
    assert (task.state, task.done) == ("done", what)


@pytest.mark.parametrize(("days", "state"), [(-1, "overdue"), (0, "due"), (1, "open")])
def test_how_it_stands_by_its_day(cast, days, state):
    follow_up_of(entry_of(cast.house_a, cast.alice), cast.alice, due_in_days=days)

    assert [task.state for task in tasks(FollowUp.objects.all(), today=cast.today)] == [state]


@pytest.mark.parametrize("facts", [{"what": " "}, {"due_on": None}], ids=["words", "day over"])
def test_what_is_wrong_is_refused(cast, facts):
    entry = entry_of(cast.house_a, cast.alice)
    facts = {name: value or cast.today - timedelta(days=1) for name, value in facts.items()}

    with pytest.raises(ValidationError):
        added(cast.alice, entry, **facts)

    assert not FollowUp.objects.exists()


def test_once_and_no_longer_needed_with_a_reason(cast):
    follow_up = follow_up_of(entry_of(cast.house_a, cast.alice), cast.alice)

    with pytest.raises(ValidationError):
        done(cast.alice, follow_up, outcome="dropped", note=" ")
    done(cast.alice, follow_up, outcome="dropped", note="The house is sold.")
    with pytest.raises(ValidationError):
        done(cast.bob, follow_up)

    assert FollowUpDone.objects.get().outcome == "dropped"


def test_nobody_about_themselves(cast):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    follow_up = follow_up_of(entry, cast.alice)
    also_manages(cast, cast.dana)

    with pytest.raises(PermissionDenied):
        added(cast.dana.user, entry)
    with pytest.raises(PermissionDenied):
        done(cast.dana.user, follow_up)

    assert (FollowUp.objects.count(), FollowUpDone.objects.count()) == (1, 0)


def test_as_it_was_known(cast):
    entry = entry_of(cast.house_a, cast.alice, days_ago=9)
    known = timezone.now() - timedelta(days=2)
    follow_up = follow_up_of(entry, cast.alice, due_in_days=-3, recorded_at=timezone.now() - timedelta(days=5))
    done(cast.alice, follow_up)
    follow_up_of(entry, cast.alice, what="Later")

    told = panel(entry, Standing(cast.alice), known_at=known, now=timezone.now())

    assert [(row.fact, row.word, row.button) for row in told["rows"]] == [("Speak with the family", "overdue", "")]
    assert not told["may_write"]


# Pages


def test_it_is_said_and_done_on_the_pages_of_any_entry(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice)
    new, alice = reverse("follow_up_new", args=[entry.uuid]), signed_in(cast.alice)
    what = {"what": "Call the plumber", "due_on": str(cast.today)}

    for other, status in ((cast.charlie, 404), (cast.audra, 403), (cast.frank, 404)):
        assert signed_in(other).post(new, what).status_code == status
    for wrong in ({"what": ""}, {"due_on": "2020-01-01"}, {"due_on": "soon"}):
        answer = alice.post(new, what | wrong)
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert not FollowUp.objects.exists()

    assert alice.post(new, what).url == reverse("entry", args=[entry.uuid])
    follow_up = FollowUp.objects.get()
    finish = reverse("follow_up_done", args=[follow_up.uuid])
    assert finish in alice.get(reverse("entry", args=[entry.uuid])).content.decode()
    for other, status in ((cast.charlie, 404), (cast.audra, 403), (cast.frank, 404)):
        assert signed_in(other).post(finish, {"outcome": "done"}).status_code == status
    kept = alice.post(finish, {"outcome": "dropped", "note": ""})
    assert "Say why it is no longer needed." in kept.content.decode()
    assert not FollowUpDone.objects.exists()
    assert alice.post(finish, {"outcome": "done", "note": "He came."}).status_code == 302
    page = alice.get(reverse("entry", args=[entry.uuid])).content.decode()
    assert "He came." in page
    assert finish not in page


def test_whom_it_is_about_reads_it_and_writes_none(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    follow_up = follow_up_of(entry, cast.alice)
    dana = signed_in(cast.dana)

    page = dana.get(reverse("entry", args=[entry.uuid])).content.decode()

    assert "Speak with the family" in page
    assert reverse("follow_up_done", args=[follow_up.uuid]) not in page
    assert dana.post(reverse("follow_up_done", args=[follow_up.uuid]), {"outcome": "done"}).status_code == 403


# Today


def test_today_tells_what_is_due_to_whoever_reads_its_entry(cast):
    entry = entry_of(cast.house_a, cast.alice)
    few = entry_of(cast.house_a, cast.alice, audience=Audience.FEW)
    withheld = complaint_of(cast.house_a, cast.dana.user, against=cast.alice).entry
    follow_up_of(entry, cast.alice, due_in_days=0)
    follow_up_of(few, cast.alice, due_in_days=-2, what="Ask again")
    follow_up_of(withheld, cast.olive, due_in_days=-2, what="Ask alice")
    follow_up_of(entry, cast.alice, due_in_days=3, what="Not yet")

    def told(user) -> list[tuple[str, str, str]]:
        return [(row.fact, row.word, row.button) for row in card(cast.house_a, user, cast.today).rows]

    assert told(cast.alice) == [("Ask again", "overdue", "Done"), ("Speak with the family", "due today", "Done")]
    assert told(cast.audra) == [("Speak with the family", "due today", "")]
    assert ("Ask alice", "overdue", "Done") in told(cast.olive)


def test_nothing_is_told_where_nothing_is_due(cast):
    follow_up = follow_up_of(entry_of(cast.house_a, cast.alice), cast.alice, due_in_days=0)
    done(cast.alice, follow_up)

    assert card(cast.house_a, cast.alice, cast.today) is None
