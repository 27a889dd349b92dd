"""What is filled in about incidents: the draft with its lines, one fact more, what was wrong in one, the closing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.entries import WHY_SO_FEW, audience_field, people_field
from residents.log.forms.times import HappenedField, give_zone
from residents.log.models import OPEN, IncidentDraft, IncidentStep, IncidentType
from residents.log.queries.incidents import named_in
from residents.log.services.follow_ups import Due
from residents.log.services.incidents import Step
from residents.stays.forms import date_field
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.words import is_blank

MOST_LINES = 20  # of one part, on one page; more are added to the incident afterwards
WITH_NALOXONE = (IncidentType.OVERDOSE, IncidentType.MEDICAL, IncidentType.RELAPSE, IncidentType.DEATH)
DUE = "due"
_HAPPENED, _NALOXONE, _TOLD, _DONE = IncidentStep.Kind.values


@dataclass(frozen=True)
class Part:
    """One part of the form: lines of one kind. `fields` are those of a line, with what each is called."""

    name: str
    title: Any
    hint: Any
    fields: Mapping[str, Any]


PARTS = {
    _HAPPENED: Part(
        _HAPPENED,
        _("What happened, step by step"),
        _("What was seen and heard, each at its time."),
        {"at": _("when"), "what": _("what was seen or heard")},
    ),
    _NALOXONE: Part(
        _NALOXONE,
        _("Naloxone given"),
        _("One line each time it was given."),
        {"at": _("when"), "doses": _("doses"), "who": _("who gave it"), "what": _("what it did")},
    ),
    _TOLD: Part(
        _TOLD,
        _("Who was told"),
        _("Emergency services, the operator, their emergency contact."),
        {"at": _("when"), "who": _("who was told"), "what": _("what they said")},
    ),
    _DONE: Part(
        _DONE,
        _("What was done"),
        _("Such as: first aid, room made safe, taken to hospital."),
        {"at": _("when"), "what": _("what was done"), "who": _("by whom")},
    ),
    DUE: Part(
        DUE,
        _("What is still to be done"),
        _("Each shows on Today when it is due."),
        {"what": _("what is to be done"), "who": _("by whom"), "on": _("by when")},
    ),
}
NEEDED = {_HAPPENED: "what", _NALOXONE: "doses", _TOLD: "who", _DONE: "what", DUE: "what"}


def parts_of(type: str) -> list[Part]:
    """The parts that an incident of this type needs."""
    return [part for name, part in PARTS.items() if name != _NALOXONE or type in WITH_NALOXONE]


def line_field(part: str, name: str, *, label: str) -> forms.Field:
    """One field of a line. Which of them are needed depends on the line: an empty one is left out."""
    match name:
        case "at":
            return HappenedField(label=label, required=False)
        case "on":
            return date_field(label, required=False)
        case "doses":
            return forms.IntegerField(label=label, min_value=1, max_value=20, required=False)
        case "who":
            return forms.CharField(label=label, max_length=120, required=False)
    return forms.CharField(
        label=label,
        max_length=300 if part == DUE else 1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}) if part != DUE else forms.TextInput(),
    )


class IncidentForm(ScopedForm):
    """A draft, on one page for every type. What is typed may be anything until it is filed: then each line that is
    begun must be whole. `draft` is the one it is opened with."""

    happened_at = HappenedField(label=_("when"))
    place = forms.CharField(label=_("where"), max_length=120, required=False)
    text = forms.CharField(
        label=_("what happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In a few sentences. What was seen and heard, not what it means."),
    )
    about = people_field()
    audience = audience_field()
    audience_reason = forms.CharField(
        label=_("why so few"),
        max_length=500,
        required=False,
        help_text=WHY_SO_FEW,
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        house: House | None = None,
        draft: IncidentDraft | None = None,
        now: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        self.now, self.draft = now or timezone.now(), draft
        self.type = draft.type if draft is not None else IncidentType.OVERDOSE.value
        self.kept = dict(draft.data) if draft is not None else {}
        self.parts = parts_of(self.type)
        for part in self.parts:
            self._add_lines(part)
        if house is not None:
            give_zone(self, house.zone)
            named = named_in(draft) if draft is not None else ()
            also = Stay.objects.filter(house=house, uuid__in=named).select_related("resident") if named else ()
            self.fields["about"].offer(house, user, also=also)
        self.steps: list[Step] = []
        self.follow_ups: list[Due] = []
        if not self.is_bound and draft is not None:
            self.initial |= self._shown()

    def _add_lines(self, part: Part) -> None:
        count = _count_of(self.data if self.is_bound else self.kept, part.name)
        for number in range(count):
            for name, label in part.fields.items():
                field = line_field(part.name, name, label=f"{part.title}, {label}")
                field.short = label  # what it is called within its line
                self.fields[f"{part.name}_{number}_{name}"] = field
        self.fields[f"{part.name}_lines"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=count, max_value=MOST_LINES
        )

    def _shown(self) -> dict[str, Any]:
        """What was typed, as it was typed."""
        return {
            name: values if name == "about" else values[-1]
            for name, values in self.kept.items()
            if name in self.fields and values and not name.endswith("_lines")
        }

    # What the page draws

    @property
    def names(self) -> list[str]:
        return [part.name for part in self.parts]

    def lines(self) -> Iterator[tuple[Part, list[list[forms.BoundField]], bool, bool]]:
        """Each part, its lines, whether it stands open, and whether there is room for one more."""
        for part in self.parts:
            rows = [[self[name] for name in names] for names in self._lines_of(part)]
            begun = len(rows) > 1 or any(bound.value() or bound.errors for row in rows for bound in row)
            yield part, rows, begun or part.name == self.opens_with, len(rows) < MOST_LINES

    @property
    def opens_with(self) -> str:
        """The part that is filled in first."""
        return _NALOXONE if self.type == IncidentType.OVERDOSE else _HAPPENED

    def _lines_of(self, part: Part) -> list[list[str]]:
        found = []
        while f"{part.name}_{len(found)}_{next(iter(part.fields))}" in self.fields:
            found.append([f"{part.name}_{len(found)}_{name}" for name in part.fields])
        return found

    # What is kept

    def typed(self, *, more: str = "") -> dict[str, list[str]]:
        """What was typed, field by field, without NULs, which no database keeps; with one line `more` of that part. A
        page that was sent before a line was added and arrives after it takes none away."""
        data: QueryDict = self.data
        typed = {
            name: [value.replace("\x00", "") for value in data.getlist(name)] for name in self.fields if name in data
        }
        for part in self.parts:
            count = max(len(self._lines_of(part)), _count_of(self.kept, part.name)) + (part.name == more)
            typed[f"{part.name}_lines"] = [str(min(count, MOST_LINES))]
        return typed

    # What is filed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.steps, self.follow_ups = [], []
        if cleaned.get("text") and is_blank(cleaned["text"]):
            self.add_error("text", _("Say what happened."))
        if cleaned.get("happened_at") and cleaned["happened_at"] > self.now:
            self.add_error("happened_at", _("This time has not come yet: only what happened is written down."))
        if cleaned.get("audience") and cleaned["audience"] not in OPEN and is_blank(cleaned.get("audience_reason", "")):
            self.add_error("audience_reason", _("Say why it is kept from whom it is about."))
        for part in self.parts:
            for names in self._lines_of(part):
                self._clean_line(part.name, names, cleaned)
        return cleaned

    def _clean_line(self, part: str, names: Sequence[str], cleaned: Mapping[str, Any]) -> None:
        """Take in one line, if anything was typed there."""
        typed = {name.rpartition("_")[2]: _seen(cleaned.get(name)) for name in names}
        at = dict(zip(typed, names, strict=True))  # the name on the page of each field
        if not any(typed.values()) and not set(names) & set(self.errors):
            return
        when = "on" if part == DUE else "at"
        needed = {when: _("Say by when.") if part == DUE else _("Say when."), NEEDED[part]: SAY[part]}
        for name, sentence in needed.items():
            if not typed[name] and at[name] not in self.errors:
                self.add_error(at[name], sentence)
        if part == DUE:
            if typed["on"] and self.house is not None and typed["on"] < self.house.today(self.now):
                self.add_error(at["on"], _("This day is over."))
        elif typed["at"] and typed["at"] > self.now:
            self.add_error(at["at"], _("This time has not come yet: only what happened is written down."))
        if set(names) & set(self.errors):
            return
        if part == DUE:
            self.follow_ups.append(Due(what=typed["what"], who=typed["who"] or "", due_on=typed["on"]))
        else:
            self.steps.append(
                Step(
                    kind=part,
                    **{name: value or "" for name, value in typed.items() if name != "doses"},
                    doses=typed.get("doses"),
                )
            )

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        names = ("place", "text", "happened_at", "about", "audience", "audience_reason")
        facts = {name: self.cleaned_data[name] for name in names}
        return facts | {"type": self.type, "steps": self.steps, "follow_ups": self.follow_ups}


SAY = {
    _HAPPENED: _("Say what happened."),
    _NALOXONE: _("Say how many doses."),
    _TOLD: _("Say who was told."),
    _DONE: _("Say what was done."),
    DUE: _("Say what is to be done."),
}


def _seen(value: Any) -> Any:
    """What was typed; words of which nothing is to be seen are none."""
    return "" if isinstance(value, str) and is_blank(value) else value


def _count_of(data: Mapping[str, Any], part: str) -> int:
    """How many lines of this part there are: at least one."""
    said = data.getlist(f"{part}_lines") if isinstance(data, QueryDict) else data.get(f"{part}_lines", [])
    try:
        return max(1, min(int(said[-1]), MOST_LINES))
    except (IndexError, ValueError):
        return 1


class StepForm(forms.Form):
    """One fact of an incident that is missing."""

    kind = forms.ChoiceField(label=_("kind"), choices=IncidentStep.Kind.choices, widget=forms.RadioSelect)
    at = HappenedField(label=_("when"))
    who = forms.CharField(
        label=_("who"), max_length=120, required=False, help_text=_("Gave it, was told, or did it. Needed where told.")
    )
    what = forms.CharField(label=_("what"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    doses = forms.IntegerField(
        label=_("doses"), min_value=1, max_value=20, required=False, help_text=_("Of naloxone alone.")
    )

    def __init__(self, *args: Any, house: House, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_zone(self, house.zone)

    @property
    def step(self) -> Step:
        """What to hand to the service. A time that was left as it was shown is the instant that was shown."""
        data = {name: self.cleaned_data[name] for name in ("kind", "at", "who", "what", "doses")}
        before, field = self.initial.get("at"), self.fields["at"]
        if before is not None and field.shown(data["at"]) == field.shown(before):
            data["at"] = before
        return Step(**data)


class StepAmendForm(StepForm):
    """One fact told anew."""

    reason = forms.CharField(
        label=_("what was wrong?"), max_length=500, help_text=_("It stays on record, beside what was told before.")
    )


class CloseForm(forms.Form):
    """What an incident came from, and what is done about it."""

    cause = forms.CharField(
        label=_("cause"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What it came from, as far as anybody knows."),
    )
    correction = forms.CharField(
        label=_("what is done so that it does not happen again"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Or why nothing is."),
    )
