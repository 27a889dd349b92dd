"""Every write about passes: asked for, decided, cancelled, prolonged, over; and the rules for them.

Each function is one transaction, locks the person first, and raises ValidationError naming what is wrong and what would
be right. `now` is the instant; times of a pass are instants, kept to the minute.

A pass is asked for beforehand. Staff may also write down one that has begun, because people call from the emergency
room; not one that is over: who was away without a pass was away without one, and the night's record says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.away import notices
from residents.away.models import Movement, Pass, PassDecision, PassEvent, PassKind, PassRule
from residents.away.queries import passes as queries
from residents.away.services.movements import sign_in_if_out
from residents.houses.models import House
from residents.people.services import not_about_oneself
from residents.stays.models import PhaseKind, Stay
from residents.stays.steps import day_words, lock, save
from soberhouse.accounts.models import User
from soberhouse.history import acting_now, because, recorded
from soberhouse.language import in_site_language

# A slip of the pen, or not a pass any more.
LONGEST = timedelta(days=180)
AHEAD = timedelta(days=366)
TO_TYPE_IT = timedelta(minutes=15)  # somebody who leaves now still needs to write it down

# What many houses ask, for a house to begin with: nights away only after a first month, then in steps; nothing stands
# in the way of a doctor or a court.
STARTER: tuple[Mapping[str, Any], ...] = (
    {"kind": PassKind.OVERNIGHT, "min_days": 30, "max_nights": 1, "max_in_30_days": 2, "notice_hours": 168}
    | {"officer_agrees": True, "test_on_return": True},
    {"kind": PassKind.WEEKEND, "min_days": 60, "max_nights": 2, "max_in_30_days": 4, "notice_hours": 168}
    | {"officer_agrees": True, "test_on_return": True},
    {"kind": PassKind.FAMILY, "min_days": 30, "max_nights": 2, "max_in_30_days": 4, "notice_hours": 168}
    | {"officer_agrees": True, "test_on_return": True},
    {"kind": PassKind.WORK, "notice_hours": 24, "officer_agrees": True},
    {"kind": PassKind.MEDICAL},
    {"kind": PassKind.COURT},
)


# --- asking and deciding --------------------------------------------------------------------------------------------


@transaction.atomic
def pass_ask(
    *,
    stay: Stay,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    where: str,
    contact: str = "",
    transport: str = "",
    note: str = "",
    officer_agreed: str = "",
    now: datetime,
) -> Pass:
    """Ask for a pass: the resident for themselves, or whoever writes it down for them, who then does not decide it.

    What the rules for passes ask for and is not met stops nobody from asking. Refuses a pass that ends before it
    starts, is over, lies outside the stay or meets another of theirs; for the resident also one that has begun; and
    one that lasts longer than half a year or begins later than in a year.
    """
    stay = _locked_stay(stay)
    starts_at, ends_at = _minute(starts_at), _minute(ends_at)
    check_asked(stay=stay, starts_at=starts_at, ends_at=ends_at, now=now)
    asked = Pass(
        house=stay.house,
        stay=stay,
        kind=kind,
        where=where.strip(),
        contact=contact.strip(),
        transport=transport.strip(),
        note=note.strip(),
        officer_agreed=officer_agreed.strip(),
        **recorded(),
    )
    _set_range(asked, starts_at, ends_at)
    save(asked)
    notices.tell_pass_asked(asked)
    return asked


def check_asked(*, stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse a time for which nobody can ask for a pass: what no rule and no decision can help."""
    _check_range(stay, starts_at, ends_at, now=now)
    if _acts_for_oneself(stay) and starts_at < now - TO_TYPE_IT:
        raise ValidationError(
            {"starts_at": _("This has begun already. Ask for a later time, or let your manager write it down.")}
        )


@transaction.atomic
def pass_decide(
    *,
    asked: Pass,
    outcome: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    conditions: str = "",
    test_on_return: bool = False,
    reason: str = "",
    now: datetime,
) -> PassDecision:
    """Answer somebody who asked: as asked for, changed (another time, or conditions), or refused. What the rules for
    passes ask for and is not met is kept with the decision.

    A change or a refusal needs a reason, and so does a pass that is given although the rules are not met. Refuses
    whoever wrote the request down and whom it is about, a second decision, and to give what `pass_ask` refuses.
    """
    asked = _locked(asked)
    _by_another(asked)
    if asked.status != Pass.Status.ASKED:
        raise ValidationError(
            _("Nothing is asked for any more: this pass is %(state)s.") % {"state": asked.get_status_display()}
        )
    new_start = _minute(starts_at) if starts_at is not None else asked.starts_at
    new_end = _minute(ends_at) if ends_at is not None else asked.ends_at
    is_changed = (new_start, new_end) != (asked.starts_at, asked.ends_at) or bool(conditions.strip())
    is_given = outcome != PassDecision.Outcome.REFUSED
    if outcome == PassDecision.Outcome.APPROVED and is_changed:
        raise ValidationError(
            {"outcome": _("Another time, or conditions, are a change: choose “approved with changes” and say why.")}
        )
    if outcome == PassDecision.Outcome.CHANGED and not is_changed:
        raise ValidationError({"outcome": _("Nothing is changed. Change the time, write conditions, or approve it.")})
    if is_given:
        _live_only(asked.stay)
        _check_range(asked.stay, new_start, new_end, now=now, but=asked)
    else:
        new_start, new_end, conditions, test_on_return = asked.starts_at, asked.ends_at, "", False
    not_met = _unmet_to_keep(asked, new_start, new_end)
    if not reason.strip() and (not_met or outcome != PassDecision.Outcome.APPROVED):
        why = {
            PassDecision.Outcome.REFUSED: _("Say why it is refused."),
            PassDecision.Outcome.CHANGED: _("Say why it is changed."),
        }.get(outcome, _("Not all that the rules ask for is met. Say why it is given all the same."))
        raise ValidationError({"reason": why})
    decision = save(
        PassDecision(
            house=asked.house,
            of_pass=asked,
            outcome=outcome,
            asked_from=asked.starts_at,
            asked_until=asked.ends_at,
            starts_at=new_start,
            ends_at=new_end,
            conditions=conditions.strip(),
            test_on_return=test_on_return,
            unmet=not_met,
            reason=reason.strip(),
            **recorded(),
        )
    )
    _set_range(asked, new_start, new_end)
    asked.test_on_return = test_on_return
    _set_status(asked, Pass.Status.APPROVED if is_given else Pass.Status.REFUSED)
    notices.tell_pass_decided(decision)
    return decision


@transaction.atomic
def pass_officer_agreed(*, pass_: Pass, officer_agreed: str, reason: str = "", now: datetime) -> Pass:
    """Write down who gave the officer's permission, when and how, while the pass waits for its decision or has not
    ended. Whom it is for writes it only before the decision, and over nothing that is written; whoever else writes
    over it says why."""
    pass_ = _locked(pass_)
    if pass_.over or pass_.ends_at <= now:
        raise ValidationError(_("This pass is over."))
    _live_only(pass_.stay)
    officer_agreed, before = officer_agreed.strip(), pass_.officer_agreed
    if not officer_agreed:
        raise ValidationError({"officer_agreed": _("Say who gave it, when and how.")})
    if _acts_for_oneself(pass_.stay):
        if pass_.status != Pass.Status.ASKED:
            raise ValidationError(_("This pass is decided. Tell your manager, who writes it down."))
        if before:
            raise ValidationError(_("It is written down already. If it is wrong, tell your manager."))
    elif before and before != officer_agreed and not reason.strip():
        raise ValidationError({"reason": _("Something else is written down. Say why it is replaced.")})
    pass_.officer_agreed = officer_agreed
    with because(reason.strip()):
        return save(pass_)


# --- what happens to it ---------------------------------------------------------------------------------------------


@transaction.atomic
def pass_cancel(*, pass_: Pass, reason: str, now: datetime) -> PassEvent:
    """Nobody goes: the resident or staff take the pass, or the question, back.

    Refuses where it is over, where they are out on it, and, for the resident, where they were to be back already: then
    their return is to be written down.
    """
    pass_ = _locked(pass_)
    _not_over(pass_)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if pass_.status == Pass.Status.APPROVED:
        if _is_out_on(pass_):
            raise ValidationError(_("They are out on this pass. Write down when they come back instead."))
        if pass_.ends_at <= now and _acts_for_oneself(pass_.stay):
            raise ValidationError(_("The time of this pass is over. Tell your manager when you came back."))
    event = _event(pass_, PassEvent.Kind.CANCELLED, at=now, note=reason)
    with because(reason):
        _set_status(pass_, Pass.Status.CANCELLED)
    notices.tell_pass_cancelled(event)
    return event


@transaction.atomic
def pass_ask_more_time(*, pass_: Pass, until: datetime, note: str, now: datetime) -> PassEvent:
    """Ask that a pass that was given may last longer; also after its end, as long as they are not back. Until somebody
    extends it, its end stays what it was."""
    pass_ = _locked(pass_)
    _given_only(pass_)
    until = _minute(until)
    _check_until(pass_, until, now=now)
    event = _event(pass_, PassEvent.Kind.MORE_TIME, at=now, until=until, note=note)
    notices.tell_more_time_asked(event)
    return event


@transaction.atomic
def pass_extend(*, pass_: Pass, until: datetime, reason: str, now: datetime) -> PassEvent:
    """Let a pass last longer, with a reason; asked for or not. What the rules for passes ask for and is not met by the
    longer time is kept with it. After its end it says from now on until when they may be away: who was to be back
    before that is late all the same. Refuses whom it is about, whoever wrote the request down, a pass from which they
    are back, a time that is past or not later, and what `pass_ask` refuses."""
    pass_ = _locked(pass_)
    _by_another(pass_)
    _given_only(pass_)
    until = _minute(until)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    _check_until(pass_, until, now=now)
    not_met = _unmet_to_keep(pass_, pass_.starts_at, until)
    event = _event(pass_, PassEvent.Kind.EXTENDED, at=now, until=until, note=reason, unmet=not_met)
    _set_range(pass_, pass_.starts_at, until)
    with because(reason):
        save(pass_)
    notices.tell_pass_extended(event)
    return event


@transaction.atomic
def pass_return(*, pass_: Pass, at: datetime, test_asked: bool = False, note: str = "", now: datetime) -> PassEvent:
    """They came back `at`. By how many minutes they were late is kept, by the end that stood when it passed, and
    whether a test was asked for; where one is a condition and was not asked for, the note says why. Signs them in,
    where they are out and did not go out after it; of somebody who has left the house meanwhile only the return is
    kept.

    Refuses whom it is about, a return before the pass began or in the future, and a second one.
    """
    not_about_oneself(pass_.stay.resident)
    pass_ = _locked(pass_)
    _given_only(pass_)
    at = _minute(at)
    if at > now:
        raise ValidationError({"at": _("This is in the future. Write down when they came back, now or earlier.")})
    if at < pass_.starts_at:
        raise ValidationError(
            {
                "at": _("The pass began %(when)s, which is later. If they never left, cancel it.")
                % {"when": _when(pass_.starts_at, pass_)}
            }
        )
    if pass_.test_on_return and not test_asked and not note.strip():
        raise ValidationError({"note": _("A test on return is a condition of this pass. Say why none was asked for.")})
    late = queries.minutes_late(_with_back(pass_), at)
    event = _event(pass_, PassEvent.Kind.RETURNED, at=at, note=note, minutes_late=late, test_asked=test_asked)
    _set_status(pass_, Pass.Status.RETURNED)
    if _is_live(pass_.stay) and not _moved_after(pass_, at):
        sign_in_if_out(stay=pass_.stay, at=at, of_pass=pass_, now=now)
    notices.tell_pass_returned(event)
    return event


@transaction.atomic
def pass_back(*, pass_: Pass, now: datetime) -> Movement:
    """The resident says that they are back from their pass: they are signed in, whether or not they signed out. Staff
    then write the return down; nobody does about themselves."""
    pass_ = _locked(pass_)
    _given_only(pass_)
    if pass_.starts_at > now:
        raise ValidationError(_("This pass has not begun. If you do not go, cancel it."))
    if queries.said_back(_with_back(pass_)):
        raise ValidationError(_("You are signed in already. Your manager writes the return down."))
    row = sign_in_if_out(stay=pass_.stay, of_pass=pass_, now=now)
    if row is None:
        row = save(
            Movement(
                house=pass_.house,
                stay=pass_.stay,
                way=Movement.Way.IN,
                at=_minute(now),
                of_pass=pass_,
                **recorded(),
            )
        )
    return row


@transaction.atomic
def close_for_transfer(*, stay: Stay, now: datetime) -> list[PassEvent]:
    """Whoever moves to another house takes no pass along: those that are asked for, given or under way are cancelled,
    and they are told to ask again there. A step of the transfer, which says who acts; nothing is late here then."""
    lock(stay.resident)
    return [_close(pass_, now) for pass_ in _open_of(stay)]


# --- rules ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def pass_rule_save(
    *,
    house: House,
    kind: str,
    phase: PhaseKind | None = None,
    min_days: int = 0,
    max_nights: int | None = None,
    max_in_30_days: int | None = None,
    notice_hours: int = 0,
    officer_agrees: bool = False,
    test_on_return: bool = False,
    rule: PassRule | None = None,
) -> PassRule:
    """Say what a pass of one kind asks for, in one phase or, without one, in all that have no rule of their own; or
    change a rule. Refuses a second rule for the same kind and phase, and a phase of another house."""
    lock(house)
    if phase is not None and phase.house_id != house.pk:
        raise ValidationError({"phase": _("This phase belongs to another house.")})
    if rule is not None:
        rule = PassRule.objects.select_related("house").get(pk=rule.pk)
        if rule.house_id != house.pk:
            raise ValidationError(_("This rule belongs to another house."))
        _in_use(rule)
    rule = rule or PassRule(house=house)
    rule.kind, rule.phase = kind, phase
    rule.min_days, rule.max_nights, rule.max_in_30_days = min_days, max_nights, max_in_30_days
    rule.notice_hours, rule.officer_agrees, rule.test_on_return = notice_hours, officer_agrees, test_on_return
    return save(rule)


@transaction.atomic
def pass_rule_drop(*, rule: PassRule) -> PassRule:
    """The rule holds no longer. It stays on record."""
    lock(rule.house)
    rule = PassRule.objects.select_related("house").get(pk=rule.pk)
    _in_use(rule)
    rule.in_use = False
    return save(rule)


@transaction.atomic
def pass_rules_start(*, house: House) -> list[PassRule]:
    """Rules to begin with, for a house that has none: nights away only after a first month, then in steps."""
    lock(house)
    if PassRule.objects.filter(house=house, in_use=True).exists():
        raise ValidationError(_("This house has rules for passes already."))
    return [pass_rule_save(house=house, **facts) for facts in STARTER]


# --- steps ----------------------------------------------------------------------------------------------------------


def _locked_stay(stay: Stay) -> Stay:
    """The stay as it is now; refused where it is voided or over. Its person is locked."""
    lock(stay.resident)
    stay = Stay.objects.select_related("resident", "house").get(pk=stay.pk)
    _live_only(stay)
    return stay


def _locked(pass_: Pass) -> Pass:
    """The pass as it is now. Its person is locked."""
    lock(pass_.stay.resident)
    return (
        Pass.objects.select_for_update(no_key=True, of=("self",))
        .select_related("stay__resident", "stay__house", "house")
        .get(pk=pass_.pk)
    )


def _with_back(pass_: Pass) -> Pass:
    return queries.with_back(Pass.objects.filter(pk=pass_.pk)).get()


def _live_only(stay: Stay) -> None:
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake and is voided."))
    if stay.ends_on is not None:
        raise ValidationError(_("%(name)s left on %(day)s.") % {"name": stay.name, "day": day_words(stay.ends_on)})


def _is_live(stay: Stay) -> bool:
    return not stay.voided and stay.ends_on is None


def _open_of(stay: Stay) -> list[Pass]:
    """The passes of the stay that are not over. Its person is locked."""
    rows = Pass.objects.select_for_update(no_key=True, of=("self",)).filter(stay=stay, over=False)
    return list(rows.select_related("stay__resident", "stay__house", "house").order_by("starts_at", "id"))


@in_site_language
def _close(pass_: Pass, now: datetime) -> PassEvent:
    reason = _("Moved to another house: ask again there.")
    event = _event(pass_, PassEvent.Kind.CANCELLED, at=now, note=reason)
    with because(reason):
        _set_status(pass_, Pass.Status.CANCELLED)
    notices.tell_pass_ended_by_move(event)
    return event


def _not_over(pass_: Pass) -> None:
    if pass_.over:
        raise ValidationError(_("This pass is over already: %(state)s.") % {"state": pass_.get_status_display()})


def _given_only(pass_: Pass) -> None:
    _not_over(pass_)
    if pass_.status != Pass.Status.APPROVED:
        raise ValidationError(_("This pass is not decided yet."))


def _in_use(rule: PassRule) -> None:
    if not rule.in_use:
        raise ValidationError(_("This rule holds no longer. Write a new one."))


def _acts_for_oneself(stay: Stay) -> bool:
    acting, user_id = acting_now(), stay.resident.user_id
    return user_id is not None and acting is not None and (acting.actor_kind, acting.actor_id) == ("user", user_id)


def _by_another(asked: Pass) -> None:
    """Raise PermissionDenied unless a person acts whom the request is not about and who did not write it down. Who
    gives more time decides, too."""
    not_about_oneself(asked.stay.resident)
    acting = acting_now()
    if acting is None or acting.actor_kind != User.actor_kind:
        raise PermissionDenied(_("A person decides about a pass."))
    if acting.actor_id == asked.recorded_by_id:
        raise PermissionDenied(_("You wrote this request down: another manager, or the operator, decides."))


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _when(instant: datetime, pass_: Pass) -> str:
    return queries.moment(instant, pass_.house)


def _set_range(pass_: Pass, starts_at: datetime, ends_at: datetime) -> None:
    zone = pass_.stay.house.zone
    pass_.starts_at, pass_.ends_at = starts_at, ends_at
    pass_.starts_on, pass_.ends_on = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()


def _set_status(pass_: Pass, status: str) -> None:
    pass_.status, pass_.over = status, status in Pass.OVER
    save(pass_)


def _event(pass_: Pass, kind: str, *, at: datetime, note: str, **facts: Any) -> PassEvent:
    return save(PassEvent(house=pass_.house, of_pass=pass_, kind=kind, at=at, note=note.strip(), **facts, **recorded()))


@in_site_language
def _unmet_to_keep(asked: Pass, starts_at: datetime, ends_at: datetime) -> str:
    return "\n".join(queries.unmet(asked, starts_at=starts_at, ends_at=ends_at))


def _check_range(stay: Stay, starts_at: datetime, ends_at: datetime, *, now: datetime, but: Pass | None = None) -> None:
    """Refuse a time for which no pass can be given. The person is locked."""
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("A pass ends after it starts.")})
    if ends_at <= now:
        raise ValidationError({"ends_at": _("This is past. A pass is asked for before it is over.")})
    if starts_at > now + AHEAD:
        raise ValidationError({"starts_at": _("This is more than a year ahead. Ask for a time within a year.")})
    if ends_at - starts_at > LONGEST:
        raise ValidationError({"ends_at": _("This is longer than half a year: that is a move-out, not a pass.")})
    if starts_at.astimezone(stay.house.zone).date() < stay.starts_on:
        raise ValidationError(
            {"starts_at": _("Their stay began on %(day)s: not before.") % {"day": day_words(stay.starts_on)}}
        )
    _check_free(stay, starts_at, ends_at, field="starts_at", but=but)


def _check_until(pass_: Pass, until: datetime, *, now: datetime) -> None:
    """Refuse an end that the pass cannot be given. The person is locked."""
    _live_only(pass_.stay)
    back = _with_back(pass_)
    if queries.said_back(back):
        when = {"when": _when(back.signed_in_at, pass_)}
        if _acts_for_oneself(pass_.stay):
            raise ValidationError(_("You are signed in since %(when)s: if you are still away, sign out first.") % when)
        raise ValidationError(_("They are signed in since %(when)s: write the return down instead.") % when)
    if until <= pass_.ends_at:
        raise ValidationError(
            {"until": _("It lasts until %(when)s already. Later than that.") % {"when": _when(pass_.ends_at, pass_)}}
        )
    if until <= now:
        raise ValidationError({"until": _("This is past: it would change nothing. Choose a later time.")})
    if until - pass_.starts_at > LONGEST:
        raise ValidationError({"until": _("This is longer than half a year: that is a move-out, not a pass.")})
    _check_free(pass_.stay, pass_.starts_at, until, field="until", but=pass_)


def _check_free(stay: Stay, starts_at: datetime, ends_at: datetime, *, field: str, but: Pass | None) -> None:
    others = Pass.objects.filter(stay=stay, over=False, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if but is not None:
        others = others.exclude(pk=but.pk)
    other = others.order_by("starts_at").first()
    if other is not None:
        words = {"span": queries.span(other.starts_at, other.ends_at, stay.house), "state": other.get_status_display()}
        raise ValidationError(
            {field: _("There is a pass for this time already: %(span)s, %(state)s. Cancel that first.") % words}
        )


def _moved_after(pass_: Pass, at: datetime) -> bool:
    return Movement.objects.filter(stay=pass_.stay, corrected_by=None, at__gt=at).exists()


def _is_out_on(pass_: Pass) -> bool:
    newest = Movement.objects.filter(stay=pass_.stay, corrected_by=None).order_by("-at", "-id").first()
    return newest is not None and newest.way == Movement.Way.OUT and newest.of_pass_id == pass_.pk
