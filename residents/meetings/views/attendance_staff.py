"""Attendance, for staff: of a house by week, of one resident, one meeting with its evidence, and what does not fit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import in_scope, of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.meetings.attendance_rows import Shown, shown
from residents.meetings.attendance_words import counts_in_words, row_words
from residents.meetings.forms.attendance import WhyForm
from residents.meetings.models import Attendance, Meeting
from residents.meetings.queries import attendance as queries
from residents.meetings.services import attendance as services
from residents.meetings.standing import WEEK, monday
from residents.meetings.views.attendance import choose_page, day_asked, log_page, one_page, raise_page
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)

WEEKS = 8  # of one resident, on a page


@of_house(Action.SEE_RESIDENTS)
def attendance_of_house(request: HttpRequest, house: House) -> HttpResponse:
    """Who was at which meetings in one week, by resident, with the evidence of each."""
    today = house.today()
    week = monday(day_asked(request, "week") or today)
    rows = Attendance.objects.visible_to(request.user).filter(house=house, followed_by=None)
    found = shown(queries.spanned(rows, week, week + WEEK).order_by("starts_at", "pk"))
    by_stay: dict[int, list[Shown]] = {}
    for each in found:
        by_stay.setdefault(each.row.stay_id, []).append(each)
    lived = Stay.objects.visible_to(request.user).real().filter(house=house, starts_on__lt=week + WEEK)
    stays = lived.exclude(ends_on__lte=week).select_related("resident").order_by("resident__legal_first_name", "pk")
    people = [(stay, by_stay.pop(stay.pk, [])) for stay in stays]
    people += [(rows[0].row.stay, rows) for rows in by_stay.values()]
    standing = standing_of(request)
    return render(
        request,
        "residents/meetings/attendance_of_house.html",
        {
            "house": house,
            "week": week,
            "last_day": week + timedelta(days=6),
            "earlier": week - WEEK,
            "later": week + WEEK if week < monday(today) else None,
            "people": [
                (stay, rows, sum(not each.struck for each in rows), _is_own(request, stay)) for stay, rows in people
            ],
            "numbers": {
                "count": sum(not each.struck for each in found),
                "open": sum(each.is_open for each in found),
            },
            "may_record": standing.may(Action.RECORD, house),
            "may_issue": standing.may(Action.ISSUE_PAPERS, house),
        },
    )


@of_house(Action.SEE_RESIDENTS)
def attendance_doubts(request: HttpRequest, house: House) -> HttpResponse:
    """What does not fit with other records and waits for a person: strike it, or let it stand. All of the last year."""
    now = timezone.now()
    rows = queries.counting(Attendance.objects.visible_to(request.user).filter(house=house))
    since = house.today(now) - services.BACK_OF_STAFF
    open_ = [each for each in shown(queries.spanned(rows, since, None).order_by("-starts_at", "-pk")) if each.is_open]
    standing = standing_of(request)
    return render(
        request,
        "residents/meetings/attendance_doubts.html",
        {
            "house": house,
            "rows": [(each, standing.may(Action.CORRECT, each.row)) for each in open_],
        },
    )


@of(Stay, Action.SEE_RECORD, "resident", "house__organization")
def attendance_of_stay(request: HttpRequest, stay: Stay) -> HttpResponse:
    """One resident's meetings of the last eight weeks, or of eight earlier ones."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    today = stay.house.today()
    until = monday(day_asked(request, "week") or today) + WEEK
    since = until - WEEKS * WEEK
    mine = Attendance.objects.visible_to(request.user).filter(stay=stay)
    found = shown(queries.spanned(mine.filter(followed_by=None), since, until))
    weeks: dict[Any, list[Shown]] = {}
    for each in found:
        weeks.setdefault(monday(each.row.on), []).append(each)
    standing = standing_of(request)
    return render(
        request,
        "residents/meetings/attendance_of_stay.html",
        {
            "stay": stay,
            "house": stay.house,
            "own": stay.resident.user_id == request.user.pk,
            "weeks": [
                (week, rows, sum(not each.struck for each in rows))
                for week, rows in sorted(weeks.items(), reverse=True)
            ],
            "counts": counts_in_words(queries.count_by_grade(mine)),
            "earlier": since - WEEK if stay.starts_on < since else None,
            "later": until + (WEEKS - 1) * WEEK if until <= today else None,
            "plans": list(queries.plans_of(stay, today)),
            "may_record": standing.may(Action.RECORD, stay) and not stay.voided,
            "may_issue": standing.may(Action.ISSUE_PAPERS, stay) and not stay.voided,
            "sees_resident": standing.may(Action.SEE_RESIDENTS, stay) and stay.ends_on is None,
        },
    )


@of(Stay, Action.RECORD, "resident", "house__organization")
@require_safe
def attendance_choose(request: HttpRequest, stay: Stay) -> HttpResponse:
    """At which meeting somebody was."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    here = reverse("attendance_new", args=[stay.uuid])
    return choose_page(
        request,
        stay,
        own=False,
        days_back=services.BACK_OF_STAFF.days,
        url=lambda meeting, on: f"{here}?meeting={meeting.uuid}" + (f"&on={on.isoformat()}" if on else ""),
        row_url=lambda row: reverse("attendance", args=[row.uuid]),
        back={"back_url": reverse("attendance_of_stay", args=[stay.uuid]), "back_label": stay.short_name},
    )


@of(Stay, Action.RECORD, "resident", "house__organization")
def attendance_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Somebody was at a meeting: seen there by whoever writes it down, or as they say."""
    try:
        meeting = in_scope(request, Meeting, UUID(request.GET.get("meeting", "")), "house")
    except ValueError:
        return redirect("attendance_choose", stay.uuid)
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their meetings"))
    return log_page(
        request,
        stay,
        meeting,
        own=False,
        row_url=lambda row: reverse("attendance", args=[row.uuid]),
        raise_url=lambda row: reverse("attendance_raise", args=[row.uuid]),
        to=lambda row: reverse("attendance", args=[row.uuid]),
        back={"back_url": reverse("attendance_choose", args=[stay.uuid]), "back_label": _("Meetings")},
    )


@of(Attendance, Action.SEE_RECORD, *queries.RELATED, "house__organization")
@require_safe
def attendance(request: HttpRequest, row: Attendance) -> HttpResponse:
    """One meeting of a resident, with all that was ever written down about it."""
    note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("a meeting of theirs"))
    standing = standing_of(request)
    back = {"back_url": reverse("attendance_of_stay", args=[row.stay.uuid]), "back_label": row.stay.short_name}
    return one_page(
        request,
        row,
        own=row.stay.resident.user_id == request.user.pk,
        back=back,
        may_record=standing.may(Action.RECORD, row),
        may_correct=standing.may(Action.CORRECT, row),
    )


@of(Attendance, Action.RECORD, *queries.RELATED, "house__organization")
def attendance_raise(request: HttpRequest, row: Attendance) -> HttpResponse:
    """Better evidence for a resident's meeting."""
    note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("a meeting of theirs"))
    return raise_page(request, row, here=lambda one: reverse("attendance", args=[one.uuid]), staff=True)


@of(Attendance, Action.CORRECT, *queries.RELATED, "house__organization")
def attendance_strike(request: HttpRequest, row: Attendance) -> HttpResponse:
    """It does not count."""
    return _decide(
        request,
        row,
        lambda data: services.attendance_strike(attendance=row, now=timezone.now(), **data),
        title=_("It does not count"),
        intro=_("It stays on record, marked, with your reason. They are told, and it can be restored."),
        submit=_("Strike it"),
        done=_("It does not count any more."),
        danger=True,
    )


@of(Attendance, Action.CORRECT, *queries.RELATED, "house__organization")
def attendance_restore(request: HttpRequest, row: Attendance) -> HttpResponse:
    """It counts after all."""
    return _decide(
        request,
        row,
        lambda data: services.attendance_restore(attendance=row, now=timezone.now(), **data),
        title=_("It counts after all"),
        intro=_("With the evidence that it had. Your reason stays on record, and they are told."),
        submit=_("Let it count"),
        done=_("It counts again."),
    )


@of(Attendance, Action.CORRECT, *queries.RELATED, "house__organization")
def attendance_settle(request: HttpRequest, row: Attendance) -> HttpResponse:
    """Something does not fit, and somebody looked at it: it stands all the same."""
    told = shown([row])[0]
    return _decide(
        request,
        row,
        lambda data: services.doubt_settle(attendance=row, now=timezone.now(), **data),
        title=_("Let it stand"),
        intro=_(
            "Say why it stands all the same; they are told that it counts. Where two overlap, both stand. What does "
            "not fit: %(what)s"
        )
        % {"what": told.doubts}
        if told.is_open
        else _("Nothing is open about this one any more."),
        submit=_("Let it stand"),
        done=_("Settled. It counts."),
        to=reverse("attendance_doubts", args=[row.house.uuid]),
    )


@of(Attendance, Action.SEE_RECORD, *queries.RELATED, "photo", "house__organization")
@require_safe
def attendance_photo(request: HttpRequest, row: Attendance) -> HttpResponse:
    """The photo of a slip. One that is lost or was tampered with is none, and is loud in the log of the server."""
    if row.photo is None:
        raise Http404
    try:
        answer = store.serve(row.photo, name="slip.jpg")
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(row.photo.uuid)})
        raise Http404 from problem
    note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("the photo of a slip"))
    return answer


def _decide(request: HttpRequest, row: Attendance, save: Callable[[dict[str, Any]], Any], **page: Any) -> HttpResponse:
    """One reason about one meeting, which leads back to it."""
    note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("a meeting of theirs"))
    here = reverse("attendance", args=[row.uuid])
    around = {"to": here, "cancel_url": here, "back_url": here, "back_label": row.stay.short_name}
    subtitle = f"{row.stay.short_name} · {row.called} · {row_words(row)}"
    return form_page(request, WhyForm(request.POST or None), save, subtitle=subtitle, **(around | page))


def _is_own(request: HttpRequest, stay: Stay) -> bool:
    return stay.resident.user_id is not None and stay.resident.user_id == request.user.pk
