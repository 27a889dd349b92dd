"""What contracts, discharge reviews and removals offer to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.rules.book_cards import instant
from residents.rules.case_cards import either
from residents.rules.models import (
    Contract,
    ContractReview,
    ContractSignature,
    Removal,
    RemovalReview,
    ReviewOpinion,
    Violation,
)
from residents.rules.queries import contracts as queries
from residents.rules.queries.contracts import AGREE, Agreed, OfferedBack, Removed, Review
from residents.stays.models import Stay
from residents.stays.queries import FEW, there_on
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, MinutesSection, Order, Row, Section, Work, hanging, section

STILL_NEWS = timedelta(days=30)


# --- Today ----------------------------------------------------------------------------------------------------------


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """Removals that nobody else has looked at, loud when that is overdue; discharge reviews that wait for somebody;
    contracts to sign and to look at."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    now, user = timezone.now(), standing.user
    people = SimpleLazyObject(lambda: queries.people_of(house))  # asked for where something waits
    unsettled = queries.unsettled(house, people, now)
    removals = [each for each in unsettled if each.review is None]
    overdue = [each for each in removals if each.is_overdue(now)]
    yield Card(
        title=_("Removals nobody has looked at"),
        order=Order.NOW,
        rows=[_to_be_looked_at(each, user, overdue=True) for each in overdue],
    )
    rows = [_to_be_looked_at(each, user, overdue=False) for each in removals if each not in overdue]
    rows += [_to_be_offered_back(each) for each in queries.to_be_offered_back(house, unsettled, now)]
    if rows:
        yield Card(title=_("Immediate removals"), order=Order.DUE, rows=rows)
    reviews = queries.open_reviews(house, people)
    if reviews:
        yield Card(title=_("Discharge reviews"), order=Order.DUE, rows=[_open_review(each, user) for each in reviews])
    contracts = [each for each in queries.running(house) if queries.wants_somebody(each, today)]
    if contracts:
        yield Card(title=_("Contracts"), order=Order.DUE, rows=[_contract_due(each, today) for each in contracts])


def _to_be_looked_at(each: Removed, user: User, *, overdue: bool) -> Row:
    removal = each.removal
    due = {"due": instant(removal.review_by, removal.house), "who": either(each.may_review)}
    reason = (_("was due %(due)s, waits for %(who)s") if overdue else _("by %(due)s, waits for %(who)s")) % due
    return Row(
        fact=removal.stay.short_name,
        reason=reason,
        url=reverse("removal", args=[removal.uuid]),
        state="missed" if overdue else "late",
        word=_("overdue") if overdue else _("to look at"),
        button=_("Look at it") if user in each.may_review else "",
        button_url=reverse("removal_review", args=[removal.uuid]) if user in each.may_review else "",
    )


def _to_be_offered_back(each: OfferedBack) -> Row:
    if each.removal is not None:
        reason, url = _("it was not necessary that they left"), reverse("removal", args=[each.removal.uuid])
    else:
        reason = _("what they were discharged for was decided again")
        url = reverse("violation", args=[each.violation.uuid])
    return Row(
        fact=each.stay.short_name,
        reason=reason,
        url=url,
        state="held",
        word=_("offer the bed back"),
    )


def _open_review(each: Review, user: User) -> Row:
    may = user in each.may_speak
    if each.opinions or len(each.may_speak) < AGREE:
        reason = _("waits for %(who)s") % {"who": either(each.may_speak)}
    else:
        reason = _("waits for two of: %(who)s") % {"who": either(each.may_speak)}
    return Row(
        fact=each.violation.stay.short_name,
        reason=reason,
        url=reverse("violation", args=[each.violation.uuid]),
        state="late",
        word=_("%(count)s of 2") % {"count": len(each.opinions)},
        button=_("Say your word") if may else "",
        button_url=reverse("review_opinion", args=[each.violation.uuid]) if may else "",
    )


def _contract_due(each: Agreed, today: date) -> Row:
    fact, url = each.contract.stay.short_name, reverse("contract", args=[each.contract.uuid])
    if each.signature is None:
        reason = _("from %(day)s, not signed yet") % {"day": _day(each.contract.starts_on)}
        return Row(fact, reason, url, "late", _("unsigned"))
    days = (each.due_on - today).days
    last = each.due_on == each.contract.ends_on
    reason = (_("a last look on %(day)s") if last else _("a look together on %(day)s")) % {"day": _day(each.due_on)}
    if days < 0:
        return Row(
            fact, reason, url, "missed", ngettext("%(count)s day over", "%(count)s days over", -days) % {"count": -days}
        )
    if days == 0:
        return Row(fact, reason, url, "late", _("today"))
    return Row(fact, reason, url, "plain", ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days})


# --- one resident ---------------------------------------------------------------------------------------------------


def about(resident: Resident, stay: Stay | None, standing: Standing, today: date) -> Iterator[Card | Entry]:
    """Their contracts, and removals if there were any; how the contracts went, what was said in discharge reviews, and
    what another person said of the removals."""
    user = standing.user
    may_record = stay is not None and standing.may(Action.RECORD, stay)
    contracts = queries.agreed(Contract.objects.visible_to(user).filter(stay__resident=resident))
    yield Card(
        title=_("Contracts"),
        order=Order.LATER,
        rows=[_contract_row(each, today) for each in contracts],
        empty=_("No behavioral contract."),
        more_url=reverse("contract_new", args=[stay.uuid]) if may_record else "",
        more_label=_("Write one"),
    )
    yield from (entry for each in contracts for entry in _contract_entries(each))
    opinions = ReviewOpinion.objects.visible_to(user).filter(violation__stay__resident=resident)
    yield from map(_opinion_entry, opinions.select_related("violation", "house"))
    removals = Removal.objects.visible_to(user).filter(stay__resident=resident).select_related("house", "review")
    rows = [_removal_row(each) for each in removals]
    yield from (entry for each in removals for entry in _removal_entries(each))
    if rows or may_record:
        yield Card(
            title=_("Immediate removal"),
            order=Order.LATER,
            rows=rows,
            empty=_(
                "Only where it cannot wait: one person decides it for safety, another looks at it within 24 hours."
            ),
            more_url=reverse("removal_new", args=[stay.uuid]) if may_record else "",
            more_label=_("Record one"),
        )


def _contract_row(each: Agreed, today: date) -> Row:
    contract = each.contract
    span = {"start": date_format(contract.starts_on), "end": date_format(contract.ends_on)}
    if each.is_over:
        state, word = "plain", _("over")
    elif each.signature is None:
        state, word = "late", _("unsigned")
    elif each.due_on <= today:
        state, word = "late", _("to look at")
    else:
        state, word = "in", _("in force")
    return Row(
        fact=_("%(start)s until %(end)s") % span,
        reason=capfirst(each.reviews[-1].get_result_display()) if each.reviews else "",
        url=reverse("contract", args=[contract.uuid]),
        state=state,
        word=word,
    )


def _removal_row(removal: Removal) -> Row:
    review = getattr(removal, "review", None)
    return Row(
        fact=instant(removal.happened_at, removal.house),
        reason=review.get_outcome_display() if review else _("nobody else has looked at it yet"),
        url=reverse("removal", args=[removal.uuid]),
        state="plain" if review else "late",
        word=_("looked at") if review else _("to look at"),
    )


def _contract_entries(each: Agreed) -> Iterator[Entry]:
    contract, url = each.contract, reverse("contract", args=[each.contract.uuid])
    until = _("until %(day)s") % {"day": date_format(contract.ends_on)}
    yield Entry(contract.starts_on, _("Behavioral contract"), until, contract.recorded_as, url)
    if (row := each.signature) is not None:
        yield Entry(row.signed_on, _("Contract signed"), str(row.get_how_display()), row.recorded_as, url)
    for row in each.reviews:
        fact = _("Contract ended: %(result)s") if row.ends_it else _("Contract looked at: %(result)s")
        said = fact % {"result": row.get_result_display()}
        yield Entry(contract.house.today(row.recorded_at), said, row.note, row.recorded_as, url)


def _opinion_entry(row: ReviewOpinion) -> Entry:
    said = _("Discharge review: must leave") if row.leaves else _("Discharge review: stays")
    url = reverse("violation", args=[row.violation.uuid])
    return Entry(row.house.today(row.recorded_at), said, row.reason, row.recorded_as, url)


def _removal_entries(removal: Removal) -> Iterator[Entry]:
    house, url = removal.house, reverse("removal", args=[removal.uuid])
    happened_on = house.today(removal.happened_at)
    yield Entry(happened_on, _("Had to leave at once"), removal.reason, removal.recorded_as, url)
    if (row := getattr(removal, "review", None)) is not None:
        said = _("Removal looked at: %(outcome)s") % {"outcome": row.get_outcome_display()}
        yield Entry(house.today(row.recorded_at), said, row.reason, row.recorded_as, url)


# --- the resident's own ---------------------------------------------------------------------------------------------


def week(resident: Resident, today: date) -> Iterator[Card]:
    """My contract: to sign, or when we look at it together; a review or removal that is about me."""
    user = resident.user
    live = Contract.objects.visible_to(user).filter(stay__resident=resident, ended_on=None, stay__ends_on=None)
    contracts = queries.agreed(live)
    if contracts:
        to_sign = any(each.signature is None for each in contracts)
        yield Card(
            title=_("My contract"),
            order=Order.NUMBERS if to_sign else Order.DUE,
            rows=[_my_contract(each, today) for each in contracts],
        )
    yield from _my_reviews(resident)
    lately = Removal.objects.visible_to(user).filter(
        stay__resident=resident, happened_at__gt=timezone.now() - STILL_NEWS
    )
    rows = [_my_removal(each) for each in lately.select_related("house", "review")]
    if rows:
        yield Card(title=_("That I had to leave"), order=Order.DUE, rows=rows)


def _my_contract(each: Agreed, today: date) -> Row:
    contract = each.contract
    if each.signature is None:
        return Row(
            fact=_("Read and sign it"),
            reason=_("from %(start)s until %(end)s")
            % {"start": _day(contract.starts_on), "end": _day(contract.ends_on)},
            url=reverse("contract", args=[contract.uuid]),
            state="held",
            word=_("to sign"),
            button=_("Sign"),
            button_url=reverse("contract_sign", args=[contract.uuid]),
        )
    return Row(
        fact=_("Until %(day)s") % {"day": date_format(contract.ends_on)},
        reason=_("we look at it together on %(day)s") % {"day": _day(each.due_on)},
        url=reverse("contract", args=[contract.uuid]),
        state="late" if each.due_on <= today else "in",
        word=_("to look at") if each.due_on <= today else _("in force"),
    )


def _my_reviews(resident: Resident) -> Iterator[Card]:
    """Whether I must leave, as long as nobody has said how it ends."""
    mine = Violation.objects.visible_to(resident.user).filter(
        stay__resident=resident, stay__ends_on=None, stay__voided=False
    )
    opened = queries.under_review(mine).prefetch_related("opinions")
    rows = [
        Row(
            fact=_("Whether I must leave"),
            reason=_("two people must say so; one who says that I stay ends it. Talk with them."),
            url=reverse("violation", args=[violation.uuid]),
            state="late",
            word=_("not over yet"),
        )
        for violation in opened
        if queries.outcome(violation.opinions.all()) == "open"
    ]
    if rows:
        yield Card(title=_("Discharge review"), order=Order.DUE, rows=rows)


def _my_removal(removal: Removal) -> Row:
    review, url = getattr(removal, "review", None), reverse("removal", args=[removal.uuid])
    fact = instant(removal.happened_at, removal.house)
    if review is None:
        due = {"due": instant(removal.review_by, removal.house)}
        return Row(fact, _("another person looks at it by %(due)s") % due, url, "late", _("not over yet"))
    if review.outcome == RemovalReview.Outcome.WRONG:
        return Row(fact, _("your bed is offered back to you"), url, "held", _("it was not necessary"))
    return Row(fact, _("another person looked at it"), url, "plain", _("looked at"))


def own(resident: Resident, today: date) -> Iterator[Section]:
    """Their contracts, signatures and reviews; what was said about whether they stay; removals and what was said of
    them."""
    user = resident.user
    because = ("house", "stay__house", "stay__resident", "violation__rule", "violation__stay__resident")
    rows = Contract.objects.visible_to(user).filter(stay__resident=resident)
    contracts = list(rows.select_related(*because, "signature__house", "signature__paper"))
    yield section(
        "contracts",
        _("Behavioral contracts"),
        contracts,
        [
            *("house", "stay", "violation", "terms", "help"),
            *("starts_on", "ends_on", "review_on", "ended_on", "recorded_as", "recorded_at"),
        ],
        model=Contract,
        labels=_by() | {"house": _("House"), "stay": _("Stay"), "violation": _("Because of")},
        empty=_("No contract."),
    )
    yield section(
        "contract_signatures",
        _("Signatures under contracts"),
        sorted(hanging(contracts, "signature"), key=lambda row: (row.signed_at, row.pk), reverse=True),
        [
            *("contract", "house", "signed_name", "drawing", "signed_at", "signed_on", "how", "witness", "paper"),
            *("recorded_as", "recorded_at"),
        ],
        model=ContractSignature,
        labels=_by() | {"contract": _("Contract"), "house": _("House"), "signed_on": _("Day"), "paper": _("Paper")},
        words={
            "drawing": lambda value: _("drawn") if value else "",
            "paper": lambda value: _("kept as a photo") if value else "",
        },
        picture=lambda row: row.paper,
        empty=_("Nothing signed."),
    )
    reviews = ContractReview.objects.visible_to(user).filter(contract__stay__resident=resident)
    yield section(
        "contract_reviews",
        _("How the contracts went"),
        reviews.select_related("house", "contract__stay__resident").order_by("-recorded_at", "-id"),
        ["contract", "house", "result", "note", "next_on", "ends_it", "recorded_as", "recorded_at"],
        model=ContractReview,
        labels=_by() | {"contract": _("Contract"), "house": _("House")},
        quiet=["ends_it"],
        empty=_("Nothing yet."),
    )
    opinions = ReviewOpinion.objects.visible_to(user).filter(violation__stay__resident=resident)
    yield section(
        "discharge_reviews",
        _("What was said in discharge reviews"),
        opinions.select_related("house", "violation__rule", "violation__stay__resident").order_by(
            "-recorded_at", "-id"
        ),
        ["violation", "house", "leaves", "reason", "terms", "recorded_as", "recorded_at"],
        model=ReviewOpinion,
        labels=_by() | {"violation": _("About"), "house": _("House")},
        empty=_("There was none."),
    )
    rows = Removal.objects.visible_to(user).filter(stay__resident=resident)
    removals = list(rows.select_related(*because, "review__house"))
    yield section(
        "removals",
        _("That I had to leave at once"),
        removals,
        [
            *("house", "stay", "violation", "happened_at", "reason", "help_given", "where_to", "review_by"),
            *("recorded_as", "recorded_at"),
        ],
        model=Removal,
        labels=_by() | {"house": _("House"), "stay": _("Stay"), "violation": _("Recorded as")},
        empty=_("Never."),
    )
    yield section(
        "removal_reviews",
        _("What another person said of it"),
        reversed(hanging(removals, "review")),
        ["removal", "house", "outcome", "reason", "recorded_as", "recorded_at"],
        model=RemovalReview,
        labels=_by() | {"removal": _("Of"), "house": _("House")},
        empty=_("Nothing yet."),
    )


def _by() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down")}


# --- the house's settings -------------------------------------------------------------------------------------------


def settings(house: House, standing: Standing) -> Iterator[Row]:
    """Where one sees whether rules are applied alike."""
    if standing.may(Action.SEE_RESIDENTS, house):
        yield Row(
            _("Applied alike?"),
            _("the same rule, the same place on the ladder, different consequences"),
            reverse("consistency", args=[house.uuid]),
        )


def work(user: User) -> Iterator[Work]:
    """What was agreed and looked at, what was said in discharge reviews, and removals."""
    for model in (Contract, ContractReview, ReviewOpinion, Removal, RemovalReview):
        yield Work(Load.RECORD, model.objects.visible_to(user))


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


# --- a section of the minutes ---------------------------------------------------------------------------------------


def minutes(house: House, house_meeting_at: datetime, since: datetime | None) -> Iterator[MinutesSection]:
    """How many contracts run, and how many violations were recorded since the last meeting: counts alone, and nothing
    where so few live that a count is a name. Three queries."""
    on = house.today(house_meeting_at)
    if len(there_on(house.stays.real(), on)) < FEW:
        return
    running = Contract.objects.filter(house=house, signature__isnull=False, starts_on__lte=on, ends_on__gt=on)
    running = running.filter(Q(ended_on=None) | Q(ended_on__gt=on), stay__ends_on=None)
    said = Violation.objects.filter(house=house, withdrawal=None, recorded_at__lte=house_meeting_at)
    if since is not None:
        said = said.filter(recorded_at__gt=since)
    rows = (
        (_("Contracts that run"), str(running.count())),
        (_("Violations recorded since the last meeting"), str(said.count())),
    )
    yield MinutesSection("rules", _("Rules"), (_("What"), _("How many")), rows)
