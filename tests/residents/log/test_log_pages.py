"""The log of a house and the page of one entry, as people open them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from residents.houses.permissions import RoleKind
from residents.log.models import Audience, Kind
from residents.log.services.incidents import incident_close
from residents.models import Entry, EntryAbout, EntryPhoto, EntryTelling, Look
from soberhouse.history import acting_as
from tests.cast import grant
from tests.residents.log import given
from tests.residents.log.given import amended, complaint_of, entry_of, photo_of
from tests.residents.rules.test_violations import a_photo

pytestmark = pytest.mark.django_db

SECRET = "Wanda Quillfeather"
TABLES = (Entry, EntryTelling, EntryAbout, EntryPhoto)


def rows() -> list[int]:
    return [model.objects.count() for model in TABLES]


def log_url(cast, house="house_a") -> str:
    return reverse("log", args=[getattr(cast, house).uuid])


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def local(house, instant) -> str:
    return instant.astimezone(house.zone).strftime("%Y-%m-%dT%H:%M:%S")


# Writing


def test_a_line_is_written_from_today_and_leads_back_there(cast, signed_in):
    client = signed_in(cast.alice)
    today = reverse("house_today", args=[cast.house_a.uuid])

    assert "note-box" in text_of(client.get(today))
    answer = client.post(
        reverse("entry_new", args=[cast.house_a.uuid]), {"text": "Ambulance at two.", "from": "today"}, follow=True
    )

    assert answer.redirect_chain == [(today, 302)]
    assert "Written in the log." in text_of(answer)
    entry = Entry.objects.get()
    assert (entry.kind, entry.audience, entry.recorded_by) == ("note", "staff", cast.alice)
    assert "Ambulance at two." in text_of(client.get(log_url(cast)))


def test_the_box_is_for_those_who_record(cast, signed_in):
    today = reverse("house_today", args=[cast.house_a.uuid])

    for user in (cast.audra, cast.dana.user):
        assert "note-box" not in text_of(signed_in(user).get(today))


def test_everything_that_can_be_said_is_kept(cast, signed_in):
    happened = (timezone.now() - timedelta(hours=2)).astimezone(cast.house_a.zone).replace(second=0, microsecond=0)
    answer = signed_in(cast.alice).post(
        reverse("entry_new", args=[cast.house_a.uuid]),
        {
            "text": "Took two pills instead of one.",
            "kind": "medication",
            "about": [cast.stay_of_dana.uuid, cast.stay_of_frank.uuid],
            "happened_at": f"{happened:%Y-%m-%dT%H:%M}",
            "audience": "confidential",
            "audience_reason": "Until the pharmacist has called.",
            "photo": SimpleUploadedFile("x.jpg", a_photo()),
            "caption": "the box",
        },
    )

    entry = Entry.objects.get()
    assert answer["Location"] == reverse("entry", args=[entry.uuid])
    telling = entry.tellings.get()
    assert (telling.happened_at, entry.audience_reason) == (happened, "Until the pharmacist has called.")
    assert {row.stay for row in telling.about.all()} == {cast.stay_of_dana, cast.stay_of_frank}
    assert entry.photos.get().caption == "the box"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"text": " "}, "Say what happened."),
        ({"happened_at": "2199-01-01T10:00"}, "This time has not come yet"),
        ({"happened_at": "yesterday"}, "Choose a day and an hour."),
        ({"audience": "confidential"}, "Say why it is kept"),
        ({"photo": "x"}, "This is not a photo that can be read"),
        ({"kind": "incident"}, "Select a valid choice"),
    ],
)
def test_what_was_typed_stays_where_it_is_refused(cast, signed_in, sent, says):
    typed = {
        "text": "The boiler is out.",
        "kind": "praise",
        "about": [cast.stay_of_dana.uuid],
        "audience": "few",
        "caption": "the box",
    }
    if "photo" in sent:
        typed["photo"] = SimpleUploadedFile("x.jpg", b"%PDF-1.7 nothing")
    else:
        typed |= sent
    page = text_of(signed_in(cast.alice).post(reverse("entry_new", args=[cast.house_a.uuid]), typed))

    assert says in page
    assert "The boiler is out." in page or "text" in sent
    assert f'value="{cast.stay_of_dana.uuid}"' in page
    assert page.count(" checked") == (2 if "kind" in sent else 3)
    assert "<details" in page
    assert rows() == [0, 0, 0, 0]


def test_somebody_of_another_house_is_nobody_here(cast, signed_in):
    page = signed_in(cast.olive).post(
        reverse("entry_new", args=[cast.house_a.uuid]), {"text": "x", "about": [cast.stay_of_erin.uuid]}
    )

    assert "This is nobody who lives or lived here." in text_of(page)
    assert rows() == [0, 0, 0, 0]


def test_a_manager_who_writes_for_the_operators_alone_is_told_so(cast, signed_in):
    sent = {"text": "About the night shift.", "audience": "operators", "audience_reason": "It is about a colleague."}
    answer = signed_in(cast.alice).post(reverse("entry_new", args=[cast.house_a.uuid]), sent, follow=True)

    assert answer.redirect_chain == [(log_url(cast), 302)]
    page = text_of(answer)
    assert "The operators read it now, and you no more." in page
    assert "About the night shift." not in page
    assert "About the night shift." in text_of(signed_in(cast.olive).get(log_url(cast)))


# The list


def test_the_newest_first_under_its_day(cast, signed_in):
    entry_of(cast.house_a, cast.alice, text="Yesterday's knock.", days_ago=1)
    late = entry_of(
        cast.house_a,
        cast.bob,
        text="Two days ago, written today.",
        days_ago=2,
        about=[cast.stay_of_dana],
        recorded_at=timezone.now(),
    )
    photo_of(late, cast.bob, caption="The broken pane")
    few = entry_of(cast.house_a, cast.alice, text="Seen by few.", audience=Audience.FEW, kind=Kind.PRAISE)
    amended(few, cast.alice, text="Seen by few, and put right.")

    page = text_of(signed_in(cast.alice).get(log_url(cast)))

    order = [page.index(words) for words in ("and put right", "Yesterday&#x27;s knock", "written today.")]
    assert order == sorted(order)
    for words in ("seen by few", "amended", "Dana R.", "Bob Example", "written ", 'alt="The broken pane"'):
        assert words in page
    assert "Seen by few.<" not in page


@pytest.mark.parametrize("word", ["renner", "mother", "bathroom", "faulty", "cardamom", "lighter", "hide the keys"])
def test_a_word_is_looked_for_wherever_it_stands(cast, signed_in, word):
    house, about = cast.house_a, [cast.stay_of_dana]
    lines = {
        "renner": given.entry_of(house, cast.alice, text="One.", about=about),
        "cardamom": given.visit_of(house, cast.alice, name="Cardamom Okafor").entry,
        "lighter": given.search_of(house, cast.alice, found="A lighter", became="Kept").entry,
        "hide the keys": given.follow_up_of(given.entry_of(house, cast.alice), cast.alice, what="Hide the keys").entry,
    }
    incident = given.incident_of(house, cast.alice, place="Bathroom", text="Two.")
    given.step_of(incident, cast.alice, kind="told", who="Her mother")
    with acting_as(cast.bob, source="web"):
        incident_close(incident=incident, cause="A faulty lamp", correction="A new one", now=timezone.now())

    page = signed_in(cast.alice).post(log_url(cast), {"q": word})

    found = [each.entry for _day, told in page.context["days"] for each in told]
    assert found == [lines.get(word, incident.entry)]


def test_found_by_kind_person_and_period_in_the_address_and_by_words_posted(cast, signed_in):
    entry_of(cast.house_a, cast.alice, text="Cooked soup.", kind=Kind.PRAISE, about=[cast.stay_of_dana], days_ago=4)
    entry_of(cast.house_a, cast.alice, text="Left the door open.", about=[cast.stay_of_frank], days_ago=2)
    client = signed_in(cast.alice)

    def shown(page: str) -> tuple[bool, bool]:
        return "Cooked soup." in page, "Left the door open." in page

    assert shown(text_of(client.get(log_url(cast)))) == (True, True)
    assert shown(text_of(client.get(log_url(cast), {"kind": "praise"}))) == (True, False)
    assert shown(text_of(client.get(log_url(cast), {"stay": str(cast.stay_of_frank.uuid)}))) == (False, True)
    day = cast.today - timedelta(days=2)
    assert shown(text_of(client.get(log_url(cast), {"since": f"{day}", "until": f"{day}"}))) == (False, True)
    assert shown(text_of(client.post(log_url(cast), {"q": "DOOR open"}))) == (False, True)
    assert shown(text_of(client.get(log_url(cast), {"q": "door"}))) == (True, True)  # an address says no words
    assert "Nothing found" in text_of(client.post(log_url(cast), {"q": "elephant"}))


def test_a_wrong_filter_is_said_and_finds_nothing(cast, signed_in):
    entry_of(cast.house_a, cast.alice, text="Cooked soup.")
    client = signed_in(cast.alice)

    for asked in (
        {"kind": "gossip"},
        {"stay": str(cast.stay_of_erin.uuid)},
        {"stay": "x"},
        {"since": "soon"},
        {"since": f"{cast.today}", "until": f"{cast.today - timedelta(days=1)}"},
    ):
        page = text_of(client.get(log_url(cast), asked))
        assert "has-error" in page
        assert "Cooked soup." not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_however_long_it_is(cast, signed_in, django_assert_num_queries, count):
    for number in range(count):
        photo_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], days_ago=number), cast.alice)
    complaint_of(cast.house_a, cast.alice)
    client = signed_in(cast.alice)
    client.get(log_url(cast))

    with django_assert_num_queries(QUERIES_OF_LOG):
        assert text_of(client.get(log_url(cast))).count('<li class="log-line">') == count + 1


QUERIES_OF_LOG = 17


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_taken_along_as_a_file(cast, signed_in, kind):
    entry_of(cast.house_a, cast.alice, text="=1+1", about=[cast.stay_of_dana])
    entry_of(cast.house_a, cast.olive, text=SECRET, audience=Audience.OPERATORS)
    answer = signed_in(cast.alice).post(log_url(cast), {"export": kind})

    assert answer["Content-Disposition"] == f'attachment; filename="house-log.{kind}"'
    if kind == "csv":
        told = answer.content.decode("utf-8-sig")
        assert "'=1+1" in told
        assert "Dana Renner" in told
    else:
        cells = [cell.value for row in load_workbook(BytesIO(answer.content)).active for cell in row]
        told = str(cells)
        assert "=1+1" in cells
    assert SECRET not in told


def test_as_it_was_known(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, text="It was Frank.", days_ago=5)
    amended(entry, cast.alice, text="It was the wind.", recorded_at=timezone.now() - timedelta(days=1))
    client = signed_in(cast.alice)
    then = local(cast.house_a, timezone.now() - timedelta(days=2))

    page = text_of(client.get(log_url(cast), {"known": then}))
    assert "As it was known at" in page
    assert "It was Frank." in page
    assert "It was the wind." not in page
    assert f"?known={then.replace(':', '%3A')}" in page
    assert "It was Frank." in text_of(client.post(f"{log_url(cast)}?known={then}", {"q": "frank"}))
    one = text_of(client.get(reverse("entry", args=[entry.uuid]), {"known": then}))
    assert "It was Frank." in one
    assert "It was the wind." not in one
    assert "Put it right" not in one
    early = local(cast.house_a, timezone.now() - timedelta(days=20))
    assert "Nothing of this was written down yet" in text_of(
        client.get(reverse("entry", args=[entry.uuid]), {"known": early})
    )
    for asked in ("soon", local(cast.house_a, timezone.now() + timedelta(days=1))):
        now = text_of(client.get(log_url(cast), {"known": asked}))
        assert "As it was known at " not in now.split("<details")[0]
        assert "It was the wind." in now


def test_who_may_open_the_log(cast, signed_in):
    entry_of(cast.house_a, cast.alice, text="Within the house.")

    for user in (cast.alice, cast.bob, cast.olive, cast.audra):
        assert "Within the house." in text_of(signed_in(user).get(log_url(cast)))
    for user in (cast.charlie, cast.oscar, cast.erin.user):
        assert signed_in(user).get(log_url(cast)).status_code == 404
    for user in (cast.dana.user, cast.frank.user):
        assert signed_in(user).get(log_url(cast)).status_code == 403
    assert signed_in(cast.audra).post(reverse("entry_new", args=[cast.house_a.uuid]), {"text": "x"}).status_code == 403
    assert (
        signed_in(cast.charlie).post(reverse("entry_new", args=[cast.house_a.uuid]), {"text": "x"}).status_code == 404
    )
    assert rows() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    "known", ["0001-01-01T00:00+05:00", "0001-01-01T00:00", "1899-12-31T23:59", "9999-12-31T23:59"]
)
def test_an_instant_before_anything_was_known_is_none(cast, signed_in, known):
    entry = entry_of(cast.house_a, cast.alice, text="Frank knocked.")
    client = signed_in(cast.alice)

    for page in (reverse("entry", args=[entry.uuid]), log_url(cast), reverse("deadlines", args=[cast.house_a.uuid])):
        assert client.get(page, {"known": known}).status_code == 200
    assert "Frank knocked." in text_of(client.get(log_url(cast), {"known": known}))


# One entry


def test_an_entry_tells_all_there_is_and_is_put_right(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, text="Frank knocked.", about=[cast.stay_of_frank], days_ago=1)
    client = signed_in(cast.bob)
    page = reverse("entry", args=[entry.uuid])

    form = text_of(client.get(reverse("entry_amend", args=[entry.uuid])))
    assert "Frank knocked." in form
    kept = entry.tellings.get().happened_at.astimezone(cast.house_a.zone)
    sent = {"text": "Dana knocked.", "happened_at": f"{kept:%Y-%m-%dT%H:%M}", "about": [cast.stay_of_dana.uuid]}
    refused = text_of(client.post(reverse("entry_amend", args=[entry.uuid]), sent))
    assert "Dana knocked." in refused
    assert EntryTelling.objects.count() == 1
    answer = client.post(reverse("entry_amend", args=[entry.uuid]), sent | {"reason": "It was Dana."}, follow=True)

    assert answer.redirect_chain == [(page, 302)]
    told = text_of(answer)
    for words in ("Dana knocked.", "Frank knocked.", "It was Dana.", "amended", "What stood there before"):
        assert words in told
    assert entry.tellings.get(corrected_by=None).happened_at == entry.tellings.get(corrects=None).happened_at
    lookers = Look.objects.filter(resident__in=[cast.dana, cast.frank]).values_list("resident", "detail").distinct()
    assert set(lookers) == {(cast.dana.pk, "the house log"), (cast.frank.pk, "the house log")}


def test_fewer_read_it_from_now_on(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    url = reverse("entry_show_to", args=[entry.uuid])
    client = signed_in(cast.alice)

    assert "Who reads it?" in text_of(client.get(url))
    assert "has-error" in text_of(client.post(url, {"audience": "confidential"}))
    assert client.post(url, {"audience": "confidential", "reason": "A diagnosis."}).status_code == 302
    assert signed_in(cast.dana.user).get(reverse("entry", args=[entry.uuid])).status_code == 404
    answer = client.post(url, {"audience": "operators", "reason": "For Olive."})
    assert answer["Location"] == log_url(cast)
    entry.refresh_from_db()
    assert (entry.audience, entry.audience_reason) == ("operators", "For Olive.")


def test_a_photo_is_added_and_served_to_whoever_reads_the_entry(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    url = reverse("entry_photo_add", args=[entry.uuid])
    client = signed_in(cast.alice)

    assert "has-error" in text_of(client.post(url, {"photo": SimpleUploadedFile("x", b"no"), "caption": "x"}))
    answer = client.post(url, {"photo": SimpleUploadedFile("x.jpg", a_photo()), "caption": "the door"}, follow=True)
    assert 'alt="the door"' in text_of(answer)
    photo = reverse("entry_photo", args=[EntryPhoto.objects.get().uuid])
    for user in (cast.alice, cast.audra, cast.dana.user):
        served = signed_in(user).get(photo)
        assert (served.status_code, served["Content-Type"]) == (200, "image/jpeg")
    for user in (cast.charlie, cast.frank.user, cast.erin.user):
        assert signed_in(user).get(photo).status_code == 404


def test_an_entry_of_another_house_does_not_exist_and_nothing_changes(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, text=SECRET, about=[cast.stay_of_dana])
    before = rows()

    for user, status in ((cast.charlie, 404), (cast.frank.user, 404), (cast.dana.user, 403), (cast.audra, 403)):
        client = signed_in(user)
        for name in ("entry_amend", "entry_show_to", "entry_photo_add"):
            url = reverse(name, args=[entry.uuid])
            sent = {"text": "x", "reason": "x", "audience": "operators", "caption": "x"}
            assert [client.get(url).status_code, client.post(url, sent).status_code] == [status, status]
        page = client.get(reverse("entry", args=[entry.uuid]))
        assert page.status_code == (404 if status == 404 else 200)
    assert rows() == before
    assert Entry.objects.get().audience == "staff"


def test_whoever_it_is_about_reads_it_without_the_names_of_others(cast, signed_in):
    entry = entry_of(
        cast.house_a, cast.alice, text="They talked at the door.", about=[cast.stay_of_dana, cast.stay_of_frank]
    )
    amended(entry, cast.alice, text="They argued at the door.")

    page = text_of(signed_in(cast.dana.user).get(reverse("entry", args=[entry.uuid])))

    assert "They argued at the door." in page
    assert "They talked at the door." in page
    assert "you and somebody else" in page
    assert cast.stay_of_frank.short_name not in page
    assert "Put it right" not in page
    assert Look.objects.filter(resident=cast.dana).count() == 0


def test_a_manager_reads_what_is_about_themselves_and_changes_nothing_of_it(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])
    client = signed_in(cast.frank.user)

    page = text_of(client.get(reverse("entry", args=[entry.uuid])))
    assert "Put it right" not in page
    for name in ("entry_amend", "entry_show_to", "entry_photo_add"):
        assert client.get(reverse(name, args=[entry.uuid])).status_code == 403
    assert client.get(reverse("entry_new", args=[cast.house_a.uuid])).status_code == 200
    kept = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_frank], audience=Audience.CONFIDENTIAL, text=SECRET)
    assert client.get(reverse("entry", args=[kept.uuid])).status_code == 404
    assert SECRET not in text_of(client.get(log_url(cast)))


def test_a_withheld_name_is_said_to_be_withheld(cast, signed_in):
    complaint = complaint_of(
        cast.house_a, cast.frank.user, name="Frank O.", name_withheld=True, about=[cast.stay_of_dana]
    )
    photo_of(complaint.entry, cast.frank.user)
    url = reverse("entry", args=[complaint.entry.uuid])

    page = text_of(signed_in(cast.dana.user).get(url))
    assert "name withheld" in page
    assert "asked not to be named to you" in page
    assert str(cast.frank.user) not in page
    assert str(cast.frank.user) not in text_of(signed_in(cast.audra).get(log_url(cast)))
    assert str(cast.frank.user) in text_of(signed_in(cast.alice).get(url))


def test_no_history_tells_a_name_that_is_withheld(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    complaint = complaint_of(
        cast.house_a, cast.frank.user, name="Frank O.", name_withheld=True, about=[cast.stay_of_dana]
    )
    telling = complaint.entry.tellings.get()
    rows_of_it = [complaint.entry, telling, telling.about.get(), photo_of(complaint.entry, cast.frank.user), complaint]

    for row in rows_of_it:
        url = reverse("history", args=[row._meta.model_name, row.uuid])
        assert signed_in(cast.dana.user).get(url).status_code == 403
        assert str(cast.frank.user) in text_of(signed_in(cast.alice).get(url))


@pytest.mark.parametrize("count", [1, 3])
def test_an_entry_costs_the_same_however_much_hangs_on_it(cast, signed_in, django_assert_num_queries, count):
    entry = entry_of(cast.house_a, cast.alice)
    for number in range(count):
        amended(entry, cast.alice, text=f"Version {number}")
        photo_of(entry, cast.alice)
    client = signed_in(cast.alice)
    url = reverse("entry", args=[entry.uuid])
    client.get(url)

    with django_assert_num_queries(QUERIES_OF_ENTRY):
        assert "Version 0" in text_of(client.get(url))


QUERIES_OF_ENTRY = 16
