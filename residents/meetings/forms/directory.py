"""What is filled in about the directory: what somebody looks for, feeds, meetings made by hand, one that is not as
usual."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, check_time_zone
from residents.houses.scoped_forms import ScopedForm
from residents.meetings.meeting_types import TYPES
from residents.meetings.meeting_words import NTH, SOUGHT
from residents.meetings.models import Kind, Venue
from residents.meetings.queries.directory import AROUND_MILES
from residents.people.models import WeeklyHours
from residents.stays.forms import date_field
from soberhouse.forms import Chips, Segmented, TimeInput

ANY, WEEK, EVERYWHERE = "", "week", "all"


class FindForm(ScopedForm):
    """What somebody looks for in the directory; nothing chosen is today, in their house's time, and around it where
    somebody has said where it is (`placed`)."""

    house = forms.ModelChoiceField(House.objects.none(), label=_("for"), required=False, empty_label=None)
    on = forms.ChoiceField(label=_("when"), required=False)
    kind = forms.ChoiceField(label=_("what"), required=False)
    type = forms.ChoiceField(label=_("for whom, of which kind"), required=False)
    how = forms.ChoiceField(
        label=_("where"),
        required=False,
        choices=[
            (EVERYWHERE, _("anywhere")),
            ("near", _("near the house first")),
            ("place", _("in person")),
            ("online", _("online")),
        ],
    )
    words = forms.CharField(label=_("name or place"), required=False, max_length=80)

    def __init__(self, *args: Any, today: date, houses: Any, placed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["house"].queryset = houses
        if len(houses) < 2:
            del self.fields["house"]
        if placed:
            around = _("within %(miles)s miles, or online") % {"miles": AROUND_MILES}
            self.fields["how"].choices = [(ANY, around), *self.fields["how"].choices]
        days = [today + timedelta(days=ahead) for ahead in range(7)]
        self.days = {each.isoformat(): each for each in days}
        self.fields["on"].choices = [
            (days[0].isoformat(), _("today")),
            (days[1].isoformat(), _("tomorrow")),
            *((each.isoformat(), date_format(each, "WEEKDAY_DATE_FORMAT")) for each in days[2:]),
            (WEEK, _("all week, and by appointment")),
        ]
        self.fields["kind"].choices = [
            (ANY, _("every kind")),
            *((value, capfirst(name)) for value, name in Kind.choices),
        ]
        self.fields["type"].choices = [
            (ANY, _("all")),
            *((code, capfirst(name)) for code, (name, _more) in SOUGHT.items()),
        ]

    def clean_on(self) -> date | None:
        """The day that is asked for; None for the whole week."""
        asked = self.cleaned_data.get("on")
        return None if asked == WEEK else self.days.get(asked or "", next(iter(self.days.values())))


def time_zone_field(**options: Any) -> forms.CharField:
    return forms.CharField(label=_("time zone"), max_length=64, validators=[check_time_zone], **options)


class FeedForm(ScopedForm):
    name = forms.CharField(label=_("name"), max_length=120, help_text=_("Such as that of the intergroup."))
    kind = forms.ChoiceField(label=_("whose meetings"))
    url = forms.URLField(
        label=_("address"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Of a Meeting Guide feed, or of BMLT’s search results. Empty: it is read from files alone."),
    )
    time_zone = time_zone_field(help_text=_("Of meetings that name none. Such as America/New_York."))
    in_use = forms.BooleanField(label=_("read it every day"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(value, name) for value, name in Kind.choices if value != Kind.HOUSE]


class FeedFileForm(ScopedForm):
    """A file of a directory."""

    file = forms.FileField(label=_("file"), help_text=_("JSON, as the Meeting Guide or BMLT writes it."))
    taken_all_the_same = forms.BooleanField(
        label=_("take it even if it would close half of the meetings or more"), required=False
    )
    reason = forms.CharField(
        label=_("why"), max_length=500, required=False, help_text=_("Needed where it is taken all the same.")
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.MEETING_FEEDS_MAX_BYTES:
            most = settings.MEETING_FEEDS_MAX_BYTES // 1024 // 1024 or 1
            raise ValidationError(_("The file is too large: %(most)s MB at most.") % {"most": most})
        return file


class MeetingForm(ScopedForm):
    """A meeting made by hand."""

    name = forms.CharField(label=_("name"), max_length=255)
    kind = forms.ChoiceField(label=_("what it is"))
    how = forms.ChoiceField(
        label=_("how often"),
        choices=[
            ("weekly", _("weekly")),
            ("monthly", _("monthly")),
            ("daily", _("every day")),
            ("appointment", _("by appointment")),
        ],
        widget=Segmented,
        initial="weekly",
    )
    weekday = forms.TypedChoiceField(
        label=_("day"), coerce=int, empty_value=None, required=False, choices=WeeklyHours.Weekday.choices
    )
    every = forms.IntegerField(
        label=_("every so many weeks"), min_value=1, max_value=26, initial=1, help_text=_("2: every other week.")
    )
    nth = forms.TypedChoiceField(
        label=_("which of the month"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("only if monthly")), *NTH.items()],
    )
    starts = forms.TimeField(label=_("starts"), required=False, widget=TimeInput())
    minutes = forms.IntegerField(label=_("minutes"), min_value=1, max_value=1440, initial=60)
    time_zone = time_zone_field(help_text=_("Of the clock by which it starts."))
    starts_on = date_field(_("held from"))
    types = forms.MultipleChoiceField(label=_("types"), required=False, widget=Chips)
    venue = forms.ChoiceField(label=_("where it is held"), choices=Venue.choices, widget=Segmented, initial="in_person")
    place = forms.CharField(label=_("place"), max_length=255, required=False)
    address = forms.CharField(label=_("address"), max_length=500, required=False)
    region = forms.CharField(label=_("region"), max_length=255, required=False)
    latitude = forms.DecimalField(
        label=_("latitude"),
        max_digits=9,
        decimal_places=6,
        required=False,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("On the map, such as 43.156600. That of the house meeting tells what is near the house."),
    )
    longitude = forms.DecimalField(
        label=_("longitude"),
        max_digits=9,
        decimal_places=6,
        required=False,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Such as -77.608800; west of Greenwich it begins with a minus."),
    )
    conference_url = forms.URLField(label=_("address online"), max_length=1000, required=False, assume_scheme="https")
    conference_phone = forms.CharField(label=_("number to dial in"), max_length=120, required=False)
    conference_notes = forms.CharField(
        label=_("how to join"), max_length=1000, required=False, help_text=_("Such as the passcode.")
    )
    notes = forms.CharField(label=_("notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = Kind.choices if self.house is not None else [each for each in Kind.choices if each[0] != Kind.HOUSE]
        self.fields["kind"].choices = [(value, capfirst(name)) for value, name in kinds]
        had = [code for code in self.initial.get("types", []) if code not in SOUGHT]
        self.fields["types"].choices = [
            *((code, capfirst(name)) for code, (name, _more) in SOUGHT.items()),
            *((code, TYPES.get(code, code)) for code in had),
        ]


class CloseForm(ScopedForm):
    on = date_field(_("held no more from"))
    reason = forms.CharField(label=_("why"), max_length=300)


class OnceForm(ScopedForm):
    """One occurrence that is not as usual."""

    on = forms.TypedChoiceField(label=_("the meeting of"), coerce=date.fromisoformat)
    what = forms.ChoiceField(
        label=_("what happens"),
        choices=[("off", _("it is called off")), ("moved", _("it is held at another time"))],
        widget=Segmented,
        initial="off",
    )
    day = date_field(_("held instead on"), required=False)
    at = forms.TimeField(label=_("at"), required=False, widget=TimeInput())
    why = forms.CharField(label=_("why"), max_length=300)

    def __init__(self, *args: Any, zone: str, days: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["on"].choices = [(day.isoformat(), date_format(day, "WEEKDAY_DATE_FORMAT")) for day in days]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("what") == "moved" and not (data.get("day") and data.get("at")):
            raise ValidationError({"day": _("Say on which day and at what time it is held instead.")})
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.cleaned_data
        moved = data["what"] == "moved"
        held_at = datetime.combine(data["day"], data["at"], tzinfo=ZoneInfo(self.zone)) if moved else None
        return {"on": data["on"], "called_off": not moved, "held_at": held_at, "why": data["why"]}


class AsUsualForm(ScopedForm):
    why = forms.CharField(label=_("why"), max_length=300)
