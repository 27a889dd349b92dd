"""What violations and the ladder offer to the pages that gather: what waits for a decision, whom to record something
about, what was recorded about oneself, and the ladder to read beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.rules.models import (
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Contract,
    Decision,
    Reporter,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.queries.cases import (
    Case,
    Deciders,
    cases,
    deciders,
    happened_words,
    ladder_in_force,
    open_only,
    open_violations,
)
from residents.stays.models import Stay
from residents.stays.queries import current
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, Order, Pending, Record, Row, Section, Work, hanging, section
from soberhouse.documents.store import JPEG

MOST_ROWS = 8  # of what waits, on Today
ON_A_PERSONS_PAGE = 5
NEWS_LASTS = timedelta(days=14)
OWN_CHAIN = (
    *("house", "stay__house", "stay__resident", "rule", "withdrawal"),
    *("decision__ladder", "decision__appeal__decision_on_it"),
)


# A house


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """What waits for a decision or for that on an appeal, and a chip for everybody to record something about."""
    if standing.may(Action.SEE_RECORD, house):
        yield from _waiting(house, standing)
    if standing.may(Action.RECORD, house):
        yield from _chips(stays, standing.user)


def _waiting(house: House, standing: Standing) -> Iterator[Card]:
    rows = open_only(Violation.objects.visible_to(standing.user).filter(house=house))
    waiting = cases(rows.order_by("happened_on", "pk")[: MOST_ROWS + 1])
    if not waiting:
        return
    hands = deciders(house)
    yield Card(
        title=_("Waits for a decision"),
        order=Order.DUE,
        rows=[case_row(case, hands, standing) for case in waiting[:MOST_ROWS]],
        more_url=reverse("violations", args=[house.uuid]),
        more_label=_("All") if len(waiting) <= MOST_ROWS else _("More"),
    )


def case_row(case: Case, hands: Deciders, standing: Standing) -> Row:
    """One violation of a house in a line: whom and what it is about, and what comes next or what came of it."""
    violation = case.violation
    button, button_url = "", ""
    if case.waits_for == "decision":
        people, way = hands.of(violation), reverse("violation_decide", args=[violation.uuid])
    elif case.waits_for == "appeal_decision":
        people, way = hands.of_appeal(case.appeal), reverse("appeal_decide", args=[case.appeal.uuid])
    else:
        people, way = [], ""
    if standing.user in people:
        button, button_url = _("Decide"), way
    day = date_format(violation.happened_on, "MONTH_DAY_FORMAT")
    return Row(
        fact=f"{violation.stay.short_name} · {violation.rule}",
        reason=f"{day} · {_reason(case, people, standing.user)}",
        url=reverse("violation", args=[violation.uuid]),
        state=case.css_state,
        word=case.word,
        button=button,
        button_url=button_url,
    )


def _reason(case: Case, people: list[User], user: User) -> str:
    """For whom it waits, or what came of it."""
    if case.withdrawal is not None:
        return case.withdrawal.reason
    if case.is_void:
        return _("the stay was entered by mistake")
    if not case.is_open:
        return " · ".join(filter(None, [case.consequence_word or case.word, case.terms]))
    if user in people:
        heard = _("they answered") if case.answers else _("they have not answered yet")
        return _("the appeal waits for a decision") if case.waits_for == "appeal_decision" else heard
    return _("waits for %(who)s") % {"who": either(people)}


def either(people: Sequence[User]) -> str:
    """For whom something waits, as short as can be."""
    names = [str(user) for user in people]
    if not names:
        return _("another manager or an operator")
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return _("%(first)s or %(second)s") % {"first": names[0], "second": names[1]}
    return _("%(first)s, %(second)s or another") % {"first": names[0], "second": names[1]}


def _chips(stays: Iterable[Stay], user: User) -> Iterator[Card]:
    """Everybody who lives here but oneself: a tap on one opens the form about them."""
    others = [stay for stay in current(stays) if stay.resident.user_id != user.pk]
    if others:
        yield Card(
            title=_("Record a violation"),
            order=Order.DUE,
            template="residents/rules/violation_chips.html",
            context={"stays": sorted(others, key=lambda stay: stay.short_name.casefold())},
        )


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    """The violations that wait for a decision, or for one on an appeal."""
    rows = open_only(Violation.objects.visible_to(standing.user).filter(house=house))
    found = cases(rows.order_by("happened_on", "pk"), now=now)
    hands = deciders(house, now=now) if found else None
    told = []
    for case in found:
        day = date_format(case.violation.happened_on, "MONTH_DAY_FORMAT")
        told.append(replace(case_row(case, hands, standing), reason=f"{day} · {_until(case)}"))
    yield Pending("violations", _("Violations to be decided"), told)


def work(user: User) -> Iterator[Work]:
    """What was recorded and decided of violations."""
    for model in (Violation, Decision, AppealDecision, ViolationWithdrawal):
        yield Work(Load.RECORD, model.objects.visible_to(user))


def settings(house: House, standing: Standing) -> Iterator[Row]:
    """Where the ladder is kept."""
    ladder = ladder_in_force(house, house.today())
    yield Row(
        fact=_("Consequence ladder"),
        reason=str(ladder) if ladder is not None else _("There is none yet: nobody knows beforehand what follows."),
        url=reverse("ladder", args=[house.uuid]),
    )


def home(house: House, today: date) -> Iterator[Card]:
    """Where a resident reads beforehand what follows what."""
    ladder = ladder_in_force(house, today)
    if ladder is None:
        return
    yield Card(
        title=_("If a rule is broken"),
        order=Order.LATER,
        rows=[
            Row(
                fact=_("What follows, step by step"),
                reason=_("the same for everybody, in force from %(day)s") % {"day": date_format(ladder.in_force_from)},
                url=reverse("ladder", args=[house.uuid]),
            )
        ],
    )


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    """What is open, and which contract they are under, beside the decision about a pass."""
    count = open_violations(stay)
    said = ngettext("%(count)s violation waits", "%(count)s violations wait", count) % {"count": count}
    yield Row(
        fact=said if count else _("No open violation"),
        reason=_("for a decision or one on an appeal: nothing is said about guilt") if count else "",
        state="open" if count else "in",
        word=_("open") if count else _("none"),
    )
    day = stay.house.today(now)
    for contract in Contract.objects.filter(stay=stay, ended_on=None, starts_on__lte=day).order_by("ends_on", "pk"):
        yield Row(
            fact=_("Under a behavioral contract"),
            reason=_("until %(day)s") % {"day": date_format(contract.ends_on)},
            url=reverse("contract", args=[contract.uuid]),
            state="held",
            word=_("contract"),
        )


# A person


def about(resident: Resident, stay: Stay | None, standing: Standing, today: date) -> Iterator[Card | Entry]:
    """What was recorded about one person, as far as this reader sees it, the newest first; in what happened, what was
    taken back or not upheld is struck out."""
    rows = Violation.objects.visible_to(standing.user).filter(stay__resident=resident)
    found = cases(rows.order_by("-happened_on", "-pk"))
    may_record = stay is not None and standing.may(Action.RECORD, stay)
    yield Card(
        title=_("Violations"),
        order=Order.WAITING,
        rows=[_own_row(case, told_to="staff") for case in found[:ON_A_PERSONS_PAGE]],
        empty=_("Nothing is recorded."),
        **(
            {"more_url": reverse("violation_new", args=[stay.uuid]), "more_label": _("Record one")}
            if may_record
            else {}
        ),
    )
    for case in found:
        violation = case.violation
        ended = case.is_void or case.outcome in ("dismissed", "overturned")
        yield Entry(
            violation.happened_on,
            _("Violation: %(rule)s") % {"rule": violation.rule},
            " · ".join(filter(None, [case.word, case.consequence_word])),
            violation.recorded_as,
            reverse("violation", args=[violation.uuid]),
            struck=ended,
        )


def week(resident: Resident, today: date) -> Iterator[Card]:
    """What was recorded about me that is open or new: with what I can do about it."""
    now = timezone.now()
    rows = Violation.objects.visible_to(resident.user).filter(stay__resident=resident)
    told = [case for case in cases(rows.order_by("-happened_on", "-pk")[:20], now=now) if _is_news(case, now)]
    if told:
        yield Card(
            title=_("Recorded about me"),
            order=Order.DUE,
            rows=[_own_row(case, told_to="oneself") for case in told],
        )


def _is_news(case: Case, now: datetime) -> bool:
    """It waits for something, or something happened to it lately."""
    if case.waits_for:
        return True
    last = case.withdrawal or case.appeal_decision or case.decision
    return last is not None and last.recorded_at > now - NEWS_LASTS


def _own_row(case: Case, *, told_to: str) -> Row:
    violation = case.violation
    button, button_url = "", ""
    if told_to == "oneself" and case.state == "recorded":
        button, button_url = _("My side"), reverse("violation_answer", args=[violation.uuid])
    elif told_to == "oneself" and case.waits_for == "appeal":
        button, button_url = _("Appeal"), reverse("violation_appeal", args=[violation.uuid])
    return Row(
        fact=str(violation.rule),
        reason=" · ".join(filter(None, [happened_words(violation), case.consequence_word, _until(case)])),
        url=reverse("violation", args=[violation.uuid]),
        state=case.css_state,
        word=case.word,
        button=button,
        button_url=button_url,
    )


def _until(case: Case) -> str:
    match case.waits_for:
        case "decision":
            return _("waits for a decision")
        case "appeal":
            until = timezone.localtime(case.decision.appeal_until, case.violation.house.zone)
            return _("can be appealed until %(instant)s") % {"instant": date_format(until, "SHORT_DATETIME_FORMAT")}
        case "appeal_decision":
            return _("the appeal waits for a decision")
    return ""


# One's own record


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that is on record of violations: what was recorded, who saw it, what was answered, decided and appealed.
    A name given in confidence is withheld; that there is one is not."""
    rows = Violation.objects.visible_to(resident.user).filter(stay__resident=resident)
    violations = list(rows.select_related(*OWN_CHAIN))
    decisions = hanging(violations, "decision")
    appeals = hanging(decisions, "appeal")
    yield _own_violations(violations)
    yield _own_reporters(resident)
    yield _own_hanging(
        resident,
        Attachment,
        ("violation_attachments", _("What was added to violations")),
        ["violation", "caption", "file"],
        labels={"file": _("Kind of file")},
        picture=lambda row: row.file if row.file.content_type == JPEG else None,
    )
    yield _own_hanging(resident, Answer, ("answers", _("What I said to violations")), ["violation", "stance", "text"])
    yield _told(
        decisions,
        Decision,
        ("decisions", _("Decisions about violations")),
        [
            *("violation", "outcome", "consequence", "terms", "reason", "ladder", "time", "advised", "deviation"),
            "appeal_until",
        ],
        labels={"ladder": _("By")},
    )
    yield _told(
        appeals,
        Appeal,
        ("appeals", _("My appeals")),
        ["decision", "text"],
        labels={"decision": _("Violation")},
        words={"decision": lambda decision: str(decision.violation)},
    )
    yield _told(
        hanging(appeals, "decision_on_it"),
        AppealDecision,
        ("appeal_decisions", _("Decisions on my appeals")),
        ["appeal", "outcome", "consequence", "terms", "reason"],
        labels={"appeal": _("Violation")},
        words={"appeal": lambda appeal: str(appeal.decision.violation)},
    )
    yield _told(
        hanging(violations, "withdrawal"),
        ViolationWithdrawal,
        ("violation_withdrawals", _("Violations that were taken back")),
        ["violation", "reason"],
    )


def _own_violations(violations: Iterable[Violation]) -> Section:
    return section(
        "violations",
        _("Violations recorded about me"),
        violations,
        [
            *("house", "stay", "rule", "happened_on", "happened_at", "place", "what", "response"),
            *("recorded_as", "recorded_at"),
        ],
        model=Violation,
        labels=_by() | {"house": _("House"), "stay": _("Stay")},
        struck=_no_more,
        empty=_("No violation was recorded about me."),
    )


def _no_more(violation: Violation) -> str:
    if hasattr(violation, "withdrawal"):
        return _("taken back")
    return _("the stay was entered by mistake") if violation.stay.voided else ""


def _own_reporters(resident: Resident) -> Section:
    """Who saw it, by name. Of a name given in confidence it says that it is withheld, and neither the name nor the
    history of its row."""
    told = _own_hanging(
        resident, Reporter, ("violation_reporters", _("Who saw it")), ["violation", "name", "confidential"]
    )
    mine = Violation.objects.visible_to(resident.user).filter(stay__resident=resident)
    rows = Reporter.objects.filter(violation__in=mine.values("pk"), confidential=True).defer("name")
    withheld = [
        Record(
            cells=(
                str(row.violation),
                _("a name is withheld"),
                _("yes"),
                row.recorded_as,
                date_format(timezone.localtime(row.recorded_at), "DATETIME_FORMAT"),
            ),
            data={
                "uuid": str(row.uuid),
                "violation": {"uuid": str(row.violation.uuid), "name": str(row.violation)},
                "name": None,
                "confidential": True,
                "recorded_as": row.recorded_as,
                "recorded_at": row.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            },
        )
        for row in rows.select_related("violation__rule", "violation__stay__resident")
    ]
    return replace(told, records=[*told.records, *withheld])


def _own_hanging(resident: Resident, model: Any, named: tuple[str, str], fields: list[str], **more: Any) -> Section:
    """The rows of `model`, several of which may hang on a violation of this resident."""
    rows = model.objects.visible_to(resident.user).filter(violation__stay__resident=resident)
    pointing = [each for each in fields if model._meta.get_field(each).is_relation]
    rows = rows.select_related(*pointing, "violation__rule", "violation__stay__resident")
    return _told(rows, model, named, fields, **more)


def _told(
    rows: Iterable[Any],
    model: Any,
    named: tuple[str, str],
    fields: list[str],
    *,
    labels: Mapping[str, str] | None = None,
    **more: Any,
) -> Section:
    name, title = named
    return section(
        name,
        title,
        rows,
        [*fields, "recorded_as", "recorded_at"],
        model=model,
        labels=_by() | (labels or {}),
        empty=_("Nothing."),
        **more,
    )


def _by() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down"), "violation": _("Violation")}
