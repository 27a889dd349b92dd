"""Every component in every state on one page: what pages are built from, and where to look when a colour changes.

The people and houses here are made up on the spot and stand in no database.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from residents.houses.access import public
from soberhouse.cards import Card, Entry, Order, Row
from soberhouse.curve import Point, curve
from soberhouse.forms import DateInput, PhoneInput, Segmented
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
    }
    return render(request, "soberhouse/components.html", facts)
