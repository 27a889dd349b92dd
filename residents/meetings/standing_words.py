"""How standings are told: the state in a word, the arithmetic in a sentence, the week as a strip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.meetings.models import Grade, Kind, Requirement
from residents.meetings.standing import DAY, WEEK, Line, Part, Standing, State, monday

TONES = {
    State.MISSED: "missed",
    State.BEHIND: "late",
    State.ON_TRACK: "open",
    State.MET: "in",
    State.EXCUSED: "held",
    State.NOTHING: "plain",
}
WORDS: dict[State, str | Promise] = {
    State.MISSED: gettext_lazy("missed"),
    State.BEHIND: gettext_lazy("behind"),
    State.ON_TRACK: gettext_lazy("on track"),
    State.MET: gettext_lazy("met"),
    State.EXCUSED: gettext_lazy("excused"),
    State.NOTHING: gettext_lazy("nothing asked"),
}


def state_pill(standing: Standing) -> tuple[str, str]:
    """Its tone and its word."""
    return TONES[standing.state], str(WORDS[standing.state])


def kind_word(kind: str) -> str:
    return str(dict(Kind.choices)[kind])


def count_words(standing: Standing) -> str:
    """Such as “2 of 3”; where nothing is asked, only how many there were."""
    if standing.needed:
        return _("%(done)s of %(needed)s") % {"done": standing.done, "needed": standing.needed}
    return ngettext("%(count)s meeting", "%(count)s meetings", standing.done) % {"count": standing.done}


def still_words(standing: Standing) -> str:
    """What is still needed, and of which kinds; empty where nothing is."""
    if not standing.still_needed:
        return ""
    count = {"count": standing.still_needed}
    said = ngettext("%(count)s still needed", "%(count)s still needed", standing.still_needed) % count
    lacking = [part for part in standing.parts if part.still_needed]
    if not lacking:
        return said
    kinds = ", ".join(f"{part.still_needed} {kind_word(part.kind)}" for part in lacking)
    return _("%(said)s, of them: %(kinds)s") % {"said": said, "kinds": kinds}


def arithmetic(standing: Standing, *, own: bool) -> list[str]:
    """How it was reckoned, one sentence for each requirement; `own`, where the resident reads it."""
    return [sum_of(standing, line, own=own) for line in standing.lines]


def sum_of(standing: Standing, line: Line, *, own: bool) -> str:
    facts = {
        "count": line.asked.count,
        "needed": line.needed,
        "lived": len(standing.lived),
        "days": line.asked.days,
        "day": date_format(standing.first),
        "past": len(standing.lived),
    }
    if line.asked.days is not None:
        begun = _("%(count)s asked for in %(days)s days from %(day)s") % facts
    elif len(standing.lived) == 7:
        begun = _("%(count)s asked for a week") % facts
    elif own:
        begun = _("%(count)s asked for a week, you lived here %(lived)s of 7 days: %(needed)s") % facts
    else:
        begun = _("%(count)s asked for a week, they lived here %(lived)s of 7 days: %(needed)s") % facts
    return f"{begun}; {', '.join(_counted(line))}."


def _counted(line: Line) -> Iterator[str]:
    yield ngettext("%(count)s counted", "%(count)s counted", line.done) % {"count": line.done}
    if line.below:
        yield (
            ngettext(
                "%(count)s more was below the evidence asked for",
                "%(count)s more were below the evidence asked for",
                line.below,
            )
            % {"count": line.below}
        )
    for part in line.parts:
        yield part_words(part)


def part_words(part: Part) -> str:
    facts = {"kind": kind_word(part.kind), "done": part.done, "needed": part.needed}
    return _("%(kind)s: %(done)s of %(needed)s") % facts


# What is asked


def asked_words(row: Requirement) -> str:
    """Such as “5 a week, of them 1 house meeting”. Its parts are read already."""
    facts = {"count": row.count, "days": row.days}
    said = _("%(count)s a week") % facts if row.per == Requirement.Per.WEEK else _("%(count)s in %(days)s days") % facts
    parts = ", ".join(f"{part.count} {part.get_kind_display()}" for part in row.parts.all())
    return _("%(said)s, of them %(parts)s") % {"said": said, "parts": parts} if parts else said


def terms_words(row: Requirement, today: date) -> str:
    """Since when, which evidence counts, whether it comes besides, and why."""
    since = {"day": date_format(row.starts_on)}
    said = [_("since %(day)s") % since if row.starts_on <= today else _("from %(day)s") % since]
    if row.ends_on is not None:
        said.append(_("until %(day)s") % {"day": date_format(row.ends_on)})
    if row.least_grade > Grade.SELF:
        said.append(_("at least: %(grade)s") % {"grade": row.get_least_grade_display()})
    if row.besides:
        said.append(_("besides what else is asked"))
    return " · ".join([*said, row.reason] if row.reason else said)


def whom_words(row: Requirement) -> str:
    """Of whom it is asked. Its phase and its stay's resident are read already."""
    if row.stay_id:
        return row.stay.short_name
    return row.phase.name if row.phase_id else _("everybody")


def whose_words(row: Requirement) -> str:
    """The same to whom it is asked of."""
    if row.stay_id:
        return _("asked of you")
    return _("asked of those in %(phase)s") % {"phase": row.phase.name} if row.phase_id else _("asked of everybody")


# The week


def week_words(week: date, today: date) -> str:
    """“This week”, “last week”, or from when until when."""
    if week == monday(today):
        return _("This week")
    if week == monday(today) - WEEK:
        return _("Last week")
    facts = {
        "from": date_format(week, "MONTH_DAY_FORMAT"),
        "until": date_format(week + WEEK - DAY, "MONTH_DAY_FORMAT"),
    }
    return _("%(from)s to %(until)s") % facts


@dataclass(frozen=True)
class StripDay:
    """One day of the strip: a full dot for each meeting that counts, a ring for each that does not."""

    day: date
    lived: bool
    is_today: bool
    counts: int
    below: int
    words: str

    @property
    def dots(self) -> range:
        return range(min(self.counts, 3))

    @property
    def rings(self) -> range:
        return range(min(self.below, 3 - len(self.dots)))


def strip(standing: Standing, today: date) -> list[StripDay]:
    """The seven days of a week."""
    return [_strip_day(standing, standing.first + DAY * each, today) for each in range(7)]


def _strip_day(standing: Standing, day: date, today: date) -> StripDay:
    there = [each for each in standing.attended if each.on == day]
    counts = sum(standing.counts(each) for each in there)
    lived = day in standing.lived
    return StripDay(
        day,
        lived,
        day == today,
        counts,
        len(there) - counts,
        ", ".join(_day_words(lived, counts, len(there) - counts)),
    )


def _day_words(lived: bool, counts: int, below: int) -> Sequence[str]:
    if not lived:
        return [_("not living here")]
    if not counts and not below:
        return [_("none")]
    said = []
    if counts:
        said.append(ngettext("%(count)s meeting", "%(count)s meetings", counts) % {"count": counts})
    if below:
        said.append(ngettext("%(count)s does not count", "%(count)s do not count", below) % {"count": below})
    return said
