"""What a person sends to import a roster, and how they correct its reading."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.scoped_forms import ScopedForm
from residents.houses.standing import Standing
from residents.stays.roster.dates import Order
from residents.stays.roster.entries import MAX_HOUSE
from residents.stays.roster.mapping import Field, Layout, RosterMapping, Table, guess_mapping
from residents.stays.roster.reading import MAX_BYTES, RosterError, Workbook, read_workbook

# More than this, and the file is the better place to put it right. A form of 2,000 fields is refused.
MOST_COLUMNS = 400
MOST_HOUSES = 50


class UploadForm(ScopedForm):
    """A file, and which house its rows belong to where they do not say.

    An operator may leave that to the file. A manager names a house of theirs.
    """

    file = forms.FileField(
        label=_("spreadsheet"),
        help_text=_("CSV or Excel (.xlsx), up to 10 MB. You see what it would make before anything is saved."),
        error_messages={"empty": _("The file is empty.")},
    )
    house = forms.ModelChoiceField(
        House.objects.all(),
        label=_("house"),
        required=False,
        help_text=_("For rows that name no house of their own."),
        empty_label=_("as the file says"),
    )
    organization = forms.ModelChoiceField(Organization.objects.all(), label=_("organization"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        houses = House.objects.where_may(self.user, Action.IMPORT)
        operated = Organization.objects.visible_to(self.user).filter(pk__in=Standing(self.user).operates)
        self.fields["house"].queryset = houses.select_related("organization")
        self.fields["organization"].queryset = operated
        self.operated = list(operated)
        if not self.operated:
            self.fields["house"].required = True
            self.fields["house"].empty_label = None
        if len(self.operated) < 2:
            del self.fields["organization"]

    def clean_file(self) -> Any:
        """The file can be read as a whole; what is wrong inside it, the preview says."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large: 10 MB at most."))
        self.content = file.read()
        try:
            guess_mapping(read_workbook(self.content, file.name))
        except RosterError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        house = data.get("house")
        only = self.operated[0] if len(self.operated) == 1 else None
        data["organization"] = house.organization if house else data.get("organization") or only
        if data["organization"] is None and "house" not in self.errors:
            self.add_error("house", _("Choose the house, or the organization whose houses these are."))
        return data


class MappingForm(forms.Form):
    """What each column holds, which house a table is, which number of a date comes first."""

    order = forms.ChoiceField(
        label=_("dates like 05/06/2026"),
        required=False,
        choices=[
            ("", _("as the column shows, else month first")),
            (Order.MONTH_FIRST, _("month first: May 6")),
            (Order.DAY_FIRST, _("day first: 5 June")),
        ],
    )

    def __init__(self, *args: Any, workbook: Workbook, mapping: RosterMapping, **kwargs: Any) -> None:
        super().__init__(*args, initial=mapping.to_data(), **kwargs)
        self.workbook = workbook
        choices = [(kind.value, kind.label) for kind in Field]
        self.shown: list[list[tuple[int, str, str, Field, str]]] = []
        for number, layout in enumerate(mapping.layouts):
            shown = _shown(layout)
            if len(self.fields) + len(shown) > MOST_COLUMNS:
                break
            self.shown.append(shown)
            for _column, letter, header, _kind, _sample in shown:
                self.fields[f"layout-{number}-{letter}"] = forms.ChoiceField(
                    label=f"{letter} {header}", choices=choices, required=False
                )
        for number, table in enumerate(mapping.tables[:MOST_HOUSES]):
            if Field.HOUSE not in mapping.layouts[table.layout].fields:
                self.fields[f"table-{number}-house"] = forms.CharField(
                    label=self._called(table), max_length=MAX_HOUSE, required=False
                )

    def _called(self, table: Table) -> str:
        sheet = self.workbook.sheets[table.sheet].name
        if sheet:
            return str(_("house of sheet “%(sheet)s”, line %(line)s")) % {
                "sheet": sheet,
                "line": table.header_line or 1,
            }
        return str(_("house of the rows from line %(line)s on")) % {"line": table.header_line or 1}

    def columns(self) -> list[list[dict[str, Any]]]:
        """For each layout, the columns with something in them: letter, header, a sample and the choice."""
        return [
            [
                {"letter": letter, "header": header, "sample": sample, "choice": self[f"layout-{number}-{letter}"]}
                for _column, letter, header, _kind, sample in shown
            ]
            for number, shown in enumerate(self.shown)
        ]

    def houses(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("table-")]


def _shown(layout: Layout) -> list[tuple[int, str, str, Field, str]]:
    """Columns that say anything: those without header and contents are nobody's business."""
    return [column for column in layout.columns() if column[2] or column[4]]
