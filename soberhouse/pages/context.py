"""What every page shows around its content: the way through the house, and which house it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.access import standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.queries import resident_of
from soberhouse.notices.queries import unread_count


@dataclass(frozen=True)
class NavItem:
    """One door of the navigation. `current` where it is the page at hand; `count` is what waits behind it."""

    label: str
    icon: str
    url: str
    current: bool = False
    count: int = 0


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The houses this person reaches, the one at hand, and what they can open there. Nothing for somebody not signed
    in. Found once a request, however many templates a page is made of."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    if not hasattr(request, "surroundings"):
        request.surroundings = _surroundings(request)
    return request.surroundings


def _surroundings(request: HttpRequest) -> dict[str, Any]:
    user, standing = request.user, standing_of(request)
    houses = list(House.objects.visible_to(user).select_related("organization")[:MOST_HOUSES])
    house = house_at_hand(request, houses)
    organizations = list(Organization.objects.filter(pk__in=standing.operates)) if standing.operates else []
    unread = unread_count(user)
    lives_only = resident_of(user) is not None and not standing.roles
    own = _own_nav(request, unread) if resident_of(user) is not None else []
    return {
        "today": house.today() if house else None,
        "nav": own if lives_only else _both(_nav(request, house, organizations), own, standing),
        "news": unread,
        # Who only lives here has the notices among the doors, and no bell beside.
        "unread_notices": None if lives_only else unread,
        "house": house,
        "houses": [
            {"pk": each.pk, "name": each.name, "url": reverse("house_today", args=[each.uuid])} for each in houses
        ],
        "houses_url": reverse("today") if len(houses) > 1 else "",
        "organizations": organizations,
        "on_tablet": request.on_tablet,
    }


MOST_HOUSES = 30  # a menu longer than this helps nobody; the page of all houses has the rest


def house_at_hand(request: HttpRequest, houses: list[House]) -> House | None:
    """The house of this page; else the one last looked at, as long as it is still in scope; else the only one."""
    house = getattr(request, "house", None)
    if house is not None:
        if request.session.get("house") != str(house.uuid):
            request.session["house"] = str(house.uuid)
        return house
    last = request.session.get("house")
    return next((each for each in houses if str(each.uuid) == last), houses[0] if len(houses) == 1 else None)


def _own_nav(request: HttpRequest, unread: int) -> list[NavItem]:
    """A resident's own doors."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    notices = NavItem(_("Notices"), "bell", reverse("notices"), here == "notices", unread)
    me = ("my_record", "my_looks", "my_contact_add", "my_contact_change")
    return [
        NavItem(_("My week"), "week", reverse("my_week"), here == "my_week"),
        NavItem(_("House"), "house", reverse("my_house"), here == "my_house"),
        notices,
        NavItem(_("Me"), "person", reverse("my_record"), here in me),
    ]


def _both(items: list[NavItem], own: list[NavItem], standing: Standing) -> list[NavItem]:
    """The doors of somebody who works here; and their own, if they are a resident beside or were one. Whoever lives
    here now has their week among the first on a phone; for notices there is the bell."""
    if not own:
        return items
    week, house, _notices, me = own
    place = 3 if standing.may_anywhere(Action.OWN_RECORD) else len(items)
    return [*items[:place], week, *items[place:], replace(house, label=_("My house")), me]


def _of_daily_life(item: Callable[..., NavItem], house: House) -> list[NavItem]:
    roll = ("night_roll", "curfew_log", "passes", "pass", "pass_new", "pass_decide", "sign_out", "sign_in")
    case = ("violation", "violation_new", "violation_decide", "appeal_decide", "consistency", "review_opinion")
    entry = ("entry", "entry_new", "entry_amend", "entry_show_to", "entry_photo_add")
    shift = ("hand_over", "hand_over_new", "hand_overs")
    meetings = ("attendance_of_house", "attendance_doubts", "attendance_of_stay", "meeting_weeks_of_stay")
    held = ("requirements", "house_meetings", "house_meeting", "house_meeting_roll", "meetings", "meeting")
    return [
        item(_("In and out"), "door", "whereabouts", house.uuid, also=roll),
        item(_("Log"), "edit", "log", house.uuid, also=(*entry, *shift)),
        item(_("Meetings"), "week", "meeting_weeks", house.uuid, also=(*meetings, *held)),
        item(_("Violations"), "scales", "violations", house.uuid, also=case),
        item(_("Rules"), "book", "books", house.uuid, also=("book", "book_change", "ladder")),
    ]


def _nav(request: HttpRequest, house: House | None, organizations: list[Organization]) -> list[NavItem]:
    standing = standing_of(request)
    here = request.resolver_match.url_name if request.resolver_match else ""

    def item(label: str, icon: str, name: str, *args: Any, also: tuple[str, ...] = ()) -> NavItem:
        return NavItem(label, icon, reverse(name, args=args), current=here in (name, *also))

    items = []
    if house is not None:
        items.append(item(_("Today"), "today", "house_today", house.uuid))
        if standing.may(Action.SEE_RESIDENTS, house):
            items.append(item(_("Beds"), "beds", "board", house.uuid, also=("move_in", "hold", "bed_out", "bed_back")))
    else:
        items.append(item(_("Houses"), "house", "today"))
    if standing.may_anywhere(Action.SEE_RESIDENTS):
        items.append(item(_("Residents"), "people", "residents", also=("resident", "stay")))
    if house is not None and standing.may(Action.SEE_RESIDENTS, house):
        items += _of_daily_life(item, house)
    if house is not None and standing.may(Action.SEE_RESIDENTS, house):
        items.append(
            item(_("Applications"), "applications", "applications", house.uuid, also=("application", "application_new"))
        )
        items.append(item(_("Occupancy"), "occupancy", "occupancy", house.uuid))
    elif standing.may_anywhere(Action.SEE_RESIDENTS):
        items.append(item(_("Occupancy"), "occupancy", "occupancy_all"))
    if house is not None and standing.may(Action.SEE_PAPERS, house):
        items.append(item(_("Papers"), "note", "papers", house.uuid, also=("paper", "paper_withdraw")))
    elif len(organizations) == 1:
        also = ("paper", "paper_withdraw")
        items.append(item(_("Papers"), "note", "papers_of_all", organizations[0].uuid, also=also))
    if standing.may_anywhere(Action.IMPORT):
        items.append(item(_("Import"), "import", "import_roster"))
    if house is not None and standing.may(Action.SETTLE_HOUSE, house):
        items.append(item(_("House"), "house", "house_settings", house.uuid, also=("phase_kinds",)))
    run = house.organization if house else organizations[0] if len(organizations) == 1 else None
    if run is not None and not request.on_tablet and standing.may(Action.RUN_ORGANIZATION, run):
        also = ("person", "person_new", "role_new", "partners", "partner", "partner_new")
        items.append(item(_("People and roles"), "roles", "people", run.uuid, also=also))
    return items
