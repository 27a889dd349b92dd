"""The night roll, whoever comes in after it, the log of it, and one resident's record."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from residents.away import hours
from residents.away.forms.nights import WORDS, CheckForm, RollForm, night_asked
from residents.away.models import CurfewCheck, CurfewException
from residents.away.night_words import TONES, check_words, hour_words, how_long, row_words
from residents.away.queries.nights import (
    RECORD_DAYS,
    Roll,
    RollRow,
    check_of,
    coming_curfew,
    counted,
    night_roll,
    nights_counted,
    people_counted,
    record_of,
    stays_of_night,
    tally,
)
from residents.away.services.nights import came_in, check_correct, roll_take
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.exports import KINDS, export
from soberhouse.form_page import form_page

NIGHTS_ON_A_PAGE = 14
PEOPLE_ON_A_PAGE = 50


@of_house(Action.TAKE_ROLL)
def roll_page(request: HttpRequest, house: House) -> HttpResponse:
    """Who is in, one night: everybody on one screen, saved by one request. House officers learn nobody's reasons,
    and count the night it is."""
    now = timezone.now()
    tonight = hours.night_of(now, house.zone)
    sent = request.method == "POST"
    asked = night_asked((request.POST if sent else request.GET).get("night", ""), tonight)
    night = asked or tonight
    plain = not standing_of(request).may(Action.SEE_RESIDENTS, house)
    if plain and night != tonight:
        raise PermissionDenied(_("House officers count the night it is."))
    roll = night_roll(house, night, now)
    form = _roll_form(request, roll, plain=plain)
    if sent and asked is None:
        form.add_error(None, _("This was not a night that can be counted. Below is tonight: look, then save."))
    elif sent and form.is_valid():
        try:
            rows = roll_take(house=house, night=night, entries=form.entries(), now=now)
        except ValidationError as refusal:
            roll = night_roll(house, night, now)
            form = _roll_form(request, roll, plain=plain)
            form.full_clean()
            form.show_refusal(refusal)
        else:
            messages.success(request, _("Saved: %(counts)s.") % {"counts": _counts(rows)})
            return redirect(_roll_url(house, night, tonight))
    return render(
        request,
        "residents/away/roll.html",
        {
            "house": house,
            "roll": roll,
            "night": night,
            "tonight": tonight,
            "form": form,
            "lines": [(line, row_words(line.row, house, plain=plain)) for line in form.lines()]
            if roll.can_be_taken
            else [],
            "counted": [_counted_row(row, house, plain=plain) for row in sorted(roll.counted, key=_missing_first)],
            "own": [row for row in roll.open if _is_own(request, row)],
            "plain": plain,
            "may_correct": standing_of(request).may(Action.CORRECT, house),
            "log_url": "" if plain else reverse("curfew_log", args=[house.uuid]),
        },
    )


def _roll_form(request: HttpRequest, roll: Roll, *, plain: bool) -> RollForm:
    """Asks about everybody who is not counted, and answers for whoever was counted while the page lay open."""
    sent = request.POST if request.method == "POST" else {}
    rows = [
        row
        for row in roll.rows
        if (row.check is None or f"status_{row.stay.uuid.hex}" in sent) and not _is_own(request, row)
    ]
    return RollForm(request.POST or None, roll=roll, rows=rows, plain=plain)


def _is_own(request: HttpRequest, row: RollRow) -> bool:
    return row.stay.resident.user_id is not None and row.stay.resident.user_id == request.user.pk


def _missing_first(row: RollRow) -> bool:
    return not row.absent


def _counted_row(row: RollRow, house: House, *, plain: bool) -> dict[str, Any]:
    check = row.check
    return {
        "row": row,
        "check": check,
        "tone": TONES[check.status],
        "word": WORDS[check.status],
        "said": check_words(check, house, plain=plain),
        "over": how_long(row.now - row.line) if check.status == CurfewCheck.Status.ABSENT and row.line else "",
    }


def _counts(rows: list[CurfewCheck]) -> str:
    counts = Counter(row.status for row in rows)
    return ", ".join(f"{counts[status]} {WORDS[status].lower()}" for status in CurfewCheck.Status if counts[status])


def _roll_url(house: House, night: Any, tonight: Any) -> str:
    query = "" if night == tonight else f"?night={night.isoformat()}"
    return reverse("night_roll", args=[house.uuid]) + query


@require_POST
@of_house(Action.TAKE_ROLL)
def roll_came_in(request: HttpRequest, house: House) -> HttpResponse:
    """Somebody who was not in has come in, just now."""
    now = timezone.now()
    try:
        check = check_of(house, UUID(request.POST.get("check", "")))
    except ValueError:
        check = None
    if check is None:
        messages.error(request, _("This has changed meanwhile. Look at the roll as it is now."))
        return redirect("night_roll", uuid=house.uuid)
    try:
        came_in(check=check, in_at=now, now=now)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(name)s is in.") % {"name": check.stay.short_name})
    return redirect(_roll_url(house, check.night, hours.night_of(now, house.zone)))


@of(CurfewCheck, Action.CORRECT, "house", "stay__resident", "stay__house")
def check_correct_page(request: HttpRequest, check: CurfewCheck) -> HttpResponse:
    """How somebody was counted, put right."""
    note_look(check.stay.resident, Look.What.PAGE, user=request.user, detail=_("a night"))
    now = timezone.now()
    initial = {"status": check.status, "in_at": check.in_at, "why": check.why}
    form = CheckForm(request.POST or None, zone=check.house.zone, initial=initial)
    page = _roll_url(check.house, check.night, hours.night_of(now, check.house.zone))
    facts = {"name": check.stay.short_name, "day": date_format(check.night)}
    return form_page(
        request,
        form,
        lambda data: check_correct(check=check, now=now, **(data | {"in_at": form.typed("in_at")})),
        title=_("%(name)s in the night of %(day)s") % facts,
        intro=_("What was written first stays on record, marked as corrected."),
        submit=_("Save the correction"),
        done=_("Corrected."),
        to=page,
        cancel_url=page,
        back_url=page,
        back_label=_("Night roll"),
    )


@of_house(Action.SEE_RESIDENTS)
def log_page(request: HttpRequest, house: House) -> HttpResponse:
    """Who was in, night by night or by person."""
    now = timezone.now()
    tonight = hours.night_of(now, house.zone)
    by = "person" if request.GET.get("by") == "person" else "night"
    checks = counted(CurfewCheck.objects.visible_to(request.user).filter(house=house))
    if request.GET.get("export") in KINDS:
        return _exported(checks, house, request.GET["export"])
    context: dict[str, Any] = {
        "house": house,
        "by": by,
        "tabs": [
            {"label": _("By night"), "url": "?", "current": by == "night"},
            {"label": _("By person"), "url": "?by=person", "current": by == "person"},
        ],
        "days": RECORD_DAYS,
        "may_take": standing_of(request).may(Action.TAKE_ROLL, house),
        "may_issue": standing_of(request).may(Action.ISSUE_PAPERS, house),
    }
    if by == "night":
        nights = checks.order_by("-night").values_list("night", flat=True).distinct()
        page = Paginator(nights, NIGHTS_ON_A_PAGE).get_page(request.GET.get("page"))
        context["nights"] = [
            (one, [(row, TONES[row.status], check_words(row, house)) for row in one.exceptions])
            for one in nights_counted(house, list(page))
        ]
    else:
        since = tonight - timedelta(days=RECORD_DAYS - 1)
        page = Paginator(stays_of_night(house, tonight), PEOPLE_ON_A_PAGE).get_page(request.GET.get("page"))
        context["people"] = people_counted(list(page), since, tonight)
    return render(request, "residents/away/curfew_log.html", context | {"page": page})


def _exported(checks: Any, house: House, kind: str) -> HttpResponse:
    headers = [
        *(_("night of"), _("resident"), _("in by"), _("state"), _("came in"), _("why")),
        *(_("counted by"), _("counted at"), _("corrected because")),
    ]
    zone = house.zone
    rows = (
        [
            check.night,
            check.stay.name,
            check.due_at and check.due_at.astimezone(zone),
            check.get_status_display(),
            check.in_at and check.in_at.astimezone(zone),
            check.why,
            check.recorded_as,
            check.recorded_at.astimezone(zone),
            check.correction_reason,
        ]
        for check in checks.select_related("stay__resident").order_by("-night", "stay")
    )
    return export(name="curfew-log", headers=headers, rows=rows, kind=kind)


@of(Stay, Action.SEE_RECORD, "resident", "house")
def curfew_of_stay_page(request: HttpRequest, stay: Stay) -> HttpResponse:
    """One resident's nights and hours: by when they are in, how they were counted, what holds for them alone."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their nights"))
    house, now = stay.house, timezone.now()
    tonight = hours.night_of(now, house.zone)
    last = tonight if stay.ends_on is None else min(stay.ends_on - timedelta(days=1), tonight)
    checks = list(record_of(stay, last).select_related("corrects"))
    exceptions = CurfewException.objects.visible_to(request.user).filter(stay=stay)
    standing = standing_of(request)
    return render(
        request,
        "residents/away/curfew_of_stay.html",
        {
            "stay": stay,
            "house": house,
            "own": stay.resident.user_id == request.user.pk,
            "hour": hour_words(coming_curfew(stay, now)[1], house) if stay.ends_on is None else "",
            "tally": tally(checks),
            "checks": [
                (check, TONES[check.status], WORDS[check.status], check_words(check, house)) for check in checks
            ],
            "exceptions": [(row, row.ends_on is None or tonight < row.ends_on) for row in exceptions],
            "days": RECORD_DAYS,
            "may_record": standing.may(Action.RECORD, stay) and stay.ends_on is None and not stay.voided,
            "may_correct": standing.may(Action.CORRECT, stay),
            "may_issue": standing.may(Action.ISSUE_PAPERS, stay) and not stay.voided,
            "sees_resident": standing.may(Action.SEE_RESIDENTS, stay) and stay.ends_on is None,
        },
    )
