"""How full houses were, are and will be: bed nights by house, and the curve of the occupancy page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from soberhouse import curve
from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class HouseLine:
    """One house: its beds tonight, and its bed nights from the first night shown to tonight."""

    house: str
    beds: int
    occupied: int
    held: int
    out_of_service: int
    open: int
    bed_nights: int
    nights_occupied: int

    @property
    def percent(self) -> str:
        return _percent(self.nights_occupied, self.bed_nights)


@dataclass(frozen=True, kw_only=True)
class OccupancyReport:
    """The houses of `place` over the nights in [starts_on, ends_on). Nights after `today` are as planned, and count in
    no total."""

    place: str
    starts_on: date
    ends_on: date
    today: date
    houses: tuple[HouseLine, ...]
    nights: tuple[curve.Point, ...]


def draw(facts: OccupancyReport, head: paper.Head) -> bytes:
    """The report as a PDF."""
    beds, occupied = sum(row.bed_nights for row in facts.houses), sum(row.nights_occupied for row in facts.houses)
    last = min(facts.today, facts.ends_on - timedelta(days=1))
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("Houses"), facts.place),
                (_("Nights counted"), _span(facts.starts_on, last)),
                (_("Bed nights there were"), _grouped(beds)),
                (_("Bed nights occupied"), _grouped(occupied)),
                (_("Occupied"), _percent(occupied, beds)),
            ]
        ),
        paper.Heading(_("Beds in use")),
        paper.Drawing(curve.sketch(facts.nights, until=facts.ends_on, today=facts.today)),
        paper.Heading(_("By house")),
        paper.Table(
            headers=[
                _("House"),
                _("Beds"),
                _("In beds"),
                _("Held"),
                _("Out of service"),
                _("Open"),
                _("Bed nights"),
                _("Nights occupied"),
                _("Occupied"),
            ],
            rows=[
                [
                    row.house,
                    str(row.beds),
                    str(row.occupied),
                    str(row.held),
                    str(row.out_of_service),
                    str(row.open),
                    _grouped(row.bed_nights),
                    _grouped(row.nights_occupied),
                    row.percent,
                ]
                for row in facts.houses
            ],
            widths=(26, 8, 8, 8, 10, 8, 11, 11, 10),
            align=("", *["right"] * 8),
            empty=_("There is no house."),
        ),
        paper.Text(
            _(
                "Beds are those of the night of %(day)s. A bed night is one bed in use for one night, whether "
                "occupied, held, open or out of service. Nights to come are drawn as planned and not counted."
            )
            % {"day": date_format(last)},
            small=True,
        ),
    ]
    return paper.render(head, blocks)


def _span(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": date_format(first), "last": date_format(last)}


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


def _percent(part: int, whole: int) -> str:
    """Whole percent, rounded half up; a dash where there is nothing to take it of."""
    return f"{(200 * part + whole) // (2 * whole)} %" if whole else "–"
