"""What the lines of a file say together: one person on two lines, two people in one bed, one person in two beds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from residents.stays.roster.entries import Entry, Note, Problem, Roster


def settle(roster: Roster) -> None:
    """Unite what several lines say of one person, and name every collision between lines. Changes the roster.

    A collision is named on the later line and tells the earlier one.
    """
    roster.entries = list(_said_once(_with_birth_dates(roster.entries), roster.notes))
    everyone = sorted([*roster.entries, *roster.doubtful], key=lambda entry: roster.position(entry.place))
    roster.problems.extend(_two_in_one_bed(everyone))
    roster.problems.extend(_one_in_two_beds(roster.entries))
    roster.problems.extend(_which_of_them(roster.entries))
    roster.problems.sort(key=lambda problem: roster.position(problem.place))


def period(starts_on: date, ends_on: date | None) -> str:
    """A half-open time in words."""
    if ends_on is None:
        return _("since %(start)s, without a move-out") % {"start": starts_on.isoformat()}
    return _("from %(start)s until %(end)s") % {"start": starts_on.isoformat(), "end": ends_on.isoformat()}


def _births(entries: Iterable[Entry]) -> dict[tuple[str, str], set[date]]:
    births: dict[tuple[str, str], set[date]] = defaultdict(set)
    for entry in entries:
        if entry.birth_date is not None:
            births[entry.name_key].add(entry.birth_date)
    return births


def _with_birth_dates(entries: list[Entry]) -> Iterator[Entry]:
    """A line without a birth date takes it from the other lines of that name, where they give just one."""
    births = _births(entries)
    for entry in entries:
        known = births[entry.name_key]
        if entry.birth_date is None and len(known) == 1:
            yield replace(entry, birth_date=next(iter(known)))
        else:
            yield entry


def _said_once(entries: Iterable[Entry], notes: list[Note]) -> Iterator[Entry]:
    seen: dict[Hashable, Entry] = {}
    for entry in entries:
        said = (entry.person_key, entry.bed.key, entry.starts_on, entry.ends_on, entry.expected_on)
        first = seen.setdefault(said, entry)
        if first is entry:
            yield entry
        else:
            text = _("says again what %(line)s says; counted once")
            notes.append(Note(text % {"line": first.place.seen_from(entry.place)}, entry.place))


def _two_in_one_bed(entries: list[Entry]) -> Iterator[Problem]:
    for later, earlier in _overlaps(entries, lambda entry: entry.bed.key):
        if later.person_key == earlier.person_key:
            continue
        yield Problem(
            later.bed_place,
            _("bed %(bed)s of %(house)s is taken by %(name)s (%(line)s) %(period)s")
            % {
                "bed": later.bed.label,
                "house": later.bed.house,
                "name": earlier.name,
                "line": earlier.place.seen_from(later.place),
                "period": period(earlier.starts_on, earlier.ends_on),
            },
            _("Write the day %(name)s moved out, or another bed for %(other)s.")
            % {"name": earlier.name, "other": later.name},
        )


def _one_in_two_beds(entries: list[Entry]) -> Iterator[Problem]:
    for later, earlier in _overlaps(entries, lambda entry: entry.person_key):
        yield Problem(
            later.bed_place,
            _("%(name)s already has bed %(bed)s of %(house)s (%(line)s) %(period)s")
            % {
                "name": later.name,
                "bed": earlier.bed.label,
                "house": earlier.bed.house,
                "line": earlier.place.seen_from(later.place),
                "period": period(earlier.starts_on, earlier.ends_on),
            },
            _("Write the day %(name)s left the one bed; two people of one name need their birth dates.")
            % {"name": later.name},
        )


def _which_of_them(entries: list[Entry]) -> Iterator[Problem]:
    """A line without a birth date, where other lines give that name more than one."""
    births = _births(entries)
    for entry in entries:
        if entry.birth_date is None and len(births[entry.name_key]) > 1:
            yield Problem(
                entry.place,
                _("the file knows more than one %(name)s, and this line gives no birth date") % {"name": entry.name},
                _("Write the birth date."),
            )


def _overlaps(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs (later line, earlier line) of one key whose times overlap; an empty time overlaps nothing.

    Each line is named at most once as the one that comes too much, with one that reaches into its time.
    """
    groups: dict[Hashable, list[tuple[int, Entry]]] = defaultdict(list)
    for number, entry in enumerate(entries):
        if entry.starts_on != entry.ends_on:
            groups[key(entry)].append((number, entry))
    for group in groups.values():
        named: set[int] = set()
        reaching: tuple[int, Entry] | None = None
        for one in sorted(group, key=lambda each: each[1].starts_on):
            entry = one[1]
            if reaching is not None and entry.starts_on < (reaching[1].ends_on or date.max):
                earlier, later = sorted((reaching, one), key=lambda each: each[0])
                if later[0] not in named:
                    named.add(later[0])
                    yield later[1], earlier[1]
            if reaching is None or (entry.ends_on or date.max) > (reaching[1].ends_on or date.max):
                reaching = one
