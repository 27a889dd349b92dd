"""Notes of one's own: theirs alone on every page, unless they share one; and then what it said before is not shared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from residents.houses.standing import Standing
from residents.meetings.calendar_cards import about
from residents.meetings.models import StepNote
from residents.meetings.services.notes import note_change, note_put_away, note_write
from residents.people.models import Look
from soberhouse.history import acting_as
from tests.residents.meetings.given import note_of
from tests.sql import insert, refused, update

SECRET = "What Vesna did to me in the winter"
STAFF = ("alice", "bob", "olive", "audra")


def page_of(cast, signed_in, who: str) -> str:
    return signed_in(getattr(cast, who)).get(reverse("resident", args=[cast.dana.uuid])).content.decode()


# Their own


def test_resident_writes_changes_and_puts_away(cast, signed_in):
    client, today = signed_in(cast.dana), cast.today.isoformat()
    words = {"about": "Step 4", "text": SECRET, "written_on": today}

    client.post(reverse("my_note_new"), words)
    note = StepNote.objects.get()
    assert (note.text, note.shared) == (SECRET, False)
    client.post(reverse("my_note_change", args=[note.uuid]), words | {"shared": "on", "about": "Step 5"})
    note.refresh_from_db()
    assert (note.about, note.shared) == ("Step 5", True)
    client.post(reverse("my_note_put_away", args=[note.uuid]))
    note.refresh_from_db()
    assert (note.put_away, note.shared) == (True, False)
    assert SECRET in client.get(reverse("my_note_change", args=[note.uuid])).content.decode()


def test_note_without_words_or_of_a_day_to_come_is_refused(cast):
    for wrong, field in (
        ({"about": " \u200b"}, "about"),
        ({"text": "\n"}, "text"),
        ({"written_on": cast.today + timedelta(days=1)}, "written_on"),
    ):
        with pytest.raises(ValidationError) as refusal:
            note_of(cast.dana, **wrong)
        assert list(refusal.value.message_dict) == [field]


def test_nobody_writes_or_changes_notes_of_somebody_else(cast):
    note = note_of(cast.dana, shared=True)
    facts = {"about": "Step 1", "text": "x", "written_on": cast.today, "today": cast.today}
    for user in (cast.alice, cast.olive, cast.frank.user):
        with acting_as(user, source="web"):
            with pytest.raises(PermissionDenied):
                note_write(resident=cast.dana, **facts)
            with pytest.raises(PermissionDenied):
                note_change(note=note, changes={"shared": True}, today=cast.today)
            with pytest.raises(PermissionDenied):
                note_put_away(note=note)


def test_what_is_put_away_is_changed_no_more(cast):
    note = note_of(cast.dana)
    with acting_as(cast.dana.user, source="web"):
        note_put_away(note=note)
        with pytest.raises(ValidationError, match="put away"):
            note_change(note=note, changes={"shared": True}, today=cast.today)
        with pytest.raises(ValidationError, match="put away"):
            note_put_away(note=note)


# Shared


def test_shared_note_stands_on_the_page_of_the_resident_and_the_look_is_told(cast, signed_in):
    note_of(cast.dana, text=SECRET, shared=True)

    for who in STAFF:
        assert SECRET in page_of(cast, signed_in, who)
    looks = Look.objects.filter(resident=cast.dana, detail="notes they share")
    assert set(looks.values_list("actor_id", flat=True)) == {getattr(cast, who).pk for who in STAFF}
    assert "notes they share" in signed_in(cast.dana).get(reverse("my_looks")).content.decode()


def test_what_is_not_shared_any_more_is_gone_and_looking_leaves_no_such_look(cast, signed_in):
    note = note_of(cast.dana, text=SECRET, shared=True)
    with acting_as(cast.dana.user, source="web"):
        note_change(note=note, changes={"shared": False}, today=cast.today)

    for who in STAFF:
        assert SECRET not in page_of(cast, signed_in, who)
    assert not Look.objects.filter(detail="notes they share").exists()


def test_what_a_note_said_before_it_was_shared_is_its_owner_s_alone(cast, signed_in):
    note = note_of(cast.dana, text=SECRET)
    with acting_as(cast.dana.user, source="web"):
        note_change(note=note, changes={"shared": True, "text": "I made a list."}, today=cast.today)
    url = reverse("history", args=["stepnote", note.uuid])

    assert SECRET in signed_in(cast.dana).get(url).content.decode()
    for who in STAFF:
        assert signed_in(getattr(cast, who)).get(url).status_code == 403
        leads = signed_in(getattr(cast, who)).get(reverse("history", args=["resident", cast.dana.uuid]))
        assert str(note.uuid) not in leads.content.decode()
        assert "I made a list." in page_of(cast, signed_in, who)
        assert SECRET not in page_of(cast, signed_in, who)


@pytest.mark.parametrize("count", [1, 3])
def test_shared_notes_cost_the_same_however_many(cast, count, django_assert_num_queries):
    for number in range(count):
        note_of(cast.dana, about=f"Step {number}", shared=True)
    standing = Standing(cast.alice)

    with acting_as(cast.alice, source="web"), django_assert_num_queries(3):
        assert len(list(about(cast.dana, standing))) == 1


# In the database


def test_database_refuses_what_a_note_may_not_be(cast):
    note = note_of(cast.dana)
    facts = {"resident": cast.dana, "about": "x", "text": "x", "written_on": cast.today}
    with acting_as(cast.alice, source="web"):
        for wrong in ({"about": ""}, {"text": ""}):
            with refused("stepnote_words"):
                insert(StepNote(**facts | wrong))
        with refused("stepnote_put_away"):
            insert(StepNote(**facts, shared=True, put_away=True))
        with refused("stepnote_frozen"):
            update(StepNote, note.pk, resident=cast.frank)
