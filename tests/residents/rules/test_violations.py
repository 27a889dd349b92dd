"""Violations from recording to closing: each step does what it promises, and what it refuses leaves nothing behind."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.people.models import Look, Resident
from residents.people.services import resident_change
from residents.rules.models import (
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Decision,
    Reporter,
    Rule,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.queries.cases import case_of
from residents.rules.services import ladders
from residents.rules.services import violations as services
from residents.rules.services.contracts import contract_make
from residents.stays.models import Stay
from residents.stays.services.stays import transfer
from residents.stays.steps import day_words
from soberhouse.documents import store
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant
from tests.residents.rules.given import ago, decided, published_book, published_ladder, signed, violation_of

CURFEW, RESPECT = 2, 4  # numbers in the usual book: a minor one and a serious one
TABLES = (Violation, Reporter, Attachment, Answer, Decision, Appeal, AppealDecision, ViolationWithdrawal)
SECRET = "Wanda Quillfeather"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


@pytest.fixture
def book(cast):
    book = published_book(cast.house_a)
    signed(book, cast.dana)
    return book


@pytest.fixture
def curfew(book) -> Rule:
    return book.rules.get(number=CURFEW)


@pytest.fixture
def ladder(cast):
    return published_ladder(cast.house_a)


@pytest.fixture
def violation(cast, curfew) -> Violation:
    """Recorded by Alice about Dana."""
    return violation_of(cast.stay_of_dana, curfew, by=cast.alice)


def a_photo(says: str = "behind the shed at 12 Mill Lane") -> bytes:
    """A picture that says where, or by whom, it was taken."""
    image, file = Image.new("RGB", (60, 40), "navy"), BytesIO()
    exif = image.getexif()
    exif[0x010E] = says
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def recorded_by(user, stay, rule, **facts):
    with acting_as(user, source="web"):
        return services.violation_record(
            **{
                "stay": stay,
                "rule": rule,
                "happened_on": stay.house.today(),
                "what": "Came in at one.",
                "now": timezone.now(),
            }
            | facts
        )


def decide(user, violation, **facts):
    with acting_as(user, source="web"):
        return services.violation_decide(
            **{
                "violation": violation,
                "outcome": "upheld",
                "consequence": "verbal",
                "reason": "Two saw it.",
                "now": timezone.now(),
            }
            | facts
        )


def appeal(user, decision, text="I was at work.", now=None):
    with acting_as(user, source="web"):
        return services.violation_appeal(decision=decision, text=text, now=now or timezone.now())


def decide_appeal(user, row, **facts):
    with acting_as(user, source="web"):
        return services.appeal_decide(
            **{"appeal": row, "outcome": "overturned", "reason": "The slip says so.", "now": timezone.now()} | facts
        )


def also_manages(cast, resident) -> None:
    """The resident helps to run the house they live in."""
    with acting_as(None, source="command"):
        grant(resident.user, RoleKind.MANAGER, cast.organization, cast.house_a)


def leaves(user) -> None:
    with acting_as(None, source="command"), transaction.atomic():
        user.roles.update(ends_at=timezone.now())


def refusal(field: str, raised) -> str:
    return " ".join(raised.value.message_dict[field])


# --- recording ------------------------------------------------------------------------------------------------------


def test_violation_is_recorded_with_who_saw_it_and_a_photo_without_its_place(cast, curfew):
    violation = recorded_by(
        cast.alice,
        cast.stay_of_dana,
        curfew,
        happened_on=ago(cast.house_a, 1),
        happened_at=time(23, 40),
        place="  Back   door ",
        response="Talked with her.",
        reporters=[("Frank O.", False), (SECRET, True), ("  ", False)],
        attachments=[(a_photo(), "the door")],
    )

    assert (violation.recorded_by, violation.recorded_as) == (cast.alice, cast.alice.actor_label)
    assert (violation.place, violation.happened_at) == ("Back door", time(23, 40))
    assert list(violation.reporters.values_list("name", "confidential")) == [("Frank O.", False), (SECRET, True)]
    [attachment] = violation.attachments.all()
    kept = store.read(attachment.file)
    assert Image.open(BytesIO(kept)).getexif().get(0x010E) is None
    assert b"Mill Lane" not in kept


def test_resident_is_told_at_once_and_those_who_decide_without_a_name(cast, curfew):
    violation = recorded_by(cast.alice, cast.stay_of_dana, curfew, reporters=[(SECRET, True)])

    told = {
        notice.user.username: (notice.kind, notice.text, notice.url) for notice in Notice.objects.select_related("user")
    }
    page = reverse("violation", args=[violation.uuid])
    assert told == {
        "dana": (
            "violation-recorded",
            "Something was recorded about you, under rule 2. Nothing is decided: read it and say your side.",
            page,
        ),
        "bob": (
            "violation-to-decide",
            "A violation was recorded at Alder House. It waits for a decision, which you may make.",
            page,
        ),
        "olive": (
            "violation-to-decide",
            "A violation was recorded at Alder House. It waits for a decision, which you may make.",
            page,
        ),
    }


def test_rule_of_a_book_that_did_not_bind_that_day_is_refused_with_what_did(cast, book):
    newer = published_book(cast.house_a, days_ago=20)
    signed(newer, cast.dana, days_ago=10)

    with pytest.raises(ValidationError) as early:
        recorded_by(cast.alice, cast.stay_of_dana, newer.rules.get(number=1), happened_on=ago(cast.house_a, 15))
    with pytest.raises(ValidationError) as late:
        recorded_by(cast.alice, cast.stay_of_dana, book.rules.get(number=1), happened_on=ago(cast.house_a, 5))
    with pytest.raises(ValidationError) as nothing:
        recorded_by(cast.alice, cast.stay_of_dana, book.rules.get(number=1), happened_on=ago(cast.house_a, 35))

    assert "What bound them is version 1" in refusal("rule", early)
    assert "What bound them is version 2" in refusal("rule", late)
    assert "had signed no rule book of this house" in refusal("rule", nothing)
    assert rows()["Violation"] == 0
    assert recorded_by(cast.alice, cast.stay_of_dana, book.rules.get(number=1), happened_on=ago(cast.house_a, 15)).pk


def test_rule_of_another_house_is_refused(cast, book):
    theirs = published_book(cast.house_b)
    signed(theirs, cast.erin)

    with pytest.raises(ValidationError) as raised:
        recorded_by(cast.alice, cast.stay_of_dana, theirs.rules.get(number=1))

    assert "did not bind" in refusal("rule", raised)
    assert rows()["Violation"] == 0


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [(-1, "happened_on", "in the future"), (41, "happened_on", "moved in on")],
    ids=["tomorrow", "before the move-in"],
)
def test_day_outside_the_stay_or_to_come_is_refused(cast, curfew, days, field, words):
    with pytest.raises(ValidationError) as raised:
        recorded_by(cast.alice, cast.stay_of_dana, curfew, happened_on=ago(cast.house_a, days))

    assert words in refusal(field, raised)
    assert rows()["Violation"] == 0


def test_hour_to_come_is_refused(cast, curfew):
    noon = datetime.combine(cast.today, time(12), tzinfo=cast.house_a.zone)

    with pytest.raises(ValidationError) as raised:
        recorded_by(cast.alice, cast.stay_of_dana, curfew, happened_at=time(12, 1), now=noon)

    assert "in the future" in refusal("happened_at", raised)
    assert recorded_by(cast.alice, cast.stay_of_dana, curfew, happened_at=time(12), now=noon).pk


def test_nobody_records_about_themselves(cast, curfew):
    also_manages(cast, cast.dana)

    with pytest.raises(PermissionDenied):
        recorded_by(cast.dana.user, cast.stay_of_dana, curfew)

    assert rows()["Violation"] == 0


def test_what_is_no_picture_and_no_pdf_is_refused_and_nothing_is_recorded(cast, curfew):
    with pytest.raises(ValidationError) as raised:
        recorded_by(cast.alice, cast.stay_of_dana, curfew, attachments=[(b"<svg onload='x()'/>", "a drawing")])

    assert "not a photo" in refusal("file", raised)
    assert rows()["Violation"] == 0


# --- answering ------------------------------------------------------------------------------------------------------


def test_resident_answers_until_it_is_decided_and_the_newest_counts(cast, violation):
    with acting_as(cast.dana.user, source="web"):
        services.violation_answer(violation=violation, stance="accept", now=timezone.now())
        services.violation_answer(violation=violation, stance="dispute", text="It was Frank.", now=timezone.now())
    assert [answer.stance for answer in case_of(violation).answers] == ["accept", "dispute"]
    decide(cast.bob, violation)

    with acting_as(cast.dana.user, source="web"), pytest.raises(ValidationError, match="can appeal"):
        services.violation_answer(violation=violation, stance="explain", text="Late bus.", now=timezone.now())

    assert rows()["Answer"] == 2


def test_dispute_needs_words(cast, violation):
    with acting_as(cast.dana.user, source="web"), pytest.raises(ValidationError) as raised:
        services.violation_answer(violation=violation, stance="dispute", text="  ", now=timezone.now())

    assert refusal("text", raised) == "Say it in a few words."
    assert rows()["Answer"] == 0


def test_whoever_says_more_says_it_as_before_and_needs_only_words(cast, violation, signed_in):
    client, way = signed_in(cast.dana), reverse("violation_answer", args=[violation.uuid])
    first = client.get(way).context["form"]
    client.post(way, {"stance": "dispute", "text": "It was Frank."})

    more = client.get(way)

    assert (first["stance"].value(), list(first.fields)) == (None, ["stance", "text"])
    form = more.context["form"]
    assert (form["stance"].value(), list(form.fields)) == ("dispute", ["text", "stance"])
    heard = signed_in(cast.bob).get(reverse("violation_answer_heard", args=[violation.uuid])).context["form"]
    assert heard["stance"].value() == "dispute"
    with acting_as(cast.dana.user, source="web"):
        answer = services.violation_answer(violation=violation, text="Ask Ezra.", now=timezone.now())
        assert answer.stance == "dispute"
        changed = services.violation_answer(violation=violation, stance="accept", now=timezone.now())
        for stance in ("", "accept"):
            with pytest.raises(ValidationError) as raised:
                services.violation_answer(violation=violation, stance=stance, now=timezone.now())
            assert refusal("text", raised) == "Say it in a few words."
    assert changed.stance == "accept"
    assert rows()["Answer"] == 3


def test_first_answer_needs_a_stance(cast, violation):
    with acting_as(cast.dana.user, source="web"), pytest.raises(ValidationError) as raised:
        services.violation_answer(violation=violation, text="Hm.", now=timezone.now())

    assert refusal("stance", raised) == "Choose what is said to it."
    assert rows()["Answer"] == 0


UNSEEN = " \u200b\u2060\ufeff\u00ad\u3164\u2800\ufe0f "


def test_words_of_which_nothing_is_seen_are_none(cast, violation, curfew, ladder, signed_in):
    """Blanks of no width and signs that only steer: neither a service nor a page takes them for words."""
    about = [
        (cast.alice, lambda: recorded_by(cast.alice, cast.stay_of_dana, curfew, what=UNSEEN), "what"),
        (cast.bob, lambda: decide(cast.bob, violation, reason=UNSEEN), "reason"),
        (cast.bob, lambda: decide(cast.bob, violation, consequence="written", deviation=UNSEEN), "deviation"),
        (cast.bob, lambda: decide(cast.bob, violation, consequence="chore", terms=UNSEEN), "terms"),
    ]
    for _user, act, field in about:
        with pytest.raises(ValidationError) as raised:
            act()
        assert field in raised.value.message_dict
    with acting_as(cast.dana.user, source="web"):
        for stance in ("dispute", "explain"):
            with pytest.raises(ValidationError):
                services.violation_answer(violation=violation, stance=stance, text=UNSEEN, now=timezone.now())

    pages = [
        new(signed_in(cast.alice), cast, curfew, what=UNSEEN),
        post(signed_in(cast.bob), "violation_decide", violation.uuid, outcome="dismissed", reason=UNSEEN),
        post(signed_in(cast.dana), "violation_answer", violation.uuid, stance="dispute", text=UNSEEN),
        post(signed_in(cast.alice), "violation_withdraw", violation.uuid, reason=UNSEEN),
    ]

    assert [list(page.context["form"].errors) for page in pages] == [["what"], ["reason"], ["text"], ["reason"]]
    assert rows() == dict.fromkeys(rows(), 0) | {"Violation": 1}


def test_answer_written_down_by_staff_is_told_to_the_resident(cast, violation):
    with acting_as(cast.alice, source="web"):
        answer = services.violation_answer(
            violation=violation, stance="explain", text="The bus did not come.", now=timezone.now()
        )

    assert answer.recorded_by == cast.alice
    kinds = dict(Notice.objects.values_list("user__username", "kind"))
    assert kinds == {"dana": "answer-written-down", "bob": "violation-answered", "olive": "violation-answered"}


def test_whoever_recorded_it_does_not_write_down_that_it_was_so(cast, violation):
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError) as raised:
        services.violation_answer(violation=violation, stance="accept", text="She says so.", now=timezone.now())
    assert refusal("stance", raised).startswith("You recorded it")
    assert rows()["Answer"] == 0

    for user in (cast.bob, cast.dana.user):
        with acting_as(user, source="web"):
            services.violation_answer(violation=violation, stance="accept", now=timezone.now())

    assert rows()["Answer"] == 2


# --- deciding -------------------------------------------------------------------------------------------------------


def test_decision_keeps_what_the_ladder_said_and_until_when_it_can_be_appealed(cast, violation, ladder):
    now = timezone.now()

    decision = decide(cast.bob, violation, terms="Talk on Friday", now=now)

    assert (decision.ladder, decision.time, decision.advised) == (ladder, 1, "verbal")
    assert (decision.consequence, decision.terms, decision.deviation) == ("verbal", "Talk on Friday", "")
    assert decision.appeal_until == now + timedelta(days=3)


def test_another_consequence_needs_a_written_reason(cast, violation, ladder):
    with pytest.raises(ValidationError) as raised:
        decide(cast.bob, violation, consequence="restriction", terms="In by nine.")
    assert refusal("deviation", raised) == "The ladder says verbal warning: say why not."
    assert rows()["Decision"] == 0

    decision = decide(
        cast.bob, violation, consequence="restriction", terms="In by nine.", deviation="The third night running."
    )

    assert (decision.advised, decision.consequence) == ("verbal", "restriction")
    assert decision.deviation == "The third night running."


def test_what_was_not_so_has_no_consequence(cast, violation, ladder):
    with pytest.raises(ValidationError) as raised:
        decide(cast.bob, violation, outcome="dismissed")
    assert "no consequence" in refusal("consequence", raised)

    decision = decide(cast.bob, violation, outcome="dismissed", consequence="")

    assert (decision.advised, decision.consequence, decision.ladder) == ("", "", None)


def test_whoever_recorded_it_and_whom_it_is_about_do_not_decide(cast, violation):
    also_manages(cast, cast.dana)

    with pytest.raises(PermissionDenied, match="You recorded it"):
        decide(cast.alice, violation)
    with pytest.raises(PermissionDenied):
        decide(cast.dana.user, violation)
    with acting_as(None, source="command"), pytest.raises(PermissionDenied, match="never a program"):
        services.violation_decide(violation=violation, outcome="dismissed", reason="by the clock", now=timezone.now())

    assert rows()["Decision"] == 0


def test_second_decision_is_refused(cast, violation):
    decide(cast.bob, violation)

    with pytest.raises(ValidationError, match="decided already"):
        decide(cast.olive, violation, outcome="dismissed", consequence="")

    assert Decision.objects.get().outcome == "upheld"


@pytest.mark.parametrize("facts", [{"reason": " "}, {"consequence": ""}, {"consequence": "prison"}])
def test_decision_without_reason_or_consequence_is_refused(cast, violation, facts):
    with pytest.raises(ValidationError):
        decide(cast.bob, violation, **facts)

    assert rows()["Decision"] == 0


# --- appealing ------------------------------------------------------------------------------------------------------


def test_appeal_is_decided_by_a_third_person(cast, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))

    with pytest.raises(PermissionDenied, match="You recorded the violation"):
        decide_appeal(cast.alice, row)
    with pytest.raises(PermissionDenied, match="You decided the violation"):
        decide_appeal(cast.bob, row)
    assert rows()["AppealDecision"] == 0
    decide_appeal(cast.olive, row)

    assert case_of(violation).outcome == "overturned"
    with pytest.raises(ValidationError, match="decided already"):
        decide_appeal(cast.olive, row, outcome="stands")


def test_appeal_after_its_time_is_refused_with_when_that_was(cast, violation):
    decision = decided(violation, by=cast.bob)

    with pytest.raises(ValidationError, match="time to appeal ended on .* and is over"):
        appeal(cast.dana.user, decision, now=decision.appeal_until + timedelta(seconds=1))
    assert rows()["Appeal"] == 0

    assert appeal(cast.dana.user, decision, now=decision.appeal_until).pk


def test_only_what_was_upheld_is_appealed_and_once(cast, violation, curfew):
    other = violation_of(cast.stay_of_dana, curfew, by=cast.alice)
    with pytest.raises(ValidationError, match="nothing to appeal"):
        appeal(cast.dana.user, decided(other, by=cast.bob, outcome="dismissed"))
    decision = decided(violation, by=cast.bob)
    appeal(cast.dana.user, decision)

    with pytest.raises(ValidationError, match="appealed already"):
        appeal(cast.dana.user, decision)

    assert rows()["Appeal"] == 1


def test_appeal_is_written_down_by_nobody_who_recorded_or_decided(cast, violation):
    decision = decided(violation, by=cast.bob)

    with pytest.raises(PermissionDenied, match="You recorded the violation"):
        appeal(cast.alice, decision)
    with pytest.raises(PermissionDenied, match="You decided the violation"):
        appeal(cast.bob, decision)
    assert rows()["Appeal"] == 0

    assert appeal(cast.olive, decision).recorded_by == cast.olive


@pytest.mark.parametrize("said", ["answer", "appeal"])
def test_whoever_wrote_down_what_the_resident_said_does_not_decide_the_appeal(cast, signed_in, violation, said):
    if said == "answer":
        with acting_as(cast.olive, source="web"):
            services.violation_answer(violation=violation, stance="explain", text="Late bus.", now=timezone.now())
    row = appeal(cast.olive if said == "appeal" else cast.dana.user, decided(violation, by=cast.bob))

    with pytest.raises(PermissionDenied, match="You wrote down what the resident said"):
        decide_appeal(cast.olive, row)
    client, way = signed_in(cast.olive), reverse("appeal_decide", args=[row.uuid])
    page = client.get(reverse("violation", args=[violation.uuid])).content.decode()
    answers = [client.get(way), client.post(way, {"outcome": "stands", "reason": "I said so."})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert way not in page
    assert "wrote down what the resident said, does not" in page
    assert rows()["AppealDecision"] == 0
    with acting_as(None, source="command"), transaction.atomic():
        grant(cast.charlie, RoleKind.MANAGER, cast.organization, cast.house_a)
    refused = client.get(way)
    assert (refused.status_code, "decides the appeal: Charlie Example." in refused.content.decode()) == (403, True)
    assert decide_appeal(cast.charlie, row).pk
    assert not Notice.objects.filter(user=cast.olive, kind="violation-appealed").exists()


def test_page_to_write_an_appeal_down_says_that_its_writer_does_not_decide_it(cast, signed_in, violation):
    decided(violation, by=cast.bob)
    way, client = reverse("violation_appeal_heard", args=[violation.uuid]), signed_in(cast.olive)
    alone = client.get(way).content.decode()
    with acting_as(None, source="command"), transaction.atomic():
        grant(cast.charlie, RoleKind.MANAGER, cast.organization, cast.house_a)

    assert "Whoever writes it down does not decide it, and nobody else can now" in alone
    assert "Whoever writes it down does not decide it. Who can: Charlie Example." in client.get(way).content.decode()


def test_chore_or_restriction_needs_what_exactly(cast, violation, signed_in):
    for consequence, words in (("chore", "Say which chore"), ("restriction", "Say what is restricted")):
        with pytest.raises(ValidationError) as raised:
            decide(cast.bob, violation, consequence=consequence, terms=" ")
        assert refusal("terms", raised).startswith(words)
    answer = post(
        signed_in(cast.bob), "violation_decide", violation.uuid, outcome="upheld", consequence="chore", reason="So."
    )
    assert list(answer.context["form"].errors) == ["terms"]
    assert rows()["Decision"] == 0
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))
    with pytest.raises(ValidationError) as raised:
        decide_appeal(cast.olive, row, outcome="changed", consequence="restriction")

    assert refusal("terms", raised).startswith("Say what is restricted")
    assert rows()["AppealDecision"] == 0


def test_appeal_changes_the_consequence_only_to_another(cast, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob, consequence="restriction"))

    with pytest.raises(ValidationError):
        decide_appeal(cast.olive, row, outcome="changed", consequence="restriction")
    with pytest.raises(ValidationError):
        decide_appeal(cast.olive, row, outcome="stands", consequence="verbal")
    decide_appeal(cast.olive, row, outcome="changed", consequence="chore", terms="The yard, Saturday")

    case = case_of(violation)
    assert (case.outcome, case.consequence, case.terms) == ("upheld", "chore", "The yard, Saturday")


# --- taking back ----------------------------------------------------------------------------------------------------


def test_violation_taken_back_can_neither_be_answered_nor_decided(cast, violation):
    with acting_as(cast.alice, source="web"):
        services.violation_withdraw(violation=violation, reason="The wrong Dana.", now=timezone.now())

    with pytest.raises(ValidationError, match="taken back"):
        decide(cast.bob, violation)
    with acting_as(cast.dana.user, source="web"), pytest.raises(ValidationError, match="taken back"):
        services.violation_answer(violation=violation, stance="accept", now=timezone.now())
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError, match="taken back"):
        services.violation_withdraw(violation=violation, reason="Again.", now=timezone.now())
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError, match="taken back"):
        services.attachment_add(violation=violation, data=a_photo(), caption="the door")
    assert case_of(violation).state == "withdrawn"
    assert "recorded by mistake" in Notice.objects.get(user=cast.dana.user).text


def test_nothing_is_done_about_what_was_recorded_in_a_stay_entered_by_mistake(cast, violation, curfew, signed_in):
    other = violation_of(cast.stay_of_dana, curfew, by=cast.alice)
    row = appeal(cast.dana.user, decided(other, by=cast.bob))
    decision = decided(violation_of(cast.stay_of_dana, curfew, by=cast.alice), by=cast.bob)
    with acting_as(None, source="command"), transaction.atomic():
        cast.stay_of_dana.uses.update(voided=True)
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(voided=True)
    before = rows()

    for act in (
        lambda: decide(cast.bob, violation),
        lambda: decide_appeal(cast.olive, row),
        lambda: appeal(cast.dana.user, decision),
        lambda: services.violation_answer(violation=violation, stance="accept", now=timezone.now()),
        lambda: services.attachment_add(violation=violation, data=a_photo(), caption="the door"),
        lambda: services.violation_withdraw(violation=violation, reason="x", now=timezone.now()),
    ):
        with acting_as(cast.bob, source="web"), pytest.raises(ValidationError, match="entered by mistake"):
            act()
    answer = post(signed_in(cast.bob), "violation_decide", violation.uuid, outcome="dismissed", reason="x")
    page = signed_in(cast.bob).get(reverse("violation", args=[violation.uuid])).content.decode()

    assert rows() == before
    assert "entered by mistake" in " ".join(answer.context["form"].non_field_errors())
    assert "The stay was entered by mistake" in page
    for name in ("violation_decide", "violation_answer_heard", "violation_withdraw", "violation_attach"):
        assert reverse(name, args=[violation.uuid]) not in page


def test_taking_back_needs_a_reason_and_another_person(cast, violation):
    also_manages(cast, cast.dana)

    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError):
        services.violation_withdraw(violation=violation, reason=" ", now=timezone.now())
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.violation_withdraw(violation=violation, reason="Not me.", now=timezone.now())

    assert rows()["ViolationWithdrawal"] == 0


def test_what_is_decided_is_taken_back_by_a_third_person_alone(cast, violation, signed_in):
    """Else whoever decided it could make away with what was appealed."""
    appeal(cast.dana.user, decided(violation, by=cast.bob))

    for hand in (cast.alice, cast.bob):
        with acting_as(hand, source="web"), pytest.raises(PermissionDenied, match="a third person takes it back"):
            services.violation_withdraw(violation=violation, reason="Another kitchen.", now=timezone.now())
        page = signed_in(hand).get(reverse("violation", args=[violation.uuid])).content.decode()
        assert reverse("violation_withdraw", args=[violation.uuid]) not in page
    assert rows()["ViolationWithdrawal"] == 0

    with acting_as(cast.olive, source="web"):
        services.violation_withdraw(violation=violation, reason="Another kitchen.", now=timezone.now())
    assert rows()["ViolationWithdrawal"] == 1


# --- attachments ----------------------------------------------------------------------------------------------------


def test_resident_adds_a_pdf_themselves(cast, violation):
    with acting_as(cast.dana.user, source="web"):
        attachment = services.attachment_add(violation=violation, data=PDF, caption="my work slip")

    assert attachment.file.content_type == store.PDF
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"bob", "olive"}


def test_attachments_have_an_end(cast, violation, monkeypatch):
    monkeypatch.setattr(services, "MOST_ATTACHMENTS", 1)
    with acting_as(cast.alice, source="web"):
        services.attachment_add(violation=violation, data=a_photo(), caption="one")
        with pytest.raises(ValidationError) as raised:
            services.attachment_add(violation=violation, data=a_photo(), caption="two")

    assert refusal("file", raised) == "There are 1 already."
    assert rows()["Attachment"] == 1


# --- pages: recording -----------------------------------------------------------------------------------------------


def post(client, name, uuid, /, **data):
    return client.post(reverse(name, args=[uuid]), data)


def new(client, cast, rule, /, **data):
    return post(
        client,
        "violation_new",
        cast.stay_of_dana.uuid,
        **({"rule": rule.uuid, "what": "Came in at one.", "happened_on": cast.today.isoformat()} | data),
    )


def test_page_to_record_offers_the_rules_that_bind_today_and_keeps_the_rest_folded(cast, signed_in, book):
    book.rules  # noqa: B018 -- published by the fixture
    answer = signed_in(cast.alice).get(reverse("violation_new", args=[cast.stay_of_dana.uuid]))

    form = answer.context["form"]
    assert [rule.number for rule in form.fields["rule"].queryset] == [1, 2, 3, 4]
    assert form["happened_on"].value() == cast.today
    assert not form.opens_more
    assert Look.objects.get().resident == cast.dana


def test_page_records_with_a_rule_and_words(cast, signed_in, curfew):
    answer = new(signed_in(cast.alice), cast, curfew)

    violation = Violation.objects.get()
    assert answer.url == reverse("violation", args=[violation.uuid])
    assert (violation.rule, violation.what, violation.happened_on) == (curfew, "Came in at one.", cast.today)


def test_page_records_all_there_is_to_say(cast, signed_in, curfew):
    photo = SimpleUploadedFile("../../x.php", a_photo(), "text/x-php")
    new(
        signed_in(cast.alice),
        cast,
        curfew,
        happened_on=ago(cast.house_a, 1).isoformat(),
        happened_at="23:40",
        place="Back door",
        response="Talked with her.",
        seen_by="Frank O.\n\nBob",
        in_confidence=f"{SECRET}\n",
        file=photo,
        caption="the door",
    )

    violation = Violation.objects.get()
    assert [str(row) for row in violation.reporters.all()] == ["Frank O.", "Bob", "a name that is withheld"]
    assert violation.attachments.get().file.content_type == store.JPEG


def test_page_offers_the_rules_of_the_chosen_day_and_keeps_what_was_typed(cast, signed_in, book):
    newer = published_book(cast.house_a, days_ago=20)
    signed(newer, cast.dana, days_ago=10)
    client = signed_in(cast.alice)

    answer = new(client, cast, newer.rules.get(number=2), happened_on=ago(cast.house_a, 15).isoformat())

    form = answer.context["form"]
    assert form.errors["rule"] == ["That rule did not bind them on this day. These are the ones that did."]
    assert {rule.book for rule in form.fields["rule"].queryset} == {book}
    assert b"Came in at one." in answer.content
    assert form.opens_more
    assert rows()["Violation"] == 0


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"rule": ""}, "rule"),
        ({"rule": "x"}, "rule"),
        ({"what": ""}, "what"),
        ({"happened_on": "yesterday"}, "happened_on"),
        ({"happened_on": "9999-12-31"}, "happened_on"),
        ({"place": "x" * 121}, "place"),
    ],
)
def test_page_refuses_what_is_wrong_beside_its_field(cast, signed_in, curfew, data, field):
    answer = new(signed_in(cast.alice), cast, curfew, **data)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert rows()["Violation"] == 0


@pytest.mark.parametrize("days", [41, -1], ids=["before the move-in", "tomorrow"])
def test_day_that_is_none_of_the_stay_is_wrong_and_not_the_rule(cast, signed_in, curfew, days):
    answer = new(signed_in(cast.alice), cast, curfew, happened_on=ago(cast.house_a, days).isoformat())

    form = answer.context["form"]
    assert list(form.errors) == ["happened_on"]
    words = f"moved in on {day_words(cast.stay_of_dana.starts_on)}" if days > 0 else "in the future"
    assert words in form.errors["happened_on"][0]
    assert form["rule"].value() == str(curfew.uuid)
    assert form.opens_more
    assert rows()["Violation"] == 0


def test_rules_to_choose_from_stand_under_what_they_are_about_and_the_words_come_first(cast, signed_in, book):
    client, way = signed_in(cast.alice), reverse("violation_new", args=[cast.stay_of_dana.uuid])

    fresh, wrong = client.get(way), client.post(way, {"what": ""})

    groups = list(fresh.context["form"]["rule"].field.choices)
    assert [(about, [label[:2] for _value, label in found]) for about, found in groups] == [
        ("Alcohol and drugs", ["1."]),
        ("Respect", ["4."]),
        ("Curfew and nights away", ["2."]),
        ("Chores", ["3."]),
    ]
    page = fresh.content.decode()
    assert page.count("<legend>Curfew and nights away</legend>") == 1
    assert [line for line in page.splitlines() if "autofocus" in line] == [
        line for line in page.splitlines() if '<textarea name="what"' in line
    ]
    assert 'href="#id_rule_0"' in wrong.content.decode()
    assert wrong.content.decode().count('id="id_rule_0"') == 1
    assert '<textarea name="what"' in wrong.content.decode()
    assert wrong.content.decode().count("autofocus") == 1  # what is to be put right


def test_photo_without_words_is_refused(cast, signed_in, curfew):
    answer = new(signed_in(cast.alice), cast, curfew, file=SimpleUploadedFile("a.jpg", a_photo()))

    assert answer.context["form"].errors["caption"] == ["Say what it shows."]
    assert rows()["Violation"] == 0


def test_page_says_who_has_signed_nothing(cast, signed_in):
    published_book(cast.house_a)

    answer = signed_in(cast.alice).get(reverse("violation_new", args=[cast.stay_of_dana.uuid]))

    assert "Dana R. has signed no rule book" in answer.content.decode()


# --- pages: who may ------------------------------------------------------------------------------------------------

STEPS = {
    "violation_answer": {"stance": "accept"},
    "violation_answer_heard": {"stance": "accept"},
    "violation_decide": {"outcome": "dismissed", "reason": "Nobody saw it."},
    "violation_appeal": {"text": "I was at work."},
    "violation_appeal_heard": {"text": "I was at work."},
    "violation_withdraw": {"reason": "The wrong Dana."},
    "violation_attach": {},
    "violation_attach_own": {},
}


@pytest.mark.parametrize("name", [*STEPS, "violation"])
@pytest.mark.parametrize("stranger", ["charlie", "erin", "frank", "oscar"])
def test_violation_does_not_exist_for_others(cast, signed_in, violation, name, stranger):
    decided(violation, by=cast.bob)
    client, before = signed_in(getattr(cast, stranger)), rows()

    assert client.get(reverse(name, args=[violation.uuid])).status_code == 404
    assert post(client, name, violation.uuid, **STEPS.get(name, {})).status_code == 404
    assert rows() == before
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *((name, "audra") for name in STEPS),
        *((name, "alice") for name in ("violation_answer", "violation_appeal", "violation_attach_own")),
        *(
            (name, "dana")
            for name in (
                "violation_answer_heard",
                "violation_decide",
                "violation_appeal_heard",
                "violation_withdraw",
                "violation_attach",
            )
        ),
    ],
)
def test_step_of_somebody_else_is_forbidden(cast, signed_in, violation, name, who):
    client, before = signed_in(getattr(cast, who)), rows()

    assert client.get(reverse(name, args=[violation.uuid])).status_code == 403
    assert post(client, name, violation.uuid, **STEPS[name]).status_code == 403
    assert rows() == before


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("audra", 403), ("dana", 403), ("frank", 404)])
def test_only_those_who_run_the_house_record(cast, signed_in, curfew, who, status):
    assert new(signed_in(getattr(cast, who)), cast, curfew).status_code == status
    assert rows()["Violation"] == 0


def test_manager_does_not_record_about_themselves_on_a_page(cast, signed_in, curfew):
    also_manages(cast, cast.dana)

    assert new(signed_in(cast.dana), cast, curfew).status_code == 403
    assert rows()["Violation"] == 0


# --- pages: the steps -----------------------------------------------------------------------------------------------


def test_steps_lead_from_recording_to_the_last_word(cast, signed_in, violation, ladder):
    dana, bob, olive = signed_in(cast.dana), signed_in(cast.bob), signed_in(cast.olive)
    page = reverse("violation", args=[violation.uuid])

    answers = [
        post(dana, "violation_answer", violation.uuid, stance="explain", text="The last bus did not come."),
        post(bob, "violation_decide", violation.uuid, outcome="upheld", consequence="verbal", reason="It was so."),
        post(dana, "violation_appeal", violation.uuid, text="Here is the bus company's note."),
    ]
    answers.append(
        post(olive, "appeal_decide", Appeal.objects.get().uuid, outcome="overturned", reason="The note says so.")
    )

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page)] * 4
    told = olive.get(page)
    assert [moment.title for moment in told.context["moments"]] == [
        "Recorded",
        "Answer: there is more to it",
        "Upheld: it was so",
        "Appealed",
        "On appeal: the decision is overturned",
    ]
    assert told.context["case"].state == "closed"


@pytest.mark.parametrize(
    ("name", "who", "data", "field"),
    [
        ("violation_answer", "dana", {"stance": "dispute", "text": ""}, "text"),
        ("violation_answer", "dana", {"stance": "maybe", "text": "Hm."}, "stance"),
        ("violation_answer_heard", "alice", {"stance": ""}, "stance"),
        ("violation_decide", "bob", {"outcome": "upheld", "consequence": "written", "reason": "So."}, "deviation"),
        ("violation_decide", "bob", {"outcome": "upheld", "consequence": "chore", "terms": ""}, "reason"),
        ("violation_decide", "bob", {"outcome": "upheld", "reason": "So."}, "consequence"),
        ("violation_decide", "bob", {"outcome": "", "reason": "So."}, "outcome"),
        ("violation_withdraw", "alice", {"reason": ""}, "reason"),
        ("violation_attach", "alice", {"caption": "the door"}, "file"),
    ],
)
def test_step_refuses_what_is_wrong_and_keeps_what_was_typed(
    cast, signed_in, violation, ladder, name, who, data, field
):
    before = rows()

    answer = post(signed_in(getattr(cast, who)), name, violation.uuid, **data)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert {key: answer.context["form"][key].value() for key in data} == data
    assert rows() == before


def test_recorder_is_shown_who_decides_and_cannot(cast, signed_in, violation):
    client = signed_in(cast.alice)

    answers = [
        client.get(reverse("violation_decide", args=[violation.uuid])),
        post(client, "violation_decide", violation.uuid, outcome="dismissed", reason="Mine."),
        post(client, "violation_decide", violation.uuid),
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert "You recorded it, so somebody else decides: Bob Example, Olive Example." in answer.content.decode()
    assert rows()["Decision"] == 0


def test_decider_is_shown_who_decides_the_appeal(cast, signed_in, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))
    client = signed_in(cast.bob)

    answers = [
        client.get(reverse("appeal_decide", args=[row.uuid])),
        post(client, "appeal_decide", row.uuid, outcome="stands", reason="I said so."),
        post(client, "appeal_decide", row.uuid),
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert "a third person decides the appeal: Olive Example." in answer.content.decode()
    assert rows()["AppealDecision"] == 0


def test_page_of_what_is_decided_already_leads_to_its_story(cast, signed_in, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))
    decide_appeal(cast.olive, row)
    client, page = signed_in(cast.olive), reverse("violation", args=[violation.uuid])

    for name, uuid in (("violation_decide", violation.uuid), ("appeal_decide", row.uuid)):
        answer = client.get(reverse(name, args=[uuid]), follow=True)
        assert answer.redirect_chain == [(page, 302)]
        assert "It is decided already." in answer.content.decode()


def test_whoever_decided_first_keeps_their_words_and_the_second_is_shown_theirs(cast, signed_in, violation):
    decided(violation, by=cast.bob)

    answer = post(signed_in(cast.olive), "violation_decide", violation.uuid, outcome="dismissed", reason="I saw it.")

    assert answer.status_code == 200
    assert "It is decided already, and stays so" in answer.content.decode()
    assert answer.context["form"]["reason"].value() == "I saw it."


def test_nothing_is_chosen_beforehand_where_the_ladder_says_something(cast, signed_in, violation, ladder):
    page = signed_in(cast.bob).get(reverse("violation_decide", args=[violation.uuid]))

    assert page.context["form"]["consequence"].initial is None
    assert " checked" not in page.content.decode()
    assert "The ladder says: verbal warning." in page.content.decode()


def test_page_says_that_it_waits_because_nobody_else_may_decide(cast, signed_in, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))
    leaves(cast.olive)

    page = signed_in(cast.bob).get(reverse("violation", args=[violation.uuid])).content.decode()
    own = signed_in(cast.dana).get(reverse("violation", args=[violation.uuid])).content.decode()

    assert row.pk
    assert "Another person, manager or operator, is needed." in page
    assert "Another person, manager or operator, is needed." in own


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("erin", 404), ("audra", 403), ("dana", 403)])
def test_appeal_is_decided_only_by_those_who_decide(cast, signed_in, violation, who, status):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob))

    answer = post(signed_in(getattr(cast, who)), "appeal_decide", row.uuid, outcome="stands", reason="x")

    assert answer.status_code == status
    assert rows()["AppealDecision"] == 0


def test_appeal_out_of_time_says_so_on_its_page(cast, signed_in, violation):
    decided(violation, by=cast.bob, appeal_days=-1)
    client = signed_in(cast.dana)

    page = client.get(reverse("violation_appeal", args=[violation.uuid])).content.decode()
    answer = post(client, "violation_appeal", violation.uuid, text="Still.")

    assert "The time to appeal ended on" in page
    assert answer.status_code == 200
    assert rows()["Appeal"] == 0


def test_appeal_before_a_decision_is_refused(cast, signed_in, violation):
    answer = post(signed_in(cast.dana), "violation_appeal", violation.uuid, text="Already.")

    assert "Nothing is decided yet" in answer.content.decode()
    assert rows()["Appeal"] == 0


def test_appeal_told_by_word_of_mouth_is_written_down(cast, signed_in, violation):
    decided(violation, by=cast.bob)

    post(signed_in(cast.olive), "violation_appeal_heard", violation.uuid, text="She says she was at work.")

    row = Appeal.objects.get()
    assert (row.recorded_by, row.text) == (cast.olive, "She says she was at work.")
    assert Notice.objects.get(user=cast.dana.user).kind == "appeal-written-down"


@pytest.mark.parametrize(("who", "words"), [("alice", "You recorded it"), ("bob", "You decided it")])
def test_page_says_who_can_write_down_an_appeal(cast, signed_in, violation, who, words):
    decided(violation, by=cast.bob)
    client, way = signed_in(getattr(cast, who)), reverse("violation_appeal_heard", args=[violation.uuid])

    page, story = client.get(way), client.get(reverse("violation", args=[violation.uuid]))
    answer = client.post(way, {"text": "She says she was at work."})

    assert f"{words}: they appeal themselves, or tell somebody else." in page.content.decode()
    assert "Who can write it down: Olive Example." in page.content.decode()
    assert way not in story.content.decode()
    assert way in signed_in(cast.olive).get(reverse("violation", args=[violation.uuid])).content.decode()
    assert answer.status_code == 403
    assert rows()["Appeal"] == 0


def test_page_offers_whoever_recorded_it_no_word_that_it_was_so(cast, signed_in, violation):
    def offered(user) -> list[str]:
        form = signed_in(user).get(reverse("violation_answer_heard", args=[violation.uuid])).context["form"]
        return [value for value, _label in form.fields["stance"].choices]

    assert offered(cast.alice) == ["dispute", "explain"]
    assert offered(cast.bob) == ["accept", "dispute", "explain"]

    answer = post(signed_in(cast.alice), "violation_answer_heard", violation.uuid, stance="accept")

    assert "stance" in answer.context["form"].errors
    assert rows()["Answer"] == 0


def test_page_shows_what_is_appealed_as_such(cast, signed_in, violation):
    row = appeal(cast.dana.user, decided(violation, by=cast.bob, consequence="contract"))
    client, contract = signed_in(cast.alice), reverse("contract_new", args=[cast.stay_of_dana.uuid])

    page = client.get(reverse("violation", args=[violation.uuid])).content.decode()
    decide_appeal(cast.olive, row, outcome="stands")
    after = client.get(reverse("violation", args=[violation.uuid])).content.decode()

    said = "The decision that is appealed: behavioral contract. It does not hold before the appeal is decided."
    assert (said in page, contract in page) == (True, False)
    assert (said in after, contract in after) == (False, True)


@pytest.mark.parametrize(
    ("name", "who"), [("violation_new", "alice"), ("violation_attach", "alice"), ("violation_attach_own", "dana")]
)
def test_page_warns_that_a_pdf_keeps_who_made_it(cast, signed_in, violation, name, who):
    about = cast.stay_of_dana if name == "violation_new" else violation

    page = signed_in(getattr(cast, who)).get(reverse(name, args=[about.uuid]))

    assert "A PDF keeps who made it" in str(page.context["form"].fields["file"].help_text)
    assert "A PDF keeps who made it" in page.content.decode()


# --- attachments on pages -------------------------------------------------------------------------------------------


def test_photo_is_served_in_scope_only_and_a_look_at_it_is_kept(cast, signed_in, violation):
    post(
        signed_in(cast.alice),
        "violation_attach",
        violation.uuid,
        file=SimpleUploadedFile("a.jpg", a_photo()),
        caption="the door",
    )
    url = reverse("attachment", args=[Attachment.objects.get().uuid])

    statuses = {
        who: signed_in(getattr(cast, who)).get(url).status_code
        for who in ("alice", "olive", "audra", "dana", "charlie", "frank", "erin", "oscar")
    }

    assert statuses == {"alice": 200, "olive": 200, "audra": 200, "dana": 200} | dict.fromkeys(
        ("charlie", "frank", "erin", "oscar"), 404
    )
    served = signed_in(cast.dana).get(url)
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in served["Content-Security-Policy"]
    assert set(Look.objects.values_list("actor_label", flat=True)) == {
        user.actor_label for user in (cast.alice, cast.olive, cast.audra)
    }


def test_pdf_of_somebody_else_is_taken_along_not_opened(cast, signed_in, violation):
    post(
        signed_in(cast.dana),
        "violation_attach_own",
        violation.uuid,
        file=SimpleUploadedFile("slip.pdf", PDF),
        caption="my work slip",
    )

    served = signed_in(cast.alice).get(reverse("attachment", args=[Attachment.objects.get().uuid]))

    assert served["Content-Disposition"] == 'attachment; filename="attachment.pdf"'


def test_lost_file_is_none(cast, signed_in, violation, caplog):
    with acting_as(cast.alice, source="web"):
        attachment = services.attachment_add(violation=violation, data=a_photo(), caption="the door")
    store.path_of(attachment.file.digest).unlink()

    answer = signed_in(cast.alice).get(reverse("attachment", args=[attachment.uuid]))

    assert answer.status_code == 404
    assert "A stored file is damaged." in caplog.text


# --- the list of a house --------------------------------------------------------------------------------------------


def test_list_shows_what_waits_what_is_decided_or_all(cast, signed_in, curfew):
    waiting, done, appealed, back = (violation_of(cast.stay_of_dana, curfew, by=cast.alice) for _ in range(4))
    decided(done, by=cast.bob)
    appeal(cast.dana.user, decided(appealed, by=cast.bob))
    with acting_as(cast.alice, source="web"):
        services.violation_withdraw(violation=back, reason="The wrong Dana.", now=timezone.now())
    client = signed_in(cast.bob)

    def shown(**query):
        rows = client.get(reverse("violations", args=[cast.house_a.uuid]), query).context["rows"]
        return {row.url.split("/")[-2]: row.button for row in rows}

    assert shown() == {str(waiting.uuid): "Decide", str(appealed.uuid): ""}
    assert shown(show="decided") == {str(done.uuid): ""}
    assert set(shown(show="all")) == {str(each.uuid) for each in (waiting, done, appealed, back)}
    assert shown(show="nonsense") == shown()


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("erin", 404), ("dana", 403), ("frank", 403)])
def test_list_is_for_staff_of_the_house(cast, signed_in, violation, who, status):
    assert signed_in(getattr(cast, who)).get(reverse("violations", args=[cast.house_a.uuid])).status_code == status


def test_list_leads_to_recording_about_those_who_live_here_but_oneself(cast, signed_in):
    also_manages(cast, cast.dana)
    way = reverse("violations", args=[cast.house_a.uuid])
    forms = {stay.name: reverse("violation_new", args=[stay.uuid]) for stay in Stay.objects.all()}

    def offered(user) -> set[str]:
        page = signed_in(user).get(way).content.decode()
        return {name for name, form in forms.items() if form in page}

    assert offered(cast.alice) == {"Dana Renner", "Frank Osei"}
    assert offered(cast.dana) == {"Frank Osei"}
    assert offered(cast.audra) == set()


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_costs_the_same_however_long(cast, signed_in, curfew, item_count, django_assert_num_queries):
    for _n in range(item_count):
        appeal(cast.dana.user, decided(violation_of(cast.stay_of_dana, curfew, by=cast.alice), by=cast.bob))
    client = signed_in(cast.bob)
    client.get(reverse("violations", args=[cast.house_a.uuid]))

    with django_assert_num_queries(12):
        page = client.get(reverse("violations", args=[cast.house_a.uuid]))

    assert len(page.context["rows"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_story_costs_the_same_however_much_was_said(cast, signed_in, violation, item_count, django_assert_num_queries):
    with acting_as(cast.dana.user, source="web"):
        for n in range(item_count):
            services.violation_answer(violation=violation, stance="explain", text=f"{n}", now=timezone.now())
            services.attachment_add(violation=violation, data=a_photo(), caption=f"{n}")
    client = signed_in(cast.bob)
    client.get(reverse("violation", args=[violation.uuid]))

    with django_assert_num_queries(15):
        client.get(reverse("violation", args=[violation.uuid]))


# --- names given in confidence --------------------------------------------------------------------------------------


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def all_that_dana_reads(cast, client, violation) -> str:
    """Every page, file and answer about it that its resident can open, as text: pages, histories, their whole record
    (to read, to print and for a machine), what the API says, and what is attached."""
    reporter = violation.reporters.get(confidential=True)
    pdf = client.get(reverse("my_record_pdf"))
    files = [client.get(reverse("attachment", args=[row.uuid])) for row in violation.attachments.all()]
    assert [answer.status_code for answer in (pdf, *files)] == [200] * (1 + len(files))
    assert files
    read = [
        client.get(reverse("violation", args=[violation.uuid])),
        client.get(reverse("violation_answer", args=[violation.uuid])),
        client.get(reverse("violation_appeal", args=[violation.uuid])),
        client.get(reverse("history", args=["violation", violation.uuid])),
        client.get(reverse("history", args=["stay", violation.stay.uuid])),
        client.get(reverse("my_week")),
        client.get(reverse("my_record")),
        client.get(reverse("my_record_json")),
        client.get(reverse("notices")),
        client.get(reverse("api_violations")),
        client.get(reverse("api_violation", args=[violation.uuid])),
    ]
    assert [answer.status_code for answer in read] == [200] * len(read)
    assert client.get(reverse("history", args=["reporter", reporter.uuid])).status_code == 404
    notices = "\n".join(Notice.objects.filter(user=cast.dana.user).values_list("text", flat=True))
    raw = [answer.content.decode("latin-1") for answer in (pdf, *files)]
    return "\n".join([answer.content.decode() for answer in read] + [notices, words_of(pdf.content), *raw])


@pytest.mark.parametrize("is_manager", [False, True], ids=["resident", "resident who manages the house"])
def test_name_given_in_confidence_never_reaches_the_resident(cast, signed_in, curfew, is_manager):
    if is_manager:
        also_manages(cast, cast.dana)
    violation = recorded_by(
        cast.alice,
        cast.stay_of_dana,
        curfew,
        reporters=[("Frank O.", False), (SECRET, True)],
        attachments=[(a_photo(SECRET), "the door")],
    )

    told = all_that_dana_reads(cast, signed_in(cast.dana), violation)

    assert "Quillfeather" not in told
    assert "Frank O." in told
    assert "a person whose name is withheld" in told
    assert "a name is withheld" in told


def test_name_given_in_confidence_is_read_by_those_who_decide(cast, signed_in, curfew):
    violation = recorded_by(cast.alice, cast.stay_of_dana, curfew, reporters=[(SECRET, True)])

    told = signed_in(cast.bob).get(reverse("violation", args=[violation.uuid])).content.decode()

    assert f"{SECRET} (in confidence)" in told


def test_page_is_a_look_and_ones_own_is_none(cast, signed_in, violation):
    signed_in(cast.dana).get(reverse("violation", args=[violation.uuid]))
    assert not Look.objects.exists()

    signed_in(cast.audra).get(reverse("violation", args=[violation.uuid]))

    [look] = Look.objects.all()
    assert (look.resident, look.actor_id, look.detail) == (cast.dana, cast.audra.pk, "a violation")


def test_house_that_somebody_left_does_not_learn_their_new_name(cast, signed_in, book, curfew, ladder):
    """Whoever moved to house B and is called otherwise now: no page of house A about what happened there tells it."""
    waits, heard, done, again = (violation_of(cast.stay_of_dana, curfew, by=cast.alice) for _n in range(4))
    decided(done, by=cast.bob, consequence="contract")
    decided(heard, by=cast.bob)
    row = appeal(cast.dana.user, decided(again, by=cast.bob))
    with acting_as(cast.olive, source="web"):
        contract = contract_make(
            stay=cast.stay_of_dana,
            violation=done,
            terms="In by ten.",
            starts_on=cast.today,
            ends_on=cast.today + timedelta(days=30),
            review_on=cast.today + timedelta(days=14),
            now=timezone.now(),
        )
        draft = ladders.ladder_draft(house=cast.house_a)
        transfer(
            stay=cast.stay_of_dana, bed=cast.bed_b("2B"), on=cast.today, reason="Nearer to work.", today=cast.today
        )
        resident_change(
            resident=Resident.objects.get(pk=cast.dana.pk),
            changes={"preferred_name": "Zelda", "legal_last_name": "Quimby"},
            reason="married",
            today=cast.today,
        )
    signature = book.acknowledgements.get(resident=cast.dana)
    of_stay, of_house = [cast.stay_of_dana.uuid], [cast.house_a.uuid]
    client, read = signed_in(cast.bob), {}
    read["appeal_decide", row.uuid] = signed_in(cast.olive).get(reverse("appeal_decide", args=[row.uuid]))
    for violation in (waits, heard, done, again):
        for name in ("violation", *STEPS, "review_opinion", "violation_notice_issue"):
            read[name, violation.pk] = client.get(reverse(name, args=[violation.uuid]))
        read["history", violation.pk] = client.get(reverse("history", args=["violation", violation.uuid]))
    for name, args in (
        *((name, of_house) for name in ("house_today", "consistency", "ladder", "books", "orientations")),
        *((name, of_stay) for name in ("violation_new", "contract_new", "book_sign_paper", "orientation")),
        *((name, [contract.uuid]) for name in ("contract", "contract_paper", "contract_review", "contract_issue")),
        *((name, [signature.uuid]) for name in ("signature", "signature_undo", "acknowledgement_issue")),
        *((name, [draft.uuid]) for name in ("ladder_draft", "ladder_line", "ladder_change", "ladder_publish")),
        ("signatures", [book.uuid]),
        ("history", ["contract", contract.uuid]),
        ("history", ["acknowledgement", signature.uuid]),
    ):
        read[name, args[-1]] = client.get(reverse(name, args=args))
    for show in ("open", "decided", "all"):
        read["violations", show] = client.get(reverse("violations", args=of_house), {"show": show})
    read["refused", 1] = new(client, cast, curfew, happened_on=(cast.today - timedelta(days=300)).isoformat())

    open_to_them = {key: answer.content.decode() for key, answer in read.items() if answer.status_code == 200}
    assert {
        *("violation", "violation_answer_heard", "violation_decide", "violation_appeal_heard", "violations"),
        *("appeal_decide", "review_opinion", "contract", "ladder", "signature", "signatures", "history"),
    } <= {name for name, _about in open_to_them}
    assert "Dana R" in open_to_them["violation_appeal_heard", heard.pk]
    assert [key for key, text in open_to_them.items() if "Zelda" in text or "Quimby" in text] == []
