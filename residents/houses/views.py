"""Houses and their beds, the organization, its people and their roles, and the shared tablets."""

from __future__ import annotations

import functools
from collections.abc import Callable
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from residents.houses import queries, services, tablets
from residents.houses.access import of, of_house, public
from residents.houses.forms import (
    AccountForm,
    BedChangeForm,
    BedCloseForm,
    BedForm,
    HouseChangeForm,
    HouseForm,
    OrganizationForm,
    PasswordForm,
    PersonForm,
    ReasonForm,
    RoleEndForm,
    RoleForm,
    RoomChangeForm,
    RoomForm,
    TabletForm,
    TabletPinForm,
)
from residents.houses.models import Bed, House, Organization, Role, Room, Tablet
from residents.houses.permissions import Action
from soberhouse.accounts import services as accounts
from soberhouse.accounts.forms import PinForm
from soberhouse.accounts.models import User
from soberhouse.accounts.views import by_password, events_of
from soberhouse.form_page import form_page

View = Callable[..., HttpResponse]


def page(name: str, row: Model) -> str:
    return reverse(name, kwargs={"uuid": row.uuid})


# One house


@of_house(Action.SETTLE_HOUSE)
def house_settings(request: HttpRequest, house: House) -> HttpResponse:
    context = {
        "rooms": queries.rooms_of(house, today=house.today()),
        "may_run": request.standing.may(Action.RUN_ORGANIZATION, house),
    }
    return render(request, "residents/houses/settings.html", {"house": house} | context)


@of_house(Action.SETTLE_HOUSE)
def house_change(request: HttpRequest, house: House) -> HttpResponse:
    form = HouseChangeForm(request.POST or None, instance=house)
    return form_page(
        request,
        form,
        lambda data: services.house_change(house=house, changes=form.changes),
        title=_("About the house"),
        to=page("house_settings", house),
        done=_("Saved."),
        template="residents/houses/house_form.html",
        back_url=page("house_settings", house),
        cancel_url=page("house_settings", house),
    )


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def house_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    initial = {"time_zone": organization.time_zone}
    return form_page(
        request,
        HouseForm(request.POST or None, initial=initial),
        lambda data: services.house_create(organization=organization, **data),
        title=_("A new house"),
        to=lambda house: page("house_settings", house),
        done=_("The house is made. Now its rooms and beds."),
        template="residents/houses/house_form.html",
        submit=_("Make the house"),
        cancel_url=page("people", organization),
    )


# Rooms and beds


@of_house(Action.SETTLE_HOUSE)
def room_add(request: HttpRequest, house: House) -> HttpResponse:
    return form_page(
        request,
        RoomForm(request.POST or None),
        lambda data: services.room_add(house=house, name=data["name"]),
        title=_("A new room"),
        to=page("house_settings", house),
        done=_("The room is made."),
        submit=_("Add the room"),
        cancel_url=page("house_settings", house),
    )


@of(Room, Action.SETTLE_HOUSE, "house")
def room_change(request: HttpRequest, room: Room) -> HttpResponse:
    form = RoomChangeForm(request.POST or None, instance=room)
    return form_page(
        request,
        form,
        lambda data: services.room_change(room=room, **form.changes),
        title=_("Room"),
        template="residents/houses/row_form.html",
        kind="room",
        row=room,
        to=page("house_settings", room.house),
        done=_("Saved."),
        cancel_url=page("house_settings", room.house),
    )


@require_POST
@of(Room, Action.SETTLE_HOUSE, "house")
def room_shift(request: HttpRequest, room: Room) -> HttpResponse:
    services.room_shift(room=room, earlier=request.POST.get("go") == "earlier")
    return redirect(page("house_settings", room.house))


@of(Room, Action.SETTLE_HOUSE, "house")
def bed_add(request: HttpRequest, room: Room) -> HttpResponse:
    return form_page(
        request,
        BedForm(request.POST or None),
        lambda data: services.bed_add(room=room, **data),
        title=_("A new bed in %(room)s") % {"room": room},
        to=page("house_settings", room.house),
        done=_("The bed is made."),
        submit=_("Add the bed"),
        cancel_url=page("house_settings", room.house),
    )


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_change(request: HttpRequest, bed: Bed) -> HttpResponse:
    form = BedChangeForm(request.POST or None, instance=bed, user=request.user, house=bed.house)
    return form_page(
        request,
        form,
        lambda data: services.bed_change(bed=bed, **form.changes),
        title=_("Bed"),
        template="residents/houses/row_form.html",
        kind="bed",
        row=bed,
        to=page("house_settings", bed.house),
        done=_("Saved."),
        cancel_url=page("house_settings", bed.house),
    )


@require_POST
@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_shift(request: HttpRequest, bed: Bed) -> HttpResponse:
    services.bed_shift(bed=bed, earlier=request.POST.get("go") == "earlier")
    return redirect(page("house_settings", bed.house))


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_close(request: HttpRequest, bed: Bed) -> HttpResponse:
    return form_page(
        request,
        BedCloseForm(request.POST or None, initial={"closed_on": bed.house.today()}),
        lambda data: services.bed_close(bed=bed, **data),
        title=_("Close bed %(bed)s?") % {"bed": bed.label},
        to=page("house_settings", bed.house),
        done=_("The bed is closed."),
        template="soberhouse/confirm.html",
        consequences=[
            _("From that day the house has one bed less, and nobody can be moved into it."),
            _("It is refused while somebody is or will be in the bed, or while it is held."),
        ],
        kept=[_("Who slept in it, and what the house's beds were before.")],
        submit=_("Close the bed"),
        danger=True,
        cancel_url=page("house_settings", bed.house),
    )


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_reopen(request: HttpRequest, bed: Bed) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.bed_reopen(bed=bed, reason=data["reason"]),
        title=_("Open bed %(bed)s again?") % {"bed": bed.label},
        to=page("house_settings", bed.house),
        done=_("The bed is open again."),
        template="soberhouse/confirm.html",
        consequences=[_("The bed counts as if it had never been closed.")],
        submit=_("Open the bed again"),
        cancel_url=page("house_settings", bed.house),
    )


# The organization, its people and their roles


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def organization_settings(request: HttpRequest, organization: Organization) -> HttpResponse:
    form = OrganizationForm(request.POST or None, instance=organization)
    return form_page(
        request,
        form,
        lambda data: services.organization_change(organization=organization, changes=form.changes),
        title=_("The organization"),
        to=page("organization_settings", organization),
        done=_("Saved."),
        cancel_url=page("people", organization),
    )


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def people(request: HttpRequest, organization: Organization) -> HttpResponse:
    now, past = timezone.now(), request.GET.get("show") == "past"
    staff = queries.staff(organization=organization, now=now, past=past)
    listed = Paginator(staff, 50).get_page(request.GET.get("page"))
    address = page("people", organization)
    context = {
        "organization": organization,
        "page": listed,
        "people": queries.with_roles(list(listed), organization=organization, now=now),
        "past": past,
        "tabs": [
            {"url": address, "label": _("Now"), "current": not past},
            {"url": f"{address}?show=past", "label": _("Before"), "current": past},
        ],
    }
    return render(request, "residents/houses/people.html", context)


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def person_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    return form_page(
        request,
        PersonForm(request.POST or None, user=request.user, organization=organization),
        lambda data: services.person_add(organization=organization, **(data | {"password": data["password"] or None})),
        title=_("A new person"),
        to=lambda user: person_page(organization, user),
        done=_("The account is made."),
        submit=_("Make the account"),
        back_url=page("people", organization),
        back_label=_("People and roles"),
        cancel_url=page("people", organization),
    )


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def role_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    initial = {"person": request.GET.get("person", "")}
    return form_page(
        request,
        RoleForm(request.POST or None, initial=initial, user=request.user, organization=organization),
        lambda data: services.role_grant(
            organization=organization, user=data["person"], **{key: data[key] for key in data if key != "person"}
        ),
        title=_("Give a role"),
        to=lambda role: person_page(organization, role.user),
        done=_("The role is given."),
        submit=_("Give the role"),
        back_url=page("people", organization),
        back_label=_("People and roles"),
        cancel_url=page("people", organization),
    )


@of(Role, Action.RUN_ORGANIZATION, "organization", "house", "user")
@by_password
def role_end(request: HttpRequest, role: Role) -> HttpResponse:
    back = person_page(role.organization, role.user)
    people = queries.people_of(role.organization)
    return form_page(
        request,
        RoleEndForm(request.POST or None, role=role),
        lambda data: services.role_end(role=role, **data),
        title=_("End this role?"),
        # Who works elsewhere too and has no role here any more has no page here either.
        to=lambda role: back if people.filter(pk=role.user_id).exists() else page("people", role.organization),
        done=_("The role ends then."),
        template="soberhouse/confirm.html",
        intro=f"{role.user} · {role}",
        consequences=[_("From that moment they see and do nothing more by this role.")],
        kept=[_("Everything they recorded, under their name."), _("Their account, and any other role they have.")],
        submit=_("End the role"),
        danger=True,
        cancel_url=back,
    )


def person_page(organization: Organization, user: User) -> str:
    return reverse("person", kwargs={"uuid": organization.uuid, "person": user.uuid})


def of_person(view: View) -> View:
    """For a view of one person of an organization: `person` in its URL becomes the user, in scope; others are 404."""

    @of(Organization, Action.RUN_ORGANIZATION)
    @by_password
    @functools.wraps(view)
    def wrapped(request: HttpRequest, organization: Organization, *, person: UUID) -> HttpResponse:
        user = get_object_or_404(queries.people_of(organization), uuid=person)
        return view(request, organization, user)

    return wrapped


def of_own_person(view: View) -> View:
    """The same for a view that takes hold of the account: 403 where it is another organization's too."""

    @of_person
    @functools.wraps(view)
    def wrapped(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
        if queries.is_shared(user=user, organizations=[organization]):
            raise PermissionDenied(_("This account also works for another organization."))
        return view(request, organization, user)

    return wrapped


@of_person
def person(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    ours = not queries.is_shared(user=user, organizations=[organization])
    context = {
        "organization": organization,
        "person": queries.person(user=user, organization=organization, now=timezone.now()),
        "has_password": user.has_usable_password(),
        "ours": ours,
        "events": events_of(user) if ours else [],
        "oneself": user.pk == request.user.pk,
    }
    return render(request, "residents/houses/person.html", context)


@of_own_person
def person_change(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=user)
    return form_page(
        request,
        form,
        lambda data: accounts.user_change(user=user, **form.changes),
        title=_("The account"),
        to=person_page(organization, user),
        done=_("Saved."),
        cancel_url=person_page(organization, user),
    )


@sensitive_post_parameters()
@of_own_person
def person_password(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        PasswordForm(request.POST or None),
        lambda data: accounts.password_set(user=user, password=data["password"]),
        title=_("A new password for %(name)s") % {"name": user},
        to=person_page(organization, user),
        done=_("The password is set. Tell it to them in person."),
        intro=_(
            "The old one stops working, and wherever they are signed in they are out. The new one opens one page: "
            "where they choose their own. They are told by mail, if they have an address, and their account says who "
            "set it."
        ),
        submit=_("Set the password"),
        cancel_url=person_page(organization, user),
    )


@sensitive_post_parameters()
@of_own_person
def person_pin(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        PinForm(request.POST or None),
        lambda data: accounts.pin_set(user=user, pin=data["pin"]),
        title=_("A PIN for %(name)s") % {"name": user},
        to=person_page(organization, user),
        done=_("The PIN is set."),
        intro=_(
            "With it they step up to the shared tablets of their houses. It works nowhere else. They are told by mail, "
            "if they have an address, and their account says who set it."
        ),
        submit=_("Set the PIN"),
        cancel_url=person_page(organization, user),
    )


@of_own_person
def person_pin_remove(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        lambda data: accounts.pin_remove(user=user),
        title=_("Take the PIN away?"),
        to=person_page(organization, user),
        done=_("The PIN is gone."),
        template="soberhouse/confirm.html",
        consequences=[_("Shared tablets no longer offer %(name)s.") % {"name": user}],
        kept=[_("Their password.")],
        submit=_("Take the PIN away"),
        cancel_url=person_page(organization, user),
    )


@of_own_person
def person_deactivate(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.person_deactivate(user=user, reason=data["reason"], now=timezone.now()),
        title=_("Close the account of %(name)s?") % {"name": user},
        to=page("people", organization),
        done=_("The account is closed."),
        template="soberhouse/confirm.html",
        consequences=[
            _("They are signed out everywhere at once, and nobody can sign in with this account."),
            _("Its password and PIN are thrown away. If you open it again, it needs new ones."),
        ],
        kept=[_("Everything they recorded, under their name."), _("Their roles, which count for nothing meanwhile.")],
        submit=_("Close the account"),
        danger=True,
        cancel_url=person_page(organization, user),
    )


@of_own_person
def person_reactivate(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: accounts.user_reactivate(user=user, reason=data["reason"]),
        title=_("Open the account of %(name)s again?") % {"name": user},
        to=person_page(organization, user),
        done=_("The account is open. Set a password for it."),
        template="soberhouse/confirm.html",
        consequences=[
            _("Their roles that have not ended count again."),
            _("They can sign in once they have a password."),
        ],
        submit=_("Open the account"),
        cancel_url=person_page(organization, user),
    )


# Shared tablets


@of_house(Action.RUN_ORGANIZATION)
@by_password
def tablets_of_house(request: HttpRequest, house: House) -> HttpResponse:
    devices = Tablet.objects.visible_to(request.user).filter(house=house)
    here = tablets.tablet_of(request)
    context = {"house": house, "tablets": devices, "here": here, "idle_seconds": settings.TABLET_IDLE_SECONDS}
    return render(request, "residents/houses/tablets.html", context)


@of_house(Action.RUN_ORGANIZATION)
@by_password
def tablet_enrol(request: HttpRequest, house: House) -> HttpResponse:
    made: list[str] = []

    def enrol(data: dict[str, str]) -> Tablet:
        tablet, token = services.tablet_enrol(house=house, name=data["name"])
        made.append(token)
        return tablet

    response = form_page(
        request,
        TabletForm(request.POST or None),
        enrol,
        title=_("Make this device a shared tablet of %(house)s?") % {"house": house},
        to=reverse("tablet"),
        template="soberhouse/confirm.html",
        consequences=[
            _("Whoever manages the house or runs the organization can step up to it with their PIN."),
            _("You are signed out of it now. It locks itself whenever it lies idle."),
        ],
        submit=_("Make it a shared tablet"),
        cancel_url=page("tablets", house),
    )
    for token in made:
        tablets.enrol_device(response, token)
        logout(request)
    return response


@of(Tablet, Action.RUN_ORGANIZATION, "house")
@by_password
def tablet_revoke(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.tablet_revoke(tablet=tablet, reason=data["reason"], now=timezone.now()),
        title=_("Revoke the tablet “%(name)s”?") % {"name": tablet},
        to=page("tablets", tablet.house),
        done=_("The tablet is revoked."),
        template="soberhouse/confirm.html",
        consequences=[_("Nobody can step up to it any more, and whoever is signed in on it is out.")],
        kept=[_("Everything that was recorded on it.")],
        submit=_("Revoke the tablet"),
        danger=True,
        cancel_url=page("tablets", tablet.house),
    )


SHARED = "a device that an operator enrolled; any other gets 404"


def on_tablet(view: View) -> View:
    """For the pages of an enrolled device. To arrive at one always locks it: whoever was signed in there is out."""

    @public(SHARED)
    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        tablet = tablets.tablet_of(request)
        if tablet is None:
            raise Http404
        if request.user.is_authenticated:
            logout(request)
        return view(request, tablet, *args, **kwargs)

    return wrapped


@on_tablet
def tablet(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    return render(request, "residents/houses/tablet.html", {"tablet": tablet, "people": tablets.people_of(tablet)})


@sensitive_post_parameters("pin")
@on_tablet
def tablet_pin(request: HttpRequest, tablet: Tablet, *, uuid: UUID) -> HttpResponse:
    user = get_object_or_404(tablets.people_of(tablet), uuid=uuid)
    if not ratelimit.consume(request, action="tablet_pin", key=str(tablet.uuid)):
        return ratelimit.respond_429(request)
    form = TabletPinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        pin, device = form.cleaned_data["pin"], str(tablet.uuid)
        if accounts.pin_check(user=user, pin=pin, device=device, now=timezone.now()):
            tablets.open_session(request, user=user, tablet=tablet)
            return redirect(settings.LOGIN_REDIRECT_URL)
        form.add_error("pin", _("This is not the PIN. After five wrong tries it is locked here for 15 minutes."))
    return render(request, "residents/houses/tablet_pin.html", {"tablet": tablet, "person": user, "form": form})
