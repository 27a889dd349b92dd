"""From a request to a row: the only doors. Each view wears exactly one of these decorators, and a guard test sees to
it.

Out of scope is 404, in scope but not allowed is 403. `request.standing` answers what the person may do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import HasReach, Standing
from soberhouse.accounts.models import User

View = Callable[..., HttpResponse]


def standing_of(request: HttpRequest) -> Standing:
    """The standing of the person asking, found once per request."""
    if not hasattr(request, "standing"):
        request.standing = Standing(request.user)
    return request.standing


def require(request: HttpRequest, action: Action, where: HasReach) -> None:
    """Raise PermissionDenied (403) unless the person asking may do `action` there."""
    if not standing_of(request).may(action, where):
        raise PermissionDenied


def in_scope(request: HttpRequest, model: type[Model], uuid: UUID, *related: str) -> Any:
    """The row of this public id that the person asking may see; Http404 for any other."""
    return get_object_or_404(model.objects.visible_to(request.user).select_related(*related), uuid=uuid)


def of(
    model: type[Model], action: Action, *related: str, own: Callable[[User, Any], HasReach | None] | None = None
) -> Callable[[View], View]:
    """For a view of one row: `uuid` in its URL becomes the row itself, in scope and allowed.

    `own` finds what the person asking has on record of their own about this row, if anything; the row is then a part of
    their own record, and open to them wherever they live by now.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        @login_required
        def wrapped(request: HttpRequest, *args: Any, uuid: UUID, **kwargs: Any) -> HttpResponse:
            row = in_scope(request, model, uuid, *related)
            if own is None or standing_of(request).may(action, row):
                require(request, action, row)
            else:
                _require_own(request, own(request.user, row))
            # The page's surroundings (navigation, the house's name) follow the house of the row.
            request.house = row if isinstance(row, House) else getattr(row, "house", None)
            place = request.house or (row if isinstance(row, Organization) else None)
            with timezone.override(
                place.time_zone if place else None
            ):  # every instant on the page is told by its clock
                return view(request, row, *args, **kwargs)

        wrapped.requires, wrapped.model = action, model  # the guard tests ask a view for both
        return wrapped

    return decorate


def _require_own(request: HttpRequest, theirs: HasReach | None) -> None:
    if theirs is None:
        raise PermissionDenied
    require(request, Action.OWN_RECORD, theirs)


def of_house(action: Action) -> Callable[[View], View]:
    """For a view of one house: `uuid` in its URL becomes the house."""
    return of(House, action, "organization")


def anywhere(action: Action) -> Callable[[View], View]:
    """For a view that gathers: allowed to whoever may do `action` somewhere; it must itself fetch in scope."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        @login_required
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not standing_of(request).may_anywhere(action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        wrapped.requires = action
        return wrapped

    return decorate


def signed_in(reason: str) -> Callable[[View], View]:
    """For a view that any signed-in person may see, for the reason given."""

    def decorate(view: View) -> View:
        wrapped = login_required(view)
        wrapped.requires = reason
        return wrapped

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """For a view that needs no sign-in, for the reason given."""

    def decorate(view: View) -> View:
        view.requires = reason
        return view

    return decorate
