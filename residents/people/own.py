"""From a request to oneself: the door to every page of one's own record."""

from __future__ import annotations

import functools
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from residents.houses.access import View, require
from residents.houses.permissions import Action
from residents.people.queries import home, resident_of


def oneself(view: View) -> View:
    """For a view of one's own record: it gets the resident that the person asking is, wherever they live or lived.

    Whoever is no resident is told that there is no such page (404). The page stands in the house where they live, or to
    which they apply, and every instant on it is told by the clock there.
    """

    @functools.wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        resident = resident_of(request.user)
        if resident is None:
            raise Http404
        require(request, Action.OWN_RECORD, resident)
        request.house = home(resident, user=request.user)
        with timezone.override((request.house or resident.organization).time_zone):
            return view(request, resident, *args, **kwargs)

    wrapped.requires = Action.OWN_RECORD
    return wrapped
