"""Writing and publishing a house's consequence ladder, version by version.

A house has at most one draft. Only a draft changes; what is published has a number and a day from which it is in force,
and stays as it is. A line of the ladder is a category (or all others) and a severity, with a consequence for the first,
the second … time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.rules import ladder_starter, notices
from residents.rules.models import ON_THE_LADDER, Ladder, LadderStep, Severity
from residents.stays.steps import day_words, lock, save

MOST_STEPS = 9


@transaction.atomic
def ladder_draft(*, house: House) -> Ladder:
    """A draft of the next version: what the newest version says or, where the house has none, a ladder to begin with.
    Refuses where there is a draft already."""
    lock(house)
    if Ladder.objects.filter(house=house, published_on=None).exists():
        raise ValidationError(_("There is a draft of this already."))
    newest = _newest(house)
    if newest is None:
        draft = save(
            Ladder(
                house=house,
                look_back_days=ladder_starter.LOOK_BACK_DAYS,
                appeal_days=ladder_starter.APPEAL_DAYS,
                text=_(ladder_starter.TEXT),
            )
        )
        lines = list(ladder_starter.STEPS)
    else:
        draft = save(
            Ladder(
                house=house,
                look_back_days=newest.look_back_days,
                appeal_days=newest.appeal_days,
                text=newest.text,
            )
        )
        lines = [(*key, consequences) for key, consequences in _lines(newest).items()]
    LadderStep.objects.bulk_create(
        LadderStep(
            house=house, ladder=draft, category=category, severity=severity, position=position, consequence=consequence
        )
        for category, severity, consequences in lines
        for position, consequence in enumerate(consequences, start=1)
    )
    return draft


@transaction.atomic
def ladder_change(*, ladder: Ladder, look_back_days: int, appeal_days: int, text: str = "") -> Ladder:
    """How many days a draft looks back, how long one can appeal, and what it says in words. Refuses what is
    published."""
    ladder = _locked_draft(ladder)
    ladder.look_back_days, ladder.appeal_days, ladder.text = look_back_days, appeal_days, text.strip()
    return save(ladder)


@transaction.atomic
def line_set(*, ladder: Ladder, category: str, severity: str, consequences: Sequence[str]) -> list[LadderStep]:
    """What follows the first, the second … violation of this category (empty: of those without a line of their own)
    and severity in a draft. No consequences take the line out. Refuses what is published, and more than nine."""
    ladder = _locked_draft(ladder)
    if len(consequences) > MOST_STEPS:
        raise ValidationError(_("A line has at most %(count)s steps.") % {"count": MOST_STEPS})
    for consequence in consequences:
        _check_consequence(consequence)
    steps = _steps(ladder, category, severity)
    for step in steps[len(consequences) :]:
        step.dropped = True
        save(step)
    kept = []
    for place, consequence in enumerate(consequences):
        if place < len(steps):
            step = steps[place]
            if step.consequence != consequence:
                step.consequence = consequence
                save(step)
        else:
            step = _add(ladder, category, severity, place + 1, consequence)
        kept.append(step)
    return kept


@transaction.atomic
def line_write(
    *,
    ladder: Ladder,
    opened: tuple[str, str] | None,
    category: str,
    severity: str,
    consequences: Sequence[str],
) -> list[LadderStep]:
    """Write a line of a draft, or a new one: `opened` is the category and severity of the line that is changed. One
    that is made to be about something else leaves none behind. Refuses what is published, and to write over another
    line than the one that was opened."""
    ladder = _locked_draft(ladder)
    there, meant = set(_lines(ladder)), (category, severity)
    if meant in there and meant != opened:
        raise ValidationError(
            {"category": _("There is a line of this kind already. Change that one, or choose something else.")}
        )
    if opened in there and opened != meant:
        line_set(ladder=ladder, category=opened[0], severity=opened[1], consequences=[])
    return line_set(ladder=ladder, category=category, severity=severity, consequences=consequences)


@transaction.atomic
def ladder_publish(*, ladder: Ladder, in_force_from: date, today: date) -> Ladder:
    """The draft becomes the next version, in force from this day, and never changes again. Whoever lives in the house
    is told, so that they can read it beforehand.

    Refuses a day before today or before the version that it follows, and a ladder that does not say what follows a
    minor, a serious and a critical violation.
    """
    ladder = _locked_draft(ladder)
    newest = _newest(ladder.house)
    if in_force_from < today:
        raise ValidationError({"in_force_from": _("That day is past. A ladder is in force from today or later.")})
    if newest is not None and in_force_from < newest.in_force_from:
        raise ValidationError(
            {
                "in_force_from": _("The version before is in force from %(day)s. This one cannot be in force sooner.")
                % {"day": day_words(newest.in_force_from)}
            }
        )
    lines = _lines(ladder)
    for severity in Severity:
        if ("", severity.value) not in lines:
            raise ValidationError(
                _("It does not say yet what follows where a rule is %(severity)s and has no line of its own.")
                % {"severity": severity.label}
            )
    ladder.number = (newest.number if newest else 0) + 1
    ladder.published_on, ladder.in_force_from = today, in_force_from
    save(ladder)
    notices.tell_ladder_published(ladder)
    return ladder


def _newest(house: House) -> Ladder | None:
    return Ladder.objects.out().filter(house=house).order_by("-number").first()


def _locked_draft(ladder: Ladder) -> Ladder:
    lock(ladder.house)
    ladder = Ladder.objects.select_for_update(no_key=True, of=("self",)).select_related("house").get(pk=ladder.pk)
    if ladder.published_on is not None:
        raise ValidationError(_("It is published and stays as it is. Begin a new version."))
    return ladder


def _steps(ladder: Ladder, category: str, severity: str) -> list[LadderStep]:
    rows = LadderStep.objects.filter(ladder=ladder, category=category, severity=severity, dropped=False)
    return list(rows.order_by("position"))


def _lines(ladder: Ladder) -> dict[tuple[str, str], list[str]]:
    """The consequences of each line, in their order."""
    lines: dict[tuple[str, str], list[str]] = {}
    for step in LadderStep.objects.filter(ladder=ladder, dropped=False).order_by("category", "severity", "position"):
        lines.setdefault((step.category, step.severity), []).append(step.consequence)
    return lines


def _add(ladder: Ladder, category: str, severity: str, position: int, consequence: str) -> LadderStep:
    return save(
        LadderStep(
            house=ladder.house,
            ladder=ladder,
            category=category,
            severity=severity,
            position=position,
            consequence=consequence,
        )
    )


def _check_consequence(consequence: str) -> None:
    if consequence not in ON_THE_LADDER:
        raise ValidationError({"consequence": _("Choose what follows.")})
