"""The organization, its people and their roles."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from residents.houses import queries, services
from residents.houses.access import of
from residents.houses.forms import (
    AccountForm,
    OrganizationForm,
    PersonForm,
    ReasonForm,
    RoleEndForm,
    RoleForm,
)
from residents.houses.models import Organization, Role
from residents.houses.permissions import Action
from residents.houses.views.doors import of_own_person, of_person, page, person_page
from soberhouse.accounts import factors, keys
from soberhouse.accounts import services as accounts
from soberhouse.accounts.forms import PinForm
from soberhouse.accounts.models import ApiKey, User
from soberhouse.accounts.views import by_password, events_of
from soberhouse.form_page import form_page


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
        lambda data: services.person_add(organization=organization, **data),
        title=_("A new person"),
        to=lambda user: reverse("person_slip", kwargs={"uuid": organization.uuid, "person": user.uuid}),
        done=_("The account is made. With an invitation slip its owner chooses a password."),
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


@of_person
def person(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    ours = not queries.is_shared(user=user, organizations=[organization])

    def revoke_url(key: ApiKey) -> str:
        return reverse("person_key_revoke", kwargs={"uuid": organization.uuid, "person": user.uuid, "key": key.uuid})

    held = ApiKey.objects.visible_to(request.user).filter(user=user)
    context = {
        "organization": organization,
        "person": queries.person(user=user, organization=organization, now=timezone.now()),
        "has_password": user.has_usable_password(),
        "has_factor": ours and factors.factors_of(user).any,
        "ours": ours,
        "events": events_of(user) if ours else [],
        "keys": keys.listed(held, now=timezone.now(), revoke_url=revoke_url) if ours else [],
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


@of_own_person
def person_factors_reset(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: factors.factors_reset(user=user, reason=data["reason"]),
        title=_("Remove the second factor of %(name)s?") % {"name": user},
        to=person_page(organization, user),
        done=_("The second factor is removed."),
        template="soberhouse/confirm.html",
        intro=_("For somebody who lost their phone and their recovery codes. Be sure that it is they who ask."),
        consequences=[
            _("Their passkeys, the codes of their app and their recovery codes open nothing any more."),
            _("They are signed out everywhere at once. Their password alone signs them in again."),
            _("Their API keys are revoked: what they held may be in other hands."),
            _("If their role asks for a second factor, they set up a new one before anything else."),
            _("They are told by mail, if they have an address; your name and reason stand on their account page."),
        ],
        kept=[_("Their password and their PIN.")],
        submit=_("Remove the second factor"),
        danger=True,
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
            _("Its password, PIN and API keys are thrown away. If you open it again, it needs new ones."),
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
        done=_("The account is open. An invitation slip lets its owner choose a password."),
        template="soberhouse/confirm.html",
        consequences=[
            _("Their roles that have not ended count again."),
            _("They can sign in once they have chosen a password with an invitation slip."),
        ],
        submit=_("Open the account"),
        cancel_url=person_page(organization, user),
    )
