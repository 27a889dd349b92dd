"""The pages of attendance: a resident's own, and what staff see and decide."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.meetings import code_tries, codes
from residents.meetings.models import Attendance, DoubtSettled, Grade, MeetingPlan
from residents.models import Look
from residents.stays.services import discharge
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.matrix.ruled import a_picture
from tests.residents.meetings import given
from tests.residents.stays.stories import ORDINARY

DRAWN = "M10 90L60 20L110 90"


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture
def dana(cast, signed_in):
    return signed_in(cast.dana.user)


@pytest.fixture
def alice(cast, signed_in):
    return signed_in(cast.alice)


def yesterday(cast):
    return (cast.today - timedelta(days=1)).isoformat()


def new_url(cast, meeting):
    return f"{reverse('my_attendance_new', args=[meeting.uuid])}?on={yesterday(cast)}"


def slip():
    return SimpleUploadedFile("slip.png", a_picture(), content_type="image/png")


# --- a resident's own ---


def test_one_press_writes_down_ones_word(cast, meeting, dana):
    answer = dana.post(new_url(cast, meeting), follow=True)

    row = Attendance.objects.get()
    assert (row.stay, row.grade, row.starts_at) == (
        cast.stay_of_dana,
        Grade.SELF,
        given.held(meeting, cast.house_a),
    )
    assert answer.redirect_chain[-1][0] == reverse("my_meetings")


@pytest.mark.parametrize(
    ("sent", "grade"),
    [
        ({"photo": slip}, Grade.PHOTO),
        ({"signer": "Sam K.", "drawing": DRAWN}, Grade.SIGNED),
        ({"signer": "Sam K.", "drawing": DRAWN, "photo": slip}, Grade.SIGNED),
    ],
    ids=["photo", "signed", "signed and photo"],
)
def test_what_is_added_says_how_well_it_is_proved(cast, meeting, dana, sent, grade):
    sent = {name: value() if callable(value) else value for name, value in sent.items()}
    dana.post(new_url(cast, meeting), sent)

    row = Attendance.objects.get()
    assert row.grade == grade
    assert (row.photo is not None) == ("photo" in sent)


def test_a_code_proves_it_while_the_meeting_lasts(cast, meeting, dana, monkeypatch):
    url, now = new_url(cast, meeting), given.held(meeting, cast.house_a) + timedelta(minutes=20)
    monkeypatch.setattr(timezone, "now", lambda: now)
    dana.post(url, {"code": codes.code_of(meeting).lower()})

    assert Attendance.objects.get().grade == Grade.CODE


def test_what_is_refused_stands_beside_its_field_and_what_was_typed_stays(cast, meeting, dana):
    answer = dana.post(new_url(cast, meeting), {"signer": "Sam", "note": "Was good"})

    assert answer.status_code == 200
    assert "no signature" in answer.context["form"].errors["signer"][0]
    assert "Was good" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_lost(cast, meeting, dana):
    file = SimpleUploadedFile("slip.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/jpeg")
    answer = dana.post(new_url(cast, meeting), {"photo": file, "note": "Was good"})

    assert "not a photo" in answer.context["form"].errors["photo"][0]
    assert "Was good" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_what_is_written_down_already_leads_to_better_evidence(cast, meeting, dana):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)

    answer = dana.get(new_url(cast, meeting), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("my_attendance", args=[row.uuid])
    page = dana.post(new_url(cast, meeting)).content.decode()
    assert "written down already" in page
    assert reverse("my_attendance_raise", args=[row.uuid]) in page


def test_an_old_link_to_a_day_without_the_meeting_is_told_so(cast, dana):
    weekly = given.meeting_of(
        cast.organization, recurrence="FREQ=MONTHLY;BYDAY=5MO", weekday=0, starts_on=cast.today - timedelta(days=3)
    )
    for asked in ("?on=2026-99-99", "?on=9999-01-01", "?on=2026-01-01", ""):
        url = reverse("my_attendance_new", args=[weekly.uuid]) + asked
        assert dana.get(url).status_code == 200
        assert "not held then" in dana.post(url).content.decode()


def test_by_appointment_the_time_is_asked(cast, dana):
    therapy = given.meeting_of(cast.organization, name="Therapy", starts=None, kind="therapy")
    url = reverse("my_attendance_new", args=[therapy.uuid])
    assert "started" not in dana.get(url).context["form"].fields

    dana.post(url, {"starts_at": f"{yesterday(cast)}T10:00", "minutes": "50"})

    row = Attendance.objects.get()
    assert row.starts_at.astimezone(cast.house_a.zone).hour == 10
    assert row.ends_at - row.starts_at == timedelta(minutes=50)


def test_the_meetings_of_a_day_the_regular_ones_first(cast, meeting, dana):
    regular = given.meeting_of(cast.organization, name="Home group")
    given.meeting_of(cast.house_b, name="Of another house", kind="house")
    given.meeting_of(cast.organization, name="Closed", closed_on=cast.today - timedelta(days=90), closed_why="x")
    given.plan_of(cast.stay_of_dana, regular)
    found = dana.get(reverse("my_attendance_choose") + f"?day={yesterday(cast)}").context["found"]

    assert [each.fact for each in found.planned] == ["Home group"]
    assert [each.fact for each in found.others] == [meeting.name]
    assert found.others[0].url == new_url(cast, meeting)


def test_a_meeting_is_found_by_its_name(cast, meeting, dana):
    given.meeting_of(cast.organization, name="Courage")
    found = dana.get(reverse("my_attendance_choose") + f"?day={yesterday(cast)}&words=coura").context["found"]

    assert [each.fact for each in found.others] == ["Courage"]


def test_a_meeting_is_found_by_its_place(cast, meeting, dana):
    given.meeting_of(cast.organization, name="Courage", place="St. Luke's")
    given.meeting_of(cast.organization, name="By call", place="St. Luke's, upstairs", starts=None)
    found = dana.get(reverse("my_attendance_choose") + f"?day={yesterday(cast)}&words=luke").context["found"]

    assert [each.fact for each in found.others] == ["Courage"]
    assert [each.fact for each in found.by_appointment] == ["By call"]


def test_what_is_written_down_leads_to_it(cast, meeting, dana):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    found = dana.get(reverse("my_attendance_choose") + f"?day={yesterday(cast)}").context["found"]

    assert found.others[0].url == reverse("my_attendance", args=[row.uuid])


@pytest.mark.parametrize("count", [1, 3])
def test_the_choice_costs_the_same(cast, dana, django_assert_num_queries, count):
    for number in range(count):
        each = given.meeting_of(cast.organization, name=f"Meeting {number}")
        given.plan_of(cast.stay_of_dana, each)
    url = reverse("my_attendance_choose") + f"?day={yesterday(cast)}"
    dana.get(url)

    with django_assert_num_queries(14):
        dana.get(url)


@pytest.mark.parametrize("count", [1, 3])
def test_my_meetings_cost_the_same(cast, dana, django_assert_num_queries, count):
    for number in range(count):
        each = given.meeting_of(cast.organization, name=f"Meeting {number}")
        given.attendance_of(cast.stay_of_dana, each, cast.dana.user)
        given.plan_of(cast.stay_of_dana, each)
    url = f"{reverse('my_meetings')}?week={yesterday(cast)}"
    dana.get(url)

    with django_assert_num_queries(16):
        dana.get(url)


def test_my_meetings_tell_the_evidence_and_an_open_question_kindly(cast, meeting, dana):
    other = given.meeting_of(cast.organization, name="Other")
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    given.attendance_of(cast.stay_of_dana, other, cast.dana.user)
    week = dana.get(f"{reverse('my_meetings')}?week={yesterday(cast)}").content.decode()
    page = dana.get(reverse("my_attendance", args=[row.uuid])).content.decode()

    assert "own word" in week
    assert "open question" in week
    assert "It may well be all right" in page
    assert "another meeting at the same time" in page
    assert "Strike it" not in page
    assert "a photo of a signed slip" in page


def test_better_evidence_from_the_page(cast, meeting, dana):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    url = reverse("my_attendance_raise", args=[row.uuid])

    assert "one of them will do" in dana.post(url).content.decode()
    assert dana.post(url, {"photo": slip()}).status_code == 302
    newest = Attendance.objects.get(follows=row)
    assert newest.grade == Grade.PHOTO
    page = dana.get(reverse("my_attendance", args=[newest.uuid])).content.decode()
    assert reverse("attendance_photo", args=[newest.uuid]) in page


# --- the code, wherever ---


def test_a_code_says_which_meeting_it_is(cast, meeting, dana, monkeypatch):
    given.meeting_of(cast.organization, name="At the same time")
    now = given.held(meeting, cast.house_a) + timedelta(minutes=20)
    monkeypatch.setattr(timezone, "now", lambda: now)
    url = reverse("my_attendance_code")
    assert codes.code_of(meeting) in dana.get(f"{url}?code={codes.code_of(meeting)}").content.decode()

    dana.post(url, {"code": codes.code_of(meeting)})

    row = Attendance.objects.get()
    assert (row.meeting, row.grade) == (meeting, Grade.CODE)


def test_a_code_is_not_guessed_by_a_program(cast, meeting, dana):
    url = reverse("my_attendance_code")
    for _each in range(code_tries.MOST):
        assert "not the code of a meeting" in dana.post(url, {"code": "000000"}).content.decode()

    assert "Wait ten minutes" in dana.post(url, {"code": codes.code_of(meeting)}).content.decode()


def test_a_code_proves_better_what_is_written_down(cast, meeting, dana, monkeypatch):
    first = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    now = first.starts_at + timedelta(minutes=20)
    monkeypatch.setattr(timezone, "now", lambda: now)

    dana.post(reverse("my_attendance_code"), {"code": codes.code_of(meeting)})

    assert Attendance.objects.get(follows=first).grade == Grade.CODE


@pytest.mark.parametrize("minutes", [-16, 91])
def test_a_code_at_another_time_proves_nothing(cast, meeting, dana, monkeypatch, minutes):
    now = given.held(meeting, cast.house_a) + timedelta(minutes=minutes)
    monkeypatch.setattr(timezone, "now", lambda: now)
    answer = dana.post(reverse("my_attendance_code"), {"code": codes.code_of(meeting)})

    assert "not the code of a meeting that is held now" in answer.content.decode()
    assert not Attendance.objects.exists()


# --- regularly ---


def test_a_meeting_is_put_into_the_week_and_taken_out(cast, meeting, dana):
    dana.post(reverse("my_plan_add", args=[meeting.uuid]))
    plan = MeetingPlan.objects.get()
    assert meeting.name in dana.get(reverse("my_meetings")).content.decode()

    dana.post(reverse("my_plan_end", args=[plan.uuid]))
    plan.refresh_from_db()
    assert plan.ends_on == cast.today


def test_my_week_leads_to_the_meetings_of_today(cast, meeting, signed_in, monkeypatch):
    given.plan_of(cast.stay_of_dana, meeting)
    now = given.held(meeting, cast.house_a, 0) + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: now)
    page = signed_in(cast.dana.user).get(reverse("my_week")).content.decode()

    here = f"{reverse('my_attendance_new', args=[meeting.uuid])}?on={cast.house_a.today(now).isoformat()}"
    assert f'action="{here}"' in page
    assert reverse("my_attendance_choose") in page


def test_of_a_meeting_held_online_too_my_week_leads_to_the_page_that_asks_which(cast, meeting, signed_in, monkeypatch):
    both = given.meeting_of(cast.organization, name="Both", venue="hybrid")
    given.plan_of(cast.stay_of_dana, both)
    now = given.held(both, cast.house_a, 0) + timedelta(hours=2)
    monkeypatch.setattr(timezone, "now", lambda: now)
    page = signed_in(cast.dana.user).get(reverse("my_week")).content.decode()

    here = f"{reverse('my_attendance_new', args=[both.uuid])}?on={cast.house_a.today(now).isoformat()}"
    assert f'href="{here}"' in page
    assert f'action="{here}"' not in page


def test_whoever_moved_out_reads_and_writes_nothing_more(cast, meeting, dana):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    assert dana.get(reverse("my_meetings")).status_code == 200
    assert dana.get(reverse("my_attendance", args=[row.uuid])).status_code == 200
    for name in ("my_attendance_choose", "my_attendance_code"):
        assert dana.get(reverse(name)).status_code == 404
    assert "moved out" in dana.post(reverse("my_attendance_raise", args=[row.uuid]), {"photo": slip()}).content.decode()


# --- staff ---


def test_staff_write_down_whom_they_saw_and_what_they_were_told(cast, meeting, alice):
    url = reverse("attendance_new", args=[cast.stay_of_dana.uuid])
    choose = alice.get(url)
    assert choose["Location"] == reverse("attendance_choose", args=[cast.stay_of_dana.uuid])
    assert alice.get(f"{url}?meeting=nonsense").status_code == 302
    here = f"{url}?meeting={meeting.uuid}&on="

    alice.post(here + yesterday(cast), {"how": "seen"})
    alice.post(here + (cast.today - timedelta(days=2)).isoformat(), {"how": "told"})

    assert list(Attendance.objects.order_by("starts_at").values_list("grade", flat=True)) == [Grade.SELF, Grade.SEEN]


@pytest.mark.parametrize("name", ["attendance_new", "attendance_raise"])
def test_the_enter_key_claims_the_least(cast, meeting, alice, name):
    """A browser that is given no button takes the first one: it is not the one by which staff say they saw them."""
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user, days_ago=3)
    url = {
        "attendance_new": f"{reverse('attendance_new', args=[cast.stay_of_dana.uuid])}?meeting={meeting.uuid}",
        "attendance_raise": reverse("attendance_raise", args=[row.uuid]),
    }[name]
    page = alice.get(url).content.decode()

    first, *others = re.findall(r'name="how" value="(\w+)"', page)
    assert first != "seen"
    assert "seen" in others


def test_a_meeting_of_another_house_is_not_there(cast, alice):
    theirs = given.meeting_of(cast.house_b, kind="house")
    url = f"{reverse('attendance_new', args=[cast.stay_of_dana.uuid])}?meeting={theirs.uuid}"

    assert alice.get(url).status_code == 404


def test_struck_and_restored_from_the_pages(cast, meeting, alice):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    refused = alice.post(reverse("attendance_strike", args=[row.uuid]), {"reason": "\u200b"})
    assert "reason" in refused.context["form"].errors
    alice.post(reverse("attendance_strike", args=[row.uuid]), {"reason": "At work"})
    gone = Attendance.objects.get(follows=row)
    page = alice.get(reverse("attendance", args=[row.uuid])).content.decode()
    assert "At work" in page
    assert "does not count" in page

    alice.post(reverse("attendance_restore", args=[gone.uuid]), {"reason": "Another day"})
    assert Attendance.objects.get(follows=gone).step == "restored"


@pytest.fixture
def doubtful(cast, meeting):
    other = given.meeting_of(cast.organization, name="Other")
    given.attendance_of(cast.stay_of_dana, other, cast.dana.user)
    return given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)


def test_what_does_not_fit_waits_on_today_and_in_a_list_until_somebody_decides(cast, doubtful, alice):
    today = reverse("house_today", args=[cast.house_a.uuid])
    doubts = reverse("attendance_doubts", args=[cast.house_a.uuid])
    settle = reverse("attendance_settle", args=[doubtful.uuid])
    for url in (today, doubts):
        assert settle in alice.get(url).content.decode()
    asked = alice.get(settle).content.decode()
    assert "another meeting at the same time" in asked
    assert "noon. Say" not in asked  # “7 p.m.” has its full stop already

    alice.post(settle, {"reason": "One was cut short"})

    assert DoubtSettled.objects.get().attendance == doubtful
    for url in (today, doubts):
        assert settle not in alice.get(url).content.decode()
    assert "One was cut short" in alice.get(reverse("attendance", args=[doubtful.uuid])).content.decode()
    assert "Nothing is open" in alice.post(settle, {"reason": "Again"}).content.decode()
    other = Attendance.objects.exclude(pk=doubtful.pk).get()
    page = alice.get(reverse("attendance", args=[other.uuid])).content.decode()
    assert "One was cut short" in page
    assert "open question" not in page.lower()


def test_a_photo_is_served_in_scope_and_the_look_is_on_record(cast, meeting, alice, signed_in):
    signed_in(cast.dana.user).post(new_url(cast, meeting), {"photo": slip()})
    row = Attendance.objects.get()
    url = reverse("attendance_photo", args=[row.uuid])
    before = Look.objects.filter(resident=cast.dana).count()

    answer = alice.get(url)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/jpeg",
        "private, no-store",
    )
    assert Look.objects.filter(resident=cast.dana, detail="the photo of a slip").count() == 1
    assert signed_in(cast.charlie).get(url).status_code == 404
    assert signed_in(cast.frank.user).get(url).status_code == 404
    assert signed_in(cast.dana.user).get(url).status_code == 200
    assert Look.objects.filter(resident=cast.dana).count() == before + 1


def test_without_a_photo_there_is_none(cast, meeting, alice):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)

    assert alice.get(reverse("attendance_photo", args=[row.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("attendance_of_house", 14), ("attendance_doubts", 13), ("attendance_of_stay", 16)],
)
def test_pages_of_staff_cost_the_same(cast, alice, django_assert_num_queries, name, queries, count):
    for number in range(count):
        each = given.meeting_of(cast.organization, name=f"Meeting {number}")
        beside = given.meeting_of(cast.organization, name=f"Beside {number}")
        for stay in (cast.stay_of_dana, cast.stay_of_frank)[:count]:
            given.attendance_of(stay, each, cast.bob)
            given.attendance_of(stay, beside, cast.bob)
        given.plan_of(cast.stay_of_dana, each)
    about = cast.stay_of_dana if name == "attendance_of_stay" else cast.house_a
    url = f"{reverse(name, args=[about.uuid])}?week={yesterday(cast)}"
    alice.get(url)

    with django_assert_num_queries(queries):
        alice.get(url)


# --- papers ---


def text_of(document):
    pages = PdfReader(io.BytesIO(store.read(document.file))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_report_counts_each_grade_and_says_what_it_does_not_prove(cast, meeting, alice):
    other = given.meeting_of(cast.organization, name="Other")
    given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    given.attendance_of(cast.stay_of_dana, other, cast.dana.user)
    wrong = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user, days_ago=3)
    given.attendance_of(cast.stay_of_dana, meeting, cast.bob, days_ago=4, grade=Grade.SEEN)
    alice.post(reverse("attendance_strike", args=[wrong.uuid]), {"reason": "At work that night"})
    dates = {"first_day": cast.today - timedelta(days=9), "last_day": cast.today}
    answer = alice.post(reverse("attendance_issue", args=[cast.stay_of_dana.uuid]), dates)
    assert answer.status_code == 302, answer.context["form"].errors

    said = text_of(IssuedDocument.objects.get())
    assert "At work that night" in said
    assert "Nobody else confirms it" in said
    assert "Keep Coming Back *" in said
    assert "No fellowship confirms" in said
    assert "Meetings that count 3" in said


@pytest.mark.parametrize(("first", "last", "field"), [(0, 5, "last_day"), (-3, -9, "last_day"), (-400, 0, "first_day")])
def test_a_report_that_cannot_be_is_refused(cast, alice, first, last, field):
    dates = {"first_day": cast.today + timedelta(days=first), "last_day": cast.today + timedelta(days=last)}
    answer = alice.post(reverse("attendance_issue", args=[cast.stay_of_dana.uuid]), dates)

    assert field in answer.context["form"].errors
    assert not IssuedDocument.objects.exists()


def test_a_slip_names_its_bearer_by_first_name_and_initial(cast, alice):
    alice.post(reverse("meeting_slip_issue", args=[cast.stay_of_dana.uuid]))

    said = text_of(IssuedDocument.objects.get())
    assert "Dana R." in said
    assert "Chair's first name" in said
    for nobody_s in ("Renner", cast.house_a.name, cast.organization.name, "Alice", "Issued by"):
        assert nobody_s not in said


@pytest.mark.parametrize("size", ["letter", "a4"])
def test_a_slip_is_one_half_sheet(cast, alice, settings, size):
    settings.PAPER_SIZE = size
    alice.post(reverse("meeting_slip_issue", args=[cast.stay_of_dana.uuid]))

    said = text_of(IssuedDocument.objects.get())
    assert "Page 1 of 1" in said
    assert "Write the meeting down" in said


def test_a_sheet_for_the_day_of_a_house_meeting_and_no_other(cast, alice):
    url = reverse("sign_in_sheet_issue", args=[cast.house_a.uuid])
    assert "No house meeting" in alice.post(url, {"day": cast.today}).content.decode()
    given.meeting_of(cast.house_a, kind="house", name="House meeting")

    assert alice.post(url, {"day": cast.today}).status_code == 302
    said = text_of(IssuedDocument.objects.get())
    assert "House meeting" in said
    assert "Dana R." in said
    assert "Frank O." in said
