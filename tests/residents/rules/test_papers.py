"""The papers about rules: their facts, what is printed of them, what is never printed, and who issues them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from PIL import Image
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.models import Acknowledgement, Appeal, Book, Contract, Resident, Violation
from residents.rules import papers, reports, rule_paper_cards
from residents.rules.models import Answer, AppealDecision, Attachment, ContractReview, Decision, Reporter
from residents.rules.reports import acknowledgement, appeal_decision, book, contract, violation_notice
from residents.rules.services import contracts, signing, violations
from residents.rules.services import papers as issuing
from residents.stays import services as stays
from residents.stays.models import Stay
from soberhouse.documents import paper, store
from soberhouse.documents.digests import facts_digest
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as, recorded
from soberhouse.notices.models import Notice
from tests.cast import Cast, grant
from tests.pdf import pages_as_images
from tests.residents.rules import given
from tests.residents.stays.stories import ORDINARY

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
TODAY = date(2026, 11, 20)
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
INK = "M10 60L20 20L40 80M50 10L60 10"
SECRET = "Petra Quiet"


@pytest.fixture(autouse=True)
def by_alice(request):
    if "cast" not in request.fixturenames:
        yield
        return
    with acting_as(request.getfixturevalue("cast").alice, source="web"):
        yield


@pytest.fixture
def violation(cast) -> Violation:
    """Dana signed on paper; Alice recorded a violation, seen by one person by name and one in confidence."""
    return a_violation(cast)


def a_violation(cast: Cast) -> Violation:
    rules = given.published_book(cast.house_a)
    given.signed(rules, cast.dana)
    given.published_ladder(cast.house_a)
    row = given.violation_of(
        cast.stay_of_dana, rules.rules.get(number=2), by=cast.alice, happened_at=time(23, 40), place="the kitchen"
    )
    with acting_as(cast.alice, source="web"):
        for name, confidential in (("Frank O.", False), (SECRET, True)):
            Reporter.objects.create(house=row.house, violation=row, name=name, confidential=confidential, **recorded())
    return row


def answers(cast: Cast, violation: Violation) -> Answer:
    with acting_as(cast.dana.user, source="web"):
        return violations.violation_answer(
            violation=violation, stance="explain", text="I came down for water.", now=timezone.now()
        )


def is_decided(cast: Cast, violation: Violation, **facts: Any) -> Decision:
    facts = {"outcome": "upheld", "consequence": "verbal", "reason": "Both of them heard it."} | facts
    with acting_as(cast.bob, source="web"):
        return violations.violation_decide(violation=violation, now=timezone.now(), **facts)


def appeals(cast: Cast, decision: Decision) -> Appeal:
    with acting_as(cast.dana.user, source="web"):
        return violations.violation_appeal(decision=decision, text="Nobody asked me.", now=timezone.now())


def is_decided_again(cast: Cast, appeal: Appeal, **facts: Any) -> AppealDecision:
    facts = {"outcome": "overturned", "reason": "One of them takes it back."} | facts
    with acting_as(cast.olive, source="web"):
        return violations.appeal_decide(appeal=appeal, now=timezone.now(), **facts)


def whole_story(cast: Cast, violation: Violation) -> AppealDecision:
    answers(cast, violation)
    return is_decided_again(cast, appeals(cast, is_decided(cast, violation)))


def a_contract(cast: Cast, **facts: Any) -> Contract:
    facts = {"starts_on": cast.today, "ends_on": cast.today + timedelta(30), "review_on": cast.today + timedelta(7)}
    with acting_as(cast.alice, source="web"):
        return contracts.contract_make(
            stay=cast.stay_of_dana, terms="Home by nine.", help="A ride on Tuesdays.", now=timezone.now(), **facts
        )


def pages(pdf: bytes) -> list[str]:
    """What can be copied out of each page, spaces of every kind as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(document: IssuedDocument) -> str:
    return " ".join(pages(store.read(document.file)))


def notice(violation: Violation) -> str:
    return printed(issuing.violation_notice_issue(violation=violation, now=timezone.now()))


def in_order(text: str, *words: str) -> bool:
    """Whether all of these stand there, each after the one before."""
    for each in words:
        _before, found, text = text.partition(each)
        if not found:
            return False
    return True


# --- books ----------------------------------------------------------------------------------------------------------


def test_rule_book_holds_the_rules_by_what_they_are_about(cast):
    version = given.published_book(cast.house_a)

    document = issuing.book_issue(book=version, now=timezone.now())

    text = printed(document)
    assert in_order(
        text,
        "Alcohol and drugs 1. About substances 1 critical",
        "Respect 4. About respect 4 serious",
        "Curfew and nights away 2.",
        "Chores 3.",
    )
    for words in ("Rule book, version 1", "Holds 4 rules", "What this house asks about curfew.", "minor"):
        assert words in text
    assert "What is new" not in text
    assert "There is a newer one" not in text
    assert (document.kind, document.subject, document.house, document.resident) == (
        "rule-book",
        version.uuid,
        cast.house_a,
        None,
    )


def test_rule_book_tells_what_is_new_and_that_there_is_a_newer_one(cast):
    first = given.published_book(cast.house_a)
    second = given.published_book(
        cast.house_a,
        rules=[("substances", "critical"), ("curfew", "serious"), ("chores", "minor"), *[("money", "minor")] * 2],
        days_ago=20,
    )

    old, new = papers.book_facts(first), papers.book_facts(second)

    assert (new.before, new.new, new.changed, new.dropped) == (1, (5,), (2, 4), ())
    assert old.newer == book.Newer(number=2, in_force_from=second.in_force_from)
    text = " ".join(pages(book.draw(new, HEAD)))
    assert "What is new since version 1 What Rule New 5. About money 5 Changed 2. About curfew 2" in text
    assert "changed · serious" in text
    assert "There is a newer one: version 2" in " ".join(pages(book.draw(old, HEAD)))


def test_taken_out_rules_are_named_and_not_printed(cast):
    given.published_book(cast.house_a)
    fewer = given.published_book(cast.house_a, rules=given.USUAL[:3], days_ago=20)

    text = printed(issuing.book_issue(book=fewer, now=timezone.now()))

    assert "Taken out 4. About respect 4" in text
    assert "What this house asks about respect." not in text


def test_agreement_is_a_paper_of_its_own_kind(cast):
    fees = given.published_book(cast.house_a, kind=Book.Kind.FEES, text="A bed is $180 a week.\n\nNothing else.")

    document = issuing.book_issue(book=fees, now=timezone.now())

    assert (document.kind, document.title) == ("house-agreement", "House agreement")
    assert "Fee sheet, version 1" in printed(document)
    assert "A bed is $180 a week. Nothing else." in printed(document)


def test_draft_is_no_paper(cast):
    draft = Book.objects.create(house=cast.house_a, kind="rules", title="To be")

    for refused in (issuing.book_issue, issuing.signing_sheet_issue):
        with pytest.raises(ValidationError, match="This is a draft"):
            refused(book=draft, now=timezone.now())
    assert not IssuedDocument.objects.exists()


def test_signing_sheet_has_lines_for_a_resident_and_a_witness(cast):
    document = issuing.signing_sheet_issue(book=given.published_book(cast.house_a), now=timezone.now())

    text = printed(document)
    assert "I have read “What we ask, 1” of Alder House (Rule book, version 1)" in text
    for words in ("What this house asks about curfew.", "Resident: name, in capital letters", "Witness: name"):
        assert words in text
    assert document.kind == "signing-sheet"


# --- acknowledgements -----------------------------------------------------------------------------------------------


def test_acknowledgement_belongs_to_the_version_by_its_fingerprint(cast):
    first = given.published_book(cast.house_a)
    row = given.signed(first, cast.dana)
    given.published_book(cast.house_a, days_ago=10)

    document = issuing.acknowledgement_issue(acknowledgement=row, now=timezone.now())

    text = printed(document)
    fingerprint = book.grouped(papers.book_facts(first).fingerprint)
    assert fingerprint in text
    assert fingerprint in printed(issuing.book_issue(book=first, now=timezone.now()))
    for words in (
        "Dana Renner signed “What we ask, 1” of Alder House (Rule book, version 1).",
        "1. About substances 1; 2. About curfew 2;",
        "How they were known on paper, before a witness",
        "Witness Bob Example",
        "Signed sheet not on file",
    ):
        assert words in text, words
    assert "TAKEN BACK" not in text
    assert (document.resident, document.subject) == (cast.dana, row.uuid)


def test_drawn_signature_is_drawn(cast):
    rules = given.published_book(cast.house_a)
    with acting_as(cast.dana.user, source="web"):
        row = signing.book_sign(
            book=rules, resident=cast.dana, signed_name="Dana Renner", drawing=INK, now=timezone.now()
        )

    facts = papers.acknowledgement_facts(row)
    with_ink = acknowledgement.draw(facts, HEAD)
    without = acknowledgement.draw(replace(facts, signature=replace(facts.signature, drawing="M1 1")), HEAD)

    assert facts.signature.drawing == INK
    assert facts.signature.witness == ""
    assert "As drawn by Dana Renner" in pages(with_ink)[0]
    assert "Witness" not in pages(with_ink)[0]
    dark = [sum(image.convert("L").histogram()[:100]) for pdf in (with_ink, without) for image in pages_as_images(pdf)]
    assert dark[0] > dark[1] + 100


def test_acknowledgement_that_was_taken_back_says_so(cast):
    row = given.signed(given.published_book(cast.house_a), cast.dana)
    signing.signature_undo(acknowledgement=row, reason="It was Frank who signed.")

    text = printed(issuing.acknowledgement_issue(acknowledgement=row, now=timezone.now()))

    assert "TAKEN BACK: this signature was recorded by mistake and binds nobody" in text
    assert "It was Frank who signed." in text


# --- violation notice -----------------------------------------------------------------------------------------------

GUILT = ("Upheld", "upheld", "guilty", "broke", "committed", "Decided by", "It was so")


def test_notice_of_what_nobody_decided_finds_nothing(cast, violation):
    text = notice(violation)

    assert "Where it stands Not decided yet. It is recorded, and nobody has found that it was so." in text
    assert "2. What is said to have happened" in text
    assert "They can answer on their own page" in text
    assert "It waits for a decision by somebody who neither recorded it nor is whom it is about." in text
    assert "they can appeal within 3 days" in text
    for words in GUILT:
        assert words not in text, words


def test_notice_tells_the_story_in_order(cast, violation):
    whole_story(cast, violation)

    document = issuing.violation_notice_issue(violation=violation, now=timezone.now())

    text = printed(document)
    assert in_order(
        text,
        "Decided on appeal: the decision is overturned. No consequence holds.",
        "1. The rule, as it was signed",
        "What this house asks about curfew.",
        "Rule book, version 1, in force from",
        "by Dana Renner on",
        "2. What is said to have happened",
        "at 11:40 p.m.",
        "the kitchen",
        "The kitchen light was on at two, and music.",
        "Frank O.",
        "Alice Example",
        "3. What Dana Renner says to it",
        "I came down for water.",
        "4. The decision",
        "Verbal warning",
        "verbal warning, for the first time within 90 days (Consequence ladder, version 1)",
        "Both of them heard it.",
        "Bob Example",
        "5. Appeal",
        "Nobody asked me.",
        "6. The decision on the appeal",
        "The decision is overturned",
        "One of them takes it back.",
        "Olive Example",
    )
    assert (document.kind, document.resident, document.subject, document.house) == (
        "violation-notice",
        cast.dana,
        violation.uuid,
        cast.house_a,
    )
    assert Notice.objects.filter(user=cast.dana.user, kind="paper-issued").count() == 1


def test_name_that_is_withheld_is_on_no_paper(cast, violation):
    whole_story(cast, violation)
    now = timezone.now()

    facts = papers.violation_facts(violation, now=now)
    text = notice(violation) + printed(issuing.appeal_decision_issue(violation=violation, now=now))

    assert (facts.saw_it, facts.withheld) == (("Frank O.",), 1)
    assert "Frank O.; somebody whose name is withheld" in text
    for part in (text, repr(facts), repr(papers.appeal_facts(violation, now=now))):
        assert "Petra" not in part
        assert "Quiet" not in part


def test_notice_says_until_when_to_appeal(cast, violation):
    decision = is_decided(cast, violation)
    now = timezone.now()

    in_time = papers.violation_facts(violation, now=now)
    late = papers.violation_facts(violation, now=now + timedelta(days=4))

    until = date_format(timezone.localtime(decision.appeal_until, cast.house_a.zone), "DATETIME_FORMAT")
    assert (in_time.may_appeal, late.may_appeal) == (True, False)
    assert f"It can be appealed until {until}: on their own page" in " ".join(
        pages(violation_notice.draw(in_time, HEAD))
    )
    assert f"Until {until} it could be appealed. Nobody did." in " ".join(pages(violation_notice.draw(late, HEAD)))


def test_notice_says_why_it_is_not_what_the_ladder_says(cast, violation):
    is_decided(cast, violation, consequence="written", deviation="He was told twice.", terms="In the file.")

    text = notice(violation)

    assert "Consequence Written warning What exactly In the file. The ladder says verbal warning, for the first" in text
    assert "Why not that He was told twice." in text
    assert "What holds: Written warning." in text


def test_what_was_dismissed_leaves_nothing_to_appeal(cast, violation):
    is_decided(cast, violation, outcome="dismissed", consequence="")

    text = notice(violation)

    assert "Where it stands Decided: it was not so." in text
    assert "There is nothing to appeal: it was decided in their favor." in text
    assert "Consequence" not in text.replace("Consequence ladder", "")


def test_appeal_that_waits_says_so(cast, violation):
    appeals(cast, is_decided(cast, violation))

    text = notice(violation)

    assert "Decided and appealed. The appeal waits for a decision." in text
    with pytest.raises(ValidationError, match="The appeal waits for a decision"):
        issuing.appeal_decision_issue(violation=violation, now=timezone.now())


def test_what_was_taken_back_says_so_first(cast, violation):
    violations.violation_withdraw(violation=violation, reason="It was another kitchen.", now=timezone.now())

    text = notice(violation)

    assert in_order(
        text,
        "TAKEN BACK: recorded by mistake, it counts no more",
        "It was another kitchen.",
        "Where it stands Taken back. It counts no more.",
        "1. The rule, as it was signed",
        "There is none: it was taken back before.",
    )
    for words in GUILT:
        assert words not in text, words


@pytest.mark.parametrize("then", ["recorded", "decided", "appealed"])
def test_what_was_recorded_in_a_stay_entered_by_mistake_counts_no_more(cast, violation, then):
    if then != "recorded":
        decision = given.decided(violation, by=cast.bob)
        if then == "appealed":
            with acting_as(cast.dana.user, source="web"):
                violations.violation_appeal(decision=decision, text="Not me.", now=timezone.now())
    with transaction.atomic():
        violation.stay.uses.update(voided=True)
        Stay.objects.filter(pk=violation.stay_id).update(voided=True)

    text = notice(violation)

    assert in_order(
        text,
        "THE STAY WAS ENTERED BY MISTAKE: this counts no more",
        "Where it stands The stay was entered by mistake. It counts no more.",
        "1. The rule, as it was signed",
    )
    for words in ("Not decided yet", "It waits", "waits for a decision", "they can appeal", "It can be appealed"):
        assert words not in text, words
    none = {
        "recorded": "There is none, and nobody decides it: the stay was entered by mistake.",
        "appealed": "There is none: the stay was entered by mistake.",
    }
    assert none.get(then, "4. The decision") in text


def test_answer_by_word_of_mouth_says_who_wrote_it_down(cast, violation):
    violations.violation_answer(violation=violation, stance="dispute", text="Not me.", now=timezone.now())

    assert "They say It was not so In their words Not me. When" in notice(violation)
    assert ", told to Alice Example" in notice(violation)


def test_notice_calls_who_left_by_the_name_they_left_under(cast, violation):
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    with acting_as(cast.olive, source="web"):
        Resident.objects.filter(pk=cast.dana.pk).update(legal_last_name="Otherwise")
    row = Violation.objects.select_related("stay__resident", "house__organization").get(pk=violation.pk)

    text = notice(row)

    assert "Dana Renner" in text
    assert "Otherwise" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_notice_costs_the_same_for_many(cast, violation, django_assert_num_queries, count):
    for number in range(count):
        answers(cast, violation)
        Reporter.objects.create(house=violation.house, violation=violation, name=f"N {number}", **recorded())
        violations.attachment_add(violation=violation, data=picture(), caption=f"the radio {number}")
    is_decided(cast, violation)
    now = timezone.now()

    with django_assert_num_queries(7):
        facts = papers.violation_facts(violation, now=now)

    assert (len(facts.answers), len(facts.saw_it), len(facts.attachments)) == (count, count + 1, count)
    assert Attachment.objects.count() == count


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 130)).save(data, "PNG")
    return data.getvalue()


# --- decision on an appeal ------------------------------------------------------------------------------------------


def test_appeal_decision_says_what_holds_now(cast, violation):
    appeal = appeals(cast, is_decided(cast, violation))
    is_decided_again(cast, appeal, outcome="changed", consequence="none", reason="It was the first time.")

    document = issuing.appeal_decision_issue(violation=violation, now=timezone.now())

    assert in_order(
        printed(document),
        "What holds now Noted, nothing more",
        "1. What was decided first",
        "Verbal warning",
        "2. Why Dana Renner appealed",
        "Nobody asked me.",
        "3. The decision on the appeal",
        "Another consequence",
        "Olive Example",
    )
    assert (document.kind, document.subject, document.resident) == ("appeal-decision", violation.uuid, cast.dana)


def test_what_was_overturned_leaves_nothing(cast, violation):
    whole_story(cast, violation)

    facts = papers.appeal_facts(violation, now=timezone.now())

    assert (facts.holds, facts.terms) == ("", "")
    assert "nothing: no consequence follows" in " ".join(pages(appeal_decision.draw(facts, HEAD)))


def test_no_decision_on_an_appeal_that_nobody_made(cast, violation):
    is_decided(cast, violation)

    with pytest.raises(ValidationError, match="Nobody appealed"):
        issuing.appeal_decision_issue(violation=violation, now=timezone.now())
    assert not IssuedDocument.objects.exists()


# --- behavioral contract --------------------------------------------------------------------------------------------


def test_contract_is_printed_to_be_signed_then_as_it_was_signed(cast):
    row = a_contract(cast)

    unsigned = printed(issuing.contract_issue(contract=row, now=timezone.now()))
    with acting_as(cast.dana.user, source="web"):
        contracts.contract_sign(
            contract=row, signed_name="Dana Renner", drawing=INK, on_tablet=False, now=timezone.now()
        )
    ContractReview.objects.create(
        house=row.house,
        contract=row,
        result="partly",
        note="Late once.",
        next_on=cast.today + timedelta(9),
        **recorded(),
    )
    signed = printed(issuing.contract_issue(contract=row, now=timezone.now()))

    for text in (unsigned, signed):
        for words in ("Home by nine.", "A ride on Tuesdays.", "First looked at"):
            assert words in text
    assert "It is not signed yet." in unsigned
    assert "Signature of Dana Renner" in unsigned
    assert "It is not signed yet." not in signed
    assert "As drawn by Dana Renner" in signed
    assert "Kept in part Late once." in signed


# --- every paper ----------------------------------------------------------------------------------------------------


def test_nobody_issues_a_paper_about_themselves(cast, violation):
    row = a_contract(cast)
    signature = Acknowledgement.objects.get()

    with acting_as(cast.dana.user, source="web"):
        for refused in (
            lambda: issuing.violation_notice_issue(violation=violation, now=timezone.now()),
            lambda: issuing.contract_issue(contract=row, now=timezone.now()),
            lambda: issuing.acknowledgement_issue(acknowledgement=signature, now=timezone.now()),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    assert not IssuedDocument.objects.exists()


def test_paper_is_not_issued_where_what_it_tells_changed_while_it_was_drawn(cast, violation, monkeypatch):
    render = paper.render

    def meanwhile(*args: object, **kwargs: object) -> bytes:
        answers(cast, violation)
        return render(*args, **kwargs)

    monkeypatch.setattr(paper, "render", meanwhile)
    with pytest.raises(ValidationError, match="changed just now"):
        issuing.violation_notice_issue(violation=violation, now=timezone.now())

    assert not IssuedDocument.objects.exists()


def test_papers_are_in_the_sites_language_whoever_asks(cast, violation):
    with translation.override("de"):
        document = issuing.violation_notice_issue(violation=violation, now=timezone.now())
        assert document.title == "Violation notice"
    assert "Curfew and nights away · minor" in printed(document)


def examples(count: int) -> dict[str, tuple[object, Callable[..., bytes]]]:
    """Each kind of paper with so many rows, hard names among them: facts, and what draws them."""
    names = [HARD[number % len(HARD)] for number in range(count)]
    lines = tuple(
        book.RuleLine(number=n, about=HARD[n % 4], severity="minor", title=name, text=name * 3)
        for n, name in enumerate(names, start=1)
    )
    version = book.Version(
        house=LONG,
        kind="rule book",
        is_rules=True,
        number=2,
        title=LONG,
        text="\n\n".join(names),
        published_on=TODAY,
        in_force_from=TODAY,
        rules=lines,
    )
    signature = acknowledgement.Signature(
        name=LONG, drawing=INK, signed_at=NOW, how="on paper", witness=LONG, recorded_as=LONG, recorded_at=NOW
    )
    said = tuple(violation_notice.Said(at=NOW, stance="it was so", text=name, written_by=name) for name in names)
    decided = violation_notice.Decided(
        at=NOW,
        by=LONG,
        outcome="it was so",
        is_upheld=True,
        consequence="verbal warning",
        reason=" ".join(names) or "so",
    )
    again = violation_notice.DecidedAgain(at=NOW, by=LONG, outcome="the decision stands", reason=LONG)
    return {
        "book": (
            book.BookPaper(
                version=version, fingerprint="0" * 64, before=1, new=tuple(range(1, count + 1)), to_sign=True
            ),
            book.draw,
        ),
        "acknowledgement": (
            acknowledgement.AcknowledgementPaper(
                house=LONG,
                book=version.label,
                title=LONG,
                in_force_from=TODAY,
                fingerprint="0" * 64,
                rules=tuple(line.name for line in lines),
                signature=signature,
            ),
            acknowledgement.draw,
        ),
        "violation notice": (
            violation_notice.ViolationNotice(
                name=LONG,
                house=LONG,
                rule=violation_notice.SignedRule(
                    number=1,
                    title=LONG,
                    text=" ".join(names) or "so",
                    about="respect",
                    severity="minor",
                    book=version.label,
                    in_force_from=TODAY,
                    signed_name=LONG,
                    signed_at=NOW,
                    how="on paper",
                ),
                happened_on=TODAY,
                what=" ".join(names) or "so",
                recorded_as=LONG,
                recorded_at=NOW,
                saw_it=tuple(names),
                answers=said,
                decision=decided,
                appeal=said[0] if said else None,
                appeal_decision=again if said else None,
            ),
            violation_notice.draw,
        ),
        "appeal decision": (
            appeal_decision.AppealPaper(
                name=LONG,
                house=LONG,
                rule=" ".join(names) or LONG,
                book=version.label,
                happened_on=TODAY,
                recorded_at=NOW,
                decision=decided,
                appeal=said[0] if said else violation_notice.Said(at=NOW, text=LONG),
                appeal_decision=again,
            ),
            appeal_decision.draw,
        ),
        "contract": (
            contract.ContractPaper(
                name=LONG,
                house=LONG,
                terms="\n".join(names) or LONG,
                starts_on=TODAY,
                ends_on=TODAY,
                review_on=TODAY,
                written_at=NOW,
                written_by=LONG,
                signature=signature if count else None,
                reviews=tuple(
                    contract.Reviewed(at=NOW, by=name, result="kept", note=name, next_on=TODAY) for name in names
                ),
            ),
            contract.draw,
        ),
    }


KINDS = list(examples(0))


@pytest.mark.parametrize("size", ["letter", "a4"])
@pytest.mark.parametrize("count", [0, 1, 200])
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
    assert "Not on this paper:" in texts[-1] + texts[-2 % len(texts)]


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_any_script_can_be_copied_out_of_a_paper(kind):
    facts, draw = examples(4)[kind]

    text = " ".join(pages(draw(facts, HEAD)))

    for words in ("Ångström-Nguyễn", "Смирнова", "Παπαδοπούλου"):
        assert words in text


def test_kinds_have_names_of_their_own():
    assert len({str(kind) for kind in reports.ALL}) == len({kind.slug for kind in reports.ALL}) == 7
    assert not any(kind.guarded for kind in reports.ALL)


# --- pages ----------------------------------------------------------------------------------------------------------

ISSUED = {
    "book_issue": "rule-book",
    "signing_sheet_issue": "signing-sheet",
    "acknowledgement_issue": "acknowledgement",
    "violation_notice_issue": "violation-notice",
    "appeal_decision_issue": "appeal-decision",
    "contract_issue": "behavioral-contract",
}
ABOUT_DANA = ("acknowledgement_issue", "violation_notice_issue", "appeal_decision_issue", "contract_issue")
SHOWN_ON = {
    "book_issue": "book",
    "signing_sheet_issue": "book",
    "acknowledgement_issue": "signature",
    "violation_notice_issue": "violation",
    "appeal_decision_issue": "violation",
    "contract_issue": "contract",
}


def row_of(cast: Cast, name: str) -> Any:
    """What the paper of this page is about, in house A."""
    if name == "contract_issue":
        return a_contract(cast)
    row = a_violation(cast)
    match name:
        case "book_issue" | "signing_sheet_issue":
            return row.rule.book
        case "acknowledgement_issue":
            return Acknowledgement.objects.get()
    whole_story(cast, row)
    return row


@pytest.mark.parametrize("name", ISSUED)
def test_manager_issues_a_paper_by_one_tap(cast, signed_in, name):
    row, client = row_of(cast, name), signed_in(cast.alice)
    url = reverse(name, args=[row.uuid])
    shown_on = reverse(SHOWN_ON[name], args=[row.uuid])
    assert f'action="{url}"' in client.get(shown_on).content.decode()

    sent = client.post(url, {"replaces": ""})

    document = IssuedDocument.objects.get()
    assert sent["Location"] == reverse("paper", args=[document.uuid])
    assert (document.kind, document.subject, document.house, document.issued_by) == (
        ISSUED[name],
        row.uuid,
        cast.house_a,
        cast.alice,
    )
    assert document.resident == (cast.dana if name in ABOUT_DANA else None)
    text = client.get(shown_on).content.decode()
    assert reverse("paper", args=[document.uuid]) in text
    assert f'name="replaces" value="{document.uuid}"' in text
    anew = f"{url}?replaces={document.uuid}"
    assert anew in client.get(reverse("paper", args=[document.uuid])).content.decode()
    assert client.get(anew).status_code == 200

    client.post(url, {"replaces": str(document.uuid)})
    assert IssuedDocument.objects.get(replaces=document).kind == ISSUED[name]


@pytest.mark.parametrize("name", ISSUED)
def test_who_may_not_issues_nothing(cast, signed_in, name):
    url = reverse(name, args=[row_of(cast, name).uuid])
    sees = {"frank": 403 if name not in ABOUT_DANA else 404, "dana": 403, "audra": 403}

    for who in ("charlie", "erin", "oscar", "greta", "audra", "frank", "dana"):
        person = getattr(cast, who)
        if isinstance(person, Resident) and person.user is None:
            continue
        client, expected = signed_in(person), sees.get(who, 404)
        assert (client.get(url).status_code, client.post(url, {}).status_code) == (expected, expected), who
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("name", ABOUT_DANA)
def test_resident_who_manages_issues_nothing_about_themselves_and_opens_what_was_issued(cast, signed_in, name):
    row = row_of(cast, name)
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    url, shown_on = reverse(name, args=[row.uuid]), reverse(SHOWN_ON[name], args=[row.uuid])
    signed_in(cast.alice).post(url, {})
    document, client = IssuedDocument.objects.get(), signed_in(cast.dana)

    assert client.post(url, {}).status_code == 403
    text = client.get(shown_on).content.decode()
    assert f'action="{url}"' not in text
    assert reverse("paper", args=[document.uuid]) in text
    assert client.get(reverse("paper_file", args=[document.uuid])).status_code == 200


def test_what_was_typed_stays_where_it_was_wrong(cast, signed_in, violation):
    url = reverse("appeal_decision_issue", args=[violation.uuid])

    answer = signed_in(cast.alice).post(url, {"purpose": "a case"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Nobody appealed" in text
    assert 'value="a case"' in text
    assert not IssuedDocument.objects.exists()


def test_shelf_offers_the_books_in_force(cast, signed_in):
    old = given.published_book(cast.house_a)
    rules = given.published_book(cast.house_a, days_ago=10)
    fees = given.published_book(cast.house_a, kind=Book.Kind.FEES)

    text = signed_in(cast.alice).get(reverse("papers", args=[cast.house_a.uuid])).content.decode()

    for each, offered in ((old, False), (rules, True), (fees, True)):
        assert (reverse("book_issue", args=[each.uuid]) in text) == offered
    assert "Rule book, version 2" in text
    assert "Fee sheet, version 1" in text


def test_a_paper_on_a_page_is_one_button_and_for_somebody_by_name_a_link(cast, violation, signed_in):
    page = signed_in(cast.alice).get(reverse("violation", args=[violation.uuid])).content.decode()

    url = reverse("violation_notice_issue", args=[violation.uuid])
    assert (page.count(f'action="{url}"'), page.count(f'href="{url}"')) == (1, 1)
    assert "for somebody by name" in page


def test_today_names_papers_that_tell_what_is_no_longer_so(cast, violation, django_assert_num_queries):
    standing = Standing(cast.alice)
    first = issuing.violation_notice_issue(violation=violation, now=timezone.now())
    assert not list(rule_paper_cards.today(cast.house_a, standing, cast.today))

    is_decided(cast, violation)
    with django_assert_num_queries(2):
        [card] = rule_paper_cards.today(cast.house_a, standing, cast.today)
    [row] = card.rows
    assert (row.fact, row.word, row.state) == ("Violation notice · Dana R.", "decided since", "late")
    assert row.button_url == f"{reverse('violation_notice_issue', args=[violation.uuid])}?replaces={first.uuid}"

    issuing.violation_notice_issue(violation=violation, replaces=first, now=timezone.now())
    assert not list(rule_paper_cards.today(cast.house_a, standing, cast.today))

    with acting_as(cast.olive, source="web"):  # who neither recorded nor decided it
        violations.violation_withdraw(violation=violation, reason="Another kitchen.", now=timezone.now())
    [card] = rule_paper_cards.today(cast.house_a, standing, cast.today)
    assert [(row.word, row.button) for row in card.rows] == [("taken back since", "Withdraw")]
    assert not list(rule_paper_cards.today(cast.house_a, Standing(cast.audra), cast.today))


def test_signature_taken_back_leaves_its_paper_on_today(cast):
    row = given.signed(given.published_book(cast.house_a), cast.dana)
    issuing.acknowledgement_issue(acknowledgement=row, now=timezone.now())
    signing.signature_undo(acknowledgement=row, reason="It was Frank who signed.")

    [card] = rule_paper_cards.today(cast.house_a, Standing(cast.alice), cast.today)

    assert [(each.fact, each.word) for each in card.rows] == [("Acknowledgement · Dana R.", "taken back since")]
    assert not list(rule_paper_cards.today(cast.house_b, Standing(cast.charlie), cast.house_b.today()))
