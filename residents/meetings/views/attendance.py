"""A resident's own meetings, on their phone: which they were at and how that is proved, and where they go regularly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import in_scope, of
from residents.houses.permissions import Action
from residents.meetings import code_tries
from residents.meetings.attendance_rows import choices, shown
from residents.meetings.attendance_words import better_than, settled_words
from residents.meetings.forms.attendance import CodeForm, EvidenceForm, LogForm
from residents.meetings.models import Attendance, Grade, Meeting, MeetingPlan
from residents.meetings.queries import attendance as queries
from residents.meetings.queries.occurrences import Occurrence, occurrence_on, occurrences
from residents.meetings.services import attendance as services
from residents.meetings.standing import DAY, WEEK, monday
from residents.people.models import Resident
from residents.people.own import oneself
from residents.stays.models import Stay
from soberhouse.form_page import form_page

DAYS_BACK = services.BACK.days


@oneself
def my_meetings(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The meetings of one week, each with its evidence and what would prove it better; and where one goes regularly."""
    house = request.house
    today = house.today() if house else resident.organization.today()
    week = monday(day_asked(request, "week") or today)
    mine = Attendance.objects.visible_to(request.user).filter(stay__resident=resident, followed_by=None)
    rows = shown(queries.spanned(mine, week, week + WEEK).order_by("starts_at", "pk"))
    stay = _stay_of(resident)
    return render(
        request,
        "residents/meetings/my_meetings.html",
        {
            "week": week,
            "last_day": week + timedelta(days=6),
            "earlier": week - WEEK,
            "later": week + WEEK if week < monday(today) else None,
            "rows": rows,
            "counts": sum(not each.struck for each in rows),
            "plans": list(queries.plans_of(stay, today)) if stay else [],
            "may_log": stay is not None,
            "weeks_url": reverse("meeting_weeks_of_stay", args=[stay.uuid]) if stay else "",
        },
    )


@oneself
def my_attendance_choose(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Which meeting it was: those of a day that have begun, the ones one goes to regularly first."""
    return choose_page(
        request,
        _my_stay(resident),
        own=True,
        days_back=DAYS_BACK,
        url=lambda meeting, on: _with(reverse("my_attendance_new", args=[meeting.uuid]), on),
        row_url=lambda row: reverse("my_attendance", args=[row.uuid]),
        back={"back_url": reverse("my_meetings"), "back_label": _("My meetings")},
    )


@oneself
def my_attendance_new(request: HttpRequest, resident: Resident, uuid: UUID) -> HttpResponse:
    """I was at this meeting: by one press, or with what proves it."""
    stay = _my_stay(resident)
    meeting = in_scope(request, Meeting, uuid, "house")
    return log_page(
        request,
        stay,
        meeting,
        own=True,
        row_url=lambda row: reverse("my_attendance", args=[row.uuid]),
        raise_url=lambda row: reverse("my_attendance_raise", args=[row.uuid]),
        to=reverse("my_meetings"),
        back={"back_url": reverse("my_attendance_choose"), "back_label": _("Meetings")},
    )


@of(Attendance, Action.OWN_RECORD, *queries.RELATED, "house__organization")
@require_safe
def my_attendance(request: HttpRequest, row: Attendance) -> HttpResponse:
    """One meeting of mine, with all that was ever written down about it."""
    back = _with(reverse("my_meetings"), monday(row.on), "week")
    return one_page(request, row, own=True, back={"back_url": back, "back_label": _("My meetings")})


@of(Attendance, Action.OWN_RECORD, *queries.RELATED, "house__organization")
def my_attendance_raise(request: HttpRequest, row: Attendance) -> HttpResponse:
    """Better evidence for a meeting of mine."""
    return raise_page(request, row, here=lambda row: reverse("my_attendance", args=[row.uuid]))


@oneself
def my_attendance_code(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Enter a code: it says which of the meetings that are held now it is, and proves that one was there. A phone that
    reads the code as a picture comes here with it filled in."""
    stay, now = _my_stay(resident), timezone.now()
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:20]})

    def save(data: dict[str, Any]) -> Attendance:
        code_tries.require_left(stay.resident)
        found = queries.meeting_of_code(request.user, stay, data["code"], now)
        if found is None:
            code_tries.count_wrong(stay.resident)
            raise ValidationError(
                {
                    "code": _(
                        "This is not the code of a meeting that is held now. A code counts from a quarter of an hour "
                        "before a meeting until half an hour after it."
                    )
                }
            )
        meeting, starts_at = found
        there = queries.at_meeting(stay, meeting, starts_at)
        proof = {"grade": Grade.CODE, "code": data["code"], "now": now}
        if there is None:
            return services.attendance_log(stay=stay, meeting=meeting, starts_at=starts_at, **proof)
        return services.attendance_raise(attendance=there, **proof)

    return form_page(
        request,
        form,
        save,
        title=_("Enter a code"),
        intro=_("It proves that you were at the meeting while it lasted."),
        submit=_("I am there"),
        done=_("Written down, with the meeting's code."),
        to=lambda row: reverse("my_attendance", args=[row.uuid]),
        cancel_url=reverse("my_week"),
        back_url=reverse("my_meetings"),
        back_label=_("My meetings"),
    )


@require_POST
@oneself
def my_plan_add(request: HttpRequest, resident: Resident, uuid: UUID) -> HttpResponse:
    """I go to this meeting regularly."""
    stay = _my_stay(resident)
    meeting = in_scope(request, Meeting, uuid)
    try:
        services.plan_add(stay=stay, meeting=meeting, today=stay.house.today())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("It stands in your week now."))
    return redirect("my_meetings")


@require_POST
@of(MeetingPlan, Action.OWN_RECORD, "stay__resident", "house__organization")
def my_plan_end(request: HttpRequest, plan: MeetingPlan) -> HttpResponse:
    """I do not go there regularly any more."""
    try:
        services.plan_end(plan=plan, today=plan.house.today())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Taken out of your week. What you wrote down stays."))
    return redirect("my_meetings")


# --- pages that residents and staff share ---------------------------------------------------------------------------


def choose_page(
    request: HttpRequest, stay: Stay, *, own: bool, days_back: int, url: Any, row_url: Any, back: dict[str, str]
) -> HttpResponse:
    house, now = stay.house, timezone.now()
    today = house.today(now)
    day = day_asked(request, "day") or today
    day = min(max(day, today - timedelta(days=days_back)), today)
    words = request.GET.get("words", "").strip()[:80]
    found = choices(request.user, stay, day, words=words, now=now, url=url, row_url=row_url)
    return render(
        request,
        "residents/meetings/attendance_choose.html",
        {
            "stay": stay,
            "house": house,
            "own": own,
            "day": day,
            "today": today,
            "earlier": day - DAY if day > today - timedelta(days=days_back) else None,
            "later": day + DAY if day < today else None,
            "words": words,
            "found": found,
            **back,
        },
    )


def log_page(
    request: HttpRequest,
    stay: Stay,
    meeting: Meeting,
    *,
    own: bool,
    row_url: Any,
    raise_url: Any,
    to: Any,
    back: dict[str, str],
) -> HttpResponse:
    """Write one occurrence down: that of the day in the address, else the last one that began."""
    now = timezone.now()
    held = _occurrence(request, meeting, now) if meeting.recurrence else None
    there = queries.at_meeting(stay, meeting, held.starts_at) if held else None
    if there is not None and request.method != "POST":
        messages.info(request, _("This is written down already. You can add better evidence."))
        return redirect(row_url(there))
    form = LogForm(
        *_sent(request),
        meeting=meeting,
        zone=stay.house.zone,
        initial={"code": request.GET.get("code", "")[:20], "starts_at": None, "minutes": meeting.minutes},
    )

    def save(_data: dict[str, Any]) -> Attendance:
        if meeting.recurrence and held is None:
            raise ValidationError(_("This meeting is not held then. Choose one of its times."))
        facts = form.facts(
            starts_at=held.starts_at if held else None, seen=not own and request.POST.get("how") == "seen"
        )
        return services.attendance_log(stay=stay, meeting=meeting, now=now, **facts)

    today = stay.house.today(now)
    return form_page(
        request,
        form,
        save,
        title=meeting.name,
        template="residents/meetings/attendance_new.html",
        done=_("Written down."),
        to=to,
        stay=stay,
        house=stay.house,
        meeting=meeting,
        held=held,
        own=own,
        there_url=raise_url(there) if there else "",
        planned=own and _planned(request, stay, meeting),
        may_plan=own and bool(meeting.recurrence) and (meeting.closed_on is None or meeting.closed_on > today),
        **back,
    )


def _planned(request: HttpRequest, stay: Stay, meeting: Meeting) -> bool:
    plans = MeetingPlan.objects.visible_to(request.user)
    return plans.filter(stay=stay, meeting=meeting, ends_on=None).exists()


def one_page(request: HttpRequest, row: Attendance, *, own: bool, back: dict[str, str], **more: Any) -> HttpResponse:
    """One meeting of one resident: as it counts now, and all that was written down before."""
    chain = queries.chain_of(row)
    newest = chain[-1]
    (told,) = shown([newest])
    # Also a decision about another meeting, which lets both stand.
    decided = [*queries.settled_of(newest), *(each.settled for each in queries.all_doubts_of([newest])[newest.pk])]
    return render(
        request,
        "residents/meetings/attendance.html",
        {
            "row": newest,
            "told": told,
            "house": newest.house,
            "stay": newest.stay,
            "own": own,
            "chain": shown(chain, doubts=False),
            "settled": [(each, settled_words(each)) for each in dict.fromkeys(decided) if each is not None],
            "better": better_than(newest.grade) if not told.struck else [],
            **back,
            **more,
        },
    )


def raise_page(request: HttpRequest, row: Attendance, *, here: Any, staff: bool = False) -> HttpResponse:
    now = timezone.now()
    newest = queries.chain_of(row)[-1]
    form = EvidenceForm(*_sent(request), zone=row.house.zone)

    def save(_data: dict[str, Any]) -> Attendance:
        evidence = form.evidence(seen=staff and request.POST.get("how") == "seen")
        if evidence["grade"] == Grade.SELF:
            raise ValidationError(_("Add a photo, the chair's initial or the code: one of them will do."))
        return services.attendance_raise(attendance=newest, now=now, **evidence)

    return form_page(
        request,
        form,
        save,
        title=_("Better evidence"),
        template="residents/meetings/attendance_raise.html",
        done=_("Added. What was there before stays on record."),
        to=here,
        row=newest,
        house=newest.house,
        staff=staff,
        told=shown([newest], doubts=False)[0],
        cancel_url=here(newest),
        back_url=here(newest),
        back_label=newest.called,
    )


def day_asked(request: HttpRequest, name: str) -> date | None:
    """The day that the address names; None where it names none that a house could mean."""
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2200 else None


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is bound to: a press without a word binds it too."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _occurrence(request: HttpRequest, meeting: Meeting, now: datetime) -> Occurrence | None:
    asked = day_asked(request, "on")
    if asked is not None:
        return occurrence_on(meeting, asked)
    since = now - services.BACK
    lately = occurrences([meeting], since, now + queries.CODE_BEFORE)
    return next((each for each in reversed(lately) if not each.called_off), None)


def _with(url: str, day: date | None, name: str = "on") -> str:
    return f"{url}?{name}={day.isoformat()}" if day else url


def _stay_of(resident: Resident) -> Stay | None:
    own = Stay.objects.visible_to(resident.user).current().filter(resident=resident)
    return own.select_related("house__organization", "resident").first()


def _my_stay(resident: Resident) -> Stay:
    """Where one lives; 404 for whoever lives in none of our houses now."""
    stay = _stay_of(resident)
    if stay is None:
        raise Http404
    return stay
