"""The consequence ladder of a house: read by everybody there, drafted and published by those who run it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.rules.forms.books import TO_READ
from residents.rules.forms.ladders import LadderBeginForm, LadderForm, LadderPublishForm, LineForm
from residents.rules.models import Category, Ladder, Severity
from residents.rules.queries.cases import lines_of
from residents.rules.services import ladders as services
from soberhouse.form_page import form_page


@of_house(Action.SEE_HOUSE)
def ladder(request: HttpRequest, house: House) -> HttpResponse:
    """What the house answers violations with: the version in force, what comes into force later, and earlier ones."""
    today = house.today()
    rows = Ladder.objects.visible_to(request.user).filter(house=house).prefetch_related("steps")
    told = [{"ladder": row, "lines": lines_of(row)} for row in rows.order_by("-number", "-pk")]
    published = [each for each in told if each["ladder"].published_on is not None]
    coming = [each for each in published if each["ladder"].in_force_from > today]
    past = [each for each in published if each["ladder"].in_force_from <= today]
    return render(
        request,
        "residents/rules/ladder.html",
        {
            "house": house,
            "current": past[0] if past else None,
            "coming": coming,
            "earlier": past[1:],
            "draft": next((each["ladder"] for each in told if each["ladder"].published_on is None), None),
            "may_publish": standing_of(request).may(Action.PUBLISH, house),
        },
    )


@of_house(Action.PUBLISH)
def ladder_begin(request: HttpRequest, house: House) -> HttpResponse:
    """Begin a draft of the next version."""
    here = reverse("ladder", args=[house.uuid])
    return form_page(
        request,
        LadderBeginForm(request.POST if request.method == "POST" else None),
        lambda _data: services.ladder_draft(house=house),
        title=_("Begin a new version?"),
        consequences=[
            _("A draft is made: of the newest version, or of a ladder to begin with."),
            _("Nobody but those who run the house sees it until you publish it."),
        ],
        submit=_("Begin a draft"),
        to=lambda draft: reverse("ladder_draft", args=[draft.uuid]),
        cancel_url=here,
        template="soberhouse/confirm.html",
    )


@of(Ladder, Action.PUBLISH, "house")
def ladder_draft(request: HttpRequest, ladder: Ladder) -> HttpResponse:
    """A draft, line by line. What is published is read on the house's page."""
    if ladder.published_on is not None:
        return redirect("ladder", uuid=ladder.house.uuid)
    return render(
        request,
        "residents/rules/ladder_draft.html",
        {"house": ladder.house, "ladder": ladder, "lines": lines_of(ladder)},
    )


def _draft_form(request: HttpRequest, ladder: Ladder, form: Any, save: Any, **page: Any) -> HttpResponse:
    """One form about a draft, which leads back to it."""
    here = reverse("ladder_draft", args=[ladder.uuid])
    around = {"to": here, "cancel_url": here, "back_url": here, "back_label": _("The draft")}
    return form_page(request, form, save, **(around | page))


@of(Ladder, Action.PUBLISH, "house")
def ladder_change(request: HttpRequest, ladder: Ladder) -> HttpResponse:
    """How far it looks back, how long one can appeal, and what it says in words."""
    initial = {name: getattr(ladder, name) for name in LadderForm.base_fields}
    return _draft_form(
        request,
        ladder,
        LadderForm(request.POST or None, initial=initial),
        lambda data: services.ladder_change(ladder=ladder, **data),
        title=_("How the ladder counts"),
        done=_("Saved."),
    )


@of(Ladder, Action.PUBLISH, "house")
def ladder_line(request: HttpRequest, ladder: Ladder) -> HttpResponse:
    """One line of a draft: what follows the first, the second … time. Which one stands in the query; without one, a new
    line."""
    opened = _asked_line(request) if "severity" in request.GET else None
    steps = next((line.steps for line in lines_of(ladder) if (line.category, line.severity) == opened), ())
    initial = {f"step_{time}": each for time, each in enumerate(steps, start=1)}
    if opened is not None:
        initial |= dict(zip(("category", "severity"), opened, strict=True))
    form = LineForm(request.POST or None, steps=steps, initial=initial)
    return _draft_form(
        request,
        ladder,
        form,
        lambda data: services.line_write(
            ladder=ladder,
            opened=opened,
            category=data["category"],
            severity=data["severity"],
            consequences=form.consequences(),
        ),
        title=_("What follows") if steps else _("Another line"),
        intro=_("The last step is for every time after it too."),
        submit=_("Save the line"),
        done=_("Saved."),
    )


@of(Ladder, Action.PUBLISH, "house")
@require_POST
def ladder_line_drop(request: HttpRequest, ladder: Ladder) -> HttpResponse:
    """Take a line out of a draft."""
    category, severity = _asked_line(request)
    try:
        services.line_set(ladder=ladder, category=category, severity=severity, consequences=[])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("ladder_draft", uuid=ladder.uuid)


def _asked_line(request: HttpRequest) -> tuple[str, str]:
    """The category and severity that the address names; the first severity, and all categories, where it names none."""
    category, severity = request.GET.get("category", ""), request.GET.get("severity", "")
    return (
        category if category in Category.values else "",
        severity if severity in Severity.values else Severity.MINOR.value,
    )


@of(Ladder, Action.PUBLISH, "house")
def ladder_publish(request: HttpRequest, ladder: Ladder) -> HttpResponse:
    """Let the draft come into force."""
    today = ladder.house.today()
    return _draft_form(
        request,
        ladder,
        LadderPublishForm(request.POST or None, initial={"in_force_from": today + TO_READ}),
        lambda data: services.ladder_publish(ladder=ladder, today=today, **data),
        title=_("Publish the ladder?"),
        consequences=[
            _("It gets a number and never changes again; what comes later is a new version."),
            _("Everybody who lives here is told, and can read it beforehand."),
            _("It holds for what happens from that day on."),
        ],
        kept=[_("What happened before is still answered by the version before.")],
        submit=_("Publish"),
        done=_("Published."),
        to=reverse("ladder", args=[ladder.house.uuid]),
        template="soberhouse/confirm.html",
    )
