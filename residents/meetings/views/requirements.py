"""How residents stand with their meetings, week by week; what is asked of whom; and weeks that are excused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.away.queries.passes import span
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.meetings.forms.requirements import (
    OwnRequirementForm,
    RequirementEndForm,
    RequirementForm,
    TakeBackForm,
    WeekExcuseForm,
)
from residents.meetings.models import Requirement, WeekExcused
from residents.meetings.queries.standings import (
    InPeriod,
    Known,
    excusable_weeks,
    in_force,
    living_in,
    passes_in,
    week_asked,
    weeks_of,
)
from residents.meetings.services.requirements import (
    requirement_add,
    requirement_end,
    week_excuse,
    week_excuse_take_back,
)
from residents.meetings.standing import DAY, WEEK, WORST_FIRST, Standing, State, monday
from residents.meetings.standing_words import (
    arithmetic,
    asked_words,
    count_words,
    state_pill,
    still_words,
    strip,
    terms_words,
    week_words,
    whom_words,
    whose_words,
)
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.form_page import form_page


@of_house(Action.SEE_RESIDENTS)
def meeting_weeks(request: HttpRequest, house: House) -> HttpResponse:
    """The whole house in one week: each resident's days, and how they stand. Whoever is behind comes first."""
    today = house.today()
    week = week_asked(request.GET.get("week", ""), today)
    stays = list(living_in(house, week))
    known = Known(house, stays, week, week + WEEK)
    found = [(stay, known.week(stay, week, today)) for stay in stays]
    only = request.GET.get("only") == "behind"
    found.sort(key=lambda each: WORST_FIRST.index(each[1].state))
    shown = [each for each in found if each[1].needs_somebody or not only]
    here = reverse("meeting_weeks", args=[house.uuid])
    asked = "" if week == monday(today) else f"week={week.isoformat()}"
    behind = sum(each.needs_somebody for _stay, each in found)
    return render(
        request,
        "residents/meetings/weeks.html",
        {
            "house": house,
            "title_of_week": week_words(week, today),
            "dates": _dates(week),
            "rows": [_row(stay, standing, today) for stay, standing in shown],
            "anybody": bool(found),
            "only": only,
            "numbers": {
                "behind": behind,
                "met": sum(each.state == State.MET for _stay, each in found),
                "others": len(found) - behind - sum(each.state == State.MET for _stay, each in found),
            },
            "over": week < monday(today),
            "tabs": [
                {"label": _("Everybody"), "url": f"{here}?{asked}".rstrip("?"), "current": not only},
                {
                    "label": _("Behind or missed"),
                    "url": f"{here}?{'&'.join(filter(None, [asked, 'only=behind']))}",
                    "current": only,
                    "count": behind,
                },
            ],
            "before_url": f"{here}?week={(week - WEEK).isoformat()}",
            "after_url": f"{here}?week={(week + WEEK).isoformat()}" if week < monday(today) else "",
        },
    )


def _dates(week: date) -> str:
    facts = {"from": date_format(week), "until": date_format(week + WEEK - DAY)}
    return _("%(from)s to %(until)s") % facts


def _row(stay: Stay, standing: Standing, today: date) -> dict[str, Any]:
    tone, word = state_pill(standing)
    said = still_words(standing) if standing.state not in (State.EXCUSED, State.NOTHING) else ""
    return {
        "stay": stay,
        "tone": tone,
        "word": word,
        "strip": strip(standing, today),
        "count": count_words(standing),
        "said": said,
        "marked": standing.needs_somebody,
    }


@of(Stay, Action.SEE_RECORD, "resident", "house__organization")
def meeting_weeks_of_stay(request: HttpRequest, stay: Stay) -> HttpResponse:
    """One resident's meetings, week by week, with how each was reckoned; their periods, and what is asked of them."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    house, today, standing = stay.house, stay.house.today(), standing_of(request)
    own = stay.resident.user_id is not None and stay.resident.user_id == request.user.pk
    weeks = weeks_of(stay, today)
    known = Known(house, [stay], weeks[-1] if weeks else today, today + WEEK)
    lines = [_week_line(known, stay, week, today, own=own) for week in weeks]
    periods = known.periods(stay, today)
    bound = {each.asked.key for line in lines[:1] for each in line["standing"].lines}
    bound |= {each.requirement.pk for each in periods if each.standing.until > today}
    asked = [known.requirements[key] for key in sorted(bound)]
    asked += [row for row in known.requirements.values() if row.stay_id == stay.pk and row.pk not in bound]
    return render(
        request,
        "residents/meetings/weeks_of_stay.html",
        {
            "stay": stay,
            "house": house,
            "own": own,
            "this_week": lines[0] if lines and weeks[0] == monday(today) and stay.ends_on is None else None,
            "weeks": lines,
            "periods": [period_line(each, own=own) for each in periods],
            "asked": [_asked_line(row, today, own=own, may=standing.may(Action.RECORD, stay)) for row in asked],
            "may_record": standing.may(Action.RECORD, stay) and not stay.voided,
            "may_correct": standing.may(Action.CORRECT, stay) and not stay.voided,
            "lives": stay.ends_on is None,
            "sees_resident": standing.may(Action.SEE_RESIDENTS, stay) and stay.ends_on is None,
        },
    )


def _week_line(known: Known, stay: Stay, week: date, today: date, *, own: bool) -> dict[str, Any]:
    standing = known.week(stay, week, today)
    tone, word = state_pill(standing)
    return {
        "standing": standing,
        "title": week_words(week, today),
        "dates": _dates(week),
        "tone": tone,
        "word": word,
        "strip": strip(standing, today),
        "count": count_words(standing),
        "still": still_words(standing),
        "arithmetic": arithmetic(standing, own=own),
        "excused": known.excused.get((stay.pk, week)),
    }


def period_line(each: InPeriod, *, own: bool) -> dict[str, Any]:
    standing = each.standing
    tone, word = state_pill(standing)
    facts = {"from": date_format(standing.first), "until": date_format(standing.until - DAY)}
    return {
        "title": asked_words(each.requirement),
        "dates": _("%(from)s to %(until)s") % facts,
        "tone": tone,
        "word": word,
        "standing": standing,
        "count": count_words(standing),
        "still": still_words(standing),
        "arithmetic": arithmetic(standing, own=own),
        "reason": each.requirement.reason,
    }


def _asked_line(row: Requirement, today: date, *, own: bool, may: bool) -> dict[str, Any]:
    holds = row.ends_on is None or (row.ends_on > today and row.ends_on > row.starts_on)
    whose = (
        whose_words(row) if own else _("of them alone") if row.stay_id else _("of %(whom)s") % {"whom": whom_words(row)}
    )
    return {
        "row": row,
        "fact": asked_words(row),
        "reason": f"{whose} · {terms_words(row, today)}",
        "holds": holds,
        "end_url": reverse("requirement_end", args=[row.uuid]) if row.stay_id and may and holds else "",
    }


# What is asked


@of_house(Action.SEE_HOUSE)
def requirements(request: HttpRequest, house: House) -> HttpResponse:
    """What a house asks: of everybody, in a phase, and of single residents, of whom a resident sees only themselves."""
    standing, today = standing_of(request), house.today()
    rows = Requirement.objects.visible_to(request.user).filter(house=house)
    rows = rows.select_related("phase", "stay__resident__organization", "stay__house").prefetch_related("parts")
    live = list(in_force(rows, today).order_by(F("phase__number").asc(nulls_first=True), "starts_on", "pk"))
    gone = rows.filter(stay=None).exclude(pk__in=[row.pk for row in live]).order_by("-ends_on", "-pk")[:20]
    may = standing.may(Action.PUBLISH, house)
    sees = standing.may(Action.SEE_RESIDENTS, house)
    return render(
        request,
        "residents/meetings/requirements.html",
        {
            "house": house,
            "of_all": [_listed(row, today, may=may) for row in live if row.stay_id is None],
            "of_one": [_listed(row, today, may=standing.may(Action.RECORD, row)) for row in live if row.stay_id],
            "gone": [_listed(row, today, may=False) for row in gone],
            "may_publish": may,
            "sees_residents": sees,
            "back_url": reverse("house_settings", args=[house.uuid])
            if standing.may(Action.SETTLE_HOUSE, house)
            else reverse("meeting_weeks", args=[house.uuid])
            if sees
            else reverse("my_house"),
        },
    )


def _listed(row: Requirement, today: date, *, may: bool) -> dict[str, Any]:
    return {
        "row": row,
        "whom": capfirst(whom_words(row)),
        "fact": asked_words(row),
        "reason": terms_words(row, today),
        "end_url": reverse("requirement_end", args=[row.uuid]) if may else "",
    }


@of_house(Action.PUBLISH)
def requirement_new(request: HttpRequest, house: House) -> HttpResponse:
    """Something else is asked of everybody, or in a phase."""
    here, today = reverse("requirements", args=[house.uuid]), house.today()
    form = RequirementForm(request.POST or None, user=request.user, house=house, initial={"starts_on": _next(today)})
    return form_page(
        request,
        form,
        lambda _data: requirement_add(house=house, today=today, **form.facts()),
        title=_("Ask for meetings"),
        subtitle=house.name,
        intro=_("It comes in place of what was asked of the same people before. Those it is asked of are told."),
        submit=_("Ask for this"),
        done=_("This is asked from then on. They are told."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Meetings that are asked"),
    )


def _next(today: date) -> date:
    """The Monday from which a change binds whole weeks."""
    return today if today == monday(today) else monday(today) + WEEK


@of(Stay, Action.RECORD, "resident__user", "house__organization")
def requirement_of_stay(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Something is asked of one resident alone, such as by a court."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    here, today = reverse("meeting_weeks_of_stay", args=[stay.uuid]), stay.house.today()
    form = OwnRequirementForm(
        request.POST or None, user=request.user, house=stay.house, initial={"starts_on": max(today, stay.starts_on)}
    )
    return form_page(
        request,
        form,
        lambda _data: requirement_add(house=stay.house, stay=stay, today=today, **form.facts()),
        title=_("Ask %(name)s for meetings") % {"name": stay.short_name},
        intro=_("Of them alone. Several such hold together. They are told."),
        submit=_("Ask for this"),
        done=_("This is asked from then on. They are told."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=stay.name,
    )


@of(Requirement, Action.RECORD, "house__organization", "phase", "stay__resident__user", "stay__house")
def requirement_over(request: HttpRequest, row: Requirement) -> HttpResponse:
    """Something is no longer asked."""
    today = row.house.today()
    if row.stay is None:
        here = reverse("requirements", args=[row.house.uuid])
    else:
        here = reverse("meeting_weeks_of_stay", args=[row.stay.uuid])
        note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    facts = {"whom": capfirst(whom_words(row)), "what": asked_words(row)}
    return form_page(
        request,
        RequirementEndForm(request.POST or None, initial={"ends_on": max(_next(today), row.starts_on)}),
        lambda data: requirement_end(requirement=row, today=today, **data),
        title=_("No longer ask for this?"),
        consequences=[
            _("%(whom)s: %(what)s is no longer asked.") % facts,
            _("Those it is asked of are told."),
        ],
        kept=[_("Weeks that are past stay as they were.")],
        submit=_("No longer ask"),
        done=_("It is no longer asked from then on. They are told."),
        template="soberhouse/confirm.html",
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Meetings"),
    )


# Excused weeks


@of(Stay, Action.RECORD, "resident__user", "house__organization")
def week_excuse_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """A week in which nothing is asked of somebody; beside it the passes of those weeks."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    here, today = reverse("meeting_weeks_of_stay", args=[stay.uuid]), stay.house.today()
    weeks = excusable_weeks(stay, today)
    passes = passes_in(stay, weeks[0], weeks[-1] + WEEK) if weeks else []
    typed = request.GET.get("week", "")
    asked = week_asked(typed, max(weeks, default=today)) if typed else monday(today)
    return form_page(
        request,
        WeekExcuseForm(
            request.POST or None,
            weeks=[(week, _said_of(week, today, passes, stay)) for week in weeks],
            initial={"week": asked.isoformat() if asked in weeks else monday(today).isoformat()},
        ),
        lambda data: week_excuse(stay=stay, today=today, **data),
        title=_("Excuse %(name)s from the meetings of a week") % {"name": stay.short_name},
        intro=_("Whatever they do still shows. A period such as 90 in 90 does not get longer by it. They are told."),
        submit=_("Excuse the week"),
        done=_("The week is excused. They are told."),
        template="residents/meetings/week_excuse.html",
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=stay.name,
        passes=[
            {"fact": each.get_kind_display(), "reason": span(each.starts_at, each.ends_at, stay.house), "of": each}
            for each in passes
        ],
    )


def _said_of(week: date, today: date, passes: Sequence[Any], stay: Stay) -> str:
    said = week_words(week, today)
    if week in (monday(today), monday(today) - WEEK):
        said = f"{said}, {_dates(week)}"
    away = any(each.starts_on < week + WEEK and each.ends_on >= week for each in passes)
    return _("%(week)s (on a pass)") % {"week": said} if away else said


@of(WeekExcused, Action.CORRECT, "house__organization", "stay__resident__user", "stay__house")
def week_excuse_over(request: HttpRequest, excused: WeekExcused) -> HttpResponse:
    """A week is not excused after all."""
    stay = excused.stay
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    here = reverse("meeting_weeks_of_stay", args=[stay.uuid])
    facts = {"name": stay.short_name, "week": _dates(excused.week)}
    return form_page(
        request,
        TakeBackForm(request.POST or None),
        lambda data: week_excuse_take_back(excused=excused, **data),
        title=_("Not excused after all?"),
        consequences=[
            _("%(name)s is asked for the meetings of the week %(week)s again.") % facts,
            _("They are told."),
        ],
        kept=[_("That it was excused, and by whom, stays on record.")],
        submit=_("Take it back"),
        done=_("The week is no longer excused. They are told."),
        template="soberhouse/confirm.html",
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=stay.name,
    )
