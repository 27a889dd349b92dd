"""The page of notices: one's own, the newest first, read when opened."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.stays import services as stays
from residents.stays.services import papers
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast
from tests.residents.stays.stories import applicant


def make(user, text: str = "News.", *, url: str = "", hours: float = 0, read: bool = False) -> Notice:
    """A notice of so many hours ago."""
    made_at = timezone.now() - timedelta(hours=hours)
    read_at = timezone.now() if read else None
    return Notice.objects.create(user=user, kind="of-a-test", text=text, url=url, made_at=made_at, read_at=read_at)


def unread(user) -> list[str]:
    return list(Notice.objects.unread().filter(user=user).order_by("id").values_list("text", flat=True))


def test_one_s_own_stand_there_newest_first_marked_where_new(cast: Cast, signed_in):
    make(cast.bob, "Older.", hours=2, read=True)
    make(cast.bob, "Newer.", hours=1)
    make(cast.alice, "Told to Alice.")

    page = signed_in(cast.bob).get("/notices/").content.decode()

    assert page.index("Newer.") < page.index("Older.")
    assert "Told to Alice." not in page
    rows = page.split('<li class="row')[1:]
    assert ['class="pill tone-held"' in row for row in rows] == [True, False]
    assert ["shape-held" in row for row in rows] == [True, False]
    assert "1 is new" in page


def test_instants_are_told_by_the_clock_of_one_s_house(cast: Cast, signed_in):
    notice = make(cast.erin.user)

    page = signed_in(cast.erin).get("/notices/").content.decode()

    assert notice.made_at.astimezone(cast.house_b.zone).isoformat(timespec="seconds")[:19] in page


def test_whoever_was_told_nothing_reads_that(cast: Cast, signed_in):
    assert "No notices yet" in signed_in(cast.bob).get("/notices/").content.decode()


def test_opening_one_marks_it_and_leads_where_it_points(cast: Cast, signed_in):
    notice = make(cast.bob, url="/residents/")
    make(cast.bob, "Another.")

    answer = signed_in(cast.bob).post(reverse("notice_open", args=[notice.uuid]))

    assert (answer.status_code, answer["Location"]) == (302, "/residents/")
    assert unread(cast.bob) == ["Another."]


def test_opening_one_that_leads_nowhere_comes_back_to_the_list(cast: Cast, signed_in):
    notice = make(cast.bob)

    assert signed_in(cast.bob).post(reverse("notice_open", args=[notice.uuid]))["Location"] == "/notices/"
    assert unread(cast.bob) == []


def test_looking_at_the_list_or_asking_with_get_marks_nothing(cast: Cast, signed_in):
    notice, client = make(cast.bob), signed_in(cast.bob)

    client.get("/notices/")
    assert client.get(reverse("notice_open", args=[notice.uuid])).status_code == 405
    assert client.get(reverse("notices_read")).status_code == 405

    assert unread(cast.bob) == ["News."]


def test_somebody_else_s_does_not_exist_and_stays_new(cast: Cast, signed_in):
    notice = make(cast.bob)

    for person in (cast.alice, cast.olive, cast.audra, cast.dana, cast.oscar):
        assert signed_in(person).post(reverse("notice_open", args=[notice.uuid])).status_code == 404
        signed_in(person).post(reverse("notices_read"), {"until": timezone.now().isoformat()})
    assert signed_in(cast.bob).post(reverse("notice_open", args=[uuid4()])).status_code == 404
    assert unread(cast.bob) == ["News."]


@pytest.mark.parametrize("name", ["notices", "notices_read"])
def test_a_stranger_signs_in_first(db, name: str):
    answer = Client().post(reverse(name)) if name == "notices_read" else Client().get(reverse(name))

    assert answer["Location"].startswith(reverse("account_login"))


def test_all_are_marked_but_those_that_came_since_the_page_was_made(cast: Cast, signed_in):
    make(cast.bob, "Early.", hours=1)
    client = signed_in(cast.bob)
    seen = client.get("/notices/").context["now"]
    make(cast.bob, "Late.")

    page = client.post(reverse("notices_read"), {"until": seen.isoformat()}, follow=True).content.decode()

    assert "1 notice marked as read." in page
    assert unread(cast.bob) == ["Late."]


def test_nobody_reads_what_is_still_to_come(cast: Cast, signed_in):
    tomorrow = timezone.now() + timedelta(days=1)

    signed_in(cast.bob).post(reverse("notices_read"), {"until": tomorrow.isoformat()})
    make(cast.bob, hours=-1)

    assert unread(cast.bob) == ["News."]


@pytest.mark.parametrize("until", ["", "yesterday", "2026-13-45", "9" * 5000, "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_is_none_marks_nothing(cast: Cast, signed_in, until: str):
    make(cast.bob)

    answer = signed_in(cast.bob).post(reverse("notices_read"), {"until": until})

    assert answer.status_code == 302
    assert unread(cast.bob) == ["News."]


def test_many_stand_on_several_pages(cast: Cast, signed_in):
    for number in range(30):
        make(cast.bob, f"News number {number}.", hours=number)
    client = signed_in(cast.bob)

    first, second = client.get("/notices/").content.decode(), client.get("/notices/?page=2").content.decode()

    assert "1 to 25 of 30" in first
    assert ("News number 24." in first, "News number 25." in first) == (True, False)
    assert ("News number 24." in second, "News number 29." in second) == (False, True)
    for page in ("0", "99", "two", "-1"):
        assert client.get(f"/notices/?page={page}").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_a_long_list_costs_what_a_short_one_costs(cast: Cast, signed_in, django_assert_num_queries, number: int):
    for _each in range(number):
        make(cast.bob)
    client = signed_in(cast.bob)
    client.get("/notices/")

    with django_assert_num_queries(QUERIES):
        client.get("/notices/")


QUERIES = 10


def test_the_bell_counts_what_is_new(cast: Cast, signed_in):
    client = signed_in(cast.bob)
    for told, said, drawn in (
        (0, "Notices", None),
        (1, "Notices: 1 new", "1"),
        (130, "Notices: more than 99 new", "99+"),
    ):
        Notice.objects.bulk_create(
            Notice(user=cast.bob, kind="of-a-test", text="News.") for _each in range(told - len(unread(cast.bob)))
        )
        page = client.get("/residents/").content.decode()
        bell = page.split('<a class="bell"')[1].split("</a>")[0]

        assert f'<span class="visually-hidden">{said}</span>' in bell
        assert (f'aria-hidden="true">{drawn}</span>' in bell) == (drawn is not None)


def test_from_an_application_to_the_page_of_whoever_runs_the_house(cast: Cast, signed_in):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        application = applicant(cast)
        stays.application_wait(application=application)
    client = signed_in(cast.bob)
    assert "An application came in at Alder House." in client.get("/notices/").content.decode()

    answer = client.post(reverse("notice_open", args=[Notice.objects.get(user=cast.bob).uuid]))

    assert answer["Location"] == reverse("application", args=[application.uuid])
    assert client.get(answer["Location"]).status_code == 200


def test_from_a_paper_about_somebody_to_its_page(cast: Cast, signed_in):
    with acting_as(cast.alice, source="web"):
        papers.letter_issue(
            stay=cast.stay_of_dana,
            user=cast.alice,
            recipient="Officer Lyle Harmon",
            purpose="probation",
            now=timezone.now(),
        )
    client = signed_in(cast.dana)

    answer = client.post(reverse("notice_open", args=[Notice.objects.get(user=cast.dana.user).uuid]), follow=True)

    assert answer.status_code == 200
    assert "Officer Lyle Harmon" in answer.content.decode()


@pytest.mark.parametrize("page", ["my_week", "my_record", "my_house"])
def test_where_notices_lead_residents_there_is_a_page(cast: Cast, signed_in, page: str):
    assert signed_in(cast.dana).get(reverse(page)).status_code == 200
