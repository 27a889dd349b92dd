"""What is filled in before, at and after a house meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm, ScopedModelForm
from residents.meetings.house_meeting_words import WORDS
from residents.meetings.models import AgendaItem, HouseMeeting, Kind, Meeting, MinutesLine, Motion, MotionKind, RollLine
from residents.meetings.queries.house_meetings import RollRow, agenda
from residents.meetings.services.house_meetings import RollEntry, RollRefused, last_day_of_term
from residents.people.models import Officer
from residents.stays.forms import date_field, reason_field
from residents.stays.models import Stay
from soberhouse.forms import Segmented, TimeInput

Status = RollLine.Status
WHY_LENGTH = RollLine._meta.get_field("why").max_length


class BeginForm(ScopedForm):
    """Which house meeting, on which day; at which time, where it is not as usual."""

    meeting = forms.ModelChoiceField(Meeting.objects.all(), label=gettext_lazy("meeting"), empty_label=None)
    on = date_field(gettext_lazy("day"))
    at = forms.TimeField(
        label=gettext_lazy("at"),
        widget=TimeInput(),
        required=False,
        help_text=gettext_lazy("Only where it is not held at its usual time: a meeting that is called for once."),
    )

    def __init__(self, *args: Any, house: House, **kwargs: Any) -> None:
        super().__init__(*args, house=house, **kwargs)
        field = self.fields["meeting"]
        field.queryset = field.queryset.filter(kind=Kind.HOUSE, closed_on=None)


class AgendaForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("what about"), max_length=200)


class TakeOffForm(forms.Form):
    reason = reason_field(gettext_lazy("why"))


# --- the roll -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One resident of the form: what is known, and the fields."""

    row: RollRow
    status: BoundField
    why: BoundField


class RollForm(forms.Form):
    """The roll of a house meeting: everybody with the ordinary answer chosen, and what excuses them. With `plain`
    nobody is told what is known to excuse somebody."""

    def __init__(self, *args: Any, rows: Iterable[RollRow], plain: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.plain = list(rows), plain
        for row in self.rows:
            key, name = row.stay.uuid.hex, row.stay.short_name
            self.fields[f"status_{key}"] = forms.ChoiceField(
                label=name, choices=list(WORDS.items()), widget=Segmented, initial=row.foreseen
            )
            self.fields[f"why_{key}"] = forms.CharField(
                label=_("%(name)s is excused because") % {"name": name},
                max_length=WHY_LENGTH,
                required=False,
                initial="" if plain else row.known,
            )

    def lines(self) -> Iterator[Line]:
        """Those who have no line yet: who was counted while the page lay open is answered for, and not shown."""
        for row in self.rows:
            if row.line is None:
                key = row.stay.uuid.hex
                yield Line(row, self[f"status_{key}"], self[f"why_{key}"])

    def entries(self) -> list[RollEntry]:
        """What to hand to the service."""
        return [self._entry(row) for row in self.rows]

    def _entry(self, row: RollRow) -> RollEntry:
        key = row.stay.uuid.hex
        status, why = self.cleaned_data[f"status_{key}"], self.cleaned_data[f"why_{key}"]
        if self.plain and not why:
            why = row.known
        return RollEntry(row.stay, status, why[:WHY_LENGTH] if status == Status.EXCUSED else "")

    def show_refusal(self, refusal: ValidationError) -> None:
        """Put what the service refused beside the resident it is about."""
        if not isinstance(refusal, RollRefused):
            self.add_error(None, refusal.messages)
            return
        for stay, field, text in refusal.by_stay:
            name = f"{field}_{stay.uuid.hex}"
            shown = name in self.fields
            self.add_error(name if shown else None, text if shown else f"{stay.short_name}: {text}")


class RollLineForm(forms.Form):
    """Whether somebody was there, put right."""

    status = forms.ChoiceField(label=gettext_lazy("was there"), choices=list(WORDS.items()), widget=Segmented)
    why = forms.CharField(
        label=gettext_lazy("what excuses them"),
        max_length=WHY_LENGTH,
        required=False,
        help_text=gettext_lazy("Needed where they are excused."),
    )
    reason = reason_field(gettext_lazy("what was wrong"))


# --- minutes --------------------------------------------------------------------------------------------------------


class MinutesForm(ScopedForm):
    """What was said or decided, about an item of the agenda or about none."""

    what = forms.ChoiceField(
        label=gettext_lazy("what it is"),
        choices=[(value, capfirst(str(label))) for value, label in MinutesLine.What.choices],
        widget=Segmented,
        initial=MinutesLine.What.SAID,
    )
    item = forms.ModelChoiceField(
        AgendaItem.objects.all(),
        label=gettext_lazy("about"),
        required=False,
        empty_label=gettext_lazy("nothing on the agenda"),
    )
    text = forms.CharField(label=gettext_lazy("words"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, house_meeting: HouseMeeting, **kwargs: Any) -> None:
        super().__init__(*args, house=house_meeting.house, **kwargs)
        field = self.fields["item"]
        field.queryset = field.queryset.filter(pk__in=agenda(house_meeting).order_by().values("pk"))


class MinutesCorrectForm(MinutesForm):
    reason = reason_field(gettext_lazy("what was wrong"))


# --- motions --------------------------------------------------------------------------------------------------------


def _count(label: Any, **facts: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1000, **facts)


class VotesForm(ScopedForm):
    text = forms.CharField(label=gettext_lazy("motion"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    in_favour = _count(gettext_lazy("for it"))
    against = _count(gettext_lazy("against it"), initial=0)
    abstained = _count(gettext_lazy("neither"), initial=0)


class MotionForm(VotesForm):
    """A motion and how it was voted on."""

    kind = forms.ModelChoiceField(
        MotionKind.objects.all(), label=gettext_lazy("kind of motion"), empty_label=None, widget=forms.RadioSelect
    )
    field_order = ("kind", "text", "in_favour", "against", "abstained")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.queryset = field.queryset.filter(in_use=True)
        if not self.is_bound:
            self.initial.setdefault("kind", field.queryset.first())


class MotionCorrectForm(VotesForm):
    reason = reason_field(gettext_lazy("what was wrong"))


class MotionKindForm(ScopedModelForm):
    """A kind of motion, and how many have to be for it."""

    class Meta:
        model = MotionKind
        fields = ("name", "percent", "more_than", "of")
        widgets: ClassVar = {"of": Segmented}


# --- elections ------------------------------------------------------------------------------------------------------


class ElectForm(ScopedForm):
    """Somebody who lives there, a duty, and for how long."""

    stay = forms.ModelChoiceField(Stay.objects.all(), label=gettext_lazy("who"))
    duty = forms.ChoiceField(
        label=gettext_lazy("duty"), choices=[(value, capfirst(str(label))) for value, label in Officer.Duty.choices]
    )
    starts_on = date_field(gettext_lazy("from"))
    ends_on = date_field(gettext_lazy("until"), help_text=gettext_lazy("Six months at most; nobody twice running."))
    motion = forms.ModelChoiceField(
        Motion.objects.all(), label=gettext_lazy("by the vote"), required=False, empty_label=gettext_lazy("no vote")
    )

    def __init__(self, *args: Any, house_meeting: HouseMeeting, today: date, **kwargs: Any) -> None:
        super().__init__(*args, house=house_meeting.house, **kwargs)
        stays = self.fields["stay"]
        mine = {"resident__user": self.user}  # nobody elects themselves into the record
        stays.queryset = stays.queryset.current().exclude(**mine).select_related("resident")
        stays.label_from_instance = _called
        motions = self.fields["motion"]
        motions.queryset = motions.queryset.filter(house_meeting=house_meeting, corrected_by=None, carried=True)
        self.initial.setdefault("starts_on", today)
        self.initial.setdefault("ends_on", last_day_of_term(starts_on=today))


def _called(stay: Stay) -> str:
    return stay.short_name
