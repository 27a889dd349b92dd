"""`manage.py due`: each job on its own, as often as anybody likes."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from residents.models import RosterUpload
from residents.stays.roster import services as roster
from soberhouse import subjects
from soberhouse.due import Job
from soberhouse.history import acting_as, acting_now
from tests.cast import Cast


def due() -> str:
    out = io.StringIO()
    call_command("due", stdout=out)
    return out.getvalue()


def test_what_is_over_goes_and_what_counts_stays(cast: Cast):
    now = timezone.now()
    with acting_as(cast.alice, source="web"):
        for user, ago in ((cast.alice, 25), (cast.olive, 23)):
            roster.upload_keep(
                user=user,
                organization=cast.organization,
                house=None,
                filename="roster.csv",
                content=b"Name,Bed\n",
                now=now - timedelta(hours=ago),
            )
    for seconds in (-60, 600):
        session = SessionStore()
        session.set_expiry(now + timedelta(seconds=seconds))
        session.create()

    assert due() == "sessions that are over, forgotten: 1\nrosters left lying, thrown away: 1\n"
    assert due() == ""

    assert [upload.user for upload in RosterUpload.objects.all()] == [cast.olive]
    assert all(session.expire_date > now for session in Session.objects.all())
    assert Session.objects.count() == 1


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch, settings):
    """A subject with jobs of its own, in the place of all others."""
    found = SimpleNamespace(jobs=list)
    settings.SUBJECTS = ["tests.due"]
    monkeypatch.setattr(subjects, "find_spec", lambda name: name == "tests.due.due" or None)
    monkeypatch.setattr(subjects, "import_module", lambda name: found)
    subjects.offers.cache_clear()
    yield found
    subjects.offers.cache_clear()


def test_a_job_that_fails_keeps_no_other_from_its_work(subject, caplog):
    asked = []

    def fails(now):
        raise RuntimeError("no")

    def works(now):
        acting = acting_now()
        asked.append((acting.actor_kind, acting.source, acting.reason))
        return 2

    subject.jobs = lambda: [
        Job("one that fails", fails),
        Job("one that works", works),
        Job("an idle one", lambda now: 0),
    ]
    out = io.StringIO()

    with pytest.raises(CommandError, match="tried again next time: one that fails"):
        call_command("due", stdout=out)

    assert out.getvalue() == "one that works: 2\n"
    assert asked == [("command", "command", "due: one that works")]
    assert "one that fails failed" in caplog.text
