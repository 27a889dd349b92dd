"""What passes offer to the pages that gather: who waits for an answer, who comes back and who has not; for residents
what became of theirs, and the way to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.away.models import Pass, PassDecision, PassEvent, PassKind
from residents.away.queries.passes import (
    clock,
    is_late,
    late_words,
    minutes_late,
    moment,
    phase_on,
    rule_for,
    rule_in_words,
    rules_of,
    said_back,
    shown,
    span,
    state_of,
)
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, Order, Pending, Row, Section, Work, hanging, section

SOON = timedelta(days=1)  # whoever leaves within it should know
ON_A_PAGE = 5
TOLD_FOR = timedelta(days=14)  # how long a refusal, a cancellation or a return stands on My week


# --- Today ----------------------------------------------------------------------------------------------------------


def today(house: House, passes: Iterable[Pass], standing: Standing, today: date) -> Iterator[Card]:
    """Who is not back, loud; who comes back and leaves today; what waits for a decision. Of the `passes_at_hand`."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    now = timezone.now()
    passes = [each for each in passes if not each.over and each.stay.ends_on is None and not each.stay.voided]
    given = [each for each in passes if each.status == Pass.Status.APPROVED and each.starts_on <= today]
    late = [each for each in given if is_late(each, now)]
    yield Card(
        title=_("Not back from a pass"),
        order=Order.FIRST,
        rows=[_late_row(each, standing, now) for each in late],
        more_url=reverse("passes", args=[house.uuid]) + "?show=away",
        more_label=_("Passes"),
    )
    moving = [
        each
        for each in given
        if each not in late and (each.ends_on <= today or each.starts_on == today or said_back(each))
    ]
    if moving:
        yield Card(
            title=_("Passes today"),
            order=Order.DUE,
            rows=[_moving_row(each, standing, now, today) for each in moving],
            more_url=reverse("passes", args=[house.uuid]) + "?show=away",
            more_label=_("Passes"),
        )
    asked = [each for each in passes if each.status == Pass.Status.ASKED]
    asked.sort(key=lambda each: (each.starts_at, each.pk))
    if asked:
        yield Card(
            title=_("Passes to decide"),
            order=Order.DUE if asked[0].starts_at < now + SOON else Order.WAITING,
            rows=[_asked_row(each, standing, now) for each in asked[:8]],
            more_url=reverse("passes", args=[house.uuid]),
            more_label=_("All"),
        )


def _late_row(each: Pass, standing: Standing, now: datetime) -> Row:
    may = standing.may(Action.RECORD, each)
    reached = f" · {each.contact}" if each.contact else ""
    return Row(
        fact=each.stay.short_name,
        reason=_("back by %(when)s · %(where)s")
        % {"when": moment(each.ends_at, each.house), "where": f"{each.where}{reached}"},
        url=_url(each),
        state="missed",
        word=late_words(minutes_late(each, now)),
        button=_("Came back") if may else "",
        button_url=reverse("pass_return", args=[each.uuid]) if may else "",
    )


def _moving_row(each: Pass, standing: Standing, now: datetime, today: date) -> Row:
    may = standing.may(Action.RECORD, each) and each.starts_at <= now
    if said_back(each):
        reason, state, word = (
            _("signed in %(hour)s: write the return down") % {"hour": clock(each.signed_in_at, each.house)},
            "late",
            _("back"),
        )
    elif each.ends_on <= today and each.starts_at <= now:
        reason, state, word = (
            _("back by %(hour)s · %(where)s") % {"hour": clock(each.ends_at, each.house), "where": each.where},
            "held",
            _("comes back"),
        )
    else:
        facts = {"hour": clock(each.starts_at, each.house), "until": moment(each.ends_at, each.house)}
        reason, state, word = _("leaves %(hour)s, until %(until)s") % facts, "plain", _("leaves")
        may = False
    return Row(
        fact=each.stay.short_name,
        reason=f"{reason} · {_('test on return')}" if each.test_on_return and word != _("leaves") else reason,
        url=_url(each),
        state=state,
        word=word,
        button=_("Came back") if may else "",
        button_url=reverse("pass_return", args=[each.uuid]) if may else "",
    )


def _asked_row(each: Pass, standing: Standing, now: datetime) -> Row:
    told = f"{capfirst(each.get_kind_display())} · {span(each.starts_at, each.ends_at, each.house)}"
    wrote_it_down = each.recorded_by_id == standing.user.pk
    if wrote_it_down:
        told = f"{told} · {_('you wrote it down: another decides')}"
    may = standing.may(Action.DECIDE, each) and not wrote_it_down
    if each.starts_at <= now:
        state, word = "late", _("not decided in time")
    elif each.starts_at < now + SOON:
        state, word = "late", _("leaves soon")
    else:
        state, word = "plain", _("asked for")
    return Row(
        fact=each.stay.short_name,
        reason=told,
        url=_url(each),
        state=state,
        word=word,
        button=_("Decide") if may else "",
        button_url=reverse("pass_decide", args=[each.uuid]) if may else "",
    )


# --- the end of a shift ---------------------------------------------------------------------------------------------


def hand_over(passes: Iterable[Pass], standing: Standing, now: datetime) -> Iterator[Pending]:
    """Who comes back from a pass within a day, or should have. Of the `passes_at_hand`."""
    given = [
        each
        for each in passes
        if each.status == Pass.Status.APPROVED
        and not each.over
        and each.stay.ends_on is None
        and not each.stay.voided
        and each.starts_at <= now
        and each.ends_at <= now + SOON
    ]
    rows = [
        _late_row(each, standing, now)
        if is_late(each, now)
        else Row(
            fact=each.stay.short_name,
            reason=_("back by %(when)s, from %(where)s")
            % {"when": moment(each.ends_at, each.house), "where": each.where},
            url=_url(each),
            state="held",
            word=_("comes back"),
        )
        for each in given
    ]
    yield Pending("passes", _("Back from a pass within a day"), rows)


def work(user: User) -> Iterator[Work]:
    """What was decided of passes."""
    yield Work(Load.RECORD, PassDecision.objects.visible_to(user))


# --- one resident ---------------------------------------------------------------------------------------------------


def passes_of(resident: Resident, standing: Standing) -> list[Pass]:
    """All of one person's passes that this reader sees, the newest first, with what became of each. Two queries."""
    visible = Pass.objects.visible_to(standing.user).filter(stay__resident=resident)
    return list(shown(visible).prefetch_related("events").order_by("-starts_at", "-id"))


def about(stay: Stay | None, passes: Sequence[Pass], standing: Standing) -> Iterator[Card | Entry]:
    """Their last passes, and the way to write one down for them; decisions, what was cancelled or prolonged, and when
    they came back. Of these `passes_of` them."""
    now = timezone.now()
    may = stay is not None and standing.may(Action.RECORD, stay)
    if passes or may:
        yield Card(
            title=_("Passes"),
            order=Order.LATER,
            rows=[_row(each, now) for each in passes[:ON_A_PAGE]],
            empty=_("No pass yet."),
            more_url=reverse("pass_new", args=[stay.uuid]) if may else "",
            more_label=_("Write one down"),
        )
    for each in passes:
        yield from _happened(each)


def _happened(each: Pass) -> Iterator[Entry]:
    house, url, kind = each.house, _url(each), each.get_kind_display()
    if (decision := getattr(each, "decision", None)) is not None:
        yield Entry(
            decision.recorded_at.astimezone(house.zone).date(),
            _("Pass, %(kind)s: %(outcome)s") % {"kind": kind, "outcome": decision.get_outcome_display()},
            decision.reason or span(decision.starts_at, decision.ends_at, house),
            decision.recorded_as,
            url,
        )
    for event in each.events.all():
        if event.kind == PassEvent.Kind.MORE_TIME:
            continue
        fact = _("Pass, %(kind)s: %(what)s") % {"kind": kind, "what": event.get_kind_display()}
        late = late_words(event.minutes_late) if event.minutes_late else ""
        said = f"{fact}, {late}" if late else fact
        yield Entry(event.at.astimezone(house.zone).date(), said, event.note, event.recorded_as, url)


def _row(each: Pass, now: datetime) -> Row:
    state, word = state_of(each, now)
    return Row(
        fact=f"{capfirst(each.get_kind_display())} · {each.where}",
        reason=span(each.starts_at, each.ends_at, each.house),
        url=_url(each),
        state=state,
        word=word,
    )


# --- the resident's own ---------------------------------------------------------------------------------------------


def passes_of_late(resident: Resident) -> list[Pass]:
    """My passes that are not over long, the newest first. One query."""
    mine = Pass.objects.visible_to(resident.user).filter(stay__resident=resident, ends_at__gt=timezone.now() - TOLD_FOR)
    return list(shown(mine).order_by("-starts_at", "-id"))


def week(passes: Sequence[Pass]) -> Iterator[Card]:
    """What became of my passes, and the way to ask for one. Of these `passes_of_late`."""
    now = timezone.now()
    live = [each for each in reversed(passes) if not each.over]
    told = [each for each in passes if each.over][:3]
    yield Card(
        title=_("My passes"),
        order=Order.NOW if any(is_late(each, now) for each in live) else Order.DUE,
        rows=[_own_row(each, now) for each in (*live, *told)],
        empty=_("No pass is asked for."),
        more_url=reverse("my_pass_ask"),
        more_label=_("Ask for a pass"),
    )


def _own_row(each: Pass, now: datetime) -> Row:
    state, word = state_of(each, now)
    reason = span(each.starts_at, each.ends_at, each.house)
    button = button_url = ""
    if each.status == Pass.Status.APPROVED and each.starts_at <= now:
        if said_back(each):
            reason = _("signed in: your manager writes the return down")
        else:
            button, button_url = _("I am back"), reverse("my_pass_back", args=[each.uuid])
            reason = _("back by %(when)s") % {"when": moment(each.ends_at, each.house)}
    elif each.status == Pass.Status.APPROVED and each.test_on_return:
        reason = f"{reason} · {_('test on return')}"
    decision = getattr(each, "decision", None)
    if each.status == Pass.Status.REFUSED and decision is not None:
        reason = f"{reason} · {decision.reason}"
    return Row(
        fact=f"{capfirst(each.get_kind_display())} · {each.where}",
        reason=reason,
        url=_url(each),
        state=state,
        word=word,
        button=button,
        button_url=button_url,
    )


def home(stay: Stay, today: date) -> Iterator[Card]:
    """What a pass asks of me, as things stand today. Two queries."""
    phase = phase_on(stay, today)
    rules = rules_of(stay.house)
    rows = [
        Row(fact=capfirst(str(label)), reason="; ".join(rule_in_words(rule)) or _("may be asked for at any time"))
        for kind, label in PassKind.choices
        if (rule := rule_for(rules, kind, phase.kind_id if phase else None)) is not None
    ]
    yield Card(
        title=_("What a pass asks for"),
        order=Order.LATER,
        rows=rows,
        empty=_("Every pass is decided as it comes."),
        more_url=reverse("my_pass_ask"),
        more_label=_("Ask for a pass"),
    )


def settings(house: House, standing: Standing) -> Iterator[Row]:
    if standing.may(Action.PUBLISH, house):
        yield Row(
            fact=_("Rules for passes"),
            reason=_("what each kind of pass asks for"),
            url=reverse("pass_rules", args=[house.uuid]),
        )


# --- all of it ------------------------------------------------------------------------------------------------------


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that is on record about their passes, in every house."""
    rows = Pass.objects.visible_to(resident.user).filter(stay__resident=resident).order_by("-starts_at", "-id")
    passes = list(rows.select_related("house", "stay__house", "stay__resident", "decision"))
    yield _own_passes(passes)
    yield _own_decisions(passes)
    yield _own_events(resident)


def _own_passes(passes: Sequence[Pass]) -> Section:
    return section(
        "passes",
        _("Passes"),
        passes,
        [
            *("house", "stay", "kind", "starts_at", "ends_at", "where", "contact", "transport", "note"),
            *("officer_agreed", "status", "test_on_return", "recorded_as", "recorded_at"),
        ],
        model=Pass,
        labels=_by() | {"house": _("House"), "stay": _("Stay")},
        quiet=["test_on_return"],
        empty=_("No pass yet."),
    )


def _own_decisions(passes: Sequence[Pass]) -> Section:
    return section(
        "pass_decisions",
        _("Decisions on passes"),
        reversed(hanging(passes, "decision")),
        [
            *("of_pass", "outcome", "asked_from", "asked_until", "starts_at", "ends_at"),
            *("conditions", "test_on_return", "unmet", "reason"),
            *("recorded_as", "recorded_at"),
        ],
        model=PassDecision,
        labels=_by() | {"of_pass": _("Pass")},
        quiet=["test_on_return"],
        empty=_("No pass was decided yet."),
    )


def _own_events(resident: Resident) -> Section:
    events = PassEvent.objects.visible_to(resident.user).filter(of_pass__stay__resident=resident)
    return section(
        "pass_events",
        _("What became of passes"),
        events.select_related("of_pass__stay__resident").order_by("-recorded_at", "-id"),
        [
            *("of_pass", "kind", "at", "until", "minutes_late", "test_asked", "unmet", "note"),
            *("recorded_as", "recorded_at"),
        ],
        model=PassEvent,
        labels=_by() | {"of_pass": _("Pass")},
        quiet=["test_asked"],
        empty=_("Nothing yet."),
    )


def _by() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down")}


def _url(each: Pass) -> str:
    return reverse("pass", args=[each.uuid])
