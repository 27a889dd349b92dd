"""What is read about passes: what their rules ask for and is not met, who is away, and who decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.away import hours
from residents.away.models import Movement, Pass, PassEvent, PassRule
from residents.houses.models import House, Role
from residents.houses.permissions import RoleKind
from residents.people.models import Contact
from residents.stays.models import Phase, Stay, in_range
from residents.stays.queries import chains
from soberhouse.accounts.models import User
from soberhouse.cards import Row
from soberhouse.subjects import offers

WINDOW = 30  # days that `max_in_30_days` looks at
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
HOURS_OF_MINUTES, DAYS_OF_HOURS = 120, 48  # from here on the larger unit says enough


# --- rules ----------------------------------------------------------------------------------------------------------


def rules_of(house: House) -> list[PassRule]:
    """The rules that hold, by kind and phase. One query."""
    return list(PassRule.objects.filter(house=house, in_use=True).select_related("phase"))


def rule_for(rules: Iterable[PassRule], kind: str, phase: int | None) -> PassRule | None:
    """Of these rules the one for a pass of this kind in this phase (its key): the phase's own before that for all."""
    found = {rule.phase_id: rule for rule in rules if rule.kind == kind}
    return found.get(phase) or found.get(None)


def phase_on(stay: Stay, day: date) -> Phase | None:
    """The phase of the stay that day, as it is planned now. One query."""
    return stay.phases.filter(in_range(day), voided=False).select_related("kind").first()


def rule_of(stay: Stay, kind: str, day: date) -> PassRule | None:
    """The rule for a pass of this kind that begins that day. Two queries."""
    phase = phase_on(stay, day)
    return rule_for(rules_of(stay.house), kind, phase.kind_id if phase else None)


def rule_in_words(rule: PassRule) -> list[str]:
    """What a rule asks for, a few words each."""
    said = []
    if rule.min_days:
        days = ngettext("after %(count)s day in the house", "after %(count)s days in the house", rule.min_days)
        said.append(days % {"count": rule.min_days})
    if rule.max_nights is not None:
        nights = ngettext("%(count)s night in a row", "%(count)s nights in a row", rule.max_nights)
        said.append(_("at most %(what)s") % {"what": nights % {"count": rule.max_nights}})
    if rule.max_in_30_days is not None:
        nights = ngettext("%(count)s night in 30 days", "%(count)s nights in 30 days", rule.max_in_30_days)
        said.append(_("at most %(what)s") % {"what": nights % {"count": rule.max_in_30_days}})
    if rule.notice_hours:
        said.append(_("asked for %(hours)s before") % {"hours": hours_words(rule.notice_hours)})
    if rule.officer_agrees:
        said.append(_("with the officer's permission, where there is an officer"))
    if rule.test_on_return:
        said.append(_("test on return"))
    return said


def hours_words(count: int) -> str:
    """“36 hours”, “7 days”."""
    if count % 24 == 0 and count >= DAYS_OF_HOURS:
        return ngettext("%(count)s day", "%(count)s days", count // 24) % {"count": count // 24}
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}


# --- what is not met ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A pass as far as rules look at it. `of` is the row it is, if it is one yet."""

    stay: Stay
    kind: str
    starts_at: datetime
    ends_at: datetime
    officer_agreed: str
    asked_at: datetime
    of: int | None = None

    @property
    def starts_on(self) -> date:
        return self.starts_at.astimezone(self.stay.house.zone).date()

    @property
    def nights(self) -> list[date]:
        return nights_away(self.starts_at, self.ends_at, self.stay.house)


def unmet(pass_: Pass, *, starts_at: datetime | None = None, ends_at: datetime | None = None) -> list[str]:
    """What the rules ask of this pass and is not met, a sentence each; with `starts_at` and `ends_at`, if it were given
    for that time instead. The same few queries, whatever is found."""
    wanted = Wanted(
        stay=pass_.stay,
        kind=pass_.kind,
        starts_at=starts_at or pass_.starts_at,
        ends_at=ends_at or pass_.ends_at,
        officer_agreed=pass_.officer_agreed,
        asked_at=pass_.recorded_at,
        of=pass_.pk,
    )
    return unmet_by(wanted)


def unmet_by(wanted: Wanted) -> list[str]:
    """The same for a pass that nobody asked for yet."""
    rule = rule_of(wanted.stay, wanted.kind, wanted.starts_on)
    return list(_unmet(wanted, rule)) if rule is not None else []


def _unmet(wanted: Wanted, rule: PassRule) -> Iterator[str]:
    kind = {"kind": capfirst(rule.get_kind_display())}
    every = chains([wanted.stay.resident_id])
    chain = every.get(wanted.stay.pk, [])
    here = (wanted.starts_on - (chain[-1].starts_on if chain else wanted.stay.starts_on)).days
    if here < rule.min_days:
        yield _("%(kind)s passes begin after %(asked)s days in the house; on that day it is %(days)s.") % (
            kind | {"asked": rule.min_days, "days": here}
        )
    nights = wanted.nights
    if rule.max_nights is not None and len(nights) > rule.max_nights:
        yield _("At most %(asked)s in a row; this is %(nights)s.") % {
            "asked": nights_words(rule.max_nights),
            "nights": nights_words(len(nights)),
        }
    if rule.max_in_30_days is not None and nights:
        same = [pk for pk, links in every.items() if links[0] in chain and links[0].house_id == wanted.stay.house_id]
        most = _most_in_a_window(wanted, same or [wanted.stay.pk])
        if most > rule.max_in_30_days:
            yield _("At most %(asked)s in 30 days; with this one it is %(nights)s.") % {
                "asked": nights_words(rule.max_in_30_days),
                "nights": nights_words(most),
            }
    if rule.notice_hours and wanted.starts_at - wanted.asked_at < timedelta(hours=rule.notice_hours):
        yield _("To be asked for %(hours)s before.") % {"hours": hours_words(rule.notice_hours)}
    if rule.officer_agrees and not wanted.officer_agreed.strip() and has_officer(wanted.stay):
        yield _("The officer's permission is not written down.")


def nights_words(count: int) -> str:
    return ngettext("%(count)s night", "%(count)s nights", count) % {"count": count}


def officer_of(stay: Stay) -> Contact | None:
    """The probation or parole officer among their contacts. One query."""
    return Contact.objects.filter(resident=stay.resident_id, kind=Contact.Kind.OFFICER, is_current=True).first()


def has_officer(stay: Stay) -> bool:
    """Whether there is one."""
    return officer_of(stay) is not None


def _most_in_a_window(wanted: Wanted, stays: Iterable[int]) -> int:
    """The most nights away on passes of this kind in any 30 days that hold a night of this one, in these stays (keys):
    those of one person in this house, where one continues another. One query."""
    house = wanted.stay.house
    own = wanted.nights
    since, until = min(own) - WINDOW * DAY, max(own) + WINDOW * DAY
    others = (
        with_back(Pass.objects.filter(stay__in=list(stays), kind=wanted.kind, status__in=GIVEN, starts_on__lte=until))
        .filter(Q(ends_on__gte=since) | Q(back_at__gte=hours.at(since, hours.NOON, house.zone)))
        .exclude(pk=wanted.of)
    )
    away = set(own)
    for other in others:
        away.update(nights_away(other.starts_at, other.back_at or other.signed_in_at or other.ends_at, house))
    first = min(own) - (WINDOW - 1) * DAY
    windows = (first + number * DAY for number in range((max(own) - first).days + 1))
    return max(sum(start <= night < start + WINDOW * DAY for night in away) for start in windows)


def nights_away(starts_at: datetime, ends_at: datetime, house: House) -> list[date]:
    """The nights of the house that [starts_at, ends_at) takes: those at whose dawn, at five by its clock, whoever goes
    then is away. Back at two in the morning is no night away, gone from ten in the evening until six is one."""
    first = starts_at.astimezone(house.zone).date() - DAY
    last = ends_at.astimezone(house.zone).date()
    nights = (first + number * DAY for number in range((last - first).days + 1))
    return [night for night in nights if starts_at <= hours.instant(night, hours.DAWN, house.zone) < ends_at]


# --- the decision ---------------------------------------------------------------------------------------------------


def facts_beside(pass_: Pass, now: datetime) -> list[Row]:
    """The facts of every subject that belong beside the decision on this pass."""
    return [
        row
        for offer in offers("cards", "beside_pass")
        for row in offer(pass_.stay, pass_.starts_at, pass_.ends_at, now)
    ]


def who_may_decide(pass_: Pass) -> list[User]:
    """Managers of the house and operators who neither wrote the request down nor asked for themselves, by name. One
    query."""
    roles = (
        Role.objects.live()
        .filter(
            Q(kind=RoleKind.MANAGER, house=pass_.house_id)
            | Q(kind=RoleKind.OPERATOR, organization=pass_.house.organization_id)
        )
        .filter(user__is_active=True)
        .exclude(user__in=[each for each in (pass_.recorded_by_id, pass_.stay.resident.user_id) if each])
        .select_related("user")
    )
    found = {role.user_id: role.user for role in roles}
    return sorted(found.values(), key=lambda user: (user.name, user.pk))


# --- lists ----------------------------------------------------------------------------------------------------------


def with_back(passes: QuerySet[Pass]) -> QuerySet[Pass]:
    """Each with `back_at`, the return that is written down, and `signed_in_at`, the sign-in by which they are back;
    with `stood_until`, the end that stood when it passed, and `given_late_at`, when more time was given after it.

    A sign-in counts as back where it carries the pass, or where they went out on it, or since it began, before that:
    whoever comes in from an errand of before has not been on the pass yet. Who went out on it again is not back.
    """
    gone = Movement.objects.filter(
        Q(of_pass=OuterRef(OuterRef("pk"))) | Q(at__gte=OuterRef(OuterRef("starts_at"))),
        stay=OuterRef("stay"),
        way=Movement.Way.OUT,
        corrected_by=None,
        at__lte=OuterRef("at"),
    )
    gone_again = Movement.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
        Q(of_pass=OuterRef(OuterRef("pk")))
        | Q(of_pass=None, purpose=Movement.Purpose.PASS, at__lt=OuterRef(OuterRef("ends_at"))),
        stay=OuterRef("stay"),
        way=Movement.Way.OUT,
        corrected_by=None,
    )
    back = Movement.objects.filter(
        Q(of_pass=OuterRef("pk")) | Exists(gone),
        ~Exists(gone_again),
        stay=OuterRef("stay"),
        way=Movement.Way.IN,
        corrected_by=None,
        at__gte=OuterRef("starts_at"),
    )
    returned = PassEvent.objects.filter(of_pass=OuterRef("pk"), kind=PassEvent.Kind.RETURNED)
    extended = PassEvent.objects.filter(kind=PassEvent.Kind.EXTENDED)
    earlier = extended.filter(of_pass=OuterRef("of_pass"), pk__lt=OuterRef("pk")).order_by("-pk")
    after_its_end = (
        extended.filter(of_pass=OuterRef("pk"))
        .annotate(end_before=Coalesce(Subquery(earlier.values("until")[:1]), F("of_pass__decision__ends_at")))
        .filter(at__gt=F("end_before"))
    )
    return passes.annotate(
        back_at=Subquery(returned.values("at")[:1]),
        signed_in_at=Subquery(back.order_by("at", "pk").values("at")[:1]),
        stood_until=Coalesce(Subquery(after_its_end.order_by("pk").values("end_before")[:1]), F("ends_at")),
        given_late_at=Subquery(after_its_end.order_by("-pk").values("at")[:1]),
    )


def shown(passes: QuerySet[Pass]) -> QuerySet[Pass]:
    """Each with all that a line about it says."""
    return (
        with_back(passes)
        .select_related("stay__resident", "house", "decision")
        .annotate(
            minutes_late=Subquery(
                PassEvent.objects.filter(of_pass=OuterRef("pk"), kind=PassEvent.Kind.RETURNED).values("minutes_late")[
                    :1
                ]
            )
        )
    )


LIVING = Q(stay__ends_on=None, stay__voided=False)
GIVEN = (Pass.Status.APPROVED, Pass.Status.RETURNED)


def lists(house: House, now: datetime) -> dict[str, Q]:
    """What belongs into each list of a house's passes: asked for, away now, coming, past."""
    given = LIVING & Q(status=Pass.Status.APPROVED)
    return {
        "asked": LIVING & Q(status=Pass.Status.ASKED),
        "away": given & Q(starts_at__lte=now),
        "coming": given & Q(starts_at__gt=now),
        "past": Q(over=True) | ~LIVING,
    }


def counts(passes: QuerySet[Pass], house: House, now: datetime) -> dict[str, int]:
    """How long each list is. One query."""
    of = {name: Count("pk", filter=which) for name, which in lists(house, now).items()}
    return passes.filter(house=house).order_by().aggregate(**of)


def shown_now(pass_: Pass) -> Pass:
    """This pass with all that its page says. One query."""
    return shown(Pass.objects.filter(pk=pass_.pk)).select_related("stay__house__organization", "recorded_by").get()


def away_now(house: House, now: datetime) -> QuerySet[Pass]:
    """Passes that are under way, or over their time, and whose return is not written down."""
    return shown(Pass.objects.filter(lists(house, now)["away"], house=house)).order_by("ends_at", "id")


def passes_on(house: House, night: date) -> QuerySet[Pass]:
    """Passes that were given for some of this night, from its noon to the next, also those that are over, as
    `with_back` and `excuses` tell when they came back."""
    return with_back(Pass.objects.filter(_of_night(house, night), house=house)).order_by("starts_at", "id")


def _of_night(house: House, night: date) -> Q:
    noon, over = hours.at(night, hours.NOON, house.zone), hours.morning(night, house.zone)
    return Q(status__in=GIVEN, starts_at__lt=over, ends_at__gt=noon)


def passes_at_hand(house: House, night: date) -> list[Pass]:
    """The passes of those who live in the house that are asked for or given and not over, and those `passes_on` this
    night; the one that ends first coming first. One query."""
    which = (LIVING & Q(over=False)) | _of_night(house, night)
    return list(shown(Pass.objects.filter(which, house=house)).order_by("ends_at", "id"))


def given_on(passes: Iterable[Pass], house: House, night: date) -> list[Pass]:
    """Of these passes those that were given for some of this night, the earliest first."""
    noon, over = hours.at(night, hours.NOON, house.zone), hours.morning(night, house.zone)
    found = [row for row in passes if row.status in GIVEN and row.starts_at < over and row.ends_at > noon]
    return sorted(found, key=lambda row: (row.starts_at, row.pk))


def excuses(pass_: Pass, at: datetime) -> bool:
    """Whether a pass that was given excuses whoever has it at this instant: until its end, or before that their return,
    as it is written down, or else the sign-in by which they are back. More time that was given after its end excuses
    from then on, and nobody for what was before. Needs `with_back`."""
    back = pass_.back_at or pass_.signed_in_at
    given = at < pass_.stood_until or (pass_.given_late_at is not None and pass_.given_late_at <= at < pass_.ends_at)
    return pass_.starts_at <= at and given and (back is None or at < back)


# --- words ----------------------------------------------------------------------------------------------------------


def is_late(pass_: Pass, now: datetime) -> bool:
    """Whether they are to be back, and nothing says that they are. Needs `with_back`."""
    return pass_.status == Pass.Status.APPROVED and now - pass_.ends_at >= MINUTE and not said_back(pass_)


def late_and_longer(pass_: Pass) -> bool:
    """Whether it was given more time only after its end had passed. Needs `with_back`."""
    return pass_.given_late_at is not None


def said_back(pass_: Pass) -> bool:
    """Whether they signed in from this pass, and nobody wrote their return down yet. Needs `with_back`."""
    return pass_.status == Pass.Status.APPROVED and pass_.signed_in_at is not None


def state_of(pass_: Pass, now: datetime) -> tuple[str, str]:
    """How a pass stands: one of the stylesheet's states, and the word for it. Needs `shown`."""
    if pass_.status in (Pass.Status.REFUSED, Pass.Status.CANCELLED):
        return "plain", str(pass_.get_status_display())
    if pass_.status == Pass.Status.RETURNED:
        return ("late", _("came back late")) if pass_.minutes_late else ("in", str(pass_.get_status_display()))
    if pass_.stay.ends_on is not None or pass_.stay.voided:
        return "plain", _("the stay ended")
    if pass_.status == Pass.Status.ASKED:
        return ("late", _("not decided in time")) if pass_.starts_at <= now else ("plain", _("asked for"))
    if pass_.starts_at > now:
        return "held", _("approved")
    if said_back(pass_):
        return "late", _("signed in")
    if is_late(pass_, now):
        return "missed", late_words(minutes_late(pass_, now))
    if late_and_longer(pass_):
        return "late", _("late, with more time")
    return "held", _("away now")


def minutes_late(pass_: Pass, at: datetime) -> int:
    """Whole minutes after the time to be back, as it stood when it passed: more time that is given later makes nobody
    be in time. Needs `with_back`."""
    return max((at - pass_.stood_until) // MINUTE, 0)


def late_words(minutes: int) -> str:
    """“35 minutes late”, “3 hours late”."""
    if minutes < HOURS_OF_MINUTES:
        return ngettext("%(count)s minute late", "%(count)s minutes late", minutes) % {"count": minutes}
    whole = minutes // 60
    if whole < DAYS_OF_HOURS:
        return ngettext("%(count)s hour late", "%(count)s hours late", whole) % {"count": whole}
    return ngettext("%(count)s day late", "%(count)s days late", whole // 24) % {"count": whole // 24}


def moment(instant: datetime, house: House) -> str:
    """“Fri, Nov 20, 6 p.m.”, by the clock of the house."""
    local = instant.astimezone(house.zone)
    return f"{date_format(local, 'WEEKDAY_MONTH_DAY_FORMAT')}, {time_format(local, 'TIME_FORMAT')}"


def clock(instant: datetime, house: House) -> str:
    return time_format(instant.astimezone(house.zone), "TIME_FORMAT")


def span(starts_at: datetime, ends_at: datetime, house: House) -> str:
    """“Fri, Nov 20, 6 p.m. to Sun, Nov 22, 8 p.m.”; one day is named once."""
    same_day = starts_at.astimezone(house.zone).date() == ends_at.astimezone(house.zone).date()
    until = clock(ends_at, house) if same_day else moment(ends_at, house)
    return _("%(starts)s to %(ends)s") % {"starts": moment(starts_at, house), "ends": until}
