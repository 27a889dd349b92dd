"""The two pages of an import: send a file, then look at what it would make and confirm it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from residents.houses.access import anywhere, of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.stays.roster import services
from residents.stays.roster.entries import Note
from residents.stays.roster.forms import MappingForm, UploadForm
from residents.stays.roster.mapping import RosterMapping, guess_mapping
from residents.stays.roster.models import RosterUpload
from residents.stays.roster.plan import Plan, make_plan
from residents.stays.roster.reading import read_workbook
from residents.stays.roster.services import Reading
from residents.stays.roster.words import fold
from soberhouse.form_page import form_page

SHOWN = 500  # problems or notes on one page; the rest is counted


@anywhere(Action.IMPORT)
def import_roster(request: HttpRequest) -> HttpResponse:
    """Send a file. It is kept for the preview, for a day at most."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None, user=request.user)
    return form_page(
        request,
        form,
        lambda data: services.upload_keep(
            user=request.user,
            organization=data["organization"],
            house=data["house"],
            filename=data["file"].name,
            content=form.content,
            now=timezone.now(),
        ),
        title=_("Import a roster"),
        intro=_("Bring the spreadsheet you keep now. Beds, residents and stays are made from it, all of it or none."),
        to=lambda upload: reverse("import_preview", kwargs={"uuid": upload.uuid}),
        submit=_("Look at it"),
        cancel_url=reverse("today"),
    )


@of(RosterUpload, Action.IMPORT, "organization", "house")
@never_cache
def import_preview(request: HttpRequest, upload: RosterUpload) -> HttpResponse:
    """What the file would make and what is wrong with it; read again with another mapping, imported, or thrown away."""
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "discard":
        services.upload_discard(upload=upload)
        messages.success(request, _("The file is thrown away. Nothing was imported."))
        return redirect("import_roster")
    reading = _read(request, upload)
    plan = make_plan(
        reading.roster, organization=upload.organization, user=request.user, today=upload.organization.today()
    )
    refusal = ""
    if act == "import" and not plan.problems:
        try:
            return _import(request, upload, plan)
        except ValidationError as refused:
            refusal = " ".join(refused.messages)
    return render(request, "residents/roster/preview.html", _preview(upload, reading, plan) | {"refusal": refusal})


def _read(request: HttpRequest, upload: RosterUpload) -> Reading:
    """The file as it is guessed, or as the person says."""
    workbook = read_workbook(bytes(upload.content), upload.filename)
    chosen, notes = _in_chosen_house(request, upload, guess_mapping(workbook))
    if request.method == "POST":
        chosen |= request.POST.dict()
    reading = services.read_roster(workbook=workbook, chosen=chosen, today=upload.organization.today())
    reading.roster.notes[:0] = notes
    return reading


def _in_chosen_house(
    request: HttpRequest, upload: RosterUpload, mapping: RosterMapping
) -> tuple[dict[str, str], list[Note]]:
    """The chosen house counts where the file names no house of theirs, unless it names several others."""
    if upload.house is None:
        return {}, []
    theirs = House.objects.where_may(request.user, Action.IMPORT).filter(organization=upload.organization)
    names = {fold(name) for name in theirs.values_list("name", flat=True)}
    unknown = {number: table.house for number, table in enumerate(mapping.tables) if fold(table.house) not in names}
    titles = {fold(title): title for title in unknown.values() if title}
    if len(titles) > 1:
        return {}, []
    words = [{"file": title, "house": upload.house.name} for title in titles.values()]
    notes = [Note(_("“%(file)s” in the file is read as your house “%(house)s”") % each) for each in words]
    return {f"table-{number}-house": upload.house.name for number in unknown}, notes


def _import(request: HttpRequest, upload: RosterUpload, plan: Plan) -> HttpResponseRedirect:
    made = services.roster_import(plan=plan, reason=f"import_roster {upload.filename}")
    services.upload_discard(upload=upload)
    if plan.size:
        messages.success(request, _("Imported: %(made)s.") % {"made": made})
    else:
        messages.success(request, _("Nothing to import: all of it is on record already."))
    if upload.house is not None:
        return redirect("board", uuid=upload.house.uuid)
    return redirect("today")


def _preview(upload: RosterUpload, reading: Reading, plan: Plan) -> dict[str, Any]:
    return {
        "upload": upload,
        "how": reading.workbook.how,
        "form": MappingForm(workbook=reading.workbook, mapping=reading.mapping),
        "problems": plan.problems[:SHOWN],
        "problem_count": len(plan.problems),
        "more_problems": max(len(plan.problems) - SHOWN, 0),
        "notes": plan.notes[:SHOWN],
        "note_count": len(plan.notes),
        "more_notes": max(len(plan.notes) - SHOWN, 0),
        "told": plan.told,
        "new": plan.made,
    }
