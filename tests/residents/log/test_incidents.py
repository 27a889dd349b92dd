"""Incidents from filing to closing: each step does what it promises, and what it refuses leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log import incident_cards, own_record
from residents.log.models import (
    Audience,
    Entry,
    EntryAbout,
    EntryTelling,
    FollowUp,
    Incident,
    IncidentClosing,
    IncidentStep,
    IncidentType,
)
from residents.log.queries.incidents import course_of, courses, who_may_close
from residents.log.services import incidents as services
from residents.log.services.follow_ups import Due, follow_up_done
from residents.log.services.incidents import Step
from residents.people.models import Look
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant, move_in
from tests.residents.log.given import amended, entry_of, follow_up_of, incident_of, step_of

TABLES = (Entry, EntryTelling, EntryAbout, Incident, IncidentStep, FollowUp, IncidentClosing)


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def ago(**time: int) -> Any:
    return timezone.now() - timedelta(**time)


def filed(cast, by=None, **facts: Any) -> Incident:
    """By alice, about Dana, with naloxone and a call, unless told otherwise."""
    usual = {
        "house": cast.house_a,
        "type": IncidentType.OVERDOSE,
        "place": "Bathroom",
        "text": "Found on the floor.",
        "happened_at": ago(hours=2),
        "about": [cast.stay_of_dana],
        "audience": Audience.FEW,
        "steps": [
            Step(kind="told", at=ago(minutes=100), who="911"),
            Step(kind="naloxone", at=ago(minutes=110), who="Frank O.", doses=2),
        ],
        "follow_ups": [Due(what="Replace the naloxone", due_on=cast.today)],
        "now": timezone.now(),
    }
    with acting_as(by or cast.alice, source="web"):
        return services.incident_file(**usual | facts)


def closed(user, incident, **facts: Any) -> IncidentClosing:
    usual = {"cause": "A first use after weeks.", "correction": "Naloxone on each floor.", "now": timezone.now()}
    with acting_as(user, source="web"):
        return services.incident_close(incident=incident, **usual | facts)


def also_manages(cast, resident) -> None:
    with acting_as(None, source="command"):
        grant(resident.user, RoleKind.MANAGER, cast.organization, cast.house_a)


# Filing


def test_an_incident_is_filed_whole(cast):
    incident = filed(cast)

    course = course_of(incident, now=timezone.now())
    assert [(step.kind, step.who, step.doses) for step in course.steps] == [
        ("naloxone", "Frank O.", 2),
        ("told", "911", None),
    ]
    assert (course.state, course.doses, [task.state for task in course.tasks]) == ("open", 2, ["due"])
    assert course.about == [cast.stay_of_dana]
    assert incident.entry.audience == Audience.FEW
    assert set(who_may_close(incident)) == {cast.bob, cast.olive}


def test_those_who_may_close_it_are_told_and_whom_it_is_about(cast):
    filed(cast)

    told = set(Notice.objects.values_list("user__username", "kind"))
    assert told == {("dana", "entry-written"), ("bob", "incident-to-close"), ("olive", "incident-to-close")}


def test_what_is_kept_from_whom_it_is_about_is_not_told_to_them(cast):
    filed(cast, audience=Audience.CONFIDENTIAL, audience_reason="They might be hurt by it.")

    assert not Notice.objects.filter(user=cast.dana.user).exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"type": "parade"},
        {"text": "  "},
        {"audience": Audience.CONFIDENTIAL},
        {"happened_at": timezone.now() + timedelta(days=1)},
        {"steps": [Step(kind="happened", at=timezone.now() + timedelta(days=1), what="To come.")]},
        {"steps": [Step(kind="naloxone", at=ago(hours=1), who="Frank O.")]},
        {"steps": [Step(kind="told", at=ago(hours=1), what="They come.")]},
        {"steps": [Step(kind="done", at=ago(hours=1), who="Alice")]},
        {"follow_ups": [Due(what="Too late", due_on=(ago(days=3)).date())]},
        {"follow_ups": [Due(what=" ", due_on=(ago(days=-3)).date())]},
    ],
    ids=["type", "words", "reason", "to come", "step to come", "doses", "who", "what", "day over", "nothing to do"],
)
def test_what_is_wrong_leaves_nothing_behind(cast, facts):
    before = rows()

    with pytest.raises(ValidationError):
        filed(cast, **facts)

    assert rows() == before
    assert not Notice.objects.exists()


def test_nobody_of_another_house_and_nobody_about_themselves(cast):
    also_manages(cast, cast.dana)
    before = rows()

    with pytest.raises(ValidationError):
        filed(cast, about=[cast.stay_of_erin])
    with pytest.raises(PermissionDenied):
        filed(cast, by=cast.dana.user)

    assert rows() == before


# Facts


def test_a_fact_is_added_and_one_put_right_stays_visible(cast):
    incident = filed(cast)
    call = incident.steps.get(kind="told")

    with acting_as(cast.bob, source="web"):
        services.step_add(
            incident=incident, step=Step(kind="done", at=ago(hours=1), what="Taken to hospital."), now=timezone.now()
        )
        services.step_amend(
            before=call,
            step=Step(kind="told", at=call.at, who="Poison control"),
            reason="It was them.",
            now=timezone.now(),
        )

    course = course_of(incident, now=timezone.now())
    assert [step.who or step.what for step in course.steps] == ["Frank O.", "Poison control", "Taken to hospital."]
    assert incident.steps.count() == 4
    newest = course.steps[1]
    assert (newest.corrects, newest.correction_reason, newest.recorded_by) == (call, "It was them.", cast.bob)


def test_what_is_no_amendment_is_refused(cast):
    incident = filed(cast)
    call = incident.steps.get(kind="told")
    same = Step(kind="told", at=call.at, who=" 911 ")
    other = Step(kind="told", at=call.at, who="Fire brigade")
    also_manages(cast, cast.dana)

    with acting_as(cast.bob, source="web"):
        for step, reason in ((same, "It was them."), (other, " ")):
            with pytest.raises(ValidationError):
                services.step_amend(before=call, step=step, reason=reason, now=timezone.now())
        services.step_amend(before=call, step=other, reason="It was them.", now=timezone.now())
        with pytest.raises(ValidationError):
            services.step_amend(before=call, step=same, reason="After all.", now=timezone.now())
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.step_add(
            incident=incident, step=Step(kind="done", at=ago(hours=1), what="I left."), now=timezone.now()
        )

    assert incident.steps.count() == 3


# Closing


def test_a_second_person_closes_it(cast):
    incident = filed(cast)

    closing = closed(cast.bob, incident)

    course = course_of(incident, now=timezone.now())
    assert (course.closing, course.state) == (closing, "follow_ups")
    assert Notice.objects.filter(user=cast.dana.user, kind="incident-closed").count() == 1
    with acting_as(cast.alice, source="web"):
        follow_up_done(follow_up=incident.entry.follow_ups.get(), now=timezone.now())
    assert course_of(incident, now=timezone.now()).state == "closed"


def test_whoever_wrote_it_or_is_whom_it_is_about_does_not_close_it(cast):
    incident = filed(cast)
    also_manages(cast, cast.dana)

    for user in (cast.alice, cast.dana.user):
        with pytest.raises(PermissionDenied):
            closed(user, incident)
    for facts in ({"cause": " "}, {"correction": ""}):
        with pytest.raises(ValidationError):
            closed(cast.bob, incident, **facts)
    assert not IncidentClosing.objects.exists()

    closed(cast.bob, incident)
    with pytest.raises(ValidationError):
        closed(cast.olive, incident)
    with acting_as(cast.bob, source="web"), pytest.raises(ValidationError):
        services.step_add(incident=incident, step=Step(kind="done", at=ago(hours=1), what="More."), now=timezone.now())


def test_it_waits_and_says_so_where_nobody_else_may(cast):
    incident = filed(cast, by=cast.olive)
    with acting_as(None, source="command"):
        for user in (cast.alice, cast.bob):
            user.roles.update(ends_at=timezone.now())

    assert who_may_close(incident) == []
    with pytest.raises(PermissionDenied, match="It waits"):
        closed(cast.olive, incident)


def test_whoever_closes_it_reads_what_it_was(cast, signed_in):
    incident = filed(cast)

    page = signed_in(cast.bob).get(reverse("incident_close", args=[incident.entry.uuid])).content.decode()

    for words in ("Dana R.", incident.place, incident.entry.tellings.get().text, "Naloxone given"):
        assert words in page


def test_an_incident_is_not_closed_by_whom_it_was_ever_about(cast):
    with acting_as(None, source="command", reason="x"):
        bobs = move_in(cast.house_a, "2A", "Bob", "Example", days_ago=300, user=cast.bob)
    hidden = incident_of(cast.house_a, cast.alice, about=[bobs], audience=Audience.CONFIDENTIAL)
    shown = incident_of(cast.house_a, cast.alice, about=[bobs], audience=Audience.STAFF)
    assert who_may_close(hidden) == who_may_close(shown) == [cast.olive]

    for incident in (hidden, shown):
        amended(incident.entry, cast.alice, about=[cast.stay_of_frank])

    assert who_may_close(hidden) == who_may_close(shown) == [cast.olive]
    for incident in (hidden, shown):
        for user in who_may_close(incident):
            assert Entry.objects.visible_to(user).filter(pk=incident.entry_id).exists()


def test_only_operators_close_what_operators_alone_read(cast):
    incident = filed(cast, audience=Audience.OPERATORS, audience_reason="It is about the staff.")

    assert who_may_close(incident) == [cast.olive]
    with pytest.raises(PermissionDenied):
        closed(cast.bob, incident)


# As it was known


def test_where_it_stood_at_an_instant(cast):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], days_ago=2)
    early = step_of(incident, cast.alice, recorded_at=ago(days=1))
    instant = ago(hours=12)
    with acting_as(cast.bob, source="web"):
        services.step_amend(
            before=early,
            step=Step(kind="naloxone", at=early.at, who="Frank O.", doses=3),
            reason="There were three.",
            now=timezone.now(),
        )
    follow_up_of(incident.entry, cast.alice)
    closed(cast.bob, incident)
    amended(incident.entry, cast.bob, about=[cast.stay_of_frank])

    then = course_of(incident, known_at=instant, now=timezone.now())
    assert (then.doses, then.closing, then.tasks, then.state) == (2, None, [], "open")
    assert then.about == [cast.stay_of_dana]
    today = course_of(incident, now=timezone.now())
    assert (today.doses, today.state, today.about) == (3, "follow_ups", [cast.stay_of_frank])


@pytest.mark.parametrize("count", [1, 3])
def test_courses_cost_the_same(cast, django_assert_num_queries, count):
    for _each in range(count):
        incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        step_of(incident, cast.alice)
        follow_up_of(incident.entry, cast.alice)

    with django_assert_num_queries(4):
        found = courses(Incident.objects.all(), now=timezone.now())

    assert [(len(each.steps), len(each.about), len(each.tasks)) for each in found] == [(1, 1, 1)] * count


# Pages


def page(client, incident):
    return client.get(reverse("entry", args=[incident.entry.uuid]))


def test_the_page_tells_it_in_order_and_offers_what_may_be_done(cast, signed_in):
    incident = filed(cast)

    as_alice = page(signed_in(cast.alice), incident).content.decode()
    assert as_alice.index("Naloxone given: 2 doses") < as_alice.index("Told: 911")
    assert reverse("incident_close", args=[incident.entry.uuid]) not in as_alice
    assert "Who can close it: Bob Example, Olive Example" in as_alice
    as_bob = page(signed_in(cast.bob), incident).content.decode()
    assert reverse("incident_close", args=[incident.entry.uuid]) in as_bob
    as_dana = page(signed_in(cast.dana), incident).content.decode()
    assert "Naloxone given: 2 doses" in as_dana
    assert reverse("incident_step_new", args=[incident.entry.uuid]) not in as_dana
    assert page(signed_in(cast.frank), incident).status_code == 404
    assert page(signed_in(cast.charlie), incident).status_code == 404


def test_the_page_as_it_was_known_offers_nothing(cast, signed_in):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], days_ago=2)
    closed(cast.bob, incident)

    known = ago(hours=12).isoformat()
    told = signed_in(cast.bob).get(reverse("entry", args=[incident.entry.uuid]), {"known": known}).content.decode()

    assert "Naloxone on each floor." not in told
    assert reverse("incident_step_new", args=[incident.entry.uuid]) not in told


def test_an_incident_is_closed_on_its_page(cast, signed_in):
    incident = filed(cast)
    url = reverse("incident_close", args=[incident.entry.uuid])
    words = {"cause": "A first use after weeks.", "correction": "Naloxone on each floor."}

    refused = signed_in(cast.alice).post(url, words)
    assert refused.status_code == 403
    assert "You wrote it down, so somebody else closes it: Bob Example, Olive Example." in refused.content.decode()
    assert signed_in(cast.charlie).post(url, words).status_code == 404
    assert signed_in(cast.audra).post(url, words).status_code == 404  # an overdose is seen by few
    half = signed_in(cast.bob).post(url, words | {"correction": ""})
    assert half.status_code == 200
    assert "A first use after weeks." in half.content.decode()
    assert not IncidentClosing.objects.exists()

    assert signed_in(cast.bob).post(url, words).status_code == 302
    assert IncidentClosing.objects.get().recorded_by == cast.bob
    assert signed_in(cast.bob).get(url).status_code == 302


def test_facts_are_added_and_put_right_on_their_pages(cast, signed_in):
    incident = filed(cast, audience=Audience.STAFF)
    call = incident.steps.get(kind="told")
    new, amend = (
        reverse("incident_step_new", args=[incident.entry.uuid]),
        reverse("incident_step_amend", args=[call.uuid]),
    )
    fact = {"kind": "done", "at": "2026-01-01T10:00", "what": "Called the family."}
    bob, count = signed_in(cast.bob), incident.steps.count()

    for other, status in ((cast.charlie, 404), (cast.audra, 403), (cast.dana, 403)):
        assert signed_in(other).post(new, fact).status_code == status
        assert signed_in(other).post(amend, {"kind": "told", "who": "X", "reason": "Y"}).status_code == status
    for wrong in ({"what": ""}, {"at": ""}, {"at": "2190-01-01T10:00"}, {"kind": "told"}):
        assert bob.post(new, fact | wrong).status_code == 200
    assert incident.steps.count() == count

    assert bob.post(new, fact).status_code == 302
    shown = bob.get(amend)
    at = shown.context["form"]["at"].value()
    assert bob.post(amend, {"kind": "told", "at": at, "who": "911 ", "reason": "Same."}).status_code == 200
    assert bob.post(amend, {"kind": "told", "at": at, "who": "EMS", "reason": "So they said."}).status_code == 302
    newest = IncidentStep.objects.get(corrects=call)
    assert (newest.who, newest.at.replace(second=0, microsecond=0)) == ("EMS", call.at.replace(second=0, microsecond=0))


def test_whoever_looks_at_a_form_is_written_down(cast, signed_in):
    incident = filed(cast)

    signed_in(cast.bob).get(reverse("incident_step_new", args=[incident.entry.uuid]))

    assert Look.objects.filter(resident=cast.dana, actor_id=cast.bob.pk).exists()


def test_what_is_no_incident_has_none_of_it(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice)
    bob = signed_in(cast.bob)

    for name in ("incident_step_new", "incident_close", "incident_issue"):
        assert bob.get(reverse(name, args=[entry.uuid])).status_code == 404


# Cards


def titles(cards) -> dict[str, Any]:
    return {card.title: card for card in cards}


def test_today_tells_what_waits_to_be_closed_and_by_whom(cast):
    filed(cast)
    filed(cast, audience=Audience.OPERATORS, audience_reason="It is about the staff.")

    def told(user):
        cards = titles(incident_cards.today(cast.house_a, Standing(user), cast.today))
        return [(row.fact, row.reason.partition(" · ")[2], row.button) for row in cards["Incidents to close"].rows]

    assert told(cast.alice) == [
        ("Overdose · Dana R.", "you wrote it down: Bob Example, Olive Example can close it", "")
    ]
    assert told(cast.bob) == [("Overdose · Dana R.", "waits for you to close it", "Close it")]
    assert len(told(cast.olive)) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_today_costs_the_same(cast, django_assert_num_queries, count):
    for _each in range(count):
        incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        follow_up_of(incident.entry, cast.alice, due_in_days=0)
    standing = Standing(cast.bob)

    with django_assert_num_queries(6):  # drafts, incidents and whom they are about, who closes (two), what is due
        cards = titles(incident_cards.today(cast.house_a, standing, cast.today))

    assert len(cards["Incidents to close"].rows) == count
    assert len(cards["To be done after what happened"].rows) == count


def test_ones_own_record_tells_all_of_it_unless_it_is_kept_from_one(cast):
    incident = filed(cast)
    closed(cast.bob, incident)
    filed(cast, audience=Audience.CONFIDENTIAL, audience_reason="They might be hurt by it.", text="Hush.")

    told = {section.name: section.records for section in own_record.own(cast.dana)}

    names = ("incidents", "incident_steps", "incident_closings", "follow_ups", "follow_ups_done")
    assert [len(told[name]) for name in names] == [1, 2, 1, 1, 0]
    assert all(not section.records for section in own_record.own(cast.frank))
