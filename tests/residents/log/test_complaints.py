"""Complaints and grievances: filed by anybody, answered, closed by somebody else; and who sees what of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log.complaint_panel import panel
from residents.log.models import (
    Audience,
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Deadline,
    Entry,
    EntryTelling,
)
from residents.log.queries.complaints import filer_of, matter_of, staff_of, who_answer, who_decide
from residents.log.services import complaints as services
from residents.log.services.entries import entry_amend, entry_show_to
from residents.people.models import Look, Resident
from residents.stays.services import discharge
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant, make_user
from tests.residents.log.given import clock_of, complaint_of, met
from tests.residents.stays.stories import ORDINARY, lives

TABLES = (Entry, EntryTelling, Complaint, Complainant, ComplaintAnswer, ComplaintOutcome, Notice)
WORDS = "The heater has been broken since Monday."


def rows():
    return {model.__name__: model.objects.count() for model in TABLES}


def filed(user, house, **facts):
    now = timezone.now()
    with acting_as(user, source="web"):
        return services.complaint_file(
            **{"house": house, "by": "neighbor", "text": WORDS, "happened_at": now, "now": now}
            | {"own": facts.get("by") == "resident" and hasattr(user, "resident")}
            | facts
        )


def answered(user, complaint, text="It is repaired tomorrow."):
    with acting_as(user, source="web"):
        return services.complaint_answer(complaint=complaint, text=text, now=timezone.now())


def closed(user, complaint, **facts):
    usual = {"outcome": "right", "text": "It is repaired.", "told": "Spoke with them."}
    with acting_as(user, source="web"):
        return services.complaint_close(complaint=complaint, now=timezone.now(), **usual | facts)


def told(user):
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


@pytest.fixture
def second(cast):
    """Another operator."""
    with acting_as(None, source="command"):
        user = make_user("oona")
        grant(user, RoleKind.OPERATOR, cast.organization)
    return user


# Filing


def test_staff_write_it_down_and_those_who_can_decide_it_are_told(cast):
    complaint = filed(cast.alice, cast.house_a, name="Ruth Ekström", contact="585-555-0171", wish="Quiet on Sundays.")

    assert (complaint.entry.audience, complaint.against) == (Audience.STAFF, None)
    assert (complaint.complainant.name, complaint.complainant.contact) == ("Ruth Ekström", "585-555-0171")
    assert set(Notice.objects.values_list("user__username", "kind")) == {
        ("bob", "complaint-filed"),
        ("olive", "complaint-filed"),
    }
    assert not any("Ruth" in notice.text or "heater" in notice.text for notice in Notice.objects.all())


def test_one_about_staff_is_the_operators_alone(cast):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner", against=cast.alice)

    assert (complaint.entry.audience, complaint.entry.withheld_from) == (Audience.OPERATORS, cast.alice)
    assert complaint.entry.audience_reason
    assert told(cast.olive) == ["complaint-filed"]
    assert told(cast.alice) == told(cast.bob) == told(cast.audra) == []
    sees = {
        name: Complaint.objects.visible_to(getattr(person, "user", person)).exists()
        for name, person in vars(cast).items()
        if name in ("alice", "bob", "charlie", "olive", "audra", "dana", "erin", "frank", "oscar")
    }
    assert {name for name, seen in sees.items() if seen} == {"olive", "dana"}


def test_whoever_wrote_one_down_about_staff_reads_it_and_neither_answers_nor_decides(cast, signed_in):
    complaint = filed(cast.bob, cast.house_a, against=cast.alice)

    page = signed_in(cast.bob).get(reverse("entry", args=[complaint.entry.uuid])).content.decode()
    assert WORDS in page
    assert reverse("complaint_close", args=[complaint.entry.uuid]) not in page
    assert who_answer(complaint, now=timezone.now()) == who_decide(complaint, now=timezone.now()) == [cast.olive]
    before = rows()
    for act in (answered, closed):
        with pytest.raises(PermissionDenied):
            act(cast.bob, complaint)
    assert rows() == before


def test_a_resident_whose_name_is_withheld_is_read_by_nobody_whom_it_is_about(cast):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner", name_withheld=True)

    assert complaint.entry.audience == Audience.CONFIDENTIAL
    assert matter_of(complaint, cast.alice).name == "Dana Renner"


def test_a_name_that_is_withheld_is_withheld_from_whom_it_is_about_alone(cast, signed_in):
    complaint = filed(cast.alice, cast.house_a, name="Ruth Ekström", name_withheld=True, about=[cast.stay_of_frank])

    url = reverse("entry", args=[complaint.entry.uuid])
    theirs, staff = (signed_in(person).get(url).content.decode() for person in (cast.frank, cast.bob))
    assert WORDS in theirs
    assert "a name is withheld" in theirs
    assert "Ekström" not in theirs
    assert "Ruth Ekström" in staff


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"text": "  "}, "text"),
        ({"by": "the mayor"}, "by"),
        ({"happened_at": timezone.now() + timedelta(days=2)}, "happened_at"),
        ({"contact": "585-555-0171"}, "name"),
        ({"against": "charlie"}, "against"),
        ({"about": "erin"}, "about"),
    ],
)
def test_what_cannot_be_filed_leaves_nothing(cast, facts, field):
    named = {"against": getattr(cast, str(facts.get("against")), None)} if "against" in facts else {}
    about = {"about": [cast.stay_of_erin]} if "about" in facts else {}
    before = rows()

    with pytest.raises(ValidationError) as refusal:
        filed(cast.alice, cast.house_a, **facts | named | about)

    assert field in refusal.value.message_dict
    assert rows() == before


def test_nobody_writes_one_down_against_themselves(cast):
    before = rows()

    with pytest.raises(PermissionDenied):
        filed(cast.alice, cast.house_a, against=cast.alice)

    assert rows() == before


def test_about_whom_one_can_complain(cast, second):
    with acting_as(None, source="command"):
        role = cast.bob.roles.get()
        role.ends_at = timezone.now() - timedelta(days=2)
        role.starts_at = timezone.now() - timedelta(days=9)
        role.save()
    now = timezone.now()

    found = {each.user.username: (each.word, each.alone) for each in staff_of(cast.house_a, now=now)}

    assert found == {
        "alice": ("manager", False),
        "bob": ("manager", False),  # who left a little while ago
        "olive": ("operator", False),
        "oona": ("operator", False),
    }
    assert "alice" not in {each.user.username for each in staff_of(cast.house_a, but=cast.alice, now=now)}


def test_clocks_run_at_once(cast):
    clock_of(cast.organization, name="Answer whoever complained", starts="complaint")

    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner")

    assert Deadline.objects.get().entry == complaint.entry
    assert matter_of(complaint, cast.dana.user).due.clock.name == "Answer whoever complained"


# Answers and outcomes


def test_it_is_answered_and_closed_by_somebody_else_and_its_filer_is_told(cast):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner")

    answered(cast.alice, complaint)
    closed(cast.bob, complaint)

    assert told(cast.dana.user) == ["complaint-answered", "complaint-closed"]
    matter = matter_of(complaint, cast.dana.user)
    assert ([answer.text for answer in matter.answers], matter.outcome.told, matter.state) == (
        ["It is repaired tomorrow."],
        "Spoke with them.",
        "in",
    )


def test_whoever_wrote_it_down_answers_and_does_not_close(cast):
    complaint = filed(cast.alice, cast.house_a)

    answered(cast.alice, complaint)

    before = rows()
    with pytest.raises(PermissionDenied, match="somebody else says what came of it"):
        closed(cast.alice, complaint)
    assert rows() == before


def test_a_manager_who_once_lived_there_writes_down_and_files_nothing_of_their_own(cast):
    with acting_as(None, source="command"):
        lives(cast.bed_a("2A"), "Alice Example", since=cast.today - timedelta(days=300))
        Resident.objects.filter(legal_first_name="Alice").update(user=cast.alice)
    complaint = filed(cast.alice, cast.house_a, by="resident", own=False, name="Dana Renner", name_withheld=True)

    assert filer_of(complaint) is None
    assert cast.alice in who_answer(complaint, now=timezone.now())
    assert complaint.entry.audience == Audience.STAFF


def test_whoever_relieved_reads_what_they_wrote_down_no_longer_than_their_role_runs(cast):
    complaint = filed(cast.bob, cast.house_a, by="resident", own=False, name="Dana Renner", contact="585-555-0171")
    assert Entry.objects.visible_to(cast.bob).exists()
    with acting_as(None, source="command"):
        cast.bob.roles.update(ends_at=timezone.now())
    bob = type(cast.bob).objects.get(pk=cast.bob.pk)

    answered(cast.alice, complaint)

    assert not Entry.objects.visible_to(bob).exists()
    assert not Complainant.objects.visible_to(bob).exists()
    assert told(bob) == []


def test_what_a_resident_filed_without_their_name_is_never_opened_to_whom_it_is_about(cast):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner", name_withheld=True)

    for audience in (Audience.STAFF, Audience.FEW):
        with pytest.raises(ValidationError, match="stays closed"), acting_as(cast.alice, source="web"):
            entry_show_to(entry=complaint.entry, audience=audience, reason="x", now=timezone.now())


def test_what_a_resident_filed_stays_in_their_words(cast):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner")
    entry, now = complaint.entry, timezone.now()
    was = entry.tellings.get()
    facts = {"entry": entry, "happened_at": was.happened_at, "about": [], "reason": "x", "now": now}

    with pytest.raises(ValidationError, match="stays in their words"), acting_as(cast.alice, source="web"):
        entry_amend(**facts | {"text": "All is well."})
    with acting_as(cast.alice, source="web"):
        entry_amend(**facts | {"text": was.text, "about": [cast.stay_of_frank]})

    assert set(entry.tellings.values_list("text", flat=True)) == {WORDS}


def test_nobody_files_as_their_own_who_never_lived_there(cast):
    with pytest.raises(PermissionDenied):
        filed(cast.erin.user, cast.house_a, by="resident", own=True)


def test_whom_a_grievance_is_about_is_not_also_named_as_a_resident(cast):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    with pytest.raises(ValidationError) as refusal:
        filed(cast.alice, cast.house_a, against=cast.frank.user, about=[cast.stay_of_frank])
    assert list(refusal.value.message_dict) == ["about"]


def test_what_was_due_then_was_due_also_where_it_was_done_since(cast):
    clock_of(cast.organization, starts="complaint", amount=2, name="Answer")
    complaint = filed(cast.alice, cast.house_a)
    between = timezone.now()
    met(complaint.entry.deadlines.get(), cast.bob)

    assert matter_of(complaint, cast.bob).due is None
    assert matter_of(complaint, cast.bob, between).due == complaint.entry.deadlines.get()


def test_whom_it_is_about_decides_nothing_also_once_it_was(cast):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    complaint = filed(cast.alice, cast.house_a, about=[cast.stay_of_frank])

    for act in (answered, closed):
        with pytest.raises(PermissionDenied):
            act(cast.frank.user, complaint)


def test_without_anybody_else_it_waits_and_says_why(cast, signed_in):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner", against=cast.olive)
    with acting_as(cast.olive, source="web"):
        cast.organization.oversight = "Recovery Residences of the Lakes, 585-555-0190"
        cast.organization.save()

    page = signed_in(cast.dana).get(reverse("entry", args=[complaint.entry.uuid])).content.decode()

    assert who_decide(complaint, now=timezone.now()) == []
    assert "nobody in the organization may decide it" in page
    assert "Recovery Residences of the Lakes" in page
    with pytest.raises(PermissionDenied):
        closed(cast.olive, complaint)


def test_a_second_operator_decides_one_about_the_first(cast, second):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner", against=cast.olive)

    closed(second, complaint)

    assert ComplaintOutcome.objects.get().recorded_by == second


@pytest.mark.parametrize("missing", ["text", "told"])
def test_an_outcome_has_its_words(cast, missing):
    complaint = filed(cast.alice, cast.house_a)

    with pytest.raises(ValidationError) as refusal:
        closed(cast.bob, complaint, **{missing: " "})

    assert missing in refusal.value.message_dict


def test_nothing_is_said_to_what_is_closed(cast):
    complaint = filed(cast.alice, cast.house_a)
    closed(cast.bob, complaint)
    before = rows()

    for act in (answered, closed):
        with pytest.raises(ValidationError, match="closed already"):
            act(cast.olive, complaint)

    assert rows() == before


def test_as_it_was_known_before_it_was_answered(cast, signed_in):
    complaint = filed(cast.dana.user, cast.house_a, by="resident", name="Dana Renner")
    between = timezone.now()
    answered(cast.alice, complaint)
    closed(cast.bob, complaint)

    url = reverse("entry", args=[complaint.entry.uuid])
    then = signed_in(cast.bob).get(url, {"known": between.isoformat()}).content.decode()

    assert "not answered yet" in then
    assert "repaired" not in then
    assert "repaired" in signed_in(cast.bob).get(url).content.decode()
    assert matter_of(complaint, cast.bob, between).is_open


# Pages


def test_staff_file_one_on_the_page(cast, signed_in):
    client = signed_in(cast.alice)
    url = reverse("complaint_new", args=[cast.house_a.uuid])
    page = client.get(url).content.decode()
    assert "Bob Example" in page
    assert 'value="' + str(cast.alice.uuid) not in page

    sent = {"by": "family", "text": WORDS, "against": cast.bob.uuid, "name": "Ruth Ekström"}
    answer = client.post(url, sent)

    complaint = Complaint.objects.get()
    assert answer["Location"] == reverse("entry", args=[complaint.entry.uuid])
    assert (complaint.by, complaint.against, complaint.entry.withheld_from) == ("family", cast.bob, cast.bob)
    assert signed_in(cast.bob).get(answer["Location"]).status_code == 404


def test_what_is_typed_wrong_is_kept(cast, signed_in):
    before = rows()

    page = signed_in(cast.alice).post(
        reverse("complaint_new", args=[cast.house_a.uuid]), {"by": "family", "text": "", "wish": "Quiet on Sundays."}
    )

    assert page.status_code == 200
    assert "Quiet on Sundays." in page.content.decode()
    assert "Say what they complain of." in page.content.decode()
    assert rows() == before


def test_a_resident_files_one_on_their_own_phone(cast, signed_in):
    with acting_as(cast.olive, source="web"):
        cast.organization.oversight = "Recovery Residences of the Lakes, 585-555-0190"
        cast.organization.save()
    clock_of(cast.organization, name="Answer whoever complained", starts="complaint", amount=5)
    client, url = signed_in(cast.dana), reverse("my_complaint_new")
    page = client.get(url).content.decode()
    for words in ("Alice Example · manager", "Olive Example · operator", "within 5 business days", "of the Lakes"):
        assert words in page
    assert "About Olive Example: nobody in the organization" in page

    answer = client.post(url, {"about": cast.alice.uuid, "text": WORDS, "wish": "An apology."})

    complaint = Complaint.objects.get()
    assert (complaint.by, complaint.against, complaint.recorded_by) == ("resident", cast.alice, cast.dana.user)
    assert complaint.complainant.name == "Dana Renner"
    shown = client.get(answer["Location"]).content.decode()
    assert WORDS in shown
    assert "An apology." in shown
    assert answer["Location"] in client.get(reverse("my_complaints")).content.decode()
    assert answer["Location"] in client.get(reverse("my_week")).content.decode()


def test_a_resident_who_left_still_files_and_reads_theirs(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    client = signed_in(cast.dana)

    answer = client.post(reverse("my_complaint_new"), {"about": "house", "text": WORDS})

    assert client.get(answer["Location"]).status_code == 200
    assert Complaint.objects.get().entry.audience == Audience.STAFF


def test_answer_and_outcome_on_the_page(cast, signed_in):
    complaint = complaint_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    entry = complaint.entry.uuid
    client = signed_in(cast.bob)

    client.post(reverse("complaint_answer", args=[entry]), {"text": "We look at it."})
    assert client.post(reverse("complaint_close", args=[entry]), {"outcome": "partly", "text": ""}).status_code == 200
    client.post(reverse("complaint_close", args=[entry]), {"outcome": "partly", "text": "Done.", "told": "A letter."})

    assert (ComplaintAnswer.objects.get().text, ComplaintOutcome.objects.get().outcome) == ("We look at it.", "partly")
    assert Look.objects.filter(resident=cast.dana, detail="the house log").exists()
    again = client.get(reverse("complaint_close", args=[entry]))
    assert again["Location"] == reverse("entry", args=[entry])


@pytest.mark.parametrize("name", ["complaint_answer", "complaint_close", "complaint_issue"])
def test_who_may_not(cast, signed_in, name):
    complaint = complaint_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    url = reverse(name, args=[complaint.entry.uuid])
    before = rows()

    status = {
        who: signed_in(getattr(cast, who)).post(url, {"text": "No."}).status_code
        for who in ("charlie", "audra", "dana", "erin")
    }

    assert status == {"charlie": 404, "audra": 403, "dana": 403, "erin": 404}
    assert rows() == before


def test_another_house_cannot_be_written_about(cast, signed_in):
    url = reverse("complaint_new", args=[cast.house_b.uuid])

    assert signed_in(cast.alice).post(url, {"by": "family", "text": WORDS}).status_code == 404
    assert not Complaint.objects.exists()


def test_somebody_who_lives_nowhere_here_has_none(cast, signed_in):
    assert signed_in(cast.alice).get(reverse("my_complaints")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_my_complaints_cost_the_same(cast, signed_in, django_assert_num_queries, count):
    for _ in range(count):
        complaint = complaint_of(cast.house_a, cast.dana.user, by_whom="resident", name="Dana Renner")
        answered(cast.alice, complaint)
    client = signed_in(cast.dana)

    with django_assert_num_queries(18):
        client.get(reverse("my_complaints"))


@pytest.mark.parametrize("count", [1, 3])
def test_what_the_page_shows_costs_the_same(cast, django_assert_num_queries, count):
    complaint = complaint_of(cast.house_a, cast.alice, name="Ruth Ekström")
    for _ in range(count):
        answered(cast.bob, complaint)
    standing = Standing(cast.bob)

    with django_assert_num_queries(10):
        told = panel(complaint.entry, standing, known_at=None, now=timezone.now())
    assert len(told["matter"].answers) == count


def test_today_says_who_complains_and_by_when_and_not_of_what(cast, signed_in):
    clock_of(cast.organization, name="Answer whoever complained", starts="complaint")
    filed(cast.alice, cast.house_a, name="Ruth Ekström")

    page = signed_in(cast.bob).get(reverse("house_today", args=[cast.house_a.uuid])).content.decode()

    assert "Complaint: a neighbor" in page
    assert "Answer whoever complained by" in page
    assert "heater" not in page
    assert "Ekström" not in page
