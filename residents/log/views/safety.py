"""What keeps a house safe: all of it on one screen, each looked at by one tap."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import of, of_house, require, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.forms.safety import CheckCorrectForm, CheckForm, ItemChangeForm, ItemForm
from residents.log.known import known_asked
from residents.log.models import SafetyCheck, SafetyItem
from residents.log.queries import safety as queries
from residents.log.safety_words import TONES, fact_words, kind_words, reason_words, state_words
from residents.log.services import safety as services
from soberhouse.form_page import form_page


@of_house(Action.SEE_RECORD)
@require_safe
def safety(request: HttpRequest, house: House) -> HttpResponse:
    """Everything and how it stands, the worst first; now or as it was known at an instant."""
    now, standing = timezone.now(), standing_of(request)
    known_at = known_asked(request, house.zone, now)
    today = house.today(known_at or now)
    found = queries.safety(house, today=today, known_at=known_at)
    return render(
        request,
        "residents/log/safety.html",
        {
            "house": house,
            "items": [
                {
                    "kept": each,
                    "fact": fact_words(each.item),
                    "reason": reason_words(each),
                    "tone": TONES[each.state],
                    "word": state_words(each, today),
                    "today": each.check is not None and each.check.checked_on == today and each.is_fine,
                }
                for each in found.items
            ],
            "missing": [(kind, kind_words(kind)) for kind in found.missing],
            "numbers": {
                "red": len(found.red) + len(found.missing),
                "late": len(found.late),
                "fine": sum(each.is_fine for each in found.items),
            },
            "retired": list(queries.retired(house, today)),
            "known_at": known_at,
            "known": request.GET.get("known", "") if known_at else "",
            "may_record": standing.may(Action.RECORD, house) and known_at is None,
            "may_issue": standing.may(Action.ISSUE_PAPERS, house),
        },
    )


@require_POST
@of_house(Action.RECORD)
def safety_start(request: HttpRequest, house: House) -> HttpResponse:
    """Begin with what a house usually has."""
    try:
        services.items_start(house=house)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Now walk through the house: say of each where it is, and whether it is in order."))
    return redirect("safety", house.uuid)


@of_house(Action.RECORD)
def safety_item_new(request: HttpRequest, house: House) -> HttpResponse:
    """One more thing to look after; `kind` in the address says which."""
    asked = request.GET.get("kind")
    here = reverse("safety", args=[house.uuid])
    return form_page(
        request,
        ItemForm(
            request.POST or None,
            user=request.user,
            house=house,
            initial={"kind": asked} if asked in SafetyItem.Kind.values else {},
        ),
        lambda data: services.item_add(house=house, **data),
        title=_("What keeps the house safe"),
        subtitle=house.name,
        submit=_("Write it down"),
        done=_("Written down. Say now whether it is in order."),
        to=lambda item: reverse("safety_check_new", args=[item.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Safety"),
    )


@of(SafetyItem, Action.SEE_RECORD, "house__organization")
def safety_item_change(request: HttpRequest, item: SafetyItem) -> HttpResponse:
    """One thing: every look at it; and for those who may, where it is and how often it is looked at."""
    standing, house = standing_of(request), item.house
    here = reverse("safety", args=[house.uuid])
    may = standing.may(Action.RECORD, item)
    known_at = known_asked(request, house.zone, timezone.now())
    context: dict[str, Any] = {
        "title": fact_words(item),
        "subtitle": house.name,
        "back_url": here,
        "back_label": _("Safety"),
        "cancel_url": here,
        "item": item,
        "checks": queries.checks_of(SafetyCheck.objects.visible_to(request.user).filter(item=item), known_at),
        "known_at": known_at,
        "known": request.GET.get("known", "") if known_at else "",
        "may_record": may and known_at is None,
        "may_correct": standing.may(Action.CORRECT, item) and known_at is None,
    }
    template = "residents/log/safety_item.html"
    if request.method == "POST":
        require(request, Action.RECORD, item)
    elif not context["may_record"]:
        return render(request, template, {"form": None} | context)
    form = ItemChangeForm(request.POST or None, instance=item, user=request.user, house=house)
    return form_page(
        request,
        form,
        lambda _data: services.item_change(item=item, changes=form.changes, today=house.today()),
        to=here,
        done=_("Saved."),
        template=template,
        **context,
    )


@of(SafetyItem, Action.RECORD, "house__organization")
def safety_check_new(request: HttpRequest, item: SafetyItem) -> HttpResponse:
    """Somebody looked at it. `tick` says by one tap that it is in order today."""
    here, house = reverse("safety", args=[item.house.uuid]), item.house
    if request.method == "POST" and request.POST.get("tick"):
        try:
            services.item_tick(item=item, now=timezone.now())
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("safety_check_new", item.uuid)
        messages.success(request, _("In order today: %(what)s") % {"what": fact_words(item)})
        return redirect(here)
    (kept,) = queries.each_of([item], now=timezone.now())
    return form_page(
        request,
        CheckForm(
            request.POST or None,
            user=request.user,
            house=house,
            initial={"checked_on": house.today(), "expires_on": kept.expires_on},
        ),
        lambda data: services.check_record(item=item, now=timezone.now(), **data),
        title=_("Look at it"),
        subtitle=fact_words(item),
        intro=reason_words(kept),
        done=_("Written down."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Safety"),
    )


@of(SafetyCheck, Action.CORRECT, "house__organization", "item__house")
def safety_check_correct(request: HttpRequest, check: SafetyCheck) -> HttpResponse:
    """Put a look right, with a reason. The first one stays on record."""
    here = reverse("safety_item_change", args=[check.item.uuid])
    facts = {"checked_on": check.checked_on, "expires_on": check.expires_on, "note": check.note}
    return form_page(
        request,
        CheckCorrectForm(
            request.POST or None,
            user=request.user,
            house=check.house,
            initial=facts | {"in_order": "yes" if check.in_order else "no"},
        ),
        lambda data: services.check_correct(check=check, now=timezone.now(), **data),
        title=_("Put it right"),
        subtitle=fact_words(check.item),
        intro=_("What stands there now stays on record, marked."),
        done=_("Put right."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=fact_words(check.item),
    )
