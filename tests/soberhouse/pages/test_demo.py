"""The demo: who is in it, that it is the same each time, where it refuses, and that a second run changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from residents.log.models import Audience, Kind
from residents.log.queries.clocks import deadlines
from residents.meetings.models import Attendance, DoubtSettled, Grade, MeetingPlan
from residents.meetings.queries.attendance import RELATED, counting, doubts_of
from residents.models import (
    Application,
    BedUse,
    Book,
    Contract,
    CurfewCheck,
    CurfewException,
    Deadline,
    Discharge,
    Entry,
    FollowUp,
    HandOver,
    House,
    Incident,
    Movement,
    Officer,
    Organization,
    Pass,
    PassEvent,
    Resident,
    ReviewOpinion,
    Role,
    Rule,
    SafetyItem,
    SobrietyDate,
    Stay,
    Violation,
    Visit,
)
from residents.rules.queries.binding import not_oriented, unsigned
from residents.rules.queries.cases import cases, open_only, with_facts
from residents.rules.queries.consistency import consistency
from residents.stays.queries import occupancy, overdue_stays, stays_of_late
from soberhouse.accounts.models import User
from soberhouse.history.records import audited_models
from soberhouse.pages.demo import seed
from soberhouse.pages.demo.place import PASSWORD, RESIDENTS, STAFF, Setting

# Nobody's clock: midnight has passed in New York and in Chicago, not in Denver.
BETWEEN_DAYS = datetime(2026, 3, 9, 5, 30, tzinfo=UTC)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_FACTS = {
    *("id", "uuid", "password", "pin", "prefix", "digest", "token_digest"),
    *("made_at", "last_login", "created_at", "recorded_at", "entered_at", "starts_at", "ends_at"),
}


def quiet(line: str) -> None:
    pass


def facts() -> list[str]:
    """Everything in the audited tables in words, in order, without keys, secrets and instants."""
    return sorted(line for model in audited_models() for line in lines_of(model))


def lines_of(model: type[models.Model]) -> Iterator[str]:
    for row in model.objects.all():
        told = {
            field.name: named(getattr(row, field.name))
            for field in model._meta.concrete_fields
            if field.name not in NOT_FACTS
        }
        yield UUID.sub("*", f"{model.__name__} {told}")


def named(value: Any) -> str:
    return f"{type(value).__name__} {value}" if isinstance(value, models.Model) else repr(value)


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def setting(db) -> Setting:
    """The demo as it is between two days; made twice, the first one rolled back: the same seed tells the same story."""
    with transaction.atomic():
        seed.make(seed=7, now=BETWEEN_DAYS, say=quiet)
        first = facts()
        transaction.set_rollback(True)
    setting = seed.make(seed=7, now=BETWEEN_DAYS, say=quiet)
    assert first == facts()
    return setting


def past_residents() -> models.QuerySet[Resident]:
    lived = Stay.objects.real().values("resident")
    return Resident.objects.filter(pk__in=lived).exclude(pk__in=Stay.objects.current().values("resident"))


def test_the_story_is_the_same_each_time_and_as_it_is_told(setting):
    """One test, because it takes seconds to make the demo."""
    check_houses(setting)
    check_beds(setting)
    check_half_a_year(setting)
    check_rules(setting)
    check_nights(setting)
    check_log(setting)
    check_attendance(setting)
    check_actors()


def check_houses(setting: Setting) -> None:
    assert list(House.objects.values_list("serves", "narr_level", "time_zone")) == [
        ("everyone", 2, "America/New_York"),
        ("women", 3, "America/Chicago"),
        ("men", 1, "America/Denver"),
    ]
    assert len({setting.today(place) for place in setting.places}) == 2
    phones = [phone for phone in Resident.objects.values_list("phone", flat=True) if phone]
    assert {bool(re.fullmatch(r"\d{3}-555-01\d\d", phone)) for phone in phones} == {True}


def check_attendance(setting: Setting) -> None:
    """Evidence of each grade, and of the questions one open, one settled; one struck."""
    rows = counting(Attendance.objects.select_related(*RELATED))
    assert set(rows.values_list("grade", flat=True)) == set(Grade.values)
    assert len(rows) > 100
    asked = [row for row in rows if doubts_of([row])[row.pk]]
    assert len({(row.stay_id, row.on) for row in asked}) == 1
    assert DoubtSettled.objects.exists()
    assert Attendance.objects.filter(step="struck").count() == 1
    assert MeetingPlan.objects.count() == 4


def check_beds(setting: Setting) -> None:
    assert Stay.objects.current().count() == 26
    assert past_residents().count() == 60
    for place in setting.places:
        house, day = place.house, setting.today(place)
        in_bed = BedUse.objects.on(day, today=day).filter(house=house, kind="stay")
        living = Stay.objects.current().filter(house=house)
        assert sorted(each.stay_id for each in in_bed) == sorted(stay.pk for stay in living)
        assert in_bed.count() == place.plan.living
        assert Stay.objects.filter(house=house, starts_on__gt=day).count() == 0


def check_half_a_year(setting: Setting) -> None:
    aspen, briar, canyon = (place.house for place in setting.places)
    day = setting.today(setting.places[0])
    holds = BedUse.objects.real().filter(kind="hold")
    tonight = occupancy(House.objects.all(), day, today=day)
    assert len(overdue_stays(stays_of_late(aspen, day), day)) == 1
    assert Stay.objects.current().filter(house=aspen, expected_on=day).count() == 1
    assert [tonight[house.pk].out_of_service for house in (aspen, briar, canyon)] == [1, 0, 0]
    assert [holds.filter(house=house, ends_on__gt=day).count() for house in (aspen, briar, canyon)] == [2, 1, 0]
    assert holds.filter(house=canyon, ends_on__lt=day, application__status="accepted").count() == 1
    assert set(Application.objects.values_list("status", flat=True)) == set(Application.Status.values)
    assert Stay.objects.exclude(continues=None).count() == 6
    assert Stay.objects.filter(voided=True).count() == 1
    assert Discharge.objects.filter(undone=True).count() == 1
    assert Discharge.objects.exclude(corrects=None).filter(undone=False, left_on__lt=day).exists()
    assert len(set(Discharge.objects.values_list("reason", flat=True))) >= 7
    assert len(set(Discharge.objects.values_list("destination", flat=True))) >= 8
    assert SobrietyDate.objects.exclude(corrects=None).count() == 1
    assert Officer.objects.filter(house=aspen, resident__user__username="frank", ends_on=None).count() == 1


def check_rules(setting: Setting) -> None:
    """Books that all have signed but a newcomer, and violations in every state."""
    aspen, briar, canyon = (place.house for place in setting.places)
    rows = Violation.objects.all()
    assert {case.state for case in cases(with_facts(rows), now=setting.now)} == {
        *("recorded", "answered", "decided", "appealed", "closed", "withdrawn")
    }
    assert list(Book.objects.filter(house=aspen, kind="rules").values_list("number", flat=True)) == [2, 1]
    assert (
        len({stay for house in (aspen, briar, canyon) for stay, _book in unsigned(house, house.today(setting.now))})
        == 1
    )
    assert [each.stay.house for each in not_oriented(aspen, setting.now)] == [aspen]
    assert not Book.objects.filter(text__contains="[").exists()
    assert not Rule.objects.filter(text__contains="[").exists()
    assert any(violation.stay.resident.user for violation in open_only(rows))
    assert consistency([aspen]).uneven_rules == 1
    assert Contract.objects.filter(ended_on=None, review_on__lte=briar.today(setting.now)).exists()
    assert ReviewOpinion.objects.count() == 1


def check_nights(setting: Setting) -> None:
    """Passes in every state, thirty nights counted, and somebody out now."""
    now, aspen = setting.now, setting.places[0].house
    assert set(Pass.objects.values_list("status", flat=True)) == set(Pass.Status.values)
    away = Pass.objects.filter(house=aspen, status="approved", starts_at__lte=now)
    assert (away.filter(ends_at__gt=now).count(), away.filter(ends_at__lte=now).count()) == (1, 1)
    assert PassEvent.objects.filter(kind="returned", minutes_late__gt=0).count() == 1
    assert CurfewCheck.objects.filter(house=aspen).values("night").distinct().count() == 30
    assert set(CurfewCheck.objects.values_list("status", flat=True)) == set(CurfewCheck.Status.values)
    assert CurfewException.objects.filter(source="officer").count() == 1
    assert Movement.objects.filter(way="out", expected_at__lt=now, of_pass=None).exists()


def check_log(setting: Setting) -> None:
    """Entries of every kind, an incident that is open, a grievance that is the operators', and what is due."""
    aspen, briar, canyon = (place.house for place in setting.places)
    now, alice = setting.now, setting.users["alice"]
    assert set(Entry.objects.values_list("kind", flat=True)) == set(Kind)
    assert set(Entry.objects.values_list("audience", flat=True)) == set(Audience)
    assert Incident.objects.get(type="overdose").steps.filter(kind="naloxone").count() == 2
    assert set(Incident.objects.filter(closing=None).values_list("house__name", "type")) == {
        ("Aspen House", "violence"),
        ("Aspen House", "property"),
    }
    assert list(Entry.objects.exclude(withheld_from=None).values_list("withheld_from", "audience")) == [
        (alice.pk, "operators")
    ]
    assert not Entry.objects.visible_to(alice).filter(withheld_from=alice).exists()
    assert FollowUp.objects.filter(done=None, due_on__lt=aspen.today(now)).exists()
    states = [due.state for due in deadlines(Deadline.objects.all(), now=now)]
    assert states.count("near") == 1
    assert (states.count("over"), "met" in states, "runs" in states) == (0, True, True)
    assert Visit.objects.filter(end=None).count() == 1
    assert {house: SafetyItem.objects.filter(house=house, kind="co").count() for house in (aspen, briar, canyon)} == {
        aspen: 1,
        briar: 1,
        canyon: 0,
    }
    assert list(HandOver.objects.filter(reads=None).values_list("house", "recorded_by__username")) == [
        (aspen.pk, "nina")
    ]


def check_actors() -> None:
    """Every change is recorded as done by whoever would have made it."""
    recorded = {
        model.__name__: set(model.history.values_list("history_actor_label", flat=True)) for model in audited_models()
    }
    names = {person.name for person in STAFF}
    assert recorded["Organization"] == {"command"}
    assert {"Alice Thornton", "Charlie Nwosu", "Omar Salazar", "Olive Marchand"} <= recorded["Stay"] <= names
    assert recorded["Discharge"] <= names


def test_everybody_in_the_table_signs_in_and_a_second_run_changes_nothing(db, client):
    said = demo("--seed", "3")

    for username in [person.username for person in STAFF] + [person.username for person, _who, _days in RESIDENTS]:
        assert f"  {username} " in said
        answer = client.post(reverse("account_login"), {"login": username, "password": PASSWORD}, follow=True)
        assert (answer.status_code, answer.wsgi_request.user.username) == (200, username)
        client.logout()
    assert f"All with the password: {PASSWORD}" in said
    assert (Role.objects.get(user__username="bob").ends_at - timezone.now()).days == 2

    rows = {model: model.history.count() for model in audited_models()}
    secrets = list(User.objects.order_by("pk").values_list("password", "pin"))

    again = demo("--seed", "4")

    assert again.startswith("The demo is there already.")
    assert f"All with the password: {PASSWORD}" in again
    assert rows == {model: model.history.count() for model in audited_models()}
    assert secrets == list(User.objects.order_by("pk").values_list("password", "pin"))


def test_it_keeps_out_of_a_database_with_other_people_in_it(cast):
    rows = {model: model.history.count() for model in audited_models()}

    with pytest.raises(CommandError, match="This database holds “Far Shore”, which the demo did not make"):
        demo()

    assert rows == {model: model.history.count() for model in audited_models()}


def test_a_failure_on_the_way_leaves_nothing(db, monkeypatch):
    def fail(story: Any) -> None:
        assert User.objects.count() == len(STAFF)
        raise RuntimeError("the lights went out")

    monkeypatch.setattr("soberhouse.pages.demo.story.Story.tell", fail)

    with pytest.raises(RuntimeError):
        demo()

    assert {model.__name__: model.history.count() for model in audited_models() if model.history.exists()} == {}


def test_a_production_setting_is_refused(db):
    with override_settings(LOCAL=False), pytest.raises(CommandError, match="for a laptop only"):
        demo()

    assert not Organization.objects.exists()


def test_a_production_environment_is_refused_before_the_database_is_touched(tmp_path):
    """As it would be typed on a server: the database file is not even made."""
    database = tmp_path / "real.sqlite3"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "example.org",
    }

    done = subprocess.run(
        [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "demo"],
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, database.exists()) == (1, False)
    assert "for a laptop only" in done.stderr
    assert "Traceback" not in done.stderr
