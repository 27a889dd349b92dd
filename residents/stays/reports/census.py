"""Who sleeps in a house in one night: every bed, and who or what has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class BedLine:
    """One bed in that night. `state` is open, stay, hold or out; `until` is the expected move-out of a stay, the end of
    a hold, or the return of a broken bed."""

    room: str
    bed: str
    state: str
    name: str = ""
    days: int | None = None
    phase: str = ""
    until: date | None = None
    overdue: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Census:
    """One house in one night, in the order of its rooms and beds."""

    house: str
    night: date
    beds: tuple[BedLine, ...]

    def count(self, state: str) -> int:
        return sum(bed.state == state for bed in self.beds)


def draw(facts: Census, head: paper.Head) -> bytes:
    """The census as a PDF."""
    counted = {state: facts.count(state) for state in ("stay", "hold", "out", "open")}
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Night of"), date_format(facts.night)),
                (_("Residents in beds"), str(counted["stay"])),
                (
                    _("Beds in use"),
                    _("%(beds)s: %(stay)s taken, %(hold)s held, %(out)s out of service, %(open)s open")
                    % {"beds": len(facts.beds), **counted},
                ),
            ]
        ),
        paper.Text(
            _(
                "Days are counted from the move-in, over a move between houses of the organization. Whoever should "
                "have moved out and has not counts as in the bed."
            ),
            small=True,
        ),
        paper.Table(
            headers=[_("Room"), _("Bed"), _("Who or what"), _("Days here"), _("Phase"), _("Expected move-out")],
            rows=[
                [
                    bed.room,
                    bed.bed,
                    _who(bed),
                    "" if bed.days is None else str(bed.days),
                    bed.phase,
                    _until(bed),
                ]
                for bed in facts.beds
            ],
            align=("", "", "", "right", "", ""),
            empty=_("No bed was in use that night."),
        ),
    ]
    return paper.render(head, blocks)


def _who(bed: BedLine) -> str:
    match bed.state:
        case "stay":
            return bed.name
        case "hold":
            return _("held for %(name)s") % {"name": paper.isolated(bed.name)}
        case "out":
            return _("out of service: %(reason)s") % {"reason": bed.note} if bed.note else _("out of service")
    return _("open")


def _until(bed: BedLine) -> str:
    if bed.until is None:
        return ""
    day = date_format(bed.until)
    if bed.overdue:
        return _("%(day)s, overdue") % {"day": day}
    match bed.state:
        case "hold":
            return _("held until %(day)s") % {"day": day}
        case "out":
            return _("back on %(day)s") % {"day": day}
    return day
