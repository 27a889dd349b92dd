"""Who is told what: every service that is news to somebody, and that no notice names anybody but its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import resolve
from django.utils import timezone
from django.utils.formats import date_format, time_format

from residents.away.services import curfew, movements, nights, passes
from residents.houses import services as houses
from residents.houses.permissions import RoleKind
from residents.log import due as log_due
from residents.log.services import complaints, incidents
from residents.log.services import entries as log_entries
from residents.meetings.services import attendance, house_meetings, requirements
from residents.meetings.services.papers_minutes import minutes_publish
from residents.meetings.standing import monday
from residents.models import Bed, PhaseKind, Resident
from residents.people import services as people
from residents.rules.services import books, contracts, ladders, removals, signing, violations
from residents.rules.services.reviews import opinion_give
from residents.stays import notices, services
from residents.stays.services import papers
from soberhouse.accounts.keys import key_create
from soberhouse.accounts.models import Partner, User
from soberhouse.history import acting_as
from soberhouse.notices.kinds import declared
from soberhouse.notices.models import Notice
from tests.architecture import guards
from tests.cast import Cast, grant
from tests.residents.away.evening import by_the_clock, curfew_at
from tests.residents.log.given import clock_of, complaint_of, incident_of
from tests.residents.meetings import given as met
from tests.residents.meetings.given import attendance_of, meeting_of
from tests.residents.rules import given
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, shown


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def told() -> list[tuple[str, str, str]]:
    """Who was told what, in order: user name, kind, text."""
    return list(Notice.objects.order_by("id").values_list("user__username", "kind", "text"))


def erin_asks(cast: Cast) -> Any:
    """Erin, who lives in house B and signs in, asks for a bed in house A."""
    return services.application_receive(
        house=cast.house_a, resident=cast.erin, received_on=cast.today, today=cast.today
    )


def ended(cast: Cast) -> Any:
    return services.discharge(stay=cast.stay_of_dana, left_on=cast.today - days(1), today=cast.today, **ORDINARY)


def comes_with_a_key(cast: Cast) -> None:
    """Oscar, who operates another organization and has an API key, comes to manage house A too."""
    with acting_as(cast.oscar, source="web"):
        key_create(user=cast.oscar, name="x", scopes=["read"], expires_at=timezone.now() + days(9))
    facts = {"kind": RoleKind.MANAGER, "organization": cast.organization, "house": cast.house_a}
    houses.role_grant(user=cast.oscar, starts_at=noon(cast), **facts)


def phase(cast: Cast) -> PhaseKind:
    return services.phase_kind_save(house=cast.house_a, number=2, name="Stepping out")


def letter(cast: Cast) -> Any:
    facts = {"recipient": "Officer Lyle Harmon", "purpose": "probation"}
    return papers.letter_issue(stay=cast.stay_of_dana, user=cast.alice, now=timezone.now(), **facts)


def referral(cast: Cast) -> None:
    partner = Partner.objects.create(organization=cast.organization, name="Riverbend Treatment")
    with acting_as(partner, source="api"):
        applicant(cast)


def book_out(cast: Cast) -> Any:
    book = books.starter_book(house=cast.house_a)
    return books.book_publish(book=book, in_force_from=cast.today, today=cast.today)


def signed_on_paper(cast: Cast) -> Any:
    now = timezone.now()
    facts = {"signed_name": "Dana Renner", "witness": "Bob", "signed_at": now, "now": now}
    return signing.book_sign_on_paper(book=book_out(cast), resident=cast.dana, **facts)


def contract(cast: Cast) -> Any:
    return contracts.contract_make(
        stay=cast.stay_of_dana,
        terms="In by ten.",
        starts_on=cast.today,
        ends_on=cast.today + days(9),
        review_on=cast.today + days(5),
        now=timezone.now(),
    )


def word(cast: Cast, who: str, *, leaves: bool, of: Any = None) -> Any:
    """Somebody's word in the discharge review of what Alice recorded and Charlie, who helped out, decided. Gives the
    violation."""
    if of is None:
        book = given.published_book(cast.house_a)
        given.signed(book, cast.dana)
        of = given.violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice)
        given.decided(of, by=cast.charlie, consequence="review")
    with acting_as(getattr(cast, who), source="web"):
        opinion_give(violation=of, leaves=leaves, reason="x", now=timezone.now())
    return of


def violation(cast: Cast) -> Any:
    """Recorded by Alice about Dana, under rule 2."""
    book = given.published_book(cast.house_a)
    given.signed(book, cast.dana)
    return violations.violation_record(
        stay=cast.stay_of_dana, rule=book.rules.get(number=2), happened_on=cast.today, what="x", now=noon(cast)
    )


def answered(cast: Cast, who: User) -> None:
    row = violation(cast)
    with acting_as(who, source="web"):
        violations.violation_answer(violation=row, stance="explain", text="x", now=timezone.now())


def written(cast: Cast, **facts: Any) -> Any:
    """A line of the log about Dana."""
    return log_entries.entry_write(house=cast.house_a, text="x", about=[cast.stay_of_dana], now=timezone.now(), **facts)


def written_anew(cast: Cast) -> Any:
    """About nobody, and then about Dana."""
    entry = log_entries.entry_write(house=cast.house_a, text="x", now=timezone.now())
    return log_entries.entry_amend(
        entry=entry,
        text="x",
        happened_at=entry.recorded_at,
        about=[cast.stay_of_dana],
        reason="x",
        now=timezone.now(),
    )


def opened(cast: Cast) -> Any:
    """Kept from Dana at first."""
    entry = written(cast, audience="confidential", audience_reason="x")
    return log_entries.entry_show_to(entry=entry, audience="few", reason="x", now=timezone.now())


def minutes_out(cast: Cast) -> None:
    row = met.house_meeting_of(cast.house_a, cast.bob, days_ago=1)
    for stay in (cast.stay_of_dana, cast.stay_of_frank):
        met.roll_line_of(row, stay, cast.bob)
    minutes_publish(house_meeting=row, now=timezone.now())


def taken_off(cast: Cast) -> None:
    """What Dana put on the agenda of yesterday's meeting."""
    row = met.house_meeting_of(cast.house_a, cast.bob, days_ago=1)
    item = met.agenda_item_of(row, cast.dana.user, by_stay=cast.stay_of_dana)
    house_meetings.agenda_take_off(item=item, reason="x", now=timezone.now())


def violation_decided(cast: Cast, outcome: str = "upheld", consequence: str = "verbal") -> Any:
    """By Bob."""
    row = violation(cast)
    facts = {"outcome": outcome, "consequence": consequence, "reason": "x", "now": noon(cast)}
    with acting_as(cast.bob, source="web"):
        return violations.violation_decide(violation=row, **facts)


def appealed(cast: Cast, who: User) -> Any:
    decision = violation_decided(cast)
    with acting_as(who, source="web"):
        return violations.violation_appeal(decision=decision, text="x", now=noon(cast))


def appeal_decided(cast: Cast, outcome: str, consequence: str = "") -> None:
    """By Olive."""
    row = appealed(cast, cast.dana.user)
    terms = "The yard" if consequence else ""
    facts = {"outcome": outcome, "consequence": consequence, "terms": terms, "reason": "x", "now": timezone.now()}
    with acting_as(cast.olive, source="web"):
        violations.appeal_decide(appeal=row, **facts)


def ladder_out(cast: Cast) -> None:
    draft = ladders.ladder_draft(house=cast.house_a)
    ladders.ladder_publish(ladder=draft, in_force_from=cast.today, today=cast.today)


def removal(cast: Cast, at: datetime) -> Any:
    facts = {"reason": "a knife", "help_given": "a ride to detox"}
    return removals.removal_record(stay=cast.stay_of_dana, happened_at=at, now=at, **facts)


def removal_seen(cast: Cast, outcome: str) -> None:
    row = removal(cast, noon(cast))
    with acting_as(cast.bob, source="web"):
        removals.removal_review(removal=row, outcome=outcome, reason="x", now=timezone.now())


def pass_asked(cast: Cast, *, by: Any = None) -> Any:
    """Dana (or `by` for her) asks to be away from the noon after tomorrow to the next."""
    facts = {"kind": "overnight", "where": "home", "now": timezone.now()}
    with acting_as(by or cast.dana.user, source="web"):
        return passes.pass_ask(
            stay=cast.stay_of_dana, starts_at=noon(cast) + days(2), ends_at=noon(cast) + days(3), **facts
        )


def pass_given(cast: Cast, *, outcome: str = "approved", **facts: Any) -> Any:
    asked = pass_asked(cast)
    passes.pass_decide(asked=asked, outcome=outcome, now=timezone.now(), **facts)
    return asked


def pass_cancelled(cast: Cast, who: Any) -> None:
    row = pass_given(cast)
    with acting_as(who, source="web"):
        passes.pass_cancel(pass_=row, reason="snow", now=timezone.now())


def more_time_asked(cast: Cast) -> None:
    row = pass_given(cast)
    with acting_as(cast.dana.user, source="web"):
        passes.pass_ask_more_time(pass_=row, until=noon(cast) + days(4), note="snow", now=timezone.now())


def late_return(cast: Cast) -> None:
    at = noon(cast) + days(3) + timedelta(minutes=35)
    passes.pass_return(pass_=pass_given(cast), at=at, now=at)


def late_evening(cast: Cast) -> datetime:
    return by_the_clock(cast.house_a, 22, 30)


def counted(cast: Cast, status: str, **facts: Any) -> Any:
    """Dana, at half past ten, whose hour was ten."""
    curfew_at(cast.house_a, 22)
    entry = nights.RollEntry(cast.stay_of_dana, status, **facts)
    (row,) = nights.roll_take(house=cast.house_a, night=cast.today, entries=[entry], now=late_evening(cast))
    return row


def own_hour(cast: Cast, **facts: Any) -> Any:
    facts |= {"hour": time(21), "starts_on": cast.today, "reason": "x", "today": cast.today}
    return curfew.curfew_exception_add(stay=cast.stay_of_dana, source="house", **facts)


def asked_for_meetings(cast: Cast, *, ended: bool = False, **facts: Any) -> Any:
    facts = {"house": cast.house_a, "count": 3, "starts_on": cast.today, "today": cast.today, "reason": "x"} | facts
    row = requirements.requirement_add(**facts)
    if ended:
        requirements.requirement_end(requirement=row, ends_on=cast.today, reason="x", today=cast.today)
    return row


def excused(cast: Cast, *, taken_back: bool = False) -> Any:
    week = monday(cast.today)
    row = requirements.week_excuse(stay=cast.stay_of_dana, week=week, cause="work", today=cast.today)
    if taken_back:
        requirements.week_excuse_take_back(excused=row, reason="x")
    return row


def report_due(cast: Cast, hours: int) -> None:
    """The clocks are run so many hours after an incident, of which a report is due within 24."""
    clock_of(cast.organization, amount=24, unit="hours", begins_at=noon(cast) - days(1))
    incident_of(cast.house_a, cast.alice, type="police", about=[cast.stay_of_dana], happened_at=noon(cast))
    with acting_as(None, source="command"):
        for job in log_due.jobs():
            job.run(noon(cast) + timedelta(hours=hours))


def incident_filed(cast: Cast) -> Any:
    return incidents.incident_file(
        house=cast.house_a,
        type="fire",
        text="A pan burned.",
        happened_at=timezone.now(),
        about=[cast.stay_of_dana],
        audience="staff",
        now=timezone.now(),
    )


def incident_closed(cast: Cast, **facts: Any) -> Any:
    """One that bob wrote down."""
    incident = incident_of(cast.house_a, cast.bob, type="fire", about=[cast.stay_of_dana], **facts)
    return incidents.incident_close(
        incident=incident, cause="A pan alone.", correction="The lid hangs there.", now=timezone.now()
    )


def incident_closed_by_olive(cast: Cast, **facts: Any) -> Any:
    with acting_as(cast.olive, source="web"):
        return incident_closed(cast, **facts)


def complains(cast: Cast, who: User, **facts: Any) -> Any:
    """Dana, or `who` for somebody next door."""
    by = "resident" if who == cast.dana.user else "neighbor"
    with acting_as(who, source="web"):
        return complaints.complaint_file(
            house=cast.house_a,
            by=by,
            own=by == "resident",
            text="x",
            happened_at=timezone.now(),
            now=timezone.now(),
            **facts,
        )


def complaint_answered(cast: Cast, who: User) -> None:
    complaint = complaint_of(cast.house_a, who, by_whom="resident", against=cast.bob)
    with acting_as(cast.olive, source="web"):
        complaints.complaint_answer(complaint=complaint, text="x", now=timezone.now())


def complaint_closed(cast: Cast) -> None:
    complaint = complaint_of(cast.house_a, cast.dana.user, by_whom="resident")
    complaints.complaint_close(complaint=complaint, outcome="right", text="x", told="x", now=timezone.now())


def attended(cast: Cast, *acts: str) -> None:
    """Dana was at a meeting yesterday, at noon, and at another at the same time."""
    for name in ("One", "Another"):
        row = attendance_of(cast.stay_of_dana, meeting_of(cast.organization, name=name), cast.dana.user)
    for act in acts:
        facts = {"attendance": row, "reason": "x", "now": timezone.now()}
        match act:
            case "strike":
                row = attendance.attendance_strike(**facts)
            case "restore":
                row = attendance.attendance_restore(**facts)
            case "settle":
                attendance.doubt_settle(**facts)


@dataclass(frozen=True)
class News:
    """One thing that happens in house A, and who is told what of it. `{}` names stand for days and beds."""

    kind: str
    happens: Callable[[Cast], Any]
    told: dict[str, str]
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind


DANA = "dana"
WRITTEN = {DANA: "Something was written down about you in the log of Alder House."}
CLOSED = "An incident at Alder House that you wrote down was closed."
MINUTES = "The minutes of the house meeting of {yesterday} at Alder House are there to read."
OFF = "What you put on the agenda of the house meeting of {yesterday} at Alder House was taken off it."
NEWS = [
    News("minutes-published", minutes_out, {DANA: MINUTES, "frank": MINUTES}),
    News("agenda-item-taken-off", taken_off, {DANA: OFF}),
    News("entry-written", written, WRITTEN),
    News("entry-written", written_anew, WRITTEN, name="entry put right"),
    News("entry-written", opened, WRITTEN, name="entry opened"),
    News(
        "incident-to-close",
        incident_filed,
        dict.fromkeys(
            ["bob", "olive"],
            "An incident was written down at Alder House. It waits to be closed, which you may do.",
        ),
    ),
    News(
        "incident-closed",
        incident_closed,
        {"bob": CLOSED, DANA: "An incident at Alder House that was written down about you was closed."},
    ),
    News(
        "incident-closed",
        lambda cast: incident_closed(cast, audience="confidential"),
        {"bob": CLOSED},
        name="incident closed in confidence",
    ),
    News(
        "incident-closed",
        lambda cast: incident_closed_by_olive(cast, audience="operators"),
        {},
        name="incident closed that its author reads no more",
    ),
    News(
        "complaint-filed",
        lambda cast: complains(cast, cast.dana.user),
        dict.fromkeys(
            ["alice", "bob", "olive"],
            "A complaint was filed at Alder House. It waits for an answer, which you may give.",
        ),
    ),
    News(
        "complaint-filed",
        lambda cast: complains(cast, cast.alice),
        dict.fromkeys(
            ["bob", "olive"], "A complaint was filed at Alder House. It waits for an answer, which you may give."
        ),
        name="complaint written down by a manager",
    ),
    News(
        "complaint-filed",
        lambda cast: complains(cast, cast.dana.user, against=cast.alice),
        {"olive": "A complaint was filed at Alder House. It waits for an answer, which you may give."},
        name="complaint about a manager",
    ),
    News(
        "complaint-answered",
        lambda cast: complaint_answered(cast, cast.dana.user),
        {DANA: "A complaint that you filed was answered."},
    ),
    News(
        "complaint-closed",
        complaint_closed,
        {DANA: "A complaint that you filed has its outcome: read what came of it."},
    ),
    News(
        "deadline-runs",
        lambda cast: report_due(cast, 0),
        dict.fromkeys(["alice", "bob", "olive"], "At Alder House something is due, {due}: Report to the state."),
    ),
    News(
        "deadline-near",
        lambda cast: report_due(cast, 18),
        dict.fromkeys(["alice", "bob", "olive"], "At Alder House something is due soon, {due}: Report to the state."),
    ),
    News(
        "deadline-over",
        lambda cast: report_due(cast, 24),
        dict.fromkeys(
            ["alice", "bob", "olive"], "At Alder House something is overdue since {due}: Report to the state."
        ),
    ),
    News(
        "violation-recorded",
        violation,
        {
            DANA: "Something was recorded about you, under rule 2. Nothing is decided: read it and say your side.",
        },
    ),
    News(
        "violation-to-decide",
        violation,
        dict.fromkeys(
            ["bob", "olive"], "A violation was recorded at Alder House. It waits for a decision, which you may make."
        ),
    ),
    News(
        "violation-answered",
        lambda cast: answered(cast, cast.dana.user),
        dict.fromkeys(["bob", "olive"], "A resident answered a violation recorded at Alder House."),
    ),
    News(
        "answer-written-down",
        lambda cast: answered(cast, cast.alice),
        {DANA: "What you said to a recorded violation was written down. Read whether it is what you said."},
    ),
    News(
        "violation-attachment",
        lambda cast: violations.attachment_add(violation=violation(cast), data=b"%PDF-1.7\n%%EOF", caption="x"),
        {DANA: "Something was added to a violation recorded about you."},
    ),
    News(
        "violation-decided",
        violation_decided,
        {
            DANA: "What was recorded about you under rule 2 was decided: verbal warning. "
            "Until {appeal_until} you can appeal."
        },
    ),
    News(
        "violation-decided",
        lambda cast: violation_decided(cast, "dismissed", ""),
        {DANA: "What was recorded about you under rule 2 was dismissed. It does not count."},
        name="violation dismissed",
    ),
    News(
        "violation-appealed",
        lambda cast: appealed(cast, cast.dana.user),
        {"olive": "An appeal at Alder House waits for a decision, which you may make."},
    ),
    News(
        "appeal-written-down",
        lambda cast: appealed(cast, cast.olive),
        {DANA: "Your appeal was written down. Read whether it is what you said."},
    ),
    News(
        "appeal-decided",
        lambda cast: appeal_decided(cast, "stands"),
        {DANA: "Your appeal was decided: the decision stands."},
    ),
    News(
        "appeal-decided",
        lambda cast: appeal_decided(cast, "overturned"),
        {DANA: "Your appeal was decided: the decision is overturned and does not count."},
        name="decision overturned",
    ),
    News(
        "appeal-decided",
        lambda cast: appeal_decided(cast, "changed", "chore"),
        {DANA: "Your appeal was decided: now an extra chore."},
        name="consequence changed",
    ),
    News(
        "violation-withdrawn",
        lambda cast: violations.violation_withdraw(violation=violation(cast), reason="x", now=timezone.now()),
        {DANA: "What was recorded about you under rule 2 was taken back: it was recorded by mistake."},
    ),
    News(
        "ladder-published",
        ladder_out,
        dict.fromkeys(
            [DANA, "frank"],
            "From {today} Alder House answers violations by a new consequence ladder. Read it beforehand.",
        ),
    ),
    News("application-received", applicant, {"bob": "An application came in at Alder House."}),
    News(
        "referral-received",
        referral,
        dict.fromkeys(["alice", "bob"], "A referral came in at Alder House, from Riverbend Treatment."),
    ),
    News(
        "application-accepted",
        lambda cast: services.application_accept(application=erin_asks(cast)),
        {"erin": "Your application to Alder House was accepted."},
    ),
    News(
        "application-accepted",
        lambda cast: hold(erin_asks(cast), cast.bed_a("2A"), today=cast.today),
        {"erin": "Your application to Alder House was accepted."},
        name="accepted with a bed held",
    ),
    News(
        "application-declined",
        lambda cast: services.application_close(
            application=erin_asks(cast), declined=True, reason="no bed for a couple", today=cast.today
        ),
        {"erin": "Your application to Alder House was declined."},
    ),
    News(
        "moved-in",
        lambda cast: (
            ended(cast),
            services.admit(resident=cast.dana, bed=cast.bed_a("2B"), starts_on=cast.today, today=cast.today),
        ),
        {DANA: "Welcome to Alder House. Your bed is Room 2 2B."},
    ),
    News(
        "bed-changed",
        lambda cast: services.move_bed(stay=cast.stay_of_dana, bed=cast.bed_a("3A"), on=cast.today, today=cast.today),
        {DANA: "Your bed at Alder House from {today} is Room 3 3A."},
    ),
    News(
        "house-changed",
        lambda cast: services.transfer(
            stay=cast.stay_of_dana, bed=cast.bed_b("2B"), on=cast.today, reason="nearer to work", today=cast.today
        ),
        {DANA: "From {today} you live at Birch House. Your bed is Room 2 2B; your days go on counting."},
    ),
    News(
        "move-out-planned",
        lambda cast: services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(9), today=cast.today),
        {DANA: "You are expected to move out of Alder House on {soon}."},
    ),
    News(
        "phase-set",
        lambda cast: services.phase_set(
            stay=cast.stay_of_dana, kind=phase(cast), starts_on=cast.today, today=cast.today
        ),
        {DANA: "Your phase from {today}: Stepping out."},
    ),
    News("stay-ended", ended, {DANA: "Your stay at Alder House ended on {yesterday}."}),
    News(
        "discharge-corrected",
        lambda cast: services.discharge_correct(
            discharge=ended(cast), correction_reason="typed wrong", note="moved to her sister", today=cast.today
        ),
        {DANA: "What is recorded about the end of your stay at Alder House was corrected."},
    ),
    News(
        "discharge-corrected",
        lambda cast: services.discharge_undo(discharge=ended(cast), reason="she never left", today=cast.today),
        {DANA: "The end of your stay at Alder House was taken back: your stay goes on."},
        name="discharge undone",
    ),
    News(
        "record-corrected",
        lambda cast: services.stay_correct_start(
            stay=cast.stay_of_dana, starts_on=cast.today - days(1), reason="typed wrong", today=cast.today
        ),
        {DANA: "Your move-in at Alder House was corrected. Now recorded: {yesterday}."},
        name="move-in corrected",
    ),
    News(
        "record-corrected",
        lambda cast: services.stay_void(stay=cast.stay_of_dana, reason="another Dana"),
        {DANA: "Your move-in at Alder House was taken back: it was recorded by mistake."},
        name="move-in taken back",
    ),
    News(
        "record-corrected",
        lambda cast: people.sobriety_correct(
            date=people.sobriety_record(resident=cast.dana, since=cast.today - days(9), today=cast.today),
            since=cast.today - days(1),
            reason="typed wrong",
            today=cast.today,
        ),
        {DANA: "Your sobriety date was corrected. Now recorded: {yesterday}."},
        name="sobriety date corrected",
    ),
    News(
        "record-corrected",
        lambda cast: people.resident_change(
            resident=cast.dana, changes={"legal_last_name": "Rennier"}, reason="as on her card", today=cast.today
        ),
        {DANA: "The legal name or date of birth on your record was corrected."},
        name="name corrected",
    ),
    News(
        "duty-given",
        lambda cast: people.officer_appoint(
            resident=cast.dana, house=cast.house_a, duty="secretary", starts_on=cast.today, today=cast.today
        ),
        {DANA: "Your duty at Alder House from {today}: secretary."},
    ),
    News(
        "duty-ended",
        lambda cast: people.officer_end(
            officer=cast.duty_of_frank, ends_on=cast.today, reason="elected anew", today=cast.today
        ),
        {"frank": "Your duty at Alder House ends on {today}: president."},
    ),
    News(
        "role-given",
        lambda cast: houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=noon(cast),
        ),
        {"audra": "Your role at Alder House from {today}: manager."},
    ),
    News(
        "role-given",
        lambda cast: houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=noon(cast),
            ends_at=noon(cast) + days(9),
        ),
        {"audra": "Your role at Alder House from {today} until {soon}: manager."},
        name="relief given",
    ),
    News(
        "keys-stopped",
        comes_with_a_key,
        {"oscar": "Your API keys were revoked: they were made before you had a role at Alder House."},
    ),
    News(
        "role-ended",
        lambda cast: houses.role_end(role=cast.bob.roles.get(), ends_at=noon(cast), reason="back from leave"),
        {"bob": "Your role at Alder House ends on {today}: manager."},
    ),
    News("paper-issued", letter, {DANA: "A paper about you was issued: Residency letter."}),
    News(
        "paper-withdrawn",
        lambda cast: papers.paper_withdraw(document=letter(cast), reason="the wrong Dana"),
        {DANA: "A paper about you was withdrawn and counts no more: Residency letter."},
    ),
    News(
        "book-published",
        book_out,
        dict.fromkeys(
            [DANA, "frank"],
            "Alder House published something to read and sign: House rules, in force from {today}.",
        ),
    ),
    News(
        "signed-on-paper",
        signed_on_paper,
        {DANA: "It was recorded that you signed on paper on {today}: House rules."},
    ),
    News(
        "signature-undone",
        lambda cast: signing.signature_undo(acknowledgement=signed_on_paper(cast), reason="it was Frank"),
        {DANA: "Your signature was taken back as recorded by mistake: House rules."},
    ),
    News(
        "contract-made",
        contract,
        {DANA: "There is a contract between you and Alder House, from {today} until {soon}: read it, and sign it."},
    ),
    News(
        "contract-signed-on-paper",
        lambda cast: contracts.contract_sign_on_paper(
            contract=contract(cast),
            signed_name="Dana",
            witness="Bob",
            signed_at=timezone.now(),
            now=timezone.now(),
        ),
        {DANA: "It was recorded that you signed your contract on paper on {today}."},
    ),
    News(
        "contract-reviewed",
        lambda cast: contracts.contract_review(
            contract=contract(cast), result="partly", note="Never signed.", ends_it=True, now=timezone.now()
        ),
        {DANA: "Your contract was looked at a last time: kept in part. It is over."},
    ),
    News(
        "discharge-review-waits",
        lambda cast: word(cast, "bob", leaves=True),
        {"olive": "A discharge review at Alder House waits for another person, which you may be."},
    ),
    News(
        "discharge-review-over",
        lambda cast: word(cast, "bob", leaves=False),
        {DANA: "The discharge review is over: you stay."},
    ),
    News(
        "discharge-review-over",
        lambda cast: word(cast, "olive", leaves=True, of=word(cast, "bob", leaves=True)),
        {DANA: "The discharge review is over: two people say that you must leave. Talk with them about where to."},
        name="discharge review says leave",
    ),
    News(
        "removed",
        lambda cast: removal(cast, noon(cast)),
        {
            DANA: "It was written down that you had to leave Alder House at once. "
            "By {tomorrow_noon} another person looks at it."
        },
    ),
    News(
        "removal-waits",
        lambda cast: removal(cast, noon(cast)),
        dict.fromkeys(
            ["bob", "olive"],
            "Somebody had to leave Alder House at once. "
            "Another person looks at it by {tomorrow_noon}, which you may be.",
        ),
    ),
    News(
        "removal-reviewed",
        lambda cast: removal_seen(cast, "wrong"),
        {
            DANA: "Another person looked at it: you need not have left. Alder House offers you your bed back.",
            "alice": "The removal at Alder House that you recorded was looked at: the bed is offered back.",
        },
    ),
    News(
        "removal-reviewed",
        lambda cast: removal_seen(cast, "right"),
        {
            DANA: "Another person looked at it: it was necessary that you left Alder House at once.",
            "alice": "The removal at Alder House that you recorded was looked at: it was necessary.",
        },
        name="removal was necessary",
    ),
    News("pass-asked", pass_asked, dict.fromkeys(["alice", "bob"], "A pass is asked for at Alder House.")),
    News(
        "pass-written-down",
        lambda cast: pass_asked(cast, by=cast.alice),
        {DANA: "A pass was asked for in your name: {pass_span}"},
    ),
    News("pass-decided", pass_given, {DANA: "Your pass was approved: {pass_span}"}),
    News(
        "pass-decided",
        lambda cast: pass_given(cast, outcome="changed", conditions="Call.", reason="x"),
        {DANA: "Your pass was approved with changes: {pass_span}"},
        name="pass changed",
    ),
    News(
        "pass-decided",
        lambda cast: pass_given(cast, outcome="refused", reason="x"),
        {DANA: "Your pass was refused: {pass_span}"},
        name="pass refused",
    ),
    News(
        "pass-cancelled",
        lambda cast: pass_cancelled(cast, cast.alice),
        {DANA: "Your pass was cancelled: {pass_span}"},
    ),
    News(
        "pass-cancelled",
        lambda cast: pass_cancelled(cast, cast.dana.user),
        dict.fromkeys(["alice", "bob"], "A pass at Alder House was taken back: {pass_span}"),
        name="pass taken back by the resident",
    ),
    News(
        "pass-more-time",
        more_time_asked,
        dict.fromkeys(["alice", "bob"], "More time is asked for on a pass at Alder House, until {pass_longer}"),
    ),
    News(
        "pass-extended",
        lambda cast: passes.pass_extend(
            pass_=pass_given(cast), until=noon(cast) + days(4), reason="snow", now=timezone.now()
        ),
        {DANA: "Your pass lasts longer now, until {pass_longer}"},
    ),
    News(
        "pass-returned",
        late_return,
        {DANA: "Your return from a pass is written down: {pass_back}, 35 minutes late."},
    ),
    News(
        "curfew-counted",
        lambda cast: counted(cast, "late", in_at=by_the_clock(cast.house_a, 22, 20)),
        {DANA: "You came in at 10:20 p.m., your hour was 10 p.m.: so it is on record for the night of {today}."},
    ),
    News(
        "curfew-missing",
        lambda cast: counted(cast, "absent"),
        {"bob": "Somebody is not in at Alder House, in the night of {today}."},
    ),
    News(
        "curfew-counted",
        lambda cast: counted(cast, "absent"),
        {DANA: "You were not in, your hour was 10 p.m.: so it is on record for the night of {today}."},
        name="counted as not in",
    ),
    News(
        "record-corrected",
        lambda cast: nights.check_correct(
            check=counted(cast, "in"), status="excused", why="at work", reason="typed wrong", now=late_evening(cast)
        ),
        {DANA: "How you were counted in the night of {today} was corrected. Now on record: excused."},
        name="a night corrected",
    ),
    News(
        "record-corrected",
        lambda cast: movements.movement_correct(
            movement=movements.sign_out(stay=cast.stay_of_dana, purpose="work", now=noon(cast)),
            way="in",
            at=noon(cast),
            reason="it was Frank",
            now=noon(cast),
        ),
        {DANA: "When you went out or came in was corrected on your record."},
        name="going out corrected",
    ),
    News(
        "curfew-changed",
        lambda cast: curfew.curfew_hour_save(house=cast.house_a, weekday=4, hour=time(23)),
        dict.fromkeys([DANA, "frank"], "The curfew hours of Alder House changed."),
    ),
    News(
        "attendance-struck",
        lambda cast: attended(cast, "strike"),
        {DANA: "Your meeting of {met} does not count. Why is on your record; talk to your manager if it is wrong."},
    ),
    News(
        "attendance-restored",
        lambda cast: attended(cast, "strike", "restore"),
        {DANA: "Your meeting of {met} counts after all."},
    ),
    News(
        "attendance-settled",
        lambda cast: attended(cast, "settle"),
        {DANA: "The question about your meeting of {met} is settled: it counts."},
    ),
    News("curfew-own", own_hour, {DANA: "Your own curfew hour is 9 p.m. from {today} on."}),
    News(
        "curfew-own",
        lambda cast: own_hour(cast, weekday=4),
        {DANA: "Your own curfew hour is 9 p.m. from {today} on, on each Friday."},
        name="an hour of one's own for a weekday",
    ),
    News(
        "meetings-asked",
        asked_for_meetings,
        dict.fromkeys([DANA, "frank"], "From {today} on Alder House asks for meetings: 3 a week."),
    ),
    News(
        "meetings-asked",
        lambda cast: asked_for_meetings(cast, stay=cast.stay_of_dana, per="period", count=90, days=90),
        {DANA: "From {today} on you are asked for meetings: 90 in 90 days."},
        name="meetings asked of one resident",
    ),
    News(
        "meetings-asked",
        lambda cast: asked_for_meetings(cast, stay=cast.stay_of_dana, ended=True),
        {DANA: "From {today} on these meetings are no longer asked of you: 3 a week."},
        name="meetings no longer asked of one resident",
    ),
    News(
        "meetings-asked",
        lambda cast: asked_for_meetings(cast, ended=True),
        dict.fromkeys([DANA, "frank"], "From {today} on Alder House no longer asks for these meetings: 3 a week."),
        name="meetings no longer asked",
    ),
    News(
        "meetings-excused",
        lambda cast: excused(cast, taken_back=True),
        {DANA: "You are no longer excused from meetings in the week from {monday}."},
        name="a week no longer excused",
    ),
    News(
        "meetings-excused",
        excused,
        {DANA: "You are excused from meetings in the week from {monday}: work."},
    ),
]


def noon_of(day: date) -> str:
    return f"{date_format(day, 'WEEKDAY_MONTH_DAY_FORMAT')}, noon"


def noon(cast: Cast) -> datetime:
    """Noon of today in house A."""
    now = timezone.now().astimezone(cast.house_a.zone)
    return now.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("news", NEWS, ids=str)
def test_news_reaches_whom_it_is_for_and_nobody_else(cast: Cast, news: News):
    news.happens(cast)

    words = {"today": cast.today, "yesterday": cast.today - days(1), "soon": cast.today + days(9)}
    words["monday"] = monday(cast.today)
    named = {name: shown(day) for name, day in words.items()}
    starts, ends, longer = (noon_of(cast.today + days(number)) for number in (2, 3, 4))
    named["met"] = noon_of(cast.today - days(1))
    named |= {"pass_span": f"{starts} to {ends}", "pass_longer": longer}
    named["pass_back"] = ends.replace("noon", "12:35 p.m.")
    next_day = (noon(cast).astimezone(UTC) + days(1)).astimezone(cast.house_a.zone)  # also where the clock is changed
    until = (noon(cast).astimezone(UTC) + days(3)).astimezone(cast.house_a.zone)
    named["appeal_until"] = date_format(until, "DATETIME_FORMAT")
    named["due"] = f"{date_format(next_day, 'WEEKDAY_MONTH_DAY_FORMAT')}, {time_format(next_day, 'TIME_FORMAT')}"
    named["tomorrow_noon"] = date_format(next_day, "DATETIME_FORMAT")
    expected = {who: text.format(**named) for who, text in news.told.items()}
    assert {who: text for who, kind, text in told() if kind == news.kind} == expected


def test_every_kind_that_is_declared_is_told_by_something_here():
    list(guards.every_module())  # so that every subject has declared its own

    assert {news.kind for news in NEWS} == set(declared)
    assert [slug for slug, kind in declared.items() if not str(kind)] == []


def names_of(row: Any) -> set[str]:
    """Every name that somebody goes by, word for word."""
    fields = ("name", "username", "email", "legal_first_name", "legal_last_name", "preferred_name")
    return {word.casefold() for name in fields for word in re.findall(r"\w{3,}", getattr(row, name, "") or "")}


def test_no_notice_names_anybody_but_its_reader(cast: Cast):
    """All that can happen happens; then each text is held against the names of everybody there is."""
    for news in NEWS:
        with transaction.atomic():
            news.happens(cast)
            for notice in Notice.objects.select_related("user"):
                others = [*User.objects.exclude(pk=notice.user_id), *Resident.objects.exclude(user=notice.user_id)]
                named = set().union(*map(names_of, others)) - {"example", "org"}
                assert not set(re.findall(r"\w+", notice.text.casefold())) & named, notice.text
                if notice.url:
                    assert set(resolve(notice.url).kwargs) <= {"uuid"}
            transaction.set_rollback(True)


def test_a_name_in_a_notice_would_be_noticed(cast: Cast):
    assert names_of(cast.dana) >= {"dana", "renner"}
    assert names_of(cast.bob) >= {"bob", "example"}


def test_whoever_acts_is_not_told_and_others_who_run_the_house_are(cast: Cast):
    applicant(cast)

    assert told() == [("bob", "application-received", "An application came in at Alder House.")]


def test_where_a_house_has_no_manager_its_operator_is_told(cast: Cast):
    house = houses.house_create(organization=cast.organization, name="Fir House", time_zone="America/Denver")

    applicant(cast, house=house)

    assert told() == [("olive", "application-received", "An application came in at Fir House.")]


def test_nobody_of_another_house_and_no_past_or_coming_manager_is_told(cast: Cast):
    with acting_as(cast.olive, source="web"):
        role = cast.bob.roles.get()
        houses.role_end(role=role, ends_at=timezone.now(), reason="back from leave")
        starts_at = timezone.now() + timedelta(days=1)
        houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=starts_at,
        )
        Notice.objects.all()._raw_delete("default")
        applicant(cast)

    assert [who for who, _kind, _text in told()] == ["alice"]


def test_a_manager_who_asks_for_a_bed_themselves_is_not_told_of_it(cast: Cast):
    grant(cast.erin.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    erin_asks(cast)

    assert [who for who, _kind, _text in told()] == ["bob"]


def test_a_resident_without_an_account_is_told_nothing_and_it_costs_nothing(cast: Cast, django_assert_num_queries):
    stay = lives(cast.bed_a("2A"), since=cast.today - days(9))
    bed = Bed.objects.get(pk=cast.bed_a("2B").pk)

    with django_assert_num_queries(0):
        notices.tell_moved_in(stay, bed)
        notices.tell_move_out_planned(stay)

    assert told() == []


def test_a_move_out_planned_for_the_same_day_again_is_no_news(cast: Cast):
    for _again in range(2):
        services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(9), today=cast.today)
    services.expect(stay=cast.stay_of_dana, expected_on=None, today=cast.today)

    assert [text for _who, _kind, text in told()] == [
        f"You are expected to move out of Alder House on {shown(cast.today + days(9))}.",
        "No move-out from Alder House is planned for you now.",
    ]


def test_what_is_refused_is_told_to_nobody(cast: Cast):
    with pytest.raises(ValidationError):
        services.move_bed(stay=cast.stay_of_dana, bed=cast.bed_a("1B"), on=cast.today, today=cast.today)

    assert told() == []
