"""What somebody was told: the newest first, read and unread."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from residents.houses.access import signed_in
from residents.houses.models import House
from soberhouse.notices import services
from soberhouse.notices.forms import ReadForm
from soberhouse.notices.models import Notice
from soberhouse.notices.queries import unread_count
from soberhouse.pages.context import MOST_HOUSES, house_at_hand

OWN = "one's own notices"
ON_A_PAGE = 25


@signed_in(OWN)
def notices(request: HttpRequest) -> HttpResponse:
    """All one was ever told, a page at a time, by the clock of one's house."""
    now = timezone.now()
    page = Paginator(Notice.objects.visible_to(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    with timezone.override(_clock(request)):
        return render(request, "notices/notices.html", {"page": page, "now": now, "unread": unread_count(request.user)})


@require_POST
@signed_in(OWN)
def notice_open(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read one, and go where it leads."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uuid=uuid)
    services.notice_read(notice=notice, now=timezone.now())
    return redirect(notice.url or "notices")


@require_POST
@signed_in(OWN)
def notices_read(request: HttpRequest) -> HttpResponse:
    """Read all that stood on the list when its page was made; what came since stays new."""
    form = ReadForm(request.POST)
    if form.is_valid():
        now = timezone.now()
        count = services.notices_read(user=request.user, until=min(form.cleaned_data["until"], now), now=now)
        messages.success(
            request,
            ngettext("%(count)d notice marked as read.", "%(count)d notices marked as read.", count) % {"count": count},
        )
    else:
        messages.error(request, _("Nothing was marked: open this page once more and try again."))
    return redirect("notices")


def _clock(request: HttpRequest) -> str:
    """The time zone of the house at hand, or of the first one reached."""
    houses = list(House.objects.visible_to(request.user)[:MOST_HOUSES])
    house = house_at_hand(request, houses) or next(iter(houses), None)
    return house.time_zone if house else settings.DEFAULT_HOUSE_TIME_ZONE
