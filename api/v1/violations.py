"""What is said to be a breach of a rule, and what becomes of it. What is posted goes through the services that the
pages use.

Residents read their own with their own key, answer and appeal. A name given in confidence is told to staff, and to the
resident never: only that one is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Clock, Day, Id, Strict, Text
from api.v1 import shapes_of_rules as told
from api.v1.people import NeededReason, named
from api.v1.records import OF_STAY, RecordQuery, at, head, narrowed, people_of, recorded, stay_meant
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules import models as rows
from residents.rules.queries.cases import Case, cases, open_only
from residents.rules.queries.contracts import review_outcome
from residents.rules.services import reviews, violations
from residents.rules.services.violations import MOST_ATTACHMENTS

MOST_REPORTERS = 20
RELATED = (*OF_STAY, "rule__book", "withdrawal", "decision", "decision__appeal", "decision__appeal__decision_on_it")
OF_APPEAL = tuple(f"decision__violation__{name}" for name in OF_STAY)


class ViolationQuery(RecordQuery):
    open = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that wait for a decision or one on an appeal, or the rest.")
    )


class ReporterIn(Strict):
    name = Text(max_length=120)
    confidential = serializers.BooleanField(
        default=False, help_text=gettext_lazy("The name is withheld from the resident.")
    )


class ViolationIn(Strict):
    """What is said to be a breach of one rule of the book that bound the resident that day."""

    stay = Id()
    rule = Id()
    happened_on = Day()
    happened_at = Clock(required=False, allow_null=True, help_text=gettext_lazy("By the house's clock: `22:30`."))
    place = Text(max_length=120, required=False, allow_blank=True)
    what = Text(max_length=4000, help_text=gettext_lazy("What was seen and heard, not what it means."))
    response = Text(max_length=500, required=False, allow_blank=True, help_text=gettext_lazy("What was done at once."))
    reporters = ReporterIn(
        many=True, required=False, max_length=MOST_REPORTERS, help_text=gettext_lazy("Who saw it, or told of it.")
    )


class OfViolation(Endpoint):
    """Tells one violation whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        violation = call.row(rows.Violation, uuid, *RELATED)
        note_look(violation.stay.resident, Look.What.API, user=call.user, detail=_("a violation of theirs"))
        body = whole(violation, call)
        return Answer(body=body, about=violation.uuid, location=reverse("api_violation", args=[violation.uuid]))


class Violations(OfViolation):
    @operation(id="violations_list", summary="List violations", query=ViolationQuery, gives=(told.Violations,))
    def get(self, call: Call) -> Answer:
        """Every violation in your houses, those taken back too, in the order in which they were written down. A
        resident is told their own. What is not decided says nothing about guilt."""
        found = narrowed(call.rows(rows.Violation), call.query)
        if "open" in call.query:
            waiting: QuerySet = open_only(call.rows(rows.Violation)).values("pk")
            found = found.filter(pk__in=waiting) if call.query["open"] else found.exclude(pk__in=waiting)
        page, following = call.page(found.select_related(*RELATED))
        return Answer(body={"items": lines(page, call), "next": following})

    @operation(
        id="violations_record",
        summary="Record a violation",
        body=ViolationIn,
        gives=(told.Violation,),
        status=201,
        example={
            "stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
            "rule": "5a1c9e3d-7b2f-4d60-8e4a-1c3f5b7d9e02",
            "happened_on": "2026-06-12",
            "happened_at": "23:40",
            "place": "kitchen",
            "what": "Came in at twenty to twelve; curfew was at eleven.",
            "reporters": [{"name": "Sam Lund", "confidential": True}],
        },
    )
    def post(self, call: Call) -> Answer:
        """The resident is told at once, and can answer. A rule that was not in the book that bound them that day is
        refused."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        rule = named(call, "rule", rows.Rule, data.pop("rule"), "book")
        reporters = [(each["name"], each["confidential"]) for each in data.pop("reporters", ())]
        violation = violations.violation_record(stay=stay, rule=rule, reporters=reporters, now=call.now, **data)
        return self.again(call, violation.uuid)


class Violation(OfViolation):
    @operation(id="violations_read", summary="Read a violation", gives=(told.Violation,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One violation from recording to the last word. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class AnswerIn(Strict):
    stance = serializers.ChoiceField(
        rows.Answer.Stance.choices,
        required=False,
        help_text=gettext_lazy("Needed the first time; later the one taken before stands unless it is changed."),
    )
    text = Text(
        max_length=4000,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("In their words; needed unless they accept."),
    )


class ViolationAnswer(OfViolation):
    @operation(
        id="violations_answer",
        summary="Answer a violation",
        body=AnswerIn,
        gives=(told.Violation,),
        example={"stance": "explain", "text": "The bus did not come; I called the house at half past ten."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The resident says what they say to it, until it is decided; staff write down what they were told by word of
        mouth. That it was so is not written down by whoever recorded it."""
        violation = call.row(rows.Violation, uuid, *OF_STAY)
        violations.violation_answer(violation=violation, now=call.now, **call.data)
        return self.again(call, uuid)


class ViolationDecisionIn(Strict):
    outcome = serializers.ChoiceField(rows.Decision.Outcome.choices)
    consequence = serializers.ChoiceField(
        rows.Consequence.choices, required=False, help_text=gettext_lazy("Needed where it is upheld.")
    )
    terms = Text(max_length=1000, required=False, allow_blank=True, help_text=gettext_lazy("Which chore, until when …"))
    reason = Text(max_length=4000)
    deviation = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Why not what the ladder says; needed where it is another consequence."),
    )


class ViolationDecide(OfViolation):
    @operation(
        id="violations_decide",
        summary="Decide a violation",
        body=ViolationDecisionIn,
        gives=(told.Violation,),
        example={"outcome": "upheld", "consequence": "verbal", "reason": "They say so themselves."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Once, by somebody who neither recorded it nor is whom it is about. A consequence other than the ladder's
        needs `deviation`."""
        violation = call.row(rows.Violation, uuid, *OF_STAY)
        violations.violation_decide(violation=violation, now=call.now, **call.data)
        return self.again(call, uuid)


class AppealIn(Strict):
    text = Text(max_length=4000, help_text=gettext_lazy("Why it should be decided again."))


class ViolationAppeal(OfViolation):
    @operation(
        id="violations_appeal",
        summary="Appeal a decision",
        body=AppealIn,
        gives=(told.Violation,),
        example={"text": "I had called the house; the house phone shows it."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The resident asks somebody else to decide again, until `appeal_until`; staff who neither recorded nor decided
        it write down what they were told by word of mouth."""
        violation = call.row(rows.Violation, uuid, *RELATED)
        decision = getattr(violation, "decision", None)
        if decision is None:
            raise ValidationError(_("It is not decided yet: what is said to it until then is an answer."))
        violations.violation_appeal(decision=decision, now=call.now, **call.data)
        return self.again(call, uuid)


class AppealDecisionIn(Strict):
    outcome = serializers.ChoiceField(rows.AppealDecision.Outcome.choices)
    consequence = serializers.ChoiceField(
        rows.Consequence.choices, required=False, help_text=gettext_lazy("Only where it becomes another.")
    )
    terms = Text(max_length=1000, required=False, allow_blank=True)
    reason = Text(max_length=4000)


class AppealDecide(OfViolation):
    @operation(
        id="violations_decide_appeal",
        summary="Decide an appeal",
        body=AppealDecisionIn,
        gives=(told.Violation,),
        example={"outcome": "overturned", "reason": "The call is in the log of the house phone."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Once, by somebody who neither recorded nor decided the violation, nor wrote down what the resident said, nor
        is whom it is about. Named by the `uuid` of the appeal."""
        appeal = call.row(rows.Appeal, uuid, "house", *OF_APPEAL)
        violations.appeal_decide(appeal=appeal, now=call.now, **call.data)
        return self.again(call, appeal.decision.violation.uuid)


class OpinionIn(Strict):
    leaves = serializers.BooleanField(help_text=gettext_lazy("Whether they must leave."))
    reason = Text(max_length=4000)
    terms = Text(max_length=1000, required=False, allow_blank=True, help_text=gettext_lazy("On which terms they stay."))


class ViolationOpinion(OfViolation):
    @operation(
        id="violations_opinion",
        summary="Speak in a discharge review",
        body=OpinionIn,
        gives=(told.Violation,),
        example={
            "leaves": False,
            "reason": "They asked for help the same night.",
            "terms": "Sees the counsellor weekly.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Two people who say that the resident must leave make it so; one who says that they stay ends the review.
        Whoever recorded or decided the violation is none of them."""
        violation = call.row(rows.Violation, uuid, *OF_STAY)
        reviews.opinion_give(violation=violation, now=call.now, **call.data)
        return self.again(call, uuid)


class ViolationWithdraw(OfViolation):
    @operation(
        id="violations_withdraw",
        summary="Take a violation back",
        body=NeededReason,
        gives=(told.Violation,),
        example={"reason": "Written down for the wrong resident."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It was recorded by mistake: it counts no more, and stays on record."""
        violation = call.row(rows.Violation, uuid, *OF_STAY)
        violations.violation_withdraw(violation=violation, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def lines(page: Sequence[rows.Violation], call: Call) -> list[dict[str, Any]]:
    """These violations as a list shows them. The same queries, however many."""
    people = people_of(page, call)
    return [_line(case, people) for case in cases(page, now=call.now)]


def _line(case: Case, people: Mapping[int, str]) -> dict[str, Any]:
    violation, rule = case.violation, case.violation.rule
    return head(violation, people) | {
        "rule": {
            "uuid": str(rule.uuid),
            "book": str(rule.book.uuid),
            "number": rule.number,
            "category": rule.category,
            "severity": rule.severity,
            "title": rule.title,
        },
        "happened_on": violation.happened_on.isoformat(),
        "state": case.state,
        "outcome": str(case.outcome),
        "consequence": case.consequence,
    }


def whole(violation: rows.Violation, call: Call) -> dict[str, Any]:
    """One violation and everything that became of it, as far as whoever asks may know it."""
    (case,) = cases([violation], now=call.now)
    house = violation.house
    opinions = (
        rows.ReviewOpinion.objects.visible_to(call.user).filter(violation=violation).order_by("recorded_at", "id")
    )
    attached = rows.Attachment.objects.visible_to(call.user).filter(violation=violation).order_by("recorded_at", "id")
    return (
        _line(case, people_of([violation], call))
        | recorded(violation, house)
        | {
            "happened_at": f"{violation.happened_at:%H:%M}" if violation.happened_at else None,
            "place": violation.place,
            "what": violation.what,
            "response": violation.response,
            "waits_for": case.waits_for,
            "reporters": reporters(violation, call),
            "attachments": [{"uuid": str(row.uuid), "caption": row.caption} for row in attached[:MOST_ATTACHMENTS]],
            "answers": [{"stance": row.stance, "text": row.text} | recorded(row, house) for row in case.answers],
            "decision": _decision(case),
            "appeal": _appeal(case),
            "review": review_outcome(violation),
            "opinions": [
                {"leaves": row.leaves, "reason": row.reason, "terms": row.terms} | recorded(row, house)
                for row in opinions
            ],
            "withdrawal": {"reason": case.withdrawal.reason} | recorded(case.withdrawal, house)
            if case.withdrawal
            else None,
        }
    )


def reporters(violation: rows.Violation, call: Call) -> list[dict[str, Any]]:
    """Who saw it, in the order in which they were written down. Of a name that whoever asks is not told, only that
    there is one."""
    seen = dict(rows.Reporter.objects.visible_to(call.user).filter(violation=violation).values_list("pk", "name"))
    return [
        {"name": seen.get(pk), "confidential": confidential}
        for pk, confidential in violation.reporters.order_by("pk").values_list("pk", "confidential")
    ]


def _decision(case: Case) -> dict[str, Any] | None:
    row, house = case.decision, case.violation.house
    if row is None:
        return None
    names = ("outcome", "time", "advised", "consequence", "terms", "reason", "deviation")
    return (
        {name: getattr(row, name) for name in names}
        | {"appeal_until": at(row.appeal_until, house)}
        | recorded(row, house)
    )


def _appeal(case: Case) -> dict[str, Any] | None:
    row, last, house = case.appeal, case.appeal_decision, case.violation.house
    if row is None:
        return None
    decision = None
    if last is not None:
        names = ("outcome", "consequence", "terms", "reason")
        decision = {name: getattr(last, name) for name in names} | recorded(last, house)
    return {"uuid": str(row.uuid), "text": row.text, "decision": decision} | recorded(row, house)
