"""Who is told what: every service that is news to somebody, and that no notice names anybody but its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import resolve
from django.utils import timezone

from residents.houses import services as houses
from residents.houses.permissions import RoleKind
from residents.models import Bed, PhaseKind, Resident
from residents.people import services as people
from residents.stays import notices, services
from residents.stays.services import papers
from soberhouse.accounts.keys import key_create
from soberhouse.accounts.models import Partner, User
from soberhouse.history import acting_as
from soberhouse.notices.kinds import declared
from soberhouse.notices.models import Notice
from tests.architecture import guards
from tests.cast import Cast, grant
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, shown


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def told() -> list[tuple[str, str, str]]:
    """Who was told what, in order: user name, kind, text."""
    return list(Notice.objects.order_by("id").values_list("user__username", "kind", "text"))


def erin_asks(cast: Cast) -> Any:
    """Erin, who lives in house B and signs in, asks for a bed in house A."""
    return services.application_receive(
        house=cast.house_a, resident=cast.erin, received_on=cast.today, today=cast.today
    )


def ended(cast: Cast) -> Any:
    return services.discharge(stay=cast.stay_of_dana, left_on=cast.today - days(1), today=cast.today, **ORDINARY)


def comes_with_a_key(cast: Cast) -> None:
    """Oscar, who operates another organization and has an API key, comes to manage house A too."""
    with acting_as(cast.oscar, source="web"):
        key_create(user=cast.oscar, name="x", scopes=["read"], expires_at=timezone.now() + days(9))
    facts = {"kind": RoleKind.MANAGER, "organization": cast.organization, "house": cast.house_a}
    houses.role_grant(user=cast.oscar, starts_at=noon(cast), **facts)


def phase(cast: Cast) -> PhaseKind:
    return services.phase_kind_save(house=cast.house_a, number=2, name="Stepping out")


def letter(cast: Cast) -> Any:
    facts = {"recipient": "Officer Lyle Harmon", "purpose": "probation"}
    return papers.letter_issue(stay=cast.stay_of_dana, user=cast.alice, now=timezone.now(), **facts)


def referral(cast: Cast) -> None:
    partner = Partner.objects.create(organization=cast.organization, name="Riverbend Treatment")
    with acting_as(partner, source="api"):
        applicant(cast)


@dataclass(frozen=True)
class News:
    """One thing that happens in house A, and who is told what of it. `{}` names stand for days and beds."""

    kind: str
    happens: Callable[[Cast], Any]
    told: dict[str, str]
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind


DANA = "dana"
NEWS = [
    News("application-received", applicant, {"bob": "An application came in at Alder House."}),
    News(
        "referral-received",
        referral,
        dict.fromkeys(["alice", "bob"], "A referral came in at Alder House, from Riverbend Treatment."),
    ),
    News(
        "application-accepted",
        lambda cast: services.application_accept(application=erin_asks(cast)),
        {"erin": "Your application to Alder House was accepted."},
    ),
    News(
        "application-accepted",
        lambda cast: hold(erin_asks(cast), cast.bed_a("2A"), today=cast.today),
        {"erin": "Your application to Alder House was accepted."},
        name="accepted with a bed held",
    ),
    News(
        "application-declined",
        lambda cast: services.application_close(
            application=erin_asks(cast), declined=True, reason="no bed for a couple", today=cast.today
        ),
        {"erin": "Your application to Alder House was declined."},
    ),
    News(
        "moved-in",
        lambda cast: (
            ended(cast),
            services.admit(resident=cast.dana, bed=cast.bed_a("2B"), starts_on=cast.today, today=cast.today),
        ),
        {DANA: "Welcome to Alder House. Your bed is Room 2 2B."},
    ),
    News(
        "bed-changed",
        lambda cast: services.move_bed(stay=cast.stay_of_dana, bed=cast.bed_a("3A"), on=cast.today, today=cast.today),
        {DANA: "Your bed at Alder House from {today} is Room 3 3A."},
    ),
    News(
        "house-changed",
        lambda cast: services.transfer(
            stay=cast.stay_of_dana, bed=cast.bed_b("2B"), on=cast.today, reason="nearer to work", today=cast.today
        ),
        {DANA: "From {today} you live at Birch House. Your bed is Room 2 2B; your days go on counting."},
    ),
    News(
        "move-out-planned",
        lambda cast: services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(9), today=cast.today),
        {DANA: "You are expected to move out of Alder House on {soon}."},
    ),
    News(
        "phase-set",
        lambda cast: services.phase_set(
            stay=cast.stay_of_dana, kind=phase(cast), starts_on=cast.today, today=cast.today
        ),
        {DANA: "Your phase from {today}: Stepping out."},
    ),
    News("stay-ended", ended, {DANA: "Your stay at Alder House ended on {yesterday}."}),
    News(
        "discharge-corrected",
        lambda cast: services.discharge_correct(
            discharge=ended(cast), correction_reason="typed wrong", note="moved to her sister", today=cast.today
        ),
        {DANA: "What is recorded about the end of your stay at Alder House was corrected."},
    ),
    News(
        "discharge-corrected",
        lambda cast: services.discharge_undo(discharge=ended(cast), reason="she never left", today=cast.today),
        {DANA: "The end of your stay at Alder House was taken back: your stay goes on."},
        name="discharge undone",
    ),
    News(
        "record-corrected",
        lambda cast: services.stay_correct_start(
            stay=cast.stay_of_dana, starts_on=cast.today - days(1), reason="typed wrong", today=cast.today
        ),
        {DANA: "Your move-in at Alder House was corrected. Now recorded: {yesterday}."},
        name="move-in corrected",
    ),
    News(
        "record-corrected",
        lambda cast: services.stay_void(stay=cast.stay_of_dana, reason="another Dana"),
        {DANA: "Your move-in at Alder House was taken back: it was recorded by mistake."},
        name="move-in taken back",
    ),
    News(
        "record-corrected",
        lambda cast: people.sobriety_correct(
            date=people.sobriety_record(resident=cast.dana, since=cast.today - days(9), today=cast.today),
            since=cast.today - days(1),
            reason="typed wrong",
            today=cast.today,
        ),
        {DANA: "Your sobriety date was corrected. Now recorded: {yesterday}."},
        name="sobriety date corrected",
    ),
    News(
        "record-corrected",
        lambda cast: people.resident_change(
            resident=cast.dana, changes={"legal_last_name": "Rennier"}, reason="as on her card", today=cast.today
        ),
        {DANA: "The legal name or date of birth on your record was corrected."},
        name="name corrected",
    ),
    News(
        "duty-given",
        lambda cast: people.officer_appoint(
            resident=cast.dana, house=cast.house_a, duty="secretary", starts_on=cast.today, today=cast.today
        ),
        {DANA: "Your duty at Alder House from {today}: secretary."},
    ),
    News(
        "duty-ended",
        lambda cast: people.officer_end(
            officer=cast.duty_of_frank, ends_on=cast.today, reason="elected anew", today=cast.today
        ),
        {"frank": "Your duty at Alder House ends on {today}: president."},
    ),
    News(
        "role-given",
        lambda cast: houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=noon(cast),
        ),
        {"audra": "Your role at Alder House from {today}: manager."},
    ),
    News(
        "role-given",
        lambda cast: houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=noon(cast),
            ends_at=noon(cast) + days(9),
        ),
        {"audra": "Your role at Alder House from {today} until {soon}: manager."},
        name="relief given",
    ),
    News(
        "keys-stopped",
        comes_with_a_key,
        {"oscar": "Your API keys were revoked: they were made before you had a role at Alder House."},
    ),
    News(
        "role-ended",
        lambda cast: houses.role_end(role=cast.bob.roles.get(), ends_at=noon(cast), reason="back from leave"),
        {"bob": "Your role at Alder House ends on {today}: manager."},
    ),
    News("paper-issued", letter, {DANA: "A paper about you was issued: Residency letter."}),
    News(
        "paper-withdrawn",
        lambda cast: papers.paper_withdraw(document=letter(cast), reason="the wrong Dana"),
        {DANA: "A paper about you was withdrawn and counts no more: Residency letter."},
    ),
]


def noon(cast: Cast) -> datetime:
    """Noon of today in house A."""
    now = timezone.now().astimezone(cast.house_a.zone)
    return now.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize("news", NEWS, ids=str)
def test_news_reaches_whom_it_is_for_and_nobody_else(cast: Cast, news: News):
    news.happens(cast)

    words = {"today": cast.today, "yesterday": cast.today - days(1), "soon": cast.today + days(9)}
    named = {name: shown(day) for name, day in words.items()}
    expected = {who: text.format(**named) for who, text in news.told.items()}
    assert {who: text for who, kind, text in told() if kind == news.kind} == expected


def test_every_kind_that_is_declared_is_told_by_something_here():
    list(guards.every_module())  # so that every subject has declared its own

    assert {news.kind for news in NEWS} == set(declared)
    assert [slug for slug, kind in declared.items() if not str(kind)] == []


def names_of(row: Any) -> set[str]:
    """Every name that somebody goes by, word for word."""
    fields = ("name", "username", "email", "legal_first_name", "legal_last_name", "preferred_name")
    return {word.casefold() for name in fields for word in re.findall(r"\w{3,}", getattr(row, name, "") or "")}


def test_no_notice_names_anybody_but_its_reader(cast: Cast):
    """All that can happen happens; then each text is held against the names of everybody there is."""
    for news in NEWS:
        with transaction.atomic():
            news.happens(cast)
            for notice in Notice.objects.select_related("user"):
                others = [*User.objects.exclude(pk=notice.user_id), *Resident.objects.exclude(user=notice.user_id)]
                named = set().union(*map(names_of, others)) - {"example", "org"}
                assert not set(re.findall(r"\w+", notice.text.casefold())) & named, notice.text
                if notice.url:
                    assert set(resolve(notice.url).kwargs) <= {"uuid"}
            transaction.set_rollback(True)


def test_a_name_in_a_notice_would_be_noticed(cast: Cast):
    assert names_of(cast.dana) >= {"dana", "renner"}
    assert names_of(cast.bob) >= {"bob", "example"}


def test_whoever_acts_is_not_told_and_others_who_run_the_house_are(cast: Cast):
    applicant(cast)

    assert told() == [("bob", "application-received", "An application came in at Alder House.")]


def test_where_a_house_has_no_manager_its_operator_is_told(cast: Cast):
    house = houses.house_create(organization=cast.organization, name="Fir House", time_zone="America/Denver")

    applicant(cast, house=house)

    assert told() == [("olive", "application-received", "An application came in at Fir House.")]


def test_nobody_of_another_house_and_no_past_or_coming_manager_is_told(cast: Cast):
    with acting_as(cast.olive, source="web"):
        role = cast.bob.roles.get()
        houses.role_end(role=role, ends_at=timezone.now(), reason="back from leave")
        starts_at = timezone.now() + timedelta(days=1)
        houses.role_grant(
            user=cast.audra,
            kind=RoleKind.MANAGER,
            organization=cast.organization,
            house=cast.house_a,
            starts_at=starts_at,
        )
        Notice.objects.all()._raw_delete("default")
        applicant(cast)

    assert [who for who, _kind, _text in told()] == ["alice"]


def test_a_manager_who_asks_for_a_bed_themselves_is_not_told_of_it(cast: Cast):
    grant(cast.erin.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    erin_asks(cast)

    assert [who for who, _kind, _text in told()] == ["bob"]


def test_a_resident_without_an_account_is_told_nothing_and_it_costs_nothing(cast: Cast, django_assert_num_queries):
    stay = lives(cast.bed_a("2A"), since=cast.today - days(9))
    bed = Bed.objects.get(pk=cast.bed_a("2B").pk)

    with django_assert_num_queries(0):
        notices.tell_moved_in(stay, bed)
        notices.tell_move_out_planned(stay)

    assert told() == []


def test_a_move_out_planned_for_the_same_day_again_is_no_news(cast: Cast):
    for _again in range(2):
        services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(9), today=cast.today)
    services.expect(stay=cast.stay_of_dana, expected_on=None, today=cast.today)

    assert [text for _who, _kind, text in told()] == [
        f"You are expected to move out of Alder House on {shown(cast.today + days(9))}.",
        "No move-out from Alder House is planned for you now.",
    ]


def test_what_is_refused_is_told_to_nobody(cast: Cast):
    with pytest.raises(ValidationError):
        services.move_bed(stay=cast.stay_of_dana, bed=cast.bed_a("1B"), on=cast.today, today=cast.today)

    assert told() == []
