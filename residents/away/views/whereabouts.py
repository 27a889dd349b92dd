"""Who is in now, signed out and in: by staff for anybody, by a resident for themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.away import hours
from residents.away.forms.nights import InForm, MovementForm, MyOutForm, OutForm, initial_of
from residents.away.models import Movement
from residents.away.night_words import since_words, where_pill, where_words
from residents.away.queries.nights import curfew_of
from residents.away.queries.passes import moment
from residents.away.queries.whereabouts import (
    Where,
    last_movement,
    likely,
    movements_since,
    pass_for,
    whereabouts,
)
from residents.away.services.movements import movement_correct, sign_in, sign_out
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.people.own import oneself
from residents.stays.models import Stay
from soberhouse.form_page import form_page

LATELY = timedelta(hours=24)


@of_house(Action.SEE_RESIDENTS)
def whereabouts_page(request: HttpRequest, house: House) -> HttpResponse:
    """Everybody who lives here: in or out, since when, what for, expected when. One press signs out or in."""
    now = timezone.now()
    rows = whereabouts(house, now)
    purposes = likely(house, now)
    may_record = standing_of(request).may(Action.RECORD, house)
    lately = movements_since(Movement.objects.visible_to(request.user).filter(house=house), now - LATELY)
    return render(
        request,
        "residents/away/whereabouts.html",
        {
            "house": house,
            "rows": [_row(request, row, house, purposes) for row in rows],
            "numbers": {
                "in": sum(not row.out for row in rows),
                "out": sum(row.out for row in rows),
                "over": sum(row.overdue for row in rows),
            },
            "purposes": Movement.Purpose.choices,
            "lately": [(row, since_words(row.at, house, now), _is_own(request, row.stay)) for row in lately],
            "may_record": may_record,
            "may_take": standing_of(request).may(Action.TAKE_ROLL, house),
        },
    )


def _row(request: HttpRequest, row: Where, house: House, purposes: dict[int, str]) -> dict[str, Any]:
    tone, word = where_pill(row)
    own = _is_own(request, row.stay)
    purpose = Movement.Purpose.PASS if row.on_pass else purposes.get(row.stay.pk, Movement.Purpose.ERRAND)
    return {"where": row, "tone": tone, "word": word, "said": where_words(row, house), "own": own, "purpose": purpose}


def _is_own(request: HttpRequest, stay: Stay) -> bool:
    return stay.resident.user_id is not None and stay.resident.user_id == request.user.pk


@of(Stay, Action.RECORD, "resident", "house")
def sign_out_page(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Somebody goes out: with the purpose alone from the list of who is in, or with all there is to say."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("where they are"))
    now = timezone.now()
    form = OutForm(request.POST or None, zone=stay.house.zone, initial=_going(stay, now))
    return _move_form(
        request,
        form,
        lambda data: sign_out(stay=stay, of_pass=_pass_meant(stay, data, now), now=now, **_times(form, data)),
        stay,
        title=_("%(name)s goes out") % {"name": stay.short_name},
        submit=_("Sign out"),
        done=_("%(name)s is out.") % {"name": stay.short_name},
    )


@of(Stay, Action.RECORD, "resident", "house")
def sign_in_page(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Somebody came in: now, from the list of who is in, or at a time that is told."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("where they are"))
    now = timezone.now()
    form = InForm(request.POST if request.method == "POST" else None, zone=stay.house.zone)
    return _move_form(
        request,
        form,
        lambda data: sign_in(stay=stay, now=now, **data),
        stay,
        title=_("%(name)s came in") % {"name": stay.short_name},
        submit=_("Sign in"),
        done=_("%(name)s is in.") % {"name": stay.short_name},
    )


def _move_form(
    request: HttpRequest, form: Any, save: Callable[[dict[str, Any]], Any], stay: Stay, **facts: Any
) -> HttpResponse:
    page = reverse("whereabouts", args=[stay.house.uuid])
    return form_page(request, form, save, to=page, cancel_url=page, back_url=page, back_label=_("In and out"), **facts)


def _times(form: OutForm, data: dict[str, Any]) -> dict[str, Any]:
    """What was typed; a time that stands as it was shown is the instant that was shown."""
    return data | {"expected_at": form.typed("expected_at")}


def _going(stay: Stay, now: datetime) -> dict[str, Any]:
    """What is likely of whoever goes out now: the pass they have, else the hours that are spoken for, else errands; and
    back by curfew at the latest."""
    away = pass_for(stay, now)
    if away is not None:
        return {"purpose": Movement.Purpose.PASS, "where": away.where, "expected_at": away.ends_at}
    purpose = likely(stay.house, now).get(stay.pk, Movement.Purpose.ERRAND)
    due_at = curfew_of(stay, hours.night_of(now, stay.house.zone)).due_at
    return {"purpose": purpose, "expected_at": due_at if due_at is not None and due_at > now else None}


def _pass_meant(stay: Stay, data: dict[str, Any], now: datetime) -> Any:
    return pass_for(stay, now) if data["purpose"] == Movement.Purpose.PASS else None


@of(Movement, Action.CORRECT, "house", "stay__resident", "stay__house")
def movement_correct_page(request: HttpRequest, movement: Movement) -> HttpResponse:
    """A movement that was written down wrong."""
    stay = movement.stay
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("where they are"))
    now = timezone.now()
    form = MovementForm(request.POST or None, zone=movement.house.zone, initial=initial_of(movement))
    return _move_form(
        request,
        form,
        lambda data: movement_correct(
            movement=movement, now=now, **(data | {name: form.typed(name) for name in ("at", "expected_at")})
        ),
        stay,
        title=_("%(name)s: out or in") % {"name": stay.short_name},
        intro=_("What was written first stays on record, marked as corrected. Whoever never went out was in."),
        submit=_("Save the correction"),
        done=_("Corrected."),
    )


@oneself
def my_sign_out(request: HttpRequest, resident: Resident) -> HttpResponse:
    """I am going out."""
    stay, now, week = _my_stay(resident), timezone.now(), reverse("my_week")
    last = last_movement(stay)
    if last is not None and last.way == Movement.Way.OUT:
        when = {"when": moment(last.at, stay.house)}
        messages.info(request, _("You are signed out since %(when)s: press “I am back” when you are.") % when)
        return redirect(week)
    going = _going(stay, now)
    on_pass = going["purpose"] == Movement.Purpose.PASS
    form = MyOutForm(request.POST or None, zone=stay.house.zone, initial=going, on_pass=on_pass)
    until = _("Your pass lasts until %(when)s") if on_pass else _("Be in by %(when)s")
    return form_page(
        request,
        form,
        lambda data: sign_out(stay=stay, of_pass=_pass_meant(stay, data, now), now=now, **_times(form, data)),
        title=_("I am going out"),
        intro=until % {"when": moment(going["expected_at"], stay.house)} if going["expected_at"] else "",
        submit=_("Sign out"),
        done=_("You are signed out. Sign in when you are back."),
        to=week,
        cancel_url=week,
        back_url=week,
        back_label=_("My week"),
    )


@oneself
def my_sign_in(request: HttpRequest, resident: Resident) -> HttpResponse:
    """I am back."""
    stay, now = _my_stay(resident), timezone.now()
    if request.method != "POST":
        return redirect("my_week")
    try:
        sign_in(stay=stay, now=now)
    except ValidationError:
        messages.info(request, _("You are signed in already."))
    else:
        messages.success(request, _("Welcome back. You are signed in."))
    return redirect("my_week")


def _my_stay(resident: Resident) -> Stay:
    """Where one lives; 404 for whoever lives in none of our houses now."""
    own = Stay.objects.visible_to(resident.user).current().filter(resident=resident)
    stay = own.select_related("house", "resident").first()
    if stay is None:
        raise Http404
    return stay
