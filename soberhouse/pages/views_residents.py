"""The list of residents."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from residents.houses.access import anywhere, standing_of
from residents.houses.permissions import Action
from soberhouse.exports import KINDS, export
from soberhouse.pages.forms import FindResidentsForm
from soberhouse.pages.residents import HEADERS, PAGE, cells, found, shown


@anywhere(Action.SEE_RESIDENTS)
def residents(request: HttpRequest) -> HttpResponse:
    """Find, filter, sort, take along as a file. A name is only ever POSTed; an address may say who and which house."""
    standing = standing_of(request)
    sees_past = any(role.house_id is None for role in standing.roles)
    asked = request.POST if request.method == "POST" else {**request.GET.dict(), "q": ""}
    form = FindResidentsForm(asked, user=request.user, sees_past=sees_past)
    lines = []
    if request.method == "GET" and "sort" in form.errors:  # no field of the page could say so
        messages.warning(request, _("The list knows no such order. Here it is by name."))
        return redirect("residents")
    if form.is_valid():
        asked = form.cleaned_data
        lines = found(request.user, words=asked["q"], who=asked["who"], house=asked["house"], sort=asked["sort"])
        if request.POST.get("export") in KINDS:
            rows = [cells(one) for one in shown(lines)]
            return export(name="residents", headers=HEADERS, rows=rows, kind=request.POST["export"])
    page = Paginator(lines, PAGE).get_page(request.POST.get("page"))
    facts = {
        "form": form,
        "page": page,
        "shown": shown(page.object_list),
        "sort": form.cleaned_data.get("sort", "name"),
        "total": len(lines),
        "sees_past": sees_past,
    }
    return render(request, "soberhouse/residents.html", facts)
