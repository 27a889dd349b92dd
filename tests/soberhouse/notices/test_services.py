"""Notices: told once, read once, and of what a mail may say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from soberhouse.history import acting_as
from soberhouse.notices import kinds, services
from soberhouse.notices.models import Notice
from soberhouse.notices.queries import unread_count
from tests.cast import Cast

SECRET = "Dana Renner sleeps in 1A"
ELSEWHERE = [
    *("https://elsewhere.example.org/", "//elsewhere.example.org/", "houses/", "javascript:alert(1)"),
    *("/\\elsewhere.example.org/", "\\\\elsewhere.example.org/"),
]


@pytest.fixture
def kind() -> Iterator[services.Kind]:
    yield services.declare("of-this-test", "something of this test")
    del kinds.declared["of-this-test"]


def told(*users: object) -> list[int]:
    return [Notice.objects.filter(user=user).count() for user in users]


def wants_mail(*users) -> None:
    with acting_as(None, source="command"), transaction.atomic():
        for user in users:
            user.notices_by_mail = True
            user.save()


# Telling


def test_everybody_is_told_once_and_whoever_acts_not_at_all(cast: Cast, kind: services.Kind):
    with acting_as(cast.alice, source="web"):
        made = services.notify(
            users=[cast.alice, cast.bob, cast.bob, cast.olive], kind=kind, text="News.", url="/houses/"
        )

    assert told(cast.alice, cast.bob, cast.olive) == [0, 1, 1]
    assert [(one.user, one.kind, one.text, one.url, one.read_at) for one in made] == [
        (cast.bob, "of-this-test", "News.", "/houses/", None),
        (cast.olive, "of-this-test", "News.", "/houses/", None),
    ]


def test_a_partner_of_the_same_number_is_not_taken_for_the_user(cast: Cast, kind: services.Kind):
    class Program:
        actor_kind, pk, actor_label = "partner", cast.bob.pk, "Riverbend"

    with acting_as(Program(), source="api"):
        services.notify(users=[cast.bob], kind=kind, text="News.")

    assert told(cast.bob) == [1]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_the_database_refuses_an_address_that_leads_elsewhere(cast: Cast, url: str):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_notice (user_id, kind, text, url) VALUES (%s, 'any', 'News.', %s)", [cast.bob.pk, url]
        )
    with pytest.raises(ValidationError):
        Notice(user=cast.bob, kind="any", text="News.", url=url).full_clean()


def test_whoever_may_not_sign_in_is_told_nothing(cast: Cast, kind: services.Kind):
    cast.bob.is_active = False

    services.notify(users=[cast.bob], kind=kind, text="News.")

    assert told(cast.bob) == [0]


def test_what_is_undone_was_told_to_nobody(cast: Cast, kind: services.Kind, django_capture_on_commit_callbacks):
    wants_mail(cast.bob)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        services.notify(users=[cast.bob], kind=kind, text="News.")
        transaction.set_rollback(True)

    assert told(cast.bob) == [0]
    assert mail.outbox == []


def test_a_long_text_is_cut_where_the_table_ends(cast: Cast, kind: services.Kind):
    [made] = services.notify(users=[cast.bob], kind=kind, text="x" * 301)

    made.refresh_from_db()
    assert made.text == "x" * 299 + "…"


@pytest.mark.parametrize("url", ELSEWHERE)
def test_an_address_that_leads_elsewhere_is_refused(cast: Cast, kind: services.Kind, url: str):
    with pytest.raises(ValueError, match="of this site"):
        services.notify(users=[cast.bob], kind=kind, text="News.", url=url)

    assert told(cast.bob) == [0]


def test_a_kind_that_nobody_declared_is_refused(cast: Cast):
    with pytest.raises(ValueError, match="Nobody declared"):
        services.notify(users=[cast.bob], kind=services.Kind("made-up", "made up"), text="News.")


@pytest.mark.parametrize("slug", ["two words", "x" * 41, ""])
def test_a_kind_that_its_column_refuses_is_refused(slug: str):
    with pytest.raises(ValidationError):
        services.declare(slug, "anything")

    assert slug not in kinds.declared


def test_a_kind_is_declared_once(kind: services.Kind):
    with pytest.raises(ValueError, match="already"):
        services.declare(kind.slug, "again")


@pytest.mark.parametrize("number", [1, 3])
def test_telling_many_costs_what_telling_one_costs(cast: Cast, kind: services.Kind, number: int):
    users = [cast.bob, cast.olive, cast.audra][:number]

    with CaptureQueriesContext(connection) as asked:
        services.notify(users=users, kind=kind, text="News.")

    assert len(asked) == 1


# Reading


def test_read_once_and_the_first_time_counts(cast: Cast, kind: services.Kind):
    [notice] = services.notify(users=[cast.bob], kind=kind, text="News.")
    first = timezone.now()

    services.notice_read(notice=notice, now=first)
    services.notice_read(notice=notice, now=first + timedelta(hours=1))

    notice.refresh_from_db()
    assert notice.read_at == first


def test_all_are_read_up_to_an_instant_and_only_one_s_own(cast: Cast, kind: services.Kind):
    services.notify(users=[cast.bob, cast.olive], kind=kind, text="Early.")
    seen = timezone.now()
    services.notify(users=[cast.bob], kind=kind, text="Late.")

    assert services.notices_read(user=cast.bob, until=seen, now=timezone.now()) == 1

    assert list(Notice.objects.unread().order_by("id").values_list("user", "text")) == [
        (cast.olive.pk, "Early."),
        (cast.bob.pk, "Late."),
    ]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_unread_are_counted_in_one_query(cast: Cast, kind: services.Kind, django_assert_num_queries, number: int):
    for _each in range(number):
        services.notify(users=[cast.bob, cast.olive], kind=kind, text="News.")
    services.notice_read(notice=services.notify(users=[cast.bob], kind=kind, text="Old.")[0], now=timezone.now())

    with django_assert_num_queries(1):
        assert unread_count(cast.bob) == number


def test_the_count_of_unread_has_an_end(cast: Cast, kind: services.Kind):
    Notice.objects.bulk_create(Notice(user=cast.bob, kind=kind.slug, text=str(number)) for number in range(130))

    assert unread_count(cast.bob) == 100


def test_what_was_told_cannot_be_changed(cast: Cast, kind: services.Kind):
    [notice] = services.notify(users=[cast.bob], kind=kind, text="News.")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE notices_notice SET text = 'Nothing.' WHERE id = %s", [notice.pk])


# Mail


def test_mail_goes_to_whoever_asked_for_it_and_says_nothing(
    cast: Cast, kind: services.Kind, django_capture_on_commit_callbacks
):
    wants_mail(cast.bob)

    with override_settings(SITE_URL="https://houses.example.org"), django_capture_on_commit_callbacks(execute=True):
        services.notify(users=[cast.bob, cast.olive], kind=kind, text=SECRET, url="/houses/1/")
        assert mail.outbox == []

    [sent] = mail.outbox
    assert sent.to == ["bob@example.org"]
    assert sent.subject == "There is something new for you"
    assert sent.body == (
        "There is something new for you to read. Sign in to see it:\n\n"
        "https://houses.example.org/notices/\n\n"
        "You asked to be told by mail. On the page of your account you can switch it off.\n\n"
        "This message was sent by a machine; nobody reads answers to it."
    )
    raw = sent.message().as_string()
    assert not any(word in raw for word in ("Dana", "Renner", "1A", "Alder", "Bob", "Example", "/houses/1/"))


def test_whoever_has_no_address_gets_no_mail(cast: Cast, kind: services.Kind, django_capture_on_commit_callbacks):
    wants_mail(cast.bob)
    cast.bob.email = ""

    with django_capture_on_commit_callbacks(execute=True):
        services.notify(users=[cast.bob], kind=kind, text="News.")

    assert mail.outbox == []


def test_nobody_gets_a_second_mail_within_a_quarter_of_an_hour(
    cast: Cast, kind: services.Kind, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
):
    wants_mail(cast.bob, cast.olive)

    def tell(*users) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            services.notify(users=users, kind=kind, text="News.")
            services.notify(users=users, kind=kind, text="More news.")

    now = timezone.now().timestamp()
    tell(cast.bob)
    monkeypatch.setattr("time.time", lambda: now + services.MAIL_PAUSE - 60)
    tell(cast.bob, cast.olive)
    assert [sent.to for sent in mail.outbox] == [["bob@example.org"], ["olive@example.org"]]

    monkeypatch.setattr("time.time", lambda: now + services.MAIL_PAUSE + 60)
    tell(cast.bob, cast.olive)
    assert [sent.to for sent in mail.outbox][2:] == [["bob@example.org"]]
    assert told(cast.bob, cast.olive) == [6, 4]


class NotThere(BaseEmailBackend):
    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError("nobody@example.org")


class HangsUp(BaseEmailBackend):
    def send_messages(self, messages: object) -> int:
        raise SMTPServerDisconnected("bob@example.org")


class Broken(BaseEmailBackend):
    def send_messages(self, messages: object) -> int:
        raise ZeroDivisionError("bob@example.org")


@pytest.mark.parametrize("backend", [NotThere, HangsUp, Broken])
def test_a_mail_server_that_is_down_breaks_nothing_and_logs_nobody(
    cast: Cast, kind: services.Kind, django_capture_on_commit_callbacks, caplog: pytest.LogCaptureFixture, backend
):
    wants_mail(cast.bob)

    with (
        override_settings(EMAIL_BACKEND=f"{__name__}.{backend.__name__}"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        services.notify(users=[cast.bob], kind=kind, text=SECRET)

    assert told(cast.bob) == [1]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "example.org" not in caplog.records[0].getMessage()
