"""The pages of house meetings, their cards, and the paper that the minutes are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.meetings import codes, house_meeting_cards
from residents.meetings.models import AgendaItem, Attendance, HouseMeeting, MinutesLine, Motion, MotionKind, RollLine
from residents.meetings.own_house_meetings import own
from residents.meetings.reports import minutes as report
from residents.meetings.services.attendance import attendance_strike
from residents.meetings.services.house_meetings import roll_take
from residents.meetings.services.papers_minutes import minutes_issue, minutes_publish
from soberhouse.documents import store
from soberhouse.history import acting_as
from soberhouse.subjects import offers
from tests.cast import Cast, grant
from tests.residents.away.evening import sleepers, works
from tests.residents.away.test_papers import HEAD
from tests.residents.meetings.given import (
    agenda_item_of,
    election_of,
    house_meeting_of,
    meeting_of,
    minutes_line_of,
    motion_kind_of,
    motion_of,
    requirement_of,
    roll_line_of,
)

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return timezone.now()


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(row: HouseMeeting, name: str = "house_meeting") -> str:
    return reverse(name, args=[row.uuid])


def held_and_published(cast: Cast, days_ago: int = 1) -> HouseMeeting:
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=days_ago)
    with acting_as(cast.alice, source="web"):
        roll_take(house_meeting=row, lines=[], now=now())
        minutes_publish(house_meeting=row, now=now())
    row.refresh_from_db()
    return row


# The meetings of a house


def test_where_no_house_meeting_is_written_down_the_page_leads_to_where_it_is(cast, signed_in):
    url, to = (reverse(name, args=[cast.house_a.uuid]) for name in ("house_meetings", "meeting_new"))
    client = signed_in(cast.alice)
    assert f'href="{to}?kind=house"' in text_of(client.get(url))
    assert to not in text_of(signed_in(cast.dana.user).get(url))

    form = client.get(f"{to}?kind=house").context["form"]
    assert (form.initial["kind"], form.initial["name"]) == ("house", "House meeting")
    meeting_of(cast.house_a, kind="house")
    assert to not in text_of(client.get(url))


def test_next_meeting_is_prepared_by_one_press(cast, signed_in):
    meeting_of(cast.house_a, kind="house", starts=time(23, 59), name="Round table")
    client, url = signed_in(cast.alice), reverse("house_meetings", args=[cast.house_a.uuid])
    text = text_of(client.get(url))
    assert "Round table" in text

    meeting = cast.house_a.meetings.get()
    answer = client.post(
        reverse("house_meeting_begin", args=[cast.house_a.uuid]), {"meeting": meeting.uuid, "on": cast.today}
    )

    assert answer["Location"] == page_of(HouseMeeting.objects.get())
    assert "prepared" in text_of(client.get(url))


def test_meeting_of_another_house_is_not_prepared_here(cast, signed_in):
    meeting_of(cast.house_a, kind="house")
    other = meeting_of(cast.house_b, kind="house")

    answer = signed_in(cast.olive).post(
        reverse("house_meeting_begin", args=[cast.house_a.uuid]), {"meeting": other.uuid, "on": cast.today}
    )

    assert answer.status_code == 200
    assert not HouseMeeting.objects.exists()


# The roll


def test_roll_is_saved_by_one_request_and_says_what_was_saved(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    sent = {
        f"status_{cast.stay_of_dana.uuid.hex}": "unexcused",
        f"status_{cast.stay_of_frank.uuid.hex}": "excused",
        f"why_{cast.stay_of_frank.uuid.hex}": "ill",
    }

    text = text_of(signed_in(cast.alice).post(page_of(row, "house_meeting_roll"), sent, follow=True))

    assert "Saved: 1 excused, 1 unexcused." in text
    assert {line.stay_id: (line.status, line.why) for line in RollLine.objects.all()} == {
        cast.stay_of_dana.pk: ("unexcused", ""),
        cast.stay_of_frank.pk: ("excused", "ill"),
    }
    assert not Attendance.objects.exists()


def test_roll_that_leaves_somebody_out_is_shown_again(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    text = text_of(
        signed_in(cast.alice).post(
            page_of(row, "house_meeting_roll"), {f"status_{cast.stay_of_dana.uuid.hex}": "excused"}
        )
    )

    assert "This field is required." in text
    assert not RollLine.objects.exists()


def test_officer_takes_the_roll_without_reading_reasons_and_not_their_own_line(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    works(cast.stay_of_dana, 9, 17, night=row.on)
    client, url = signed_in(cast.frank), page_of(row, "house_meeting_roll")
    text = text_of(client.get(url))
    assert "work until" not in text
    assert f"status_{cast.stay_of_frank.uuid.hex}" not in text
    assert "Another person says whether you were there." in text

    client.post(url, {f"status_{cast.stay_of_dana.uuid.hex}": "excused"})

    line = RollLine.objects.get()
    assert (line.stay, line.status) == (cast.stay_of_dana, "excused")
    assert line.why.startswith("work until")
    assert "work until" in text_of(signed_in(cast.alice).get(page_of(row)))
    assert "Complete the roll" in text_of(signed_in(cast.alice).get(page_of(row)))


def test_manager_who_lives_there_is_told_who_records_their_line(cast, signed_in):
    with transaction.atomic(), acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    roll_line_of(row, cast.stay_of_dana, cast.alice)

    assert "Your own line is missing" in text_of(signed_in(cast.frank).get(page_of(row)))


def test_code_of_the_screen_changes_and_is_drawn_alone_for_scripts(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice)
    client, url = signed_in(cast.alice), page_of(row, "house_meeting_code")

    before = codes.house_code(row, now())
    page, part = text_of(client.get(url)), text_of(client.get(url, headers={"HX-Request": "true"}))
    after = codes.house_code(row, now())

    for text in (page, part):
        shown = "".join(re.findall(r"<span>(\d{3})</span>", text))
        assert shown in (before, after)
    assert "<html" in page
    assert "<html" not in part
    assert codes.house_code(row, now() + timedelta(seconds=31)) != before


# Minutes


def test_minutes_votes_and_elections_are_written_on_the_pages(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    item = agenda_item_of(row, cast.alice)
    kind = motion_kind_of(cast.house_a, of="members")
    client = signed_in(cast.alice)

    client.post(page_of(row, "minutes_line_new"), {"what": "decided", "item": item.uuid, "text": "Mend it"})
    client.post(
        page_of(row, "motion_new"),
        {"kind": kind.uuid, "text": "A kettle", "in_favour": 2, "against": 0, "abstained": 0},
    )
    motion = Motion.objects.get()
    client.post(
        page_of(row, "election_new"),
        {
            "stay": cast.stay_of_dana.uuid,
            "duty": "treasurer",
            "starts_on": cast.today,
            "ends_on": cast.today + timedelta(days=90),
            "motion": motion.uuid,
        },
    )

    assert (MinutesLine.objects.get().item, motion.carried) == (item, True)
    text = text_of(client.get(page_of(row)))
    for words in ("Mend it", "A kettle", "carried", "more than 50 % of all who live there, who were 2", "treasurer"):
        assert words in text
    client.post(
        reverse("motion_correct", args=[motion.uuid]), {"text": "A pot", "in_favour": 2, "against": 0, "reason": "Pot"}
    )
    assert Motion.objects.count() == 1  # neither is missing, and nothing was written
    client.post(
        reverse("motion_correct", args=[motion.uuid]),
        {"text": "A pot", "in_favour": 2, "against": 0, "abstained": 0, "reason": "Pot"},
    )
    assert "A pot" in text_of(client.get(page_of(row)))


def test_votes_are_not_asked_for_before_there_are_kinds(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    client = signed_in(cast.alice)

    answer = client.get(page_of(row, "motion_new"))
    assert answer["Location"] == reverse("motion_kinds", args=[cast.house_a.uuid])
    client.post(reverse("motion_kinds_start", args=[cast.house_a.uuid]))

    assert MotionKind.objects.filter(house=cast.house_a).count() == 4
    assert "80 % of all who live there" in text_of(client.get(reverse("motion_kinds", args=[cast.house_a.uuid])))


def test_residents_read_the_agenda_before_and_the_minutes_after(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    item = agenda_item_of(row, cast.frank.user, "The bench", by_stay=cast.stay_of_frank)
    minutes_line_of(row, cast.alice, "We build a bench", item=item)
    roll_line_of(row, cast.stay_of_frank, cast.alice, "excused", why="at the clinic")
    client = signed_in(cast.dana)

    before = text_of(client.get(page_of(row)))
    with acting_as(cast.alice, source="web"):
        roll_take(house_meeting=row, lines=[], now=now())
        minutes_publish(house_meeting=row, now=now())
    after = text_of(client.get(page_of(row)))

    assert "The bench" in before
    assert "Frank O." in before
    assert "We build a bench" not in before
    assert "excused" not in before.lower()
    assert "We build a bench" in after
    assert "1 present, 1 excused" in after
    assert "at the clinic" not in after
    assert "Osei" not in before + after
    pdf = client.get(page_of(row, "minutes_file"))
    assert pdf["Content-Type"] == "application/pdf"


def test_resident_puts_something_on_the_agenda_of_the_next_one_and_takes_it_off(cast, signed_in):
    meeting = meeting_of(cast.house_a, kind="house")
    row = house_meeting_of(
        cast.house_a,
        cast.alice,
        meeting=meeting,
        starts_at=now() + timedelta(days=1),
        on=cast.house_a.today(now() + timedelta(days=1)),
    )
    client = signed_in(cast.dana)

    client.post(page_of(row, "agenda_new"), {"title": "A bench"})
    item = AgendaItem.objects.get()
    assert (item.by_stay, item.title) == (cast.stay_of_dana, "A bench")
    assert "A bench" in text_of(signed_in(cast.frank).get(page_of(row)))
    assert signed_in(cast.frank).post(reverse("agenda_take_off", args=[item.uuid]), {"reason": "x"}).status_code == 403
    client.post(reverse("agenda_take_off", args=[item.uuid]), {"reason": "Built already"})

    item.refresh_from_db()
    assert item.taken_off


def test_minutes_that_are_not_published_are_no_paper(cast, signed_in):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    assert signed_in(cast.alice).get(page_of(row, "minutes_file")).status_code == 404
    text = text_of(signed_in(cast.alice).post(page_of(row, "minutes_publish")))

    assert "Take the roll first." in text


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_meeting_costs_the_same_however_much_is_in_it(cast, signed_in, count, django_assert_max_num_queries):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    for stay in sleepers(cast.house_a, 5)[:count]:
        roll_line_of(row, stay, cast.alice)
        minutes_line_of(row, cast.alice, item=agenda_item_of(row, cast.alice, f"Item {stay.pk}"))
        motion_of(row, cast.alice)
        election_of(row, stay, cast.alice, duty="senior")
    client = signed_in(cast.alice)
    client.get(page_of(row))

    with django_assert_max_num_queries(PAGE) as asked:
        client.get(page_of(row))
    assert len(asked) == PAGE
    with django_assert_max_num_queries(LIST) as asked:
        client.get(reverse("house_meetings", args=[cast.house_a.uuid]))
    assert len(asked) == LIST
    with django_assert_max_num_queries(ROLL) as asked:
        client.get(page_of(row, "house_meeting_roll"))
    assert len(asked) == ROLL


PAGE, LIST, ROLL = 28, 14, 13


# Cards


def card(cast: Cast, user=None):
    [found] = house_meeting_cards.today(cast.house_a, [], Standing(user or cast.alice), cast.today)
    return found


def test_today_asks_for_the_roll_and_then_for_the_minutes(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    [asked] = [each for each in card(cast).rows if each.fact == "Roll not taken"]
    assert (asked.button, asked.button_url) == ("Take the roll", page_of(row, "house_meeting_roll"))
    with acting_as(cast.alice, source="web"):
        roll_take(house_meeting=row, lines=[], now=now())
    assert [each.fact for each in card(cast).rows if each.url == page_of(row)] == ["Minutes not published"]
    [pending] = house_meeting_cards.hand_over(cast.house_a, Standing(cast.alice), now())
    assert pending.count == 1
    with acting_as(cast.alice, source="web"):
        minutes_publish(house_meeting=row, now=now())
    assert [each for each in card(cast).rows if each.url == page_of(row)] == []
    assert list(house_meeting_cards.today(cast.house_a, [], Standing(cast.dana.user), cast.today)) == []


def test_week_of_a_resident_says_when_the_next_one_is(cast):
    meeting_of(cast.house_a, kind="house", name="Round table")
    standing = Standing(cast.dana.user)

    [found] = house_meeting_cards.week(cast.dana, [cast.stay_of_dana], standing, cast.today)
    [at_home] = house_meeting_cards.home([cast.stay_of_dana], cast.today)

    assert [row.fact for row in found.rows] == ["Round table"]
    assert at_home.rows == []
    row = held_and_published(cast)
    [at_home] = house_meeting_cards.home([cast.stay_of_dana], cast.today)
    assert [each.url for each in at_home.rows] == [page_of(row)]


@pytest.mark.parametrize("count", [1, 3])
def test_cards_cost_the_same_however_many_meetings(cast, count, django_assert_num_queries):
    meeting_of(cast.house_a, kind="house")
    for number in range(count):
        house_meeting_of(cast.house_a, cast.alice, days_ago=number + 1)
    card(cast)

    with django_assert_num_queries(7):  # two of them are whose card it is
        assert len([row for row in card(cast).rows if row.fact == "Roll not taken"]) == count


# The paper, and what other subjects say in it


def text_of_paper(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages))


def test_paper_tells_all_of_the_minutes_with_first_names(cast):
    sleepers(cast.house_a, 1)  # two vote and are there, one is excused
    last = house_meeting_of(cast.house_a, cast.alice, days_ago=2)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1, meeting=last.meeting)
    item = agenda_item_of(row, cast.dana.user, "The bench", by_stay=cast.stay_of_dana)
    minutes_line_of(row, cast.alice, "We build a bench", item=item, what="decided")
    minutes_line_of(row, cast.alice, "The kettle cost 30", what="correction")
    motion = motion_of(row, cast.alice, text="Pay for the bench")
    election_of(row, cast.stay_of_frank, cast.alice, duty="treasurer", motion=motion)
    roll_line_of(row, cast.stay_of_dana, cast.alice, "excused", why="at the clinic")

    with acting_as(cast.alice, source="web"):
        roll_take(house_meeting=row, lines=[], now=now())
        document = minutes_publish(house_meeting=row, now=now())

    text = text_of_paper(store.read(document.file))
    for words in (
        *("Minutes of the house meeting", "Frank O.", "Dana R.", "The bench", "We build a bench"),
        *("Corrections of earlier minutes", "The kettle cost 30", "Pay for the bench", "carried", "treasurer"),
        "more than 50 % of the votes cast, who were 2",
    ):
        assert words in text, words
    for kept in ("Renner", "Osei", "at the clinic"):
        assert kept not in text


def test_same_facts_give_the_same_bytes(cast):
    facts = report.MinutesPaper(
        house="Alder House",
        meeting="House meeting",
        starts_at=datetime(2026, 6, 14, 23, tzinfo=UTC),
        present=("Ångström-Nguyễn W.", "😀 Смирнова А."),
        parts=(report.Part(title="Rules", headers=("What", "How many"), rows=(("Contracts that run", "2"),)),),
    )

    assert report.draw(facts, HEAD) == report.draw(facts, HEAD)
    assert "Contracts that run" in text_of_paper(report.draw(facts, HEAD))


def test_what_other_subjects_say_stays_as_it_was_published(cast):
    """Seven live there, and all did what is asked of them: they were at this house meeting."""
    sleepers(cast.house_a, 5)
    requirement_of(cast.house_a, 1)
    row = held_and_published(cast)
    kept = ["meetings", "Meetings this week", ["How they stand", "Residents"], [["Met", "7"]]]
    assert kept in row.sections

    with acting_as(cast.alice, source="web"):
        gone = Attendance.objects.get(stay=cast.stay_of_dana)
        attendance_strike(attendance=gone, reason="Was at work", now=now())
        [now_it_is] = house_meeting_cards.minutes(cast.house_a, row.starts_at, None)
        again = minutes_issue(house_meeting=row, now=now())
    assert ("Met", "7") not in now_it_is.rows
    assert "Residents Met 7" in text_of_paper(store.read(again.file))


def test_subjects_say_counts_and_nothing_where_few_live(cast):
    at = now()
    assert [list(minutes(cast.house_a, at, None)) for minutes in offers("cards", "minutes")] == [[], []]

    sleepers(cast.house_a, 3)
    found = [section for minutes in offers("cards", "minutes") for section in minutes(cast.house_a, at, None)]

    assert [(section.name, section.rows) for section in found if section.name == "rules"] == [
        ("rules", (("Contracts that run", "0"), ("Violations recorded since the last meeting", "0")))
    ]


def test_minutes_are_issued_anew_where_one_may_read_them(cast):
    row = held_and_published(cast)
    document = row.house.issued_documents.get(subject=row.uuid)

    assert list(house_meeting_cards.issued_anew(document, Standing(cast.alice))) == [
        f"{page_of(row, 'minutes_issue')}?replaces={document.uuid}"
    ]
    assert list(house_meeting_cards.issued_anew(document, Standing(cast.charlie))) == []
    [offer] = house_meeting_cards.papers(cast.house_a, Standing(cast.alice), cast.today)
    assert offer.url == page_of(row, "minutes_issue")


def test_own_record_tells_what_is_about_them_and_only_what_is_published(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    item = agenda_item_of(row, cast.dana.user, "The bench", by_stay=cast.stay_of_dana)
    minutes_line_of(row, cast.alice, "We build a bench", item=item)
    election_of(row, cast.stay_of_dana, cast.alice, duty="treasurer")

    before = {section.name: len(section.records) for section in own(cast.dana)}
    with acting_as(cast.alice, source="web"):
        roll_take(house_meeting=row, lines=[], now=now())
        minutes_publish(house_meeting=row, now=now())
    after = {section.name: len(section.records) for section in own(cast.dana)}

    assert before == {
        "house_meeting_rolls": 0,
        "agenda_items": 1,
        "minutes_of_agenda_items": 0,
        "elections": 1,
    }
    assert after == dict.fromkeys(before, 1)
