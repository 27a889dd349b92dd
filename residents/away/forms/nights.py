"""What is filled in at night, at the door, and about hours. Times are typed and shown by the clock of the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.away import hours
from residents.away.forms.passes import HouseTimeField, TimesForm
from residents.away.models import CurfewCheck, CurfewException, Movement
from residents.away.night_words import excuse
from residents.away.queries.nights import LATER, Roll, RollRow
from residents.away.services.nights import RollEntry, RollRefused
from residents.houses.forms import why as reason_field
from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.people.models import WeeklyHours
from residents.stays.models import PhaseKind
from soberhouse.forms import DateInput, Segmented, TimeInput

Status = CurfewCheck.Status
WORDS = {
    Status.IN: gettext_lazy("In"),
    Status.LATE: gettext_lazy("Late"),
    Status.EXCUSED: gettext_lazy("Excused"),
    Status.ABSENT: gettext_lazy("Not in"),
    LATER: gettext_lazy("Later"),
}
FIRST_YEAR = 2000
EVERY_NIGHT = [("", gettext_lazy("every night")), *WeeklyHours.Weekday.choices]


@dataclass(frozen=True)
class Line:
    """One resident of the form: what is known, and the fields; `doubt`, of whoever signed in."""

    row: RollRow
    status: BoundField
    in_at: BoundField
    why: BoundField
    doubt: BoundField | None


class RollForm(forms.Form):
    """The roll of a house: everybody with the ordinary answer chosen, when they came in, what excuses them, why they
    are not in though they signed in.

    `rows` are those that are asked about; with `plain` nobody is told why somebody is excused. `opened` is when the
    page was: a time that stands as it was shown then is that instant, whichever hour comes twice.
    """

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, roll: Roll, rows: Iterable[RollRow], plain: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roll, self.rows, self.plain, self.zone = roll, list(rows), plain, roll.house.zone
        self.now = roll.now
        self.opened_at = self._opened() if self.is_bound else roll.now
        self.fields["opened"].initial = roll.now.isoformat()
        for row in self.rows:
            self._add(row)

    def _add(self, row: RollRow) -> None:
        key, name, found = row.stay.uuid.hex, row.stay.short_name, row.foreseen
        self.fields[f"status_{key}"] = forms.ChoiceField(
            label=name,
            choices=[(choice, WORDS[choice]) for choice in row.choices],
            widget=Segmented,
            initial=found.status,
        )
        self.fields[f"in_at_{key}"] = forms.TimeField(
            label=_("%(name)s came in at") % {"name": name},
            widget=TimeInput,
            required=False,
            initial=self._clock(self._in_at(row)),
        )
        known = found.status == Status.EXCUSED
        self.fields[f"why_{key}"] = forms.CharField(
            label=_("%(name)s is excused because") % {"name": name},
            max_length=CurfewCheck._meta.get_field("why").max_length,
            required=False,
            initial="" if self.plain and known else excuse(found, row.known.curfew, self.roll.house),
        )

        if row.seen_in is not None:
            self.fields[f"doubt_{key}"] = forms.CharField(
                label=_("%(name)s signed in and is not in because") % {"name": name},
                max_length=CurfewCheck._meta.get_field("why").max_length,
                required=False,
            )

    def lines(self) -> Iterator[Line]:
        for row in self.rows:
            if row.check is None:
                key = row.stay.uuid.hex
                doubt = self[f"doubt_{key}"] if f"doubt_{key}" in self.fields else None
                yield Line(row, self[f"status_{key}"], self[f"in_at_{key}"], self[f"why_{key}"], doubt)

    def entries(self) -> list[RollEntry]:
        """What to hand to the service; whoever is counted later is left out."""
        return [entry for row in self.rows if (entry := self._entry(row)) is not None]

    def _entry(self, row: RollRow) -> RollEntry | None:
        key, found = row.stay.uuid.hex, row.foreseen
        status = self.cleaned_data[f"status_{key}"]
        if status == LATER:
            return None
        said = self.cleaned_data.get(f"doubt_{key}" if status == Status.ABSENT else f"why_{key}", "")
        excused = status == Status.EXCUSED
        if excused and self.plain and not said and found.status == Status.EXCUSED:
            said = excuse(found, row.known.curfew, self.roll.house)
        return RollEntry(
            stay=row.stay,
            status=status,
            in_at=self._meant(row, self.cleaned_data[f"in_at_{key}"]) if status == Status.LATE else None,
            why=said,
            of_pass=found.of_pass if excused else None,
        )

    def show_refusal(self, refusal: ValidationError) -> None:
        """Put what the service refused beside the resident it is about."""
        if not isinstance(refusal, RollRefused):
            self.add_error(None, refusal)
            return
        for stay, sentences in refusal.by_stay:
            for field, sentence in sentences:
                name = f"{field}_{stay.uuid.hex}"
                if field == "why" and self.cleaned_data.get(f"status_{stay.uuid.hex}") == Status.ABSENT:
                    name = f"doubt_{stay.uuid.hex}"
                known = name in self.fields and any(row.stay == stay and row.check is None for row in self.rows)
                self.add_error(name if known else None, sentence if known else f"{stay.short_name}: {sentence}")

    def _in_at(self, row: RollRow) -> datetime | None:
        """When whoever is late came in, as far as anybody knows: when they signed in; else now, as long as the night
        lasts. Whoever counts in the morning has to say it."""
        if row.foreseen.in_at is not None:
            return row.foreseen.in_at
        if row.seen_in is not None and row.line is not None and row.seen_in.at > row.line:
            return row.seen_in.at
        return self.opened_at if self.opened_at < hours.instant(self.roll.night, hours.DAWN, self.zone) else None

    def _clock(self, instant: datetime | None) -> time | None:
        return instant and instant.astimezone(self.zone).time().replace(second=0, microsecond=0)

    def _meant(self, row: RollRow, typed: time | None) -> datetime | None:
        if typed is None:
            return None
        shown = self._in_at(row)
        return shown if typed == self._clock(shown) else hours.instant(self.roll.night, typed, self.zone)

    def _opened(self) -> datetime:
        """When the page was opened that is sent back; now, where that cannot be."""
        try:
            opened = parse_datetime(self.data.get("opened", ""))
        except ValueError:
            opened = None
        if opened is None or opened.tzinfo is None or not hours.at(self.roll.night, time(12), self.zone) <= opened:
            return self.now
        return min(opened, self.now)


class CheckForm(TimesForm):
    """How somebody was counted, put right."""

    status = forms.ChoiceField(
        label=gettext_lazy("counted as"),
        choices=[(status, WORDS[status]) for status in Status],
        widget=Segmented,
    )
    in_at = HouseTimeField(
        label=gettext_lazy("came in"), required=False, help_text=gettext_lazy("Needed for whoever was late.")
    )
    why = forms.CharField(
        label=gettext_lazy("what excuses it"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Needed for whoever is excused."),
    )
    reason = reason_field(gettext_lazy("What was wrong. They read it."))


class OutForm(TimesForm):
    """Going out. Without `at` it is now."""

    purpose = forms.ChoiceField(label=gettext_lazy("what for"), choices=Movement.Purpose.choices, widget=Segmented)
    where = forms.CharField(label=gettext_lazy("where to"), max_length=120, required=False)
    expected_at = HouseTimeField(label=gettext_lazy("expected back"), required=False)
    at = HouseTimeField(label=gettext_lazy("went out"), required=False, help_text=gettext_lazy("Empty: now."))


class MyOutForm(OutForm):
    """The same as whoever goes out is asked it. `on_pass`: whether there is a pass to go on."""

    where = forms.CharField(label=gettext_lazy("where are you going"), max_length=120, required=False)
    expected_at = HouseTimeField(
        label=gettext_lazy("when will you be back"),
        required=False,
        help_text=gettext_lazy("If it gets later, call the house."),
    )
    at = None

    def __init__(self, *args: Any, on_pass: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not on_pass:
            purposes = [choice for choice in Movement.Purpose.choices if choice[0] != Movement.Purpose.PASS]
            self.fields["purpose"].choices = purposes


class InForm(TimesForm):
    at = HouseTimeField(label=gettext_lazy("came in"), required=False, help_text=gettext_lazy("Empty: now."))


class MovementForm(TimesForm):
    """When and why somebody went out, or came in, put right."""

    way = forms.ChoiceField(label=gettext_lazy("went out or came in"), choices=Movement.Way.choices, widget=Segmented)
    at = HouseTimeField(label=gettext_lazy("when"))
    purpose = forms.ChoiceField(
        label=gettext_lazy("what for"),
        choices=[("", "—"), *Movement.Purpose.choices],
        required=False,
        help_text=gettext_lazy("For whoever went out."),
    )
    where = forms.CharField(label=gettext_lazy("where to"), max_length=120, required=False)
    expected_at = HouseTimeField(label=gettext_lazy("expected back"), required=False)
    reason = reason_field(gettext_lazy("What was wrong. They read it."))


class CurfewHourForm(ScopedForm):
    """An hour for a phase, a weekday or both."""

    phase = forms.ModelChoiceField(
        PhaseKind.objects.all(), label=gettext_lazy("phase"), required=False, empty_label=gettext_lazy("all phases")
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("night of"), choices=EVERY_NIGHT, coerce=int, empty_value=None, required=False
    )
    hour = forms.TimeField(
        label=gettext_lazy("in by"),
        widget=TimeInput,
        required=False,
        help_text=gettext_lazy("An hour before noon is of the next morning. Empty: no curfew then."),
    )

    def __init__(self, *args: Any, house: House, **kwargs: Any) -> None:
        super().__init__(*args, house=house, **kwargs)
        if not self.fields["phase"].queryset.exists():
            del self.fields["phase"]


class CurfewExceptionForm(forms.Form):
    """An hour for one resident."""

    source = forms.ChoiceField(
        label=gettext_lazy("set by"),
        choices=CurfewException.Source.choices,
        widget=Segmented,
        help_text=gettext_lazy(
            "The house's own replaces what it asks of others. An officer's holds wherever it is the stricter."
        ),
    )
    hour = forms.TimeField(
        label=gettext_lazy("in by"),
        widget=TimeInput,
        help_text=gettext_lazy("An hour before noon is of the next morning."),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("night of"), choices=EVERY_NIGHT, coerce=int, empty_value=None, required=False
    )
    starts_on = forms.DateField(label=gettext_lazy("first night"), widget=DateInput)
    ends_on = forms.DateField(
        label=gettext_lazy("until the night of"),
        widget=DateInput,
        required=False,
        help_text=gettext_lazy("From that night on it no longer holds. Empty: until further notice."),
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=500)


class CurfewExceptionEndForm(forms.Form):
    ends_on = forms.DateField(
        label=gettext_lazy("until the night of"),
        widget=DateInput,
        help_text=gettext_lazy("From that night on it no longer holds."),
    )
    reason = reason_field()


def initial_of(movement: Movement) -> dict[str, Any]:
    """A movement as its form shows it."""
    return {name: getattr(movement, name) for name in ("way", "at", "purpose", "where", "expected_at")}


def night_asked(text: str, tonight: date) -> date | None:
    """The night that is asked for; tonight where none is; None for nonsense and for nights to come."""
    if not text:
        return tonight
    try:
        night = date.fromisoformat(text)
    except ValueError:
        return None
    return night if night.year >= FIRST_YEAR and night <= tonight else None
