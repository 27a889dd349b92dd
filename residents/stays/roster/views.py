"""The two pages of an import: send a file, then look at what it would make and confirm it."""

from __future__ import annotations

import hashlib
import json
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
from residents.stays.roster.forms import MappingForm, UploadForm
from residents.stays.roster.models import RosterUpload
from residents.stays.roster.plan import Plan, by_house, make_plan
from residents.stays.roster.reading import read_workbook
from residents.stays.roster.services import Reading
from soberhouse.form_page import form_page

SHOWN = 500  # problems or notes on one page; the rest is counted
SHOWN_LINES = 300


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
    services.uploads_purge(now=timezone.now())
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "discard":
        services.upload_discard(upload=upload)
        messages.success(request, _("The file is thrown away. Nothing was imported."))
        return redirect("import_roster")
    reading = _read(request, upload)
    plan = make_plan(
        reading.roster, organization=upload.organization, user=request.user, today=upload.organization.today()
    )
    previewed, refusal = _digest(reading, plan), ""
    if act == "import" and not plan.problems:
        try:
            if request.POST.get("previewed") != previewed:
                raise ValidationError(_("This is not what you looked at before. Nothing was imported: look again."))
            return _import(request, upload, plan)
        except ValidationError as refused:
            refusal = " ".join(refused.messages)
    shown = _preview(upload, reading, plan) | {"previewed": previewed, "refusal": refusal}
    return render(request, "residents/roster/preview.html", shown)


def _read(request: HttpRequest, upload: RosterUpload) -> Reading:
    """The file as it is guessed, or as the person says."""
    theirs = House.objects.where_may(request.user, Action.IMPORT).filter(organization=upload.organization)
    return services.read_roster(
        workbook=read_workbook(bytes(upload.content), upload.filename),
        house=upload.house.name if upload.house else "",
        known_houses=theirs.values_list("name", flat=True),
        chosen=request.POST.dict(),
        today=upload.organization.today(),
    )


def _digest(reading: Reading, plan: Plan) -> str:
    """Tells whether a file would be read as before, and would make as much."""
    return hashlib.sha256(json.dumps([reading.mapping.to_data(), plan.made]).encode()).hexdigest()


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
        "houses": by_house(plan.lines[:SHOWN_LINES]),
        "more_lines": max(len(plan.lines) - SHOWN_LINES, 0),
    }
