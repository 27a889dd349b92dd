"""The life of any record: every change of it, and the whole of it at any instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from residents.houses.access import in_scope, require, signed_in, standing_of
from residents.houses.models import House, Organization, Role
from residents.houses.permissions import Action
from residents.houses.queries import is_shared
from residents.log.looks import leaves_a_look
from residents.log.queries.entries import hides_a_name
from residents.meetings.models import FeedReading, MeetingChange, StepNote
from residents.people.looks import note_look
from residents.people.models import Look, OfResident, Resident
from residents.people.queries import resident_of
from residents.stays.models import AboutResident, Application, BedUse, Stay
from soberhouse.accounts.models import ApiKey, Invitation, User
from soberhouse.history.queries import as_of, audited_model, life, name_of, parents
from soberhouse.history.records import audited_models

# Records of a person, whose page leads on to the history of everything that hangs on them.
LEADING_ON = (Resident, Stay, Application)
PAGES = {Resident: "resident", Stay: "stay", Application: "application"}
AT_MOST = 30  # links of one kind


class InstantField(forms.DateTimeField):
    """An instant on the house's clock. Typed to the minute, as people do, it means the end of that minute."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: str) -> datetime | None:
        instant = super().clean(value)
        if instant and not 1900 <= instant.year <= 2999:
            raise ValidationError(_("Nothing is on record for that year. Write a year from 1900 to 2999."))
        if instant and not (instant.second or instant.microsecond):
            return instant.replace(second=59, microsecond=999_999)
        return instant


class InstantForm(forms.Form):
    saves = False

    at = InstantField(label=_("As it was on"), help_text=_("By the clock of the house."))


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@signed_in("the record itself says who may see its history")
def history(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """The changes of one record; with `at`, the whole of it at that instant. A kind that is none, or a record out of
    scope, does not exist."""
    model = audited_model(kind)
    if model is None:
        raise Http404
    row = in_scope(request, model, uuid, *parents(model))
    _require_history(request, row)
    about = person_of(row)
    if about is not None and leaves_a_look(row, request.user):
        note_look(about, Look.What.HISTORY, user=request.user, detail=str(model._meta.verbose_name))
    request.house = row if isinstance(row, House) else getattr(row, "house", None)
    zone = zone_of(row, request.user)
    with timezone.override(zone):
        form = InstantForm(request.GET if "at" in request.GET else None)
        snapshot = None
        if form.is_bound and form.is_valid():
            snapshot = as_of(row, form.cleaned_data["at"], reader=request.user, zone=zone)
            form = InstantForm(initial=form.cleaned_data)  # as the browser's own control can show it
        page, moments = life(row, reader=request.user, zone=zone, page=request.GET.get("page"))
        context = {
            "row": row,
            "name": name_of(row),
            "kind": model._meta.verbose_name,
            "zone": zone.key,
            "form": form,
            "snapshot": snapshot,
            "page": page,
            "moments": moments,
            "related": list(related(row, request.user)),
            "back": back(row, request.user),
        }
        return render(request, "soberhouse/history/record.html", context)


def _require_history(request: HttpRequest, row: Model) -> None:
    """Raise PermissionDenied (403) unless the person asking may read it. An account, a key or a slip of one is in no
    house: it is its owner's, and of who runs the organization."""
    user = row if isinstance(row, User) else row.user if isinstance(row, ApiKey | Invitation) else None
    if user is not None:
        _require_own_people(request, user)
    elif isinstance(row, StepNote) and row.resident.user_id != request.user.pk:
        raise PermissionDenied(_("What a note said before it was shared is its owner's alone."))
    elif hides_a_name(row, request.user):
        raise PermissionDenied(_("A history names who acted, and here somebody asked not to be named to you."))
    else:
        require(request, Action.SEE_HISTORY, row.partner if isinstance(row, ApiKey) else row)


def _require_own_people(request: HttpRequest, user: User) -> None:
    """Raise PermissionDenied (403) unless it is oneself, or somebody whom nobody but one's own organization employs."""
    operated = standing_of(request).operates
    if user.pk != request.user.pk and is_shared(user=user, organizations=operated):
        raise PermissionDenied(_("This account also works for another organization."))


def zone_of(row: Model, reader: User) -> ZoneInfo:
    """The time zone of the house a record belongs to or, of a person, that the reader sees; else of the organization.
    What is an account's own has that of where its owner lives, or works."""
    if isinstance(row, House | Organization):
        return ZoneInfo(row.time_zone)
    if isinstance(row, FeedReading):
        row = row.feed
    if isinstance(row, MeetingChange):
        row = row.meeting
    if isinstance(row, OfResident):
        row = row.resident
    if isinstance(row, Resident):
        houses = House.objects.visible_to(reader).filter(pk__in=row.reach().house_ids).order_by("pk")
        return ZoneInfo((houses.first() or row.organization).time_zone)
    if isinstance(row, ApiKey):
        row = row.holder
    place = getattr(row, "house", None) or getattr(row, "organization", None)
    if place is not None:
        return ZoneInfo(place.time_zone)
    user = row if isinstance(row, User) else getattr(row, "user", None)
    return ZoneInfo(settings.DEFAULT_HOUSE_TIME_ZONE) if user is None else _zone_of_account(user, reader)


def _zone_of_account(user: User, reader: User) -> ZoneInfo:
    resident = resident_of(user)
    if resident is not None:
        return zone_of(resident, reader)
    role = Role.objects.visible_to(reader).filter(user=user).select_related("house", "organization").first()
    return ZoneInfo((role.house or role.organization).time_zone if role else settings.DEFAULT_HOUSE_TIME_ZONE)


def person_of(row: Model) -> Resident | None:
    """Whom a record is about, if anybody."""
    if isinstance(row, Resident):
        return row
    if isinstance(row, BedUse):
        row = row.stay or row.application
    if isinstance(row, AboutResident):
        return row.person()
    return getattr(row, "resident", None)


def back(row: Model, reader: User) -> Link | None:
    """The page of the person or stay that a record is about; of one's own, one's own record."""
    person = person_of(row)
    if (person is not None and person.user_id == reader.pk) or row == reader:
        return Link(_("Me"), reverse("my_record")) if resident_of(reader) is not None else None
    for about in (row, getattr(row, "stay", None), getattr(row, "application", None)):
        if type(about) in PAGES:
            return Link(name_of(about), reverse(PAGES[type(about)], kwargs={"uuid": about.uuid}))
    if isinstance(row, OfResident):
        return Link(name_of(row.resident), reverse("resident", kwargs={"uuid": row.resident.uuid}))
    return None


def related(row: Model, reader: User) -> Iterator[Link]:
    """The histories of what a record of a person points to and of what points to it, as far as the reader sees them."""
    if not isinstance(row, LEADING_ON):
        return
    audited = set(audited_models())
    for field in row._meta.concrete_fields:
        model = field.related_model
        if model in LEADING_ON and getattr(row, field.attname) is not None:
            yield from links(model.objects.visible_to(reader).filter(pk=getattr(row, field.attname)))
    for relation in row._meta.related_objects:
        if relation.related_model in audited:
            seen = relation.related_model.objects.visible_to(reader)
            if relation.related_model is StepNote:
                seen = seen.filter(resident__user=reader)
            yield from links(seen.filter(**{relation.field.name: row.pk}))


def links(rows: QuerySet) -> Iterator[Link]:
    kind = rows.model._meta
    for row in rows.select_related(*parents(rows.model)).order_by("-pk")[:AT_MOST]:
        url = reverse("history", kwargs={"kind": kind.model_name, "uuid": row.uuid})
        yield Link(f"{capfirst(str(kind.verbose_name))}: {name_of(row)}", url)
