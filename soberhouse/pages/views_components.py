"""Every component in every state on one page: what pages are built from, and where to look when a colour changes.

The people and houses here are made up on the spot and stand in no database.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.messages import constants as message_levels
from django.contrib.messages.storage.base import Message
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from residents.houses.access import public
from residents.houses.forms import LocalTimeInput
from residents.houses.models import House
from residents.people.milestones import Path, in_words, path
from residents.rules.forms.violations import RadioGroups
from soberhouse.accounts.forms import PinInput
from soberhouse.accounts.keys import Listed
from soberhouse.accounts.models import ApiKey
from soberhouse.accounts.qr import code_of
from soberhouse.cards import Card, Entry, Order, Row
from soberhouse.curve import Point, curve
from soberhouse.forms import Chips, DateInput, PhoneInput, Segmented, TimeInput
from soberhouse.notices.models import Notice
from soberhouse.templatetags.look import TONES

TODAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Link:
    """One item of a navigation, a set of tabs, or a bed's actions."""

    url: str
    label: str
    icon: str = ""
    current: bool = False
    count: int | None = None


class SampleForm(forms.Form):
    """One of each kind of field; bound to bad values it shows each kind's error."""

    legal_name = forms.CharField(
        label=_("Legal name"), max_length=40, help_text=_("As it stands on the identity card.")
    )
    preferred_name = forms.CharField(label=_("Preferred name"), required=False)
    phone = forms.CharField(label=_("Phone"), widget=PhoneInput, required=False)
    starts_on = forms.DateField(label=_("Moves in on"), widget=DateInput)
    gender = forms.ChoiceField(label=_("House serves"), choices=[("", "—"), ("men", _("Men")), ("women", _("Women"))])
    answer = forms.ChoiceField(
        label=_("How did it end?"),
        choices=[("done", _("Done")), ("refused", _("Refused")), ("unable", _("Unable"))],
        widget=Segmented,
        initial="done",
    )
    bed = forms.ChoiceField(
        label=_("Bed"),
        choices=[("1c", _("1C · open")), ("3b", _("3B · held until Sunday"))],
        widget=forms.RadioSelect,
        help_text=_("Only beds that are free that night."),
    )
    returned = forms.MultipleChoiceField(
        label=_("Handed back"),
        choices=[("belongings", _("Belongings")), ("medications", _("Medications")), ("money", _("Money"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    naloxone = forms.BooleanField(label=_("Naloxone was offered"), help_text=_("Say so also where it was declined."))
    hours = forms.IntegerField(label=_("Weekly hours"), min_value=0, max_value=168, required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    roster = forms.FileField(label=_("Spreadsheet"), required=False)

    def clean_starts_on(self) -> date:
        raise ValidationError(_("Bed 1C is Sam W.'s until November 24. Choose that day or later, or another bed."))


class MoreControls(forms.Form):
    """The controls that the first form lacks."""

    secret = forms.CharField(label=_("Password"), widget=forms.PasswordInput)
    pin = forms.CharField(label=_("PIN"), widget=PinInput, help_text=_("Six digits."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    online = forms.URLField(label=_("Address online"), required=False, assume_scheme="https")
    at = forms.DateTimeField(label=_("Until"), widget=LocalTimeInput, required=False)
    since = forms.DateTimeField(
        label=_("As of"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), required=False
    )
    starts = forms.TimeField(label=_("Begins"), widget=TimeInput)
    photo = forms.FileField(label=_("Photo"), widget=forms.FileInput, help_text=_("JPEG or PNG, up to 8 MB."))
    rule = forms.ChoiceField(
        label=_("Which rule"),
        widget=RadioGroups,
        choices=[
            (_("Curfew"), [("home", _("Home by curfew")), ("door", _("The door is locked at night"))]),
            (_("Respect"), [("quiet", _("Quiet hours"))]),
        ],
    )
    about = forms.MultipleChoiceField(
        label=_("About whom?"),
        widget=Chips,
        choices=[("dana", "Dana R."), ("frank", "Frank O."), ("nia", "Nia O.")],
        required=False,
    )
    shown = forms.DateField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        raise ValidationError(_("Somebody saved this meanwhile. Look at it once more."))


BAD = {
    "legal_name": "Wolfeschlegelsteinhausenbergerdorff the Younger of Maple House",
    "preferred_name": "Sam",
    "phone": "+1 555 010 2299",
    "starts_on": "2026-11-20",
    "gender": "men",
    "answer": "refused",
    "bed": "",
    "returned": ["belongings"],
    "hours": "400",
}
BAD_MORE = {
    "secret": "short",
    "pin": "",
    "email": "sam at example",
    "online": "no address",
    "at": "2026-11-20T08:00",
    "starts": "",
}
MESSAGES = [
    (message_levels.SUCCESS, "Moved in: Sam W., bed 2B."),
    (message_levels.WARNING, "Saved. The hold on this bed was displaced."),
    (message_levels.ERROR, "Nothing was saved: somebody else has this bed since this morning."),
    (message_levels.INFO, "You are signed out."),
]
MOVE_IN = [Link("#", _("Move in"), "move-in"), Link("#", _("Hold"), "hold")]
BEDS = [
    {"label": "1A", "state": "in", "name": "Tobias R.", "detail": "109 days · sober 142", "url": "#"},
    {
        "label": "1B",
        "state": "overstay",
        "name": "Bartholomew Featherstonehaugh-Cholmondeley de Wolfeschlegelsteinhausen",
        "detail": "71 days · sober 80",
        "alert": "was to leave Nov 18",
        "word": "2 days over",
        "url": "#",
    },
    {"label": "1C", "state": "open", "name": "Open since Nov 12", "actions": MOVE_IN},
    {
        "label": "2A",
        "state": "missed",
        "name": "Dana R.",
        "detail": "18 days",
        "alert": "not in since 11:00 pm",
        "word": "absent",
    },
    {
        "label": "2B",
        "state": "held",
        "name": "Held for an applicant",
        "detail": "until Sun, Nov 22 · Riverbend",
        "word": "2 days",
    },
    {"label": "Attic by the window", "state": "out", "name": "New mattress", "detail": "until Tue, Nov 24"},
    {
        "label": "3A",
        "state": "plain",
        "name": "Leon A.",
        "detail": "143 days · leaves Nov 28",
        "word": "planned",
    },
]
STATES = [
    ("in", ""),
    ("late", ""),
    ("missed", ""),
    ("held", ""),
    ("out", ""),
    ("open", ""),
    ("plain", "waiting"),
    ("late", "1 more by Sunday"),
]
CHANGES = [
    {"label": "Bed", "old": "1B", "new": "2C"},
    {"label": "Expected to leave", "old": "", "new": "November 28, 2026"},
    {"label": "Sobriety date", "old": "September 2, 2026", "new": ""},
]
ROWS = [
    {
        "name": f"{name}",
        "bed": bed,
        "since": TODAY - timedelta(days=days),
        "days": days,
        "tone": tone,
        "word": word,
    }
    for name, bed, days, tone, word in [
        ("Tobias R.", "1A", 109, "in", "in"),
        ("Maximiliana Featherstonehaugh-Cholmondeley", "1B", 67, "late", "2 days over"),
        ("Hugo B.", "4A", 323, "in", "in"),
    ]
]


@cache
def icon_names() -> list[str]:
    sprite = ET.parse(settings.BASE_DIR / "soberhouse/static/soberhouse/icons.svg")  # noqa: S314 -- our own file
    names = [symbol.get("id", "") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")]
    return [name for name in names if not name.startswith("shape-")]


def sample_curve() -> str:
    points = []
    for week in range(52):
        day = TODAY - timedelta(days=364 - 7 * week)
        points.append(Point(day=day, occupied=8 + (week * 5 % 7) // 2 + week // 20, held=1 if week > 45 else 0))
    return curve(points, 14, until=TODAY + timedelta(days=21), today=TODAY, title="Beds in use, one year", name="year")


@public("made-up examples, and only where the site runs locally")
def components(request: HttpRequest) -> HttpResponse:
    """The page, where the site runs locally. It reads and writes nothing."""
    if not settings.LOCAL:
        raise Http404
    facts: dict[str, Any] = {
        "tones": TONES,
        "states": STATES,
        "icons": icon_names(),
        "beds": BEDS,
        "changes": CHANGES,
        "rows": ROWS,
        "form": SampleForm(initial={"bed": "1c"}, auto_id="plain_%s"),
        "bad_form": SampleForm(BAD, auto_id="bad_%s"),
        "page": Paginator(range(95), 20).page(2),
        "last_page": Paginator(range(95), 20).page(5),
        "night": TODAY + timedelta(days=3),
        "sample_today": TODAY,
        "curve": sample_curve(),
        "short_curve": curve(
            [(TODAY + timedelta(days=n), n % 3 + 1) for n in range(7)], 3, name="week", title="One week"
        ),
        "struck": Entry(
            day=TODAY - timedelta(days=4),
            fact="Moved in",
            detail="recorded for the wrong house",
            by="Bob Ray",
            struck=True,
        ),
        "now_card": Card(
            title="Over the day",
            order=Order.NOW,
            rows=[
                Row(
                    fact="Leon A. · bed 3A",
                    reason="was to leave on Nov 18",
                    state="late",
                    word="2 days",
                    url="#",
                )
            ],
        ),
        "waiting_card": Card(
            title="Applications",
            order=Order.WAITING,
            rows=[Row(fact="Riverbend Treatment", reason="wants Monday", button="Read", button_url="#")],
            more_url="#",
            more_label="All 3",
        ),
        "empty_card": Card(title="Moving out", order=Order.LATER, empty="Nobody is known to leave this week."),
        "tab_items": [
            Link("#", "Living here", current=True, count=26),
            Link("#", "Coming", count=3),
            Link("#", "Lived here", count=60),
        ],
        "sentences": [
            "Sam W. leaves bed 2B today; it is open tonight.",
            "The stay ends on November 20, 2026 after 186 days.",
            "The hold on bed 3B for an applicant stays as it is.",
        ],
        "actions": MOVE_IN,
        **_more(),
    }
    return render(request, "soberhouse/components.html", facts)


def _paths() -> Iterator[tuple[str, Path | None, Any, date, str]]:
    """Days that people count, from the first to the third year: what it is called, the path, where they live since."""
    for name, sober, here in [
        ("On the way", 80, 67),
        ("On the day of a milestone", 90, 67),
        ("Day one", 0, 0),
        ("After years", 829, 323),
        ("No sobriety date on record", None, 18),
        ("Moved in today", None, 0),
    ]:
        since = None if sober is None else TODAY - timedelta(days=sober)
        home = SimpleNamespace(house=House(name="Maple House"), continues_id=1 if here > 300 else None)
        now = SimpleNamespace(stay=home, days=here)
        said = in_words(since, today=TODAY) if since else ""
        yield name, since and path(since, today=TODAY), now, TODAY - timedelta(days=here), said


def _told() -> Iterator[Notice]:
    """Notices, two of them new."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    texts = [
        ("Your bed at Maple House from November 20, 2026 is 3A.", "#", None),
        ("An application came in at the House of the Wolfeschlegelsteinhausenbergerdorffs.", "#", None),
        ("Your role at Maple House ends on November 18, 2026: manager.", "", noon),
        ("Welcome to Maple House. Your bed is 1B.", "#", noon),
    ]
    for days, (text, url, read_at) in enumerate(texts):
        yield Notice(text=text, url=url, read_at=read_at, made_at=noon - timedelta(days=days))


def _keys() -> Iterator[Listed]:
    """A key in each of its states."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for name, state, days, revoked_at in [
        ("Nightly list of open beds", ApiKey.State.LIVE, 200, None),
        ("A spreadsheet of the office", ApiKey.State.LIVE, 9, None),
        ("Last year's program", ApiKey.State.EXPIRED, -30, None),
        ("Lost with a laptop", ApiKey.State.REVOKED, 100, noon),
        ("Of a partner that was closed", ApiKey.State.CLOSED, 100, None),
    ]:
        key = ApiKey(
            name=name,
            prefix="sober_abcdefgh",
            made_at=noon - timedelta(days=165),
            expires_at=noon + timedelta(days=days),
            revoked_at=revoked_at,
            last_used_at=noon if days == 9 else None,
        )
        yield Listed(key, "see how full houses are", "Olive Hart", state, days, "#")


def _more() -> dict[str, Any]:
    """Residents' own pages, notices, keys and codes, and the rest of the controls."""
    closed_form = MoreControls(auto_id="closed_%s")
    for field in closed_form.fields.values():
        field.disabled = True
    return {
        "paths": list(_paths()),
        "week": [
            {"day": day, "hours": [1] * (number % 3), "is_today": number == 4}
            for number, day in enumerate(TODAY - timedelta(days=4 - number) for number in range(7))
        ],
        "week_lines": [
            Row(fact="Work · Harbor Bakery", reason="Monday to Friday, 5:00 am to 1:00 pm"),
            Row(fact="Class", reason="Thursday, 6:30 pm to 9:00 pm"),
        ],
        "bells": [0, 3, 99, 100],
        "told": list(_told()),
        "sample_messages": [Message(level, sentence) for level, sentence in MESSAGES],
        "keys": list(_keys()),
        "qr": code_of("https://houses.example.org/nowhere/"),
        "codes": ["1f0c 83d2", "77ab 4e19", "c05d 2260", "9b3e f174"],
        "photo": static("soberhouse/app-192.png"),
        "nights": [(TODAY - timedelta(days=number), 8 + number % 5) for number in range(400)],
        "more_form": MoreControls(auto_id="more_%s"),
        "bad_more_form": MoreControls(BAD_MORE, {}, auto_id="bad_more_%s"),
        "closed_form": closed_form,
    }
