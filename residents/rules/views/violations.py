"""Violations: a house's list, the story of one, and every step from recording to closing."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules.case_cards import case_row
from residents.rules.forms.violations import (
    AnswerForm,
    AppealDecideForm,
    AppealForm,
    AttachForm,
    DecideForm,
    HeardAnswerForm,
    RecordForm,
    WithdrawForm,
)
from residents.rules.models import Answer, Appeal, Attachment, Decision, Violation
from residents.rules.queries.binding import binding_book
from residents.rules.queries.cases import (
    Case,
    advised,
    case_of,
    cases,
    decided_only,
    deciders,
    open_only,
    precedents,
    story,
    who_may_decide,
    who_may_decide_appeal,
    why_it_waits,
    witnesses,
)
from residents.rules.rule_paper_cards import papers_of_violation
from residents.rules.services import violations as services
from residents.stays.models import Stay
from soberhouse.documents import store
from soberhouse.documents.store import PDF
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)

PAGE = 50
ROWS_ABOUT = ("rule__book", "stay__resident__user", "house__organization")


@of_house(Action.SEE_RECORD)
def violations(request: HttpRequest, house: House) -> HttpResponse:
    """What was recorded in a house: what waits for somebody, what is decided, or all of it; the newest first."""
    rows = Violation.objects.visible_to(request.user).filter(house=house)
    shown = {"open": open_only(rows), "decided": decided_only(rows), "all": rows}
    show = request.GET.get("show")
    show = show if show in shown else "open"
    page = Paginator(shown[show].order_by("-happened_on", "-pk"), PAGE).get_page(request.GET.get("page"))
    hands, standing = deciders(house), standing_of(request)
    stays: list[Stay] = []
    if standing.may(Action.RECORD, house):
        living = Stay.objects.visible_to(request.user).current().filter(house=house).select_related("resident")
        others = living.exclude(resident__user=request.user)
        stays = sorted(others, key=lambda stay: stay.short_name.casefold())
    return render(
        request,
        "residents/rules/violations.html",
        {
            "house": house,
            "show": show,
            "tabs": [
                {"url": f"?show={name}", "label": label, "current": name == show}
                for name, label in (("open", _("Open")), ("decided", _("Decided")), ("all", _("All")))
            ],
            "page": page,
            "rows": [case_row(case, hands, standing) for case in cases(page.object_list)],
            "stays": stays,
        },
    )


@of(Stay, Action.RECORD, "resident__user", "house__organization")
def violation_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Write down what happened, under one of the rules that bound this resident that day."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("a stay"))
    today = stay.house.today()
    form = RecordForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        house=stay.house,
        stay=stay,
        initial={"happened_on": min(today, stay.ends_on or today)},
    )
    here = reverse("house_today", args=[stay.house.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.violation_record(stay=stay, now=timezone.now(), **form.facts()),
        title=_("Record a violation: %(name)s") % {"name": stay.short_name},
        submit=_("Save: %(name)s is told") % {"name": stay.short_name},
        done=_("Recorded. They can read it now and say their side."),
        to=lambda violation: reverse("violation", args=[violation.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Today"),
        template="residents/rules/violation_new.html",
        stay=stay,
        nothing_binds=binding_book(stay.resident, stay.house, today) is None,
    )


@of(Violation, Action.SEE_RECORD, *ROWS_ABOUT)
def violation_page(request: HttpRequest, violation: Violation) -> HttpResponse:
    """The story of one violation in order, and what can be done next. Whom it is about reads it as the resident does,
    also where they help to run the house."""
    note_look(violation.stay.resident, Look.What.PAGE, user=request.user, detail=_("a violation"))
    now, standing = timezone.now(), standing_of(request)
    case = case_of(violation, now=now)
    is_own = violation.stay.resident.user_id == request.user.pk
    hands = deciders(violation.house, now=now)
    may_decide = not is_own and standing.may(Action.DECIDE, violation)
    attachments = Attachment.objects.visible_to(request.user).filter(violation=violation).select_related("file")
    return render(
        request,
        "residents/rules/violation.html",
        {
            "violation": violation,
            "case": case,
            "is_own": is_own,
            "moments": story(case, seen_by=witnesses(violation, reader=request.user)),
            "attachments": [{"row": row, "is_paper": row.file.content_type == PDF} for row in attachments],
            "next": _next(case, hands, request.user) if may_decide else "",
            "who": _who(case, hands),
            "waits": why_it_waits(case, hands),
            "may_answer": is_own and case.may_answer,
            "may_appeal": is_own and case.may_appeal(now),
            "may_write_down": not is_own and standing.may(Action.RECORD, violation) and not case.is_void,
            "may_write_appeal": not is_own
            and standing.may(Action.RECORD, violation)
            and case.may_appeal(now)
            and not _has_a_hand(case, request.user),
            "may_attach": not case.is_void and (is_own or standing.may(Action.RECORD, violation)),
            "may_correct": not is_own
            and standing.may(Action.CORRECT, violation)
            and not case.is_void
            and (case.decision is None or not _has_a_hand(case, request.user)),
            "sees_house": standing.may(Action.SEE_RECORD, violation.house),
            "papers": papers_of_violation(case, standing),
        },
    )


def _next(case: Case, hands: Any, user: Any) -> str:
    """What this person may decide now: a decision, an appeal, or nothing."""
    if case.waits_for == "decision" and user in hands.of(case.violation):
        return "decision"
    if case.waits_for == "appeal_decision" and user in hands.of_appeal(case.appeal):
        return "appeal_decision"
    return ""


def _who(case: Case, hands: Any) -> list[str]:
    """The names of those who may decide what waits."""
    if case.waits_for == "decision":
        return [str(user) for user in hands.of(case.violation)]
    if case.waits_for == "appeal_decision":
        return [str(user) for user in hands.of_appeal(case.appeal)]
    return []


def _step(request: HttpRequest, violation: Violation, form: Any, save: Any, **page: Any) -> HttpResponse:
    """One form about a violation, which leads back to it. Whoever looks at it is written down."""
    note_look(violation.stay.resident, Look.What.PAGE, user=request.user, detail=_("a violation"))
    here = reverse("violation", args=[violation.uuid])
    around = {"to": here, "cancel_url": here, "back_url": here, "back_label": _("The violation")}
    return form_page(request, form, save, violation=violation, **(around | page))


# Answers


@of(Violation, Action.OWN_RECORD, *ROWS_ABOUT)
def violation_answer(request: HttpRequest, violation: Violation) -> HttpResponse:
    """What one says to it oneself."""
    case = case_of(violation)
    return _step(
        request,
        violation,
        AnswerForm(request.POST or None, before=_said_last(case)),
        lambda data: services.violation_answer(violation=violation, now=timezone.now(), **data),
        title=_("My side of it"),
        submit=_("Send my answer"),
        done=_("Your answer is on record. Whoever decides reads it."),
        template="residents/rules/violation_answer.html",
        case=case,
    )


@of(Violation, Action.RECORD, *ROWS_ABOUT)
def violation_answer_heard(request: HttpRequest, violation: Violation) -> HttpResponse:
    """What the resident said, written down by whoever heard it."""
    case = case_of(violation)
    return _step(
        request,
        violation,
        HeardAnswerForm(
            request.POST or None, before=_said_last(case), may_accept=not case.is_recorded_by(request.user.pk)
        ),
        lambda data: services.violation_answer(violation=violation, now=timezone.now(), **data),
        title=_("What does %(name)s say to it?") % {"name": violation.stay.short_name},
        submit=_("Write it down"),
        done=_("Written down. They can read it."),
        template="residents/rules/violation_answer.html",
        case=case,
    )


def _said_last(case: Case) -> Answer | None:
    return case.answers[-1] if case.answers else None


# Decisions


@of(Violation, Action.DECIDE, *ROWS_ABOUT)
def violation_decide(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Decide, with what the ladder says and what the same rule cost others beside it. Whoever recorded it is refused,
    and told who can."""
    case = case_of(violation)
    if request.method != "POST" and (nothing := _why_nothing(case, "decision")):
        return _back_with(request, violation, nothing)
    _deciders_only(case, request, "decision", who_may_decide(violation))
    advice = advised(case.violation)
    return _step(
        request,
        violation,
        DecideForm(request.POST or None, advice=advice),
        lambda data: services.violation_decide(violation=violation, now=timezone.now(), **data),
        title=_("Decide"),
        submit=_("Save the decision"),
        done=_("Decided. The resident reads it now, and until when they can appeal."),
        template="residents/rules/violation_decide.html",
        case=case,
        moments=story(case, seen_by=witnesses(violation, reader=request.user)),
        advice=advice,
        precedents=precedents(violation),
    )


@of(Appeal, Action.DECIDE, *(f"decision__violation__{each}" for each in ROWS_ABOUT), "decision", "house")
def appeal_decide(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """Decide an appeal: somebody who had no hand in the matter. Others are refused, and told who can."""
    violation = appeal.decision.violation
    case = case_of(violation)
    if request.method != "POST" and (nothing := _why_nothing(case, "appeal_decision")):
        return _back_with(request, violation, nothing)
    _deciders_only(case, request, "appeal_decision", who_may_decide_appeal(appeal))
    advice = advised(case.violation)
    return _step(
        request,
        violation,
        AppealDecideForm(request.POST or None),
        lambda data: services.appeal_decide(appeal=appeal, now=timezone.now(), **data),
        title=_("Decide the appeal"),
        submit=_("Save the decision"),
        done=_("The appeal is decided. The resident reads it now."),
        template="residents/rules/appeal_decide.html",
        case=case,
        moments=story(case, seen_by=witnesses(violation, reader=request.user)),
        advice=advice,
        precedents=precedents(violation),
    )


def _why_nothing(case: Case, wanted: str) -> str:
    """Why nobody decides anything here any more; empty where it waits for that."""
    if case.waits_for == wanted:
        return ""
    if case.withdrawal is not None:
        return _("It was taken back: there is nothing to decide.")
    if case.is_void:
        return _("The stay was entered by mistake: there is nothing to decide.")
    return _("It is decided already.")


def _back_with(request: HttpRequest, violation: Violation, sentence: str) -> HttpResponse:
    messages.info(request, sentence)
    return redirect("violation", uuid=violation.uuid)


def _deciders_only(case: Case, request: HttpRequest, wanted: str, people: list[Any]) -> None:
    """Raise PermissionDenied where it waits for somebody else than this person, saying for whom."""
    if case.waits_for != wanted or request.user in people:
        return
    if not people:
        raise PermissionDenied(why_it_waits(case, deciders(case.violation.house)))
    if case.is_recorded_by(request.user.pk):
        sentence = _("You recorded it, so somebody else decides: %(names)s.")
    elif case.is_decided_by(request.user.pk):
        sentence = _("You decided the violation, so a third person decides the appeal: %(names)s.")
    elif case.is_written_down_by(request.user.pk):
        sentence = _("You wrote down what the resident said, so somebody else decides the appeal: %(names)s.")
    else:
        sentence = _("Somebody else decides: %(names)s.")
    raise PermissionDenied(sentence % {"names": _names(people)})


def _names(people: list[Any]) -> str:
    return ", ".join(str(user) for user in people)


# Appeals


@of(Violation, Action.OWN_RECORD, *ROWS_ABOUT)
def violation_appeal(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Ask that somebody else decides again."""
    return _appeal(
        request, violation, title=_("Appeal"), submit=_("Send my appeal"), done=_("Your appeal is on record.")
    )


@of(Violation, Action.RECORD, *ROWS_ABOUT)
def violation_appeal_heard(request: HttpRequest, violation: Violation) -> HttpResponse:
    """An appeal made by word of mouth, written down by whoever heard it."""
    return _appeal(
        request,
        violation,
        title=_("The appeal of %(name)s") % {"name": violation.stay.short_name},
        submit=_("Write it down"),
        done=_("Written down. They can read it."),
    )


def _appeal(request: HttpRequest, violation: Violation, **page: Any) -> HttpResponse:
    now = timezone.now()
    case = case_of(violation, now=now)
    others = deciders(violation.house).of_decided(case.decision) if case.decision else []
    others = [user for user in others if user != request.user]  # whoever writes it down does not decide it
    return _step(
        request,
        violation,
        AppealForm(request.POST or None),
        lambda data: services.violation_appeal(decision=case.decision, now=now, **data),
        template="residents/rules/violation_appeal.html",
        case=case,
        why_not=_why_no_appeal(case, now) or _why_not_written_by(case, request.user, others),
        who=[str(user) for user in others],
        writes_down=violation.stay.resident.user_id != request.user.pk,
        **page,
    )


def _has_a_hand(case: Case, user: Any) -> bool:
    """They recorded or decided it."""
    return case.is_recorded_by(user.pk) or case.is_decided_by(user.pk)


def _why_not_written_by(case: Case, user: Any, others: list[Any]) -> str:
    """Why this person does not write down an appeal; empty where they may."""
    if not _has_a_hand(case, user):
        return ""
    sentence = (
        _("You recorded it: they appeal themselves, or tell somebody else.")
        if case.is_recorded_by(user.pk)
        else _("You decided it: they appeal themselves, or tell somebody else.")
    )
    return f"{sentence} {_('Who can write it down: %(names)s.') % {'names': _names(others)}}" if others else sentence


def _why_no_appeal(case: Case, now: datetime) -> str:
    """Why nothing can be appealed here now; empty where it can."""
    if case.may_appeal(now):
        return ""
    if case.withdrawal is not None:
        return _("It was taken back: there is nothing to appeal.")
    if case.is_void:
        return _("The stay was entered by mistake: there is nothing to appeal.")
    if case.decision is None:
        return _("Nothing is decided yet. Say your side: that is an answer, not an appeal.")
    if case.decision.outcome == Decision.Outcome.DISMISSED:
        return _("It was dismissed: there is nothing to appeal.")
    if case.appeal is not None:
        return _("It was appealed already.")
    return _("The time to appeal ended on %(instant)s and is over.") % {
        "instant": date_format(timezone.localtime(case.decision.appeal_until), "DATETIME_FORMAT")
    }


@of(Violation, Action.CORRECT, *ROWS_ABOUT)
def violation_withdraw(request: HttpRequest, violation: Violation) -> HttpResponse:
    """It was recorded by mistake."""
    return _step(
        request,
        violation,
        WithdrawForm(request.POST or None),
        lambda data: services.violation_withdraw(violation=violation, now=timezone.now(), **data),
        title=_("Take this violation back?"),
        consequences=[
            _("It counts no more: neither on the ladder nor in any report."),
            _("Nobody can answer, decide or appeal it any more."),
            _("The resident is told, with your reason."),
        ],
        kept=[_("It stays on record, marked as taken back.")],
        submit=_("Take it back"),
        done=_("Taken back."),
        danger=True,
        template="soberhouse/confirm.html",
    )


# Attachments


@of(Violation, Action.RECORD, *ROWS_ABOUT)
def violation_attach(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Add a photo or a PDF."""
    return _attach(request, violation)


@of(Violation, Action.OWN_RECORD, *ROWS_ABOUT)
def violation_attach_own(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Add a photo or a PDF to what was recorded about oneself."""
    return _attach(request, violation)


def _attach(request: HttpRequest, violation: Violation) -> HttpResponse:
    return _step(
        request,
        violation,
        AttachForm(request.POST, request.FILES) if request.method == "POST" else AttachForm(),
        lambda data: services.attachment_add(violation=violation, data=data["file"].read(), caption=data["caption"]),
        title=_("Add a photo or a PDF"),
        intro=_("It stays on record. The resident sees it, and whoever decides."),
        submit=_("Add it"),
        done=_("Added."),
    )


@of(Attachment, Action.SEE_RECORD, "violation__stay__resident", "file", "house")
@require_safe
def attachment_file(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    """The file itself; a paper to take along, because somebody else drew it. One that is lost or was tampered with is
    none, and is loud in the log."""
    is_paper = attachment.file.content_type == PDF
    name = "attachment.pdf" if is_paper else "attachment.jpg"
    try:
        answer = store.serve(attachment.file, name=name, download=is_paper)
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(attachment.file.uuid)})
        raise Http404 from problem
    note_look(attachment.person(), Look.What.PAGE, user=request.user, detail=_("a violation"))
    return answer
