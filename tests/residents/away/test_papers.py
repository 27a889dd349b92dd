"""The papers about being away: their facts, what is printed of them, what is never printed, and who issues them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pypdf import PdfReader

from residents.away import hours, night_paper_cards, papers, reports
from residents.away.models import CurfewCheck, Pass, PassDecision, PassEvent
from residents.away.reports import curfew_log, pass_slip
from residents.away.reports.curfew_log import Counted
from residents.away.services import papers as issuing
from residents.houses.standing import Standing
from residents.models import House, Stay
from residents.stays import services as stays
from soberhouse.documents import paper, store
from soberhouse.documents.digests import facts_digest
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as, recorded
from tests.cast import Cast
from tests.residents.rules.given import pass_of
from tests.residents.stays.stories import ORDINARY

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD = paper.Head(
    organization="Still Waters",
    title="A paper",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House", "(555) 010-7788"),
)
LONG = "Wolfeschlegelsteinhausenbergerdorff Ångström-Nguyễn the 3rd"
HARD = [LONG, "محمد الأحمد", "😀 Смирнова Анна", "Ευαγγελία Παπαδοπούλου"]


@pytest.fixture(autouse=True)
def by_alice(request):
    if "cast" not in request.fixturenames:
        yield
        return
    with acting_as(request.getfixturevalue("cast").alice, source="web"):
        yield


@pytest.fixture
def last_night(cast) -> date:
    return hours.night_of(timezone.now(), cast.house_a.zone) - DAY


def given_pass(cast: Cast, *, conditions: str = "Call on Saturday.", **facts: Any) -> Pass:
    """Dana asked for it, and Bob gave it."""
    row = pass_of(cast.stay_of_dana, by=cast.dana.user, **facts)
    with acting_as(cast.bob, source="web"):
        PassDecision.objects.create(
            house=row.house,
            of_pass=row,
            outcome="changed",
            reason="So that we know.",
            asked_from=row.starts_at,
            asked_until=row.ends_at,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            conditions=conditions,
            **recorded(),
        )
        row.status = Pass.Status.APPROVED
        row.save()
    return row


def happened(row: Pass, kind: str, **facts: Any) -> PassEvent:
    facts = {"at": timezone.now()} | facts
    return PassEvent.objects.create(
        house=row.house, of_pass=row, kind=kind, note="The bus is late.", **facts, **recorded()
    )


def check(stay: Stay, night: date, status: str = "in", **facts: Any) -> CurfewCheck:
    due_at = hours.instant(night, time(23), stay.house.zone)
    if status == "late":
        facts.setdefault("in_at", due_at + timedelta(minutes=20))
    if status == "excused":
        facts.setdefault("why", "at work")
    return CurfewCheck.objects.create(
        house=stay.house, stay=stay, night=night, due_at=due_at, status=status, **facts, **recorded()
    )


def pages(pdf: bytes) -> list[str]:
    """What can be copied out of each page, spaces of every kind as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(document: IssuedDocument) -> str:
    return " ".join(pages(store.read(document.file)))


# --- pass -----------------------------------------------------------------------------------------------------------


def test_pass_says_who_from_when_until_when_and_whom_to_call(cast):
    House.objects.filter(pk=cast.house_a.pk).update(phone="(555) 010-7788")
    row = given_pass(cast)

    document = issuing.pass_slip_issue(pass_=row, now=timezone.now())

    text = printed(document)
    until = timezone.localtime(row.ends_at, cast.house_a.zone)
    assert f"Back by {date_format(until, 'l')}, {date_format(until)}" in text
    for words in ("Dana Renner", "Alder House", "(555) 010-7788", "Call on Saturday.", "Given by Bob Example"):
        assert words in text
    assert "(extended)" not in text
    assert (document.kind, document.title, document.resident, document.subject) == (
        "pass-slip",
        "Pass",
        cast.dana,
        row.uuid,
    )


def test_pass_is_small(cast):
    document = issuing.pass_slip_issue(pass_=given_pass(cast), now=timezone.now())

    [page] = PdfReader(io.BytesIO(store.read(document.file))).pages
    assert (page.mediabox.width, page.mediabox.height) == (396, 612)


@pytest.mark.parametrize("confidential", [True, False])
def test_pass_says_neither_why_nor_a_confidential_address(cast, confidential):
    House.objects.filter(pk=cast.house_a.pk).update(street="12 Alder Street", address_confidential=confidential)
    row = given_pass(cast, where="the clinic on Mill Lane", note="detox follow-up", contact="Dr. Okoye", kind="medical")
    row = Pass.objects.select_related("house__organization", "stay__resident").get(pk=row.pk)

    text = printed(issuing.pass_slip_issue(pass_=row, now=timezone.now()))

    assert ("12 Alder Street" in text) == (not confidential)
    for secret in ("clinic", "detox", "Okoye", "edical", "test"):
        assert secret not in text.replace("Latest", "")


def test_pass_that_was_extended_says_so(cast):
    row = given_pass(cast)
    until = row.ends_at + timedelta(hours=5)
    happened(row, "extended", until=until)
    Pass.objects.filter(pk=row.pk).update(ends_at=until, ends_on=until.astimezone(cast.house_a.zone).date())

    facts = papers.slip_facts(row)

    assert (facts.until, facts.extended, facts.late_since) == (until, True, None)
    text = pages(pass_slip.draw(facts, HEAD))[0]
    assert "(extended)" in text
    assert "Late since" not in text


def test_pass_that_was_extended_after_its_end_says_since_when_they_are_late(cast):
    row = given_pass(cast)
    first, until = row.ends_at, row.ends_at + timedelta(hours=5)
    happened(row, "extended", until=until, at=first + timedelta(hours=1))
    Pass.objects.filter(pk=row.pk).update(ends_at=until, ends_on=until.astimezone(cast.house_a.zone).date())

    facts = papers.slip_facts(row)

    assert (facts.until, facts.late_since) == (until, first)
    assert "Late since" in pages(pass_slip.draw(facts, HEAD))[0]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("asked", "not decided yet"), ("refused", "refused"), ("cancelled", "cancelled"), ("returned", "came back")],
)
def test_only_a_pass_that_holds_is_carried(cast, status, sentence):
    decided_by = cast.alice if status in ("refused", "returned") else None
    row = pass_of(cast.stay_of_dana, by=cast.dana.user, decided_by=decided_by, status=status)
    Pass.objects.filter(pk=row.pk).update(status=status, over=status != "asked")

    with pytest.raises(ValidationError, match=sentence):
        issuing.pass_slip_issue(pass_=row, now=timezone.now())
    assert not IssuedDocument.objects.exists()


def test_pass_is_not_issued_where_it_changed_while_it_was_drawn(cast, monkeypatch):
    row, render = given_pass(cast), paper.render

    def meanwhile(*args: object, **kwargs: object) -> bytes:
        Pass.objects.filter(pk=row.pk).update(status="cancelled", over=True)
        return render(*args, **kwargs)

    monkeypatch.setattr(paper, "render", meanwhile)
    with pytest.raises(ValidationError):
        issuing.pass_slip_issue(pass_=row, now=timezone.now())
    assert not IssuedDocument.objects.exists()


# --- curfew log and record ------------------------------------------------------------------------------------------


def test_log_counts_night_by_night(cast, last_night):
    check(cast.stay_of_dana, last_night - DAY, "late")
    check(cast.stay_of_dana, last_night, "excused", why="work until one")
    check(cast.stay_of_frank, last_night)

    facts = papers.log_facts(cast.house_a, last_night - 2 * DAY, last_night, now=timezone.now())

    assert [(person.name, [each.status for each in person.nights]) for person in facts.people] == [
        ("Dana Renner", ["", "late", "excused"]),
        ("Frank Osei", ["", "", "in"]),
    ]
    text = " ".join(pages(curfew_log.draw(facts, HEAD)))
    assert "Dana Renner 3 0 1 1 0 1" in text
    assert "Frank Osei 3 1 0 0 0 2" in text
    assert "late 11:20 p.m." in text
    assert "Nothing was counted anew." in text
    assert "work until one" not in text


def test_log_shows_what_was_counted_anew(cast, last_night):
    first = check(cast.stay_of_dana, last_night, "absent")
    check(
        cast.stay_of_dana,
        last_night,
        "late",
        in_at=first.due_at + timedelta(hours=3),
        corrects=first,
        correction_reason="Has come in since.",
    )

    facts = papers.log_facts(cast.house_a, last_night, last_night, now=timezone.now())

    [correction] = facts.corrections
    assert (correction.before.status, correction.after.status, correction.name) == ("absent", "late", "Dana Renner")
    [night] = facts.people[0].nights
    assert (night.status, night.corrected) == ("late", True)
    text = " ".join(pages(curfew_log.draw(facts, HEAD)))
    assert "late 2 a.m. *" in text
    assert "NOT IN late · 2 a.m. Has come in since. Alice Example" in text


def test_log_names_nobody_from_elsewhere_and_nobody_after_they_left(cast, last_night):
    stays.discharge(stay=cast.stay_of_frank, left_on=last_night - 3 * DAY, today=cast.house_a.today(), **ORDINARY)
    with acting_as(cast.charlie, source="web"):
        check(cast.stay_of_erin, last_night)

    now = timezone.now()
    before = papers.log_facts(cast.house_a, last_night - 5 * DAY, last_night, now=now)
    since = papers.log_facts(cast.house_a, last_night - 2 * DAY, last_night, now=now)

    assert [(person.name, len(person.nights)) for person in before.people] == [("Dana Renner", 6), ("Frank Osei", 2)]
    assert [person.name for person in since.people] == ["Dana Renner"]


@pytest.mark.parametrize("count", [1, 3])
def test_log_costs_the_same_for_many(cast, last_night, django_assert_num_queries, count):
    for number in range(count):
        first = check(cast.stay_of_dana, last_night - number * DAY, "absent")
        check(cast.stay_of_dana, first.night, "in", corrects=first, correction_reason="in the garden")
        check(cast.stay_of_frank, first.night)

    with django_assert_num_queries(2):
        facts = papers.log_facts(cast.house_a, last_night - 9 * DAY, last_night, now=timezone.now())

    assert len(facts.corrections) == count


def test_record_is_about_one_resident(cast, last_night):
    check(cast.stay_of_dana, last_night, "excused", why="work until one")
    check(cast.stay_of_frank, last_night, "late")

    document = issuing.curfew_record_issue(
        stay=cast.stay_of_dana, first_night=last_night - DAY, last_night=last_night, now=timezone.now()
    )

    text = printed(document)
    assert "Counted 0 in, 0 late, 1 excused, 0 not in; 1 not counted" in text
    assert "11 p.m. excused work until one Alice Example" in text
    assert "Frank" not in text
    assert (document.kind, document.resident, document.house) == ("curfew-record", cast.dana, cast.house_a)


@pytest.mark.parametrize(
    ("first", "last", "field"), [(0, 2, "last_night"), (3, 1, "last_night"), (-92, -1, ""), (-93, -1, "first_night")]
)
def test_log_is_of_nights_that_have_come_and_fit_on_a_paper(cast, last_night, first, last, field):
    tonight = last_night + DAY
    order = {"first_night": tonight + first * DAY, "last_night": tonight + last * DAY, "now": timezone.now()}

    if not field:
        assert issuing.curfew_log_issue(house=cast.house_a, **order).kind == "curfew-log"
        return
    with pytest.raises(ValidationError) as refusal:
        issuing.curfew_log_issue(house=cast.house_a, **order)
    assert list(refusal.value.message_dict) == [field]
    assert not IssuedDocument.objects.exists()


def test_no_record_of_a_stay_entered_by_mistake(cast, last_night):
    stays.stay_void(stay=cast.stay_of_dana, reason="another Dana")

    with pytest.raises(ValidationError, match="entered by mistake"):
        issuing.curfew_record_issue(
            stay=cast.stay_of_dana, first_night=last_night, last_night=last_night, now=timezone.now()
        )


# --- every paper ----------------------------------------------------------------------------------------------------


def test_nobody_issues_a_paper_about_themselves(cast, last_night):
    row = given_pass(cast)

    with acting_as(cast.dana.user, source="web"):
        for refused in (
            lambda: issuing.pass_slip_issue(pass_=row, now=timezone.now()),
            lambda: issuing.curfew_record_issue(
                stay=cast.stay_of_dana, first_night=last_night, last_night=last_night, now=timezone.now()
            ),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    assert not IssuedDocument.objects.exists()


def examples(count: int) -> dict[str, tuple[object, Callable[..., bytes]]]:
    """Each kind of paper with so many rows, hard names among them: facts, and what draws them."""
    last = date(2026, 11, 20)
    names = [HARD[number % len(HARD)] for number in range(count)]
    nights = tuple(
        Counted(
            night=last - n * DAY,
            status=["in", "late", "absent", "excused"][n % 4],
            in_at=NOW,
            why=name,
            by=name,
            at=NOW,
        )
        for n, name in enumerate(names)
    )
    corrections = tuple(
        curfew_log.Correction(night=each.night, name=each.by, before=each, after=each, reason=each.why)
        for each in nights
    )
    first = last - (max(count, 1) - 1) * DAY
    people = tuple(curfew_log.Person(name=name, nights=nights) for name in names[:20])
    return {
        "pass": (
            pass_slip.PassSlip(
                name=LONG,
                house=LONG,
                starts_at=NOW,
                until=NOW,
                conditions=" ".join(names[:4]),
                given_by=LONG,
                given_at=NOW,
            ),
            pass_slip.draw,
        ),
        "log": (
            curfew_log.CurfewLog(house=LONG, first=first, last=last, people=people, corrections=corrections),
            curfew_log.draw,
        ),
        "record": (
            curfew_log.CurfewRecord(
                name=LONG, house=LONG, first=first, last=last, nights=nights, corrections=corrections
            ),
            curfew_log.draw_record,
        ),
    }


KINDS = list(examples(0))


@pytest.mark.parametrize("size", ["letter", "a4"])
@pytest.mark.parametrize("count", [0, 1, 90])
@pytest.mark.parametrize("kind", KINDS)
def test_same_facts_give_the_same_bytes(kind, count, size, settings):
    settings.PAPER_SIZE = size
    facts, draw = examples(count)[kind]
    again, _draw = examples(count)[kind]

    first, second = draw(facts, HEAD), draw(again, HEAD)

    assert first == second
    assert facts_digest(facts) == facts_digest(again)
    texts = pages(first)
    assert all(HEAD.code in text for text in texts)
    assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, start=1))
    assert "Not on this" in texts[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_any_script_can_be_copied_out_of_a_paper(kind):
    facts, draw = examples(4)[kind]

    text = " ".join(pages(draw(facts, HEAD)))

    for words in ("Ångström", "Смирнова", "Παπαδοπούλου"):
        assert words in text


def test_kinds_have_names_of_their_own():
    assert len({str(kind) for kind in reports.ALL}) == len({kind.slug for kind in reports.ALL}) == 3


# --- pages ----------------------------------------------------------------------------------------------------------


def url_of(cast: Cast, name: str) -> str:
    row = {
        "pass_slip_issue": lambda: given_pass(cast),
        "curfew_log_issue": lambda: cast.house_a,
        "curfew_record_issue": lambda: cast.stay_of_dana,
    }[name]()
    return reverse(name, args=[row.uuid])


NAMES = ("pass_slip_issue", "curfew_log_issue", "curfew_record_issue")


def good(last_night: date) -> dict[str, Any]:
    return {"first_night": last_night - DAY, "last_night": last_night}


@pytest.mark.parametrize("name", NAMES)
def test_manager_issues_a_paper(cast, signed_in, last_night, name):
    url, client = url_of(cast, name), signed_in(cast.alice)

    assert client.get(url).status_code == 200
    sent = client.post(url, good(last_night) | {"purpose": "for the file"})

    document = IssuedDocument.objects.get()
    assert sent["Location"] == reverse("paper", args=[document.uuid])
    assert (document.house, document.issued_by, document.purpose) == (cast.house_a, cast.alice, "for the file")
    assert document.resident == (None if name == "curfew_log_issue" else cast.dana)
    anew = f"{url}?replaces={document.uuid}"
    assert anew in client.get(reverse("paper", args=[document.uuid])).content.decode()
    client.post(url, good(last_night) | {"replaces": str(document.uuid)})
    assert IssuedDocument.objects.filter(replaces=document).exists()


def test_pass_is_issued_by_one_tap_and_opened_by_whom_it_is_about(cast, signed_in):
    row = given_pass(cast)
    url, shown_on = reverse("pass_slip_issue", args=[row.uuid]), reverse("pass", args=[row.uuid])
    assert f'action="{url}"' in signed_in(cast.alice).get(shown_on).content.decode()
    assert f'action="{url}"' not in signed_in(cast.dana).get(shown_on).content.decode()

    signed_in(cast.alice).post(url, {"replaces": ""})

    document = IssuedDocument.objects.get()
    assert reverse("paper", args=[document.uuid]) in signed_in(cast.dana).get(shown_on).content.decode()
    assert signed_in(cast.dana).get(reverse("paper_file", args=[document.uuid])).status_code == 200
    assert signed_in(cast.frank).get(reverse("paper_file", args=[document.uuid])).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_who_may_not_issues_nothing(cast, signed_in, last_night, name):
    url = url_of(cast, name)
    sees = {"frank": 403 if name == "curfew_log_issue" else 404, "dana": 403, "audra": 403}

    for who in ("charlie", "erin", "oscar", "audra", "frank", "dana"):
        client, expected = signed_in(getattr(cast, who)), sees.get(who, 404)
        answers = (client.get(url).status_code, client.post(url, good(last_night)).status_code)
        assert answers == (expected, expected), who
    assert not IssuedDocument.objects.exists()


def test_what_was_typed_stays_where_it_was_wrong(cast, signed_in, last_night):
    for name in ("curfew_log_issue", "curfew_record_issue"):
        for first, last in ((last_night, last_night - DAY), (last_night, last_night + 9 * DAY), ("", "yesterday")):
            sent = {"first_night": first, "last_night": last, "purpose": "a case"}
            answer = signed_in(cast.alice).post(url_of(cast, name), sent)
            assert answer.status_code == 200
            assert 'value="a case"' in answer.content.decode()
    assert not IssuedDocument.objects.exists()


def test_shelf_offers_the_log_and_everybodys_nights(cast, signed_in):
    text = signed_in(cast.alice).get(reverse("papers", args=[cast.house_a.uuid])).content.decode()

    assert reverse("curfew_log_issue", args=[cast.house_a.uuid]) in text
    for stay in (cast.stay_of_dana, cast.stay_of_frank):
        assert reverse("curfew_record_issue", args=[stay.uuid]) in text


def test_today_names_passes_that_are_carried_and_hold_no_more(cast, django_assert_num_queries):
    row, standing = given_pass(cast), Standing(cast.alice)
    document = issuing.pass_slip_issue(pass_=row, now=timezone.now())
    assert not list(night_paper_cards.today(cast.house_a, standing, cast.today))

    happened(row, "extended", until=row.ends_at + timedelta(hours=5))
    with django_assert_num_queries(2):
        [card] = night_paper_cards.today(cast.house_a, standing, cast.today)
    [told] = card.rows
    assert (told.fact, told.word) == ("Pass · Dana R.", "extended since")
    assert told.button_url == f"{reverse('pass_slip_issue', args=[row.uuid])}?replaces={document.uuid}"

    happened(row, "cancelled")
    Pass.objects.filter(pk=row.pk).update(status="cancelled", over=True)
    [card] = night_paper_cards.today(cast.house_a, standing, cast.today)
    assert [(each.word, each.button) for each in card.rows] == [("cancelled since", "Withdraw")]
    assert not list(night_paper_cards.today(cast.house_b, Standing(cast.charlie), cast.today))
    assert not list(night_paper_cards.today(cast.house_a, Standing(cast.audra), cast.today))


def test_pass_that_would_be_over_is_no_longer_named(cast):
    row = given_pass(cast, starts_in_hours=-30, hours=24)
    issuing.pass_slip_issue(pass_=row, now=timezone.now())
    happened(row, "cancelled")

    assert not list(night_paper_cards.today(cast.house_a, Standing(cast.alice), cast.today))
