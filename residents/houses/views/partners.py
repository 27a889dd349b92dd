"""The partners of an organization, and one of them with its keys."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses import queries
from residents.houses.access import of
from residents.houses.forms import PartnerChangeForm, PartnerForm, ReasonForm
from residents.houses.models import Organization
from residents.houses.permissions import Action
from residents.houses.views.doors import of_partner, page
from soberhouse.accounts import keys as services
from soberhouse.accounts.models import ApiKey, Partner
from soberhouse.accounts.views import by_password
from soberhouse.form_page import form_page


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def partners(request: HttpRequest, organization: Organization) -> HttpResponse:
    closed, address = request.GET.get("show") == "closed", page("partners", organization)
    found = queries.partners_of(organization, now=timezone.now(), closed=closed)
    context = {
        "organization": organization,
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "closed": closed,
        "tabs": [
            {"url": address, "label": _("Now"), "current": not closed},
            {"url": f"{address}?show=closed", "label": _("Closed"), "current": closed},
        ],
    }
    return render(request, "residents/houses/partners.html", context)


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def partner_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    return form_page(
        request,
        PartnerForm(request.POST or None),
        lambda data: services.partner_create(organization=organization, **data),
        title=_("A new partner"),
        to=lambda partner: page("partner", partner),
        done=_("The partner is made. Its program needs a key."),
        intro=_("A referral organization whose program asks for free beds. It sees counts, and nobody's name."),
        submit=_("Make the partner"),
        back_url=page("partners", organization),
        back_label=_("Partners"),
        cancel_url=page("partners", organization),
    )


@of_partner
def partner(request: HttpRequest, partner: Partner) -> HttpResponse:
    def revoke_url(key: ApiKey) -> str:
        return reverse("partner_key_revoke", kwargs={"uuid": partner.uuid, "key": key.uuid})

    keys = ApiKey.objects.visible_to(request.user).filter(partner=partner)
    context = {
        "partner": partner,
        "keys": services.listed(keys, now=timezone.now(), revoke_url=revoke_url),
    }
    return render(request, "residents/houses/partner.html", context)


@of_partner
def partner_change(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = PartnerChangeForm(request.POST or None, instance=partner)
    return form_page(
        request,
        form,
        lambda data: services.partner_change(partner=partner, **form.changes),
        title=_("The partner"),
        to=page("partner", partner),
        done=_("Saved."),
        cancel_url=page("partner", partner),
    )


@of_partner
def partner_close(request: HttpRequest, partner: Partner) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.partner_close(partner=partner, reason=data["reason"]),
        title=_("Close the partner “%(name)s”?") % {"name": partner},
        to=page("partner", partner),
        done=_("The partner is closed."),
        template="soberhouse/confirm.html",
        consequences=[
            _("All its keys are revoked at once, for good: its programs get no answer any more."),
            _("If you open it again, it needs new keys."),
        ],
        kept=[_("What its programs sent, under its name.")],
        submit=_("Close the partner"),
        danger=True,
        cancel_url=page("partner", partner),
    )


@of_partner
def partner_reopen(request: HttpRequest, partner: Partner) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.partner_reopen(partner=partner, reason=data["reason"]),
        title=_("Open the partner “%(name)s” again?") % {"name": partner},
        to=page("partner", partner),
        done=_("The partner is open. Its program needs a new key."),
        template="soberhouse/confirm.html",
        consequences=[_("It may ask again, with new keys. Its old ones stay revoked.")],
        submit=_("Open the partner"),
        cancel_url=page("partner", partner),
    )
