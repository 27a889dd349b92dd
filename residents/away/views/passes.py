"""Passes: those of a house, one of them, asking, deciding, coming back, and the rules for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.away.forms import passes as forms
from residents.away.models import Pass, PassDecision, PassKind, PassRule
from residents.away.night_paper_cards import papers_of_pass
from residents.away.queries import passes as queries
from residents.away.services import passes as services
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.people.own import oneself
from residents.stays.models import Stay
from soberhouse.exports import KINDS, export
from soberhouse.form_page import form_page

ON_A_PAGE = 50
RELATED = ("stay__resident", "stay__house", "house")


# --- the passes of a house ------------------------------------------------------------------------------------------


@of_house(Action.SEE_RESIDENTS)
def passes_page(request: HttpRequest, house: House) -> HttpResponse:
    """Asked for, away now, coming and past."""
    now = timezone.now()
    visible = Pass.objects.visible_to(request.user).filter(house=house)
    lists = queries.lists(house, now)
    which = request.GET.get("show", "")
    which = which if which in lists else "asked"
    order = {"asked": ("starts_at", "id"), "away": ("ends_at", "id"), "coming": ("starts_at", "id")}
    rows = queries.shown(visible.filter(lists[which])).order_by(*order.get(which, ("-starts_at", "-id")))
    if request.GET.get("export") in KINDS:
        return _export(rows, now, request.GET["export"])
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    counts = queries.counts(visible, house, now)
    words = {"asked": _("Asked for"), "away": _("Away now"), "coming": _("Coming"), "past": _("Past")}
    context = {
        "house": house,
        "page": page,
        "lines": [_line(each, now) for each in page],
        "which": which,
        "tabs": [
            {
                "url": f"?show={name}",
                "label": words[name],
                "current": name == which,
                "count": None if name == "past" else counts[name],
            }
            for name in lists
        ],
    }
    return render(request, "residents/away/passes.html", context)


def _line(each: Pass, now: datetime) -> dict[str, str]:
    state, word = queries.state_of(each, now)
    told = f"{capfirst(each.get_kind_display())} · {queries.span(each.starts_at, each.ends_at, each.house)}"
    return {
        "fact": each.stay.name,
        "reason": f"{told} · {each.where}",
        "url": reverse("pass", args=[each.uuid]),
        "state": state,
        "word": word,
    }


def _export(rows: Any, now: datetime, kind: str) -> HttpResponse:
    headers = [_("name"), _("kind"), _("leaves"), _("back by"), _("where to"), _("state"), _("minutes late")]
    table = (
        [
            each.stay.name,
            each.get_kind_display(),
            timezone.localtime(each.starts_at).replace(tzinfo=None),
            timezone.localtime(each.ends_at).replace(tzinfo=None),
            each.where,
            queries.state_of(each, now)[1],
            each.minutes_late,
        ]
        for each in rows
    )
    return export(name="passes", headers=headers, rows=table, kind=kind)


# --- one pass -------------------------------------------------------------------------------------------------------


@of(Pass, Action.SEE_RECORD, *RELATED)
def pass_page(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """One pass: what is asked for, what its rules ask, the decision or who may make it, and what became of it. Whom it
    is about sees the same without what is gathered for those who decide."""
    note_look(pass_.stay.resident, Look.What.PAGE, user=request.user, detail=_("a pass"))
    now = timezone.now()
    standing = standing_of(request)
    is_own = pass_.stay.resident.user_id == request.user.pk
    shown = queries.shown_now(pass_)
    decision = getattr(shown, "decision", None)
    is_asked, is_given = shown.status == Pass.Status.ASKED, shown.status == Pass.Status.APPROVED
    is_live = shown.stay.ends_on is None and not shown.stay.voided
    may_decide = standing.may(Action.DECIDE, shown)
    wrote_it_down = shown.recorded_by_id == request.user.pk
    said_back = queries.said_back(shown)
    state, word = queries.state_of(shown, now)
    events = list(shown.events.all())
    context = {
        "pass": shown,
        "title": _("Pass: %(kind)s") % {"kind": shown.get_kind_display()},
        "is_own": is_own,
        "state": state,
        "word": word,
        "decision": decision,
        "unmet": queries.unmet(shown) if is_asked else decision.unmet.splitlines() if decision else [],
        "officer": None if is_own else queries.officer_of(shown.stay),
        "beside": queries.facts_beside(shown, now) if is_asked and is_live and not is_own else [],
        "events": events,
        "more_time": events[-1] if events and events[-1].kind == "more_time" and is_given and not said_back else None,
        "deciders": queries.who_may_decide(shown) if is_asked else [],
        "wrote_it_down": wrote_it_down and not is_own,
        "may_decide": may_decide and is_asked and not wrote_it_down,
        "may_act": may_decide and not shown.over,
        "may_change": may_decide and is_given and is_live and not wrote_it_down and not said_back,
        "may_return": may_decide and is_given and shown.starts_at <= now,
        "is_asked": is_asked,
        "own_acts": is_own and not shown.over,
        "own_officer": is_asked and is_live and not shown.officer_agreed,
        "is_given": is_given,
        "has_begun": shown.starts_at <= now,
        "said_back": said_back,
        "is_late": queries.is_late(shown, now),
        "late": queries.late_words(queries.minutes_late(shown, now)),
        "late_and_longer": queries.moment(shown.stood_until, shown.house) if queries.late_and_longer(shown) else "",
        "test_asked": next((event.test_asked for event in events if event.kind == "returned"), None),
        "may_see_history": standing.may(Action.SEE_HISTORY, shown),
        "papers": papers_of_pass(shown, standing),
    }
    return render(request, "residents/away/pass.html", context)


def _pass_form(request: HttpRequest, pass_: Pass, form: Any, save: Any, **page: Any) -> HttpResponse:
    """One form about a pass, which leads back to it. Whoever looks at it is written down."""
    note_look(pass_.stay.resident, Look.What.PAGE, user=request.user, detail=_("a pass"))
    here = reverse("pass", args=[pass_.uuid])
    is_own = pass_.stay.resident.user_id == request.user.pk
    around = {
        "to": here,
        "cancel_url": here,
        "back_url": here,
        "back_label": _("My pass") if is_own else pass_.stay.name,
        "span": queries.span(pass_.starts_at, pass_.ends_at, pass_.house),
        "pass": pass_,
    }
    return form_page(request, form, save, **(around | page))


def _wrote_it_down(request: HttpRequest, pass_: Pass) -> None:
    if pass_.recorded_by_id == request.user.pk:
        raise PermissionDenied(_("You wrote this request down: another manager, or the operator, decides."))


@of(Pass, Action.DECIDE, *RELATED)
def pass_decide(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """The decision, with the facts of every subject beside it."""
    if pass_.status == Pass.Status.ASKED:
        _wrote_it_down(request, pass_)
    now = timezone.now()
    rule = queries.rule_of(pass_.stay, pass_.kind, pass_.starts_on)
    initial = {
        "outcome": PassDecision.Outcome.APPROVED,
        "starts_at": pass_.starts_at,
        "ends_at": pass_.ends_at,
        "test_on_return": rule is not None and rule.test_on_return,
    }
    form = forms.DecideForm(request.POST or None, zone=pass_.house.zone, initial=initial)
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_decide(asked=pass_, now=now, **form.facts()),
        title=_("Decide the pass of %(name)s") % {"name": pass_.stay.short_name},
        submit=_("Save the decision"),
        done=_("Decided. They are told."),
        template="residents/away/pass_decide.html",
        unmet=queries.unmet(pass_),
        officer=queries.officer_of(pass_.stay),
        beside=queries.facts_beside(pass_, now),
    )


@of(Pass, Action.RECORD, *RELATED)
def pass_officer(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Write down the officer's permission."""
    return _officer(request, pass_)


@of(Pass, Action.OWN_RECORD, *RELATED)
def my_pass_officer(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """The same by whom the pass is for."""
    return _officer(request, pass_)


def _officer(request: HttpRequest, pass_: Pass) -> HttpResponse:
    replaces = bool(pass_.officer_agreed) and pass_.stay.resident.user_id != request.user.pk
    form = forms.OfficerAgreedForm(
        request.POST or None, replaces=replaces, initial={"officer_agreed": pass_.officer_agreed}
    )
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_officer_agreed(pass_=pass_, now=timezone.now(), **data),
        title=_("The officer's permission"),
        done=_("Written down."),
    )


@of(Pass, Action.DECIDE, *RELATED)
def pass_cancel(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Staff takes a pass, or the question, back."""
    return _cancel(
        request,
        pass_,
        title=_("Cancel the pass of %(name)s?") % {"name": pass_.stay.short_name},
        consequences=[_("Nobody goes: the time is free for another pass."), _("They are told.")],
    )


@of(Pass, Action.OWN_RECORD, *RELATED)
def my_pass_cancel(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Whom the pass is for does not go."""
    return _cancel(
        request,
        pass_,
        title=_("Cancel my pass?"),
        consequences=[_("You do not go: the time is free for another pass."), _("Your manager is told.")],
    )


def _cancel(request: HttpRequest, pass_: Pass, **page: Any) -> HttpResponse:
    form = forms.PassReasonForm(request.POST or None)
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_cancel(pass_=pass_, now=timezone.now(), **data),
        kept=[_("What was asked for and decided stays on record.")],
        submit=_("Cancel the pass"),
        done=_("Cancelled."),
        template="soberhouse/confirm.html",
        danger=True,
        **page,
    )


@of(Pass, Action.DECIDE, *RELATED)
def pass_extend(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Let it last longer; what they asked for is filled in already, and what the rules say to it stands beside."""
    _wrote_it_down(request, pass_)
    now = timezone.now()
    initial: dict[str, Any] = {"until": _next_hour(pass_, now)}
    asked = pass_.events.filter(kind="more_time").last()
    if asked and asked.until > max(pass_.ends_at, now):
        initial = {"until": asked.until, "reason": asked.note}
    form = forms.ExtendForm(request.POST or None, zone=pass_.house.zone, initial=initial)
    until = form.typed("until") if form.is_bound and form.is_valid() else initial["until"]
    longest = pass_.starts_at + services.LONGEST
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_extend(pass_=pass_, until=form.typed("until"), reason=data["reason"], now=now),
        title=_("Give %(name)s more time") % {"name": pass_.stay.short_name},
        submit=_("Extend the pass"),
        done=_("The pass lasts longer. They are told."),
        template="residents/away/pass_extend.html",
        unmet=queries.unmet(pass_, ends_at=max(until, pass_.ends_at)) if until <= longest else [],
        over_since=queries.moment(pass_.ends_at, pass_.house) if pass_.ends_at <= now else "",
    )


def _next_hour(pass_: Pass, now: datetime) -> datetime:
    """The end of the pass; where that is past, the next full hour."""
    return max(pass_.ends_at, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))


@of(Pass, Action.OWN_RECORD, *RELATED)
def my_pass_more_time(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Ask for more time."""
    initial = {"until": _next_hour(pass_, timezone.now())}
    form = forms.MoreTimeForm(request.POST or None, zone=pass_.house.zone, initial=initial)
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_ask_more_time(
            pass_=pass_, until=form.typed("until"), note=data["note"], now=timezone.now()
        ),
        title=_("Ask for more time"),
        intro=_("Until your manager says yes, be back when it was agreed. If it is late already, call the house too."),
        submit=_("Ask for more time"),
        done=_("Asked. Your manager is told."),
        template="residents/away/pass_form.html",
    )


@of(Pass, Action.RECORD, *RELATED)
def pass_return(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """They came back: when, and whether a test was asked for."""
    now = timezone.now()
    shown = queries.shown_now(pass_)
    at = shown.signed_in_at if queries.said_back(shown) else now
    form = forms.ReturnForm(
        request.POST or None,
        zone=pass_.house.zone,
        initial={"at": at.replace(second=0, microsecond=0), "test_asked": pass_.test_on_return},
    )
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_return(pass_=pass_, now=now, **(data | {"at": form.typed("at")})),
        title=_("%(name)s came back") % {"name": pass_.stay.short_name},
        submit=_("Write the return down"),
        done=_("The return is written down."),
        template="residents/away/pass_return.html",
        said_back=queries.moment(shown.signed_in_at, pass_.house) if queries.said_back(shown) else "",
        late=queries.late_words(queries.minutes_late(shown, at)) if queries.minutes_late(shown, at) else "",
    )


@of(Pass, Action.OWN_RECORD, *RELATED)
def my_pass_back(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """I am back."""
    form = forms.NothingForm(request.POST if request.method == "POST" else None)
    return _pass_form(
        request,
        pass_,
        form,
        lambda data: services.pass_back(pass_=pass_, now=timezone.now()),
        title=_("I am back"),
        consequences=[_("You are signed in as of now."), _("Your manager writes the return down.")],
        submit=_("I am back"),
        done=_("Welcome back. You are signed in."),
        template="soberhouse/confirm.html",
    )


# --- asking ---------------------------------------------------------------------------------------------------------


@oneself
def my_pass_ask(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Ask for a pass, on one's own phone."""
    mine = Stay.objects.visible_to(request.user).current().filter(resident=resident)
    stay = mine.select_related("house", "resident").first()
    if stay is None:
        raise PermissionDenied(_("You live in none of our houses now: there is nobody to ask for a pass."))
    return _ask(
        request,
        stay,
        title=_("Ask for a pass"),
        submit=_("Ask for it"),
        done=_("Asked. You are told here when it is decided."),
        cancel_url=reverse("my_week"),
        back_url=reverse("my_week"),
        back_label=_("My week"),
        is_own=True,
    )


@of(Stay, Action.RECORD, "resident", "house")
def pass_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Write down for a resident what they ask for; somebody else decides."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("a pass"))
    here = reverse("passes", args=[stay.house.uuid])
    return _ask(
        request,
        stay,
        title=_("A pass for %(name)s") % {"name": stay.short_name},
        intro=_("Whoever writes a request down does not decide it: another manager, or the operator, does."),
        submit=_("Write the request down"),
        done=_("The request is written down."),
        cancel_url=here,
        back_url=here,
        back_label=_("Passes"),
        is_own=False,
    )


def _ask(request: HttpRequest, stay: Stay, *, submit: str, is_own: bool, **page: Any) -> HttpResponse:
    """The form of a request. What cannot be is said before all else. What the rules ask for and is not met is said once
    beforehand; then it may be asked for all the same."""
    now = timezone.now()
    form = forms.PassForm(request.POST or None, zone=stay.house.zone, initial={"kind": PassKind.OVERNIGHT})
    context = {"rules": _rules_for(stay, now), "stay": stay, "is_own": is_own, "submit": submit} | page
    if request.method == "POST" and form.is_valid() and _can_be(stay, form, now):
        facts = form.facts()
        wanted = {name: facts[name] for name in ("kind", "starts_at", "ends_at", "officer_agreed")}
        not_met = queries.unmet_by(queries.Wanted(stay=stay, asked_at=now, **wanted))
        context |= {"unmet": not_met, "submit": _("Ask all the same") if not_met else submit}
        told = " · ".join(not_met)
        if not_met and form.cleaned_data["knowing"] != told:
            form.data = form.data.copy()
            form.data["knowing"] = told
            page_context = {name: value for name, value in context.items() if name != "done"}
            return render(request, "residents/away/pass_ask.html", {"form": form, **page_context})
    return form_page(
        request,
        form,
        lambda data: services.pass_ask(stay=stay, now=now, **form.facts()),
        to=lambda asked: reverse("pass", args=[asked.uuid]),
        template="residents/away/pass_ask.html",
        **context,
    )


def _can_be(stay: Stay, form: forms.PassForm, now: datetime) -> bool:
    """Whether anybody could be given a pass for this time; if not, the service says why."""
    try:
        times = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
        services.check_asked(stay=stay, now=now, **times)
    except ValidationError:
        return False
    return True


def _rules_for(stay: Stay, now: datetime) -> list[tuple[str, str]]:
    """What each kind of pass asks of this resident as things stand today."""
    phase = queries.phase_on(stay, stay.house.today(now))
    rules = queries.rules_of(stay.house)
    return [
        (capfirst(str(label)), "; ".join(queries.rule_in_words(rule)))
        for kind, label in PassKind.choices
        if (rule := queries.rule_for(rules, kind, phase.kind_id if phase else None)) is not None
        and queries.rule_in_words(rule)
    ]


# --- rules ----------------------------------------------------------------------------------------------------------


@of_house(Action.SEE_HOUSE)
def pass_rules(request: HttpRequest, house: House) -> HttpResponse:
    """What passes ask for in this house."""
    rules = PassRule.objects.visible_to(request.user).filter(house=house, in_use=True).select_related("phase")
    context = {
        "house": house,
        "rules": [
            {
                "rule": rule,
                "fact": capfirst(
                    f"{rule.get_kind_display()} · {rule.phase}" if rule.phase else rule.get_kind_display()
                ),
                "reason": "; ".join(queries.rule_in_words(rule)) or _("may be asked for at any time"),
            }
            for rule in rules
        ],
        "may_publish": standing_of(request).may(Action.PUBLISH, house),
        "sees_residents": standing_of(request).may(Action.SEE_RESIDENTS, house),
    }
    return render(request, "residents/away/pass_rules.html", context)


@of_house(Action.PUBLISH)
def pass_rule_new(request: HttpRequest, house: House) -> HttpResponse:
    return _rule_form(request, house, None)


@of(PassRule, Action.PUBLISH, "house", "phase")
def pass_rule_change(request: HttpRequest, rule: PassRule) -> HttpResponse:
    return _rule_form(request, rule.house, rule)


def _rule_form(request: HttpRequest, house: House, rule: PassRule | None) -> HttpResponse:
    here = reverse("pass_rules", args=[house.uuid])
    form = forms.PassRuleForm(
        request.POST or None,
        user=request.user,
        house=house,
        initial=forms.initial_of(rule) if rule else {"kind": PassKind.OVERNIGHT},
    )
    return form_page(
        request,
        form,
        lambda data: services.pass_rule_save(house=house, rule=rule, **data),
        title=_("What a pass asks for"),
        intro=_("What is not met stops nobody from asking. Whoever gives the pass all the same says why."),
        done=_("Saved."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Rules for passes"),
        template="residents/away/pass_rule_form.html",
        drop_url=reverse("pass_rule_drop", args=[rule.uuid]) if rule else "",
    )


@of(PassRule, Action.PUBLISH, "house", "phase")
def pass_rule_drop(request: HttpRequest, rule: PassRule) -> HttpResponse:
    """The rule holds no longer."""
    here = reverse("pass_rules", args=[rule.house.uuid])
    return form_page(
        request,
        forms.NothingForm(request.POST if request.method == "POST" else None),
        lambda data: services.pass_rule_drop(rule=rule),
        title=_("Drop this rule?"),
        consequences=[_("Passes of this kind ask for nothing more, unless another rule holds for them.")],
        kept=[_("Passes that are decided stay as they are.")],
        submit=_("Drop the rule"),
        done=_("The rule holds no longer."),
        template="soberhouse/confirm.html",
        danger=True,
        to=here,
        cancel_url=here,
    )


@of_house(Action.PUBLISH)
def pass_rules_start(request: HttpRequest, house: House) -> HttpResponse:
    """Rules to begin with."""
    here = reverse("pass_rules", args=[house.uuid])
    said = [
        f"{capfirst(rule.get_kind_display())}: {'; '.join(queries.rule_in_words(rule)) or _('at any time')}"
        for rule in (PassRule(house=house, **facts) for facts in services.STARTER)
    ]
    return form_page(
        request,
        forms.NothingForm(request.POST if request.method == "POST" else None),
        lambda data: services.pass_rules_start(house=house),
        title=_("Begin with usual rules?"),
        intro=_("What many houses ask. Each can be changed or dropped afterwards."),
        consequences=said,
        submit=_("Begin with these"),
        done=_("These rules hold now. Change what is different here."),
        template="soberhouse/confirm.html",
        to=here,
        cancel_url=here,
    )
