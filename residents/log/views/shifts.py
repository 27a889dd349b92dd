"""Shifts: handing over, reading what was handed over, and who carries how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log import shift_paper_cards
from residents.log.entry_words import row_of, short, told
from residents.log.forms.shifts import HandOverForm, LoadForm
from residents.log.models import HandOver
from residents.log.queries.entries import lines
from residents.log.queries.load import Carried, load
from residents.log.queries.shifts import Handed, handed, pending, unread
from residents.log.services import shifts
from residents.log.shift_cards import instant
from soberhouse.cards import Pending, Row
from soberhouse.exports import KINDS, export
from soberhouse.form_page import form_page

PAGE = 30
MOST_UNREAD = 8  # lines of the log on the page of a shift


@dataclass(frozen=True)
class Part:
    """A part of what stands open now; and how much it was when the shift was handed over, if it was."""

    pending: Pending
    then: int | None = None

    @property
    def rows(self) -> Sequence[Row]:
        return [*self.pending.rows, *self.pending.apart]

    @property
    def count(self) -> int:
        return self.pending.count + len(self.pending.apart)

    @property
    def says_something(self) -> bool:
        return bool(self.rows or self.then)


@of_house(Action.RECORD)
def hand_over_new(request: HttpRequest, house: House) -> HttpResponse:
    """The end of a shift: what stands open on one screen, and what else the next one must know."""
    now, standing = timezone.now(), standing_of(request)
    return form_page(
        request,
        HandOverForm(request.POST if request.method == "POST" else None),
        lambda data: shifts.hand_over(house=house, text=data["text"], now=now),
        title=_("Hand over the shift"),
        submit=_("Hand over"),
        done=_("Handed over. Whoever comes next signs that they have read it."),
        to=lambda row: reverse("hand_over", args=[row.uuid]),
        template="residents/log/hand_over_new.html",
        house=house,
        back_url=reverse("house_today", args=[house.uuid]),
        back_label=_("Today"),
        open_now=lambda: _open_now(house, standing, now),
    )


def _open_now(house: House, standing: Standing, now: datetime, then: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Every part with something to say, the titles of the others, and what of the log is new to this person."""
    parts = [Part(each, then.get(each.name) if then else None) for each in pending(house, standing, now)]
    rows = unread(house, standing.user, now=now)
    count = rows.count()
    newest = told(lines(rows[:MOST_UNREAD]), standing.user) if count else []
    return {
        "parts": [each for each in parts if each.says_something],
        "quiet": [each.pending.title for each in parts if not each.says_something],
        "unread": [row_of(each) for each in newest],
        "unread_count": count,
    }


@of(HandOver, Action.RECORD, "house__organization")
@require_safe
def hand_over_page(request: HttpRequest, hand_over: HandOver) -> HttpResponse:
    """One hand-over: what was said, what stands open now and how much it was then, and who has read it."""
    standing, house = standing_of(request), hand_over.house
    [one] = handed([hand_over])
    return render(
        request,
        "residents/log/hand_over.html",
        {
            "house": house,
            "one": one,
            "may_read": one.may_be_read_by(standing.user),
            "is_own": hand_over.recorded_by_id == standing.user.pk,
            "open_now": _open_now(house, standing, timezone.now(), hand_over.counts),
            "papers": shift_paper_cards.papers_of_hand_over(hand_over, standing),
        },
    )


@require_POST
@of(HandOver, Action.RECORD, "house__organization")
def hand_over_read(request: HttpRequest, hand_over: HandOver) -> HttpResponse:
    """Signed as read, by one tap."""
    try:
        shifts.hand_over_read(hand_over=hand_over, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Signed: you have read it."))
    return redirect("hand_over", uuid=hand_over.uuid)


@of_house(Action.RECORD)
@require_safe
def hand_overs(request: HttpRequest, house: House) -> HttpResponse:
    """Every hand-over of the house, the newest first."""
    rows = HandOver.objects.visible_to(request.user).filter(house=house).select_related("house")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    organization = house.organization
    runs = standing_of(request).may(Action.RUN_ORGANIZATION, organization)
    return render(
        request,
        "residents/log/hand_overs.html",
        {
            "house": house,
            "page": page,
            "rows": [_row(each) for each in handed(page.object_list)],
            "load_url": reverse("load", args=[organization.uuid]) if runs else "",
        },
    )


def _row(each: Handed) -> Row:
    row = each.hand_over
    names = ", ".join(read.recorded_as for read in each.reads)
    return Row(
        fact=f"{instant(row.recorded_at, row.house)} · {row.recorded_as}",
        reason=" · ".join(filter(None, [short(row.text), _("read by %(names)s") % {"names": names} if names else ""])),
        url=reverse("hand_over", args=[row.uuid]),
        state="late" if each.waits else "in",
        word=_("to be read") if each.waits else _("read"),
    )


# --- who carries how much -------------------------------------------------------------------------------------------


@of(Organization, Action.RUN_ORGANIZATION)
@require_safe
def load_page(request: HttpRequest, organization: Organization) -> HttpResponse:
    """What each manager did in each house, over a time or week by week."""
    today, by_week = organization.today(), request.GET.get("by") == "week"
    form = LoadForm(request.GET, today=today)
    rows: list[Carried] = []
    if form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        houses = House.objects.where_may(request.user, Action.RUN_ORGANIZATION).filter(organization=organization)
        rows = load(houses, request.user, since=since, until=until + timedelta(days=1), by_week=by_week)
        if request.GET.get("export") in KINDS:
            return _load_file(rows, request.GET["export"], by_week=by_week)
    asked = {name: request.GET[name] for name in ("since", "until") if name in request.GET}
    return render(
        request,
        "residents/log/load.html",
        {
            "organization": organization,
            "form": form,
            "by_week": by_week,
            "tabs": [
                {"label": label, "url": f"?{_query(asked, by)}", "current": by_week == bool(by)}
                for by, label in (("", _("In all")), ("week", _("By week")))
            ],
            "tables": _tables(rows),
        },
    )


def _query(asked: Mapping[str, str], by: str) -> str:
    return urlencode({**asked, "by": by} if by else asked)


def _tables(rows: Sequence[Carried]) -> list[tuple[str, list[Carried]]]:
    """The rows under their week; under nothing, where they are of the whole time."""
    tables: dict[str, list[Carried]] = {}
    for row in rows:
        title = _("Week of %(day)s") % {"day": date_format(row.week)} if row.week else ""
        tables.setdefault(title, []).append(row)
    return list(tables.items())


def _load_file(rows: Sequence[Carried], kind: str, *, by_week: bool) -> HttpResponse:
    headers = [_("Manager"), _("House"), _("Nights counted"), _("Call-outs"), _("Records written"), _("Hand-overs")]
    table = (
        [
            *([row.week] if by_week else []),
            *(str(row.person), row.house.name, row.nights, row.call_outs, row.records, row.hand_overs),
        ]
        for row in rows
    )
    return export(name="load", headers=[*([_("Week")] if by_week else []), *headers], rows=table, kind=kind)
