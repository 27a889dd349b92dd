"""Entries of the log: each service does what it promises, and what it refuses leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from residents.houses.permissions import RoleKind
from residents.log.models import Audience, Kind
from residents.log.queries.entries import having, line_of, lines, own_part, tellings, tellings_of, unnamed
from residents.log.services import entries as services
from residents.models import Entry, EntryAbout, EntryPhoto, EntryTelling
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant
from tests.residents.log.given import amended, complaint_of, entry_of, photo_of
from tests.residents.rules.test_violations import a_photo

pytestmark = pytest.mark.django_db

TABLES = (Entry, EntryTelling, EntryAbout, EntryPhoto, Notice)


def rows() -> list[int]:
    return [model.objects.count() for model in TABLES]


def now() -> datetime:
    return datetime.now(UTC)


def frank_manages(cast) -> None:
    """Whoever lives in the house helps to run it."""
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)


def write(user, house, **facts):
    with acting_as(user, source="web"):
        return services.entry_write(**{"house": house, "text": "The boiler is out.", "now": now()} | facts)


def amend(user, entry, **facts):
    line = line_of(entry)
    said = {
        "text": line.telling.text,
        "happened_at": line.telling.happened_at,
        "about": line.about,
        "reason": "It was wrong.",
        "now": now(),
    }
    with acting_as(user, source="web"):
        return services.entry_amend(entry=entry, **(said | facts))


def show_to(user, entry, audience, reason="It names a diagnosis."):
    with acting_as(user, source="web"):
        return services.entry_show_to(entry=entry, audience=audience, reason=reason, now=now())


# Writing


def test_a_line_keeps_when_it_happened_and_when_it_was_written(cast):
    happened = now() - timedelta(hours=6)
    entry = write(cast.alice, cast.house_a, text="  Ambulance at two.  ", happened_at=happened, kind=Kind.MEDICATION)

    line = line_of(entry)
    assert (line.telling.text, line.telling.happened_at, entry.kind) == ("Ambulance at two.", happened, "medication")
    assert (entry.recorded_by, entry.recorded_as) == (cast.alice, "Alice Example")
    assert entry.recorded_at > happened
    assert not line.amended


def test_whom_it_is_about_is_told_unless_it_is_kept_from_them(cast):
    write(cast.alice, cast.house_a, about=[cast.stay_of_dana])
    assert list(Notice.objects.values_list("user", "kind")) == [(cast.dana.user.pk, "entry-written")]

    write(
        cast.alice,
        cast.house_a,
        about=[cast.stay_of_dana],
        audience=Audience.CONFIDENTIAL,
        audience_reason="Until it is clear.",
    )
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"text": "   "}, "text"),
        ({"happened_at": datetime(2199, 1, 1, tzinfo=UTC)}, "happened_at"),
        ({"kind": Kind.INCIDENT}, "kind"),
        ({"audience": Audience.CONFIDENTIAL}, "audience_reason"),
        ({"audience": Audience.OPERATORS, "audience_reason": " "}, "audience_reason"),
        ({"photos": [(b"%PDF-1.7", "a paper")]}, "photo"),
    ],
)
def test_what_is_refused_leaves_nothing(cast, facts, field):
    with pytest.raises(ValidationError) as refusal:
        write(cast.alice, cast.house_a, **facts)

    assert list(refusal.value.message_dict) == [field]
    assert rows() == [0, 0, 0, 0, 0]


def test_nobody_who_never_lived_here_and_nobody_before_they_did(cast):
    for facts in (
        {"about": [cast.stay_of_erin]},
        {"about": [cast.stay_of_dana], "happened_at": now() - timedelta(days=900)},
    ):
        with pytest.raises(ValidationError) as refusal:
            write(cast.alice, cast.house_a, **facts)
        assert list(refusal.value.message_dict) == ["about"]
    assert rows() == [0, 0, 0, 0, 0]


def test_nobody_writes_about_themselves(cast):
    frank_manages(cast)

    with pytest.raises(PermissionDenied):
        write(cast.frank.user, cast.house_a, about=[cast.stay_of_frank])
    assert rows() == [0, 0, 0, 0, 0]


def test_photos_are_kept_with_what_they_show_and_nothing_else(cast):
    begun_at = now()

    entry = write(cast.alice, cast.house_a, photos=[(a_photo(), "the shed")], now=begun_at)

    told = entry.tellings.get()  # whoever read the log while the photo was drawn anew has not read this
    assert told.happened_at == begun_at < told.recorded_at == entry.recorded_at
    [photo] = line_of(entry).photos
    assert (photo.caption, photo.file.content_type) == ("the shed", "image/jpeg")
    with acting_as(cast.alice, source="web"):
        with pytest.raises(ValidationError, match="Say what it shows"):
            services.photo_add(entry=entry, data=a_photo("x"), caption=" ", now=now())
        for number in range(services.MOST_PHOTOS - 1):
            services.photo_add(entry=entry, data=a_photo(), caption=f"{number}", now=now())
        with pytest.raises(ValidationError, match="There are 10 already"):
            services.photo_add(entry=entry, data=a_photo(), caption="one more", now=now())
    assert EntryPhoto.objects.count() == services.MOST_PHOTOS


def test_nobody_adds_a_photo_to_what_is_about_themselves(cast):
    frank_manages(cast)
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])

    with acting_as(cast.frank.user, source="web"), pytest.raises(PermissionDenied):
        services.photo_add(entry=entry, data=a_photo(), caption="me", now=now())
    assert EntryPhoto.objects.count() == 0


# Amending


def test_what_was_wrong_stays_beside_what_is_right(cast):
    entry = entry_of(cast.house_a, cast.alice, text="Frank knocked.", about=[cast.stay_of_frank], days_ago=1)

    amend(cast.bob, entry, text="Dana knocked.", about=[cast.stay_of_dana], reason="It was Dana.")

    line = line_of(entry)
    assert (line.telling.text, line.about, line.amended) == ("Dana knocked.", (cast.stay_of_dana,), True)
    second, first = tellings_of(entry)
    assert (second.telling.correction_reason, second.telling.recorded_by) == ("It was Dana.", cast.bob)
    assert (first.telling.text, first.about) == ("Frank knocked.", (cast.stay_of_frank,))
    assert Entry.objects.visible_to(cast.dana.user).filter(pk=entry.pk).exists()
    assert not Entry.objects.visible_to(cast.frank.user).filter(pk=entry.pk).exists()
    assert [each.telling.text for each in tellings_of(entry, reader=cast.dana.user)] == ["Dana knocked."]


def test_what_changes_nothing_or_has_no_reason_is_no_amendment(cast):
    entry = entry_of(cast.house_a, cast.alice)

    with pytest.raises(ValidationError, match="Nothing is changed"):
        amend(cast.alice, entry)
    with pytest.raises(ValidationError, match="reason"):
        amend(cast.alice, entry, text="Other.", reason=" ")
    with pytest.raises(ValidationError):
        amend(cast.alice, entry, text="Other.", happened_at=now() + timedelta(hours=1))
    assert EntryTelling.objects.count() == 1


def test_nobody_amends_what_is_about_themselves(cast):
    frank_manages(cast)
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])

    with pytest.raises(PermissionDenied):
        amend(cast.frank.user, entry, text="It was not me.", about=[])
    with pytest.raises(PermissionDenied):
        show_to(cast.frank.user, entry, Audience.FEW)
    assert EntryTelling.objects.count() == 1


# Who reads it


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.STAFF, {"alice", "bob", "olive", "audra", "dana"}),
        (Audience.FEW, {"alice", "bob", "olive", "dana"}),
        (Audience.CONFIDENTIAL, {"alice", "bob", "olive"}),
        (Audience.OPERATORS, {"olive"}),
    ],
)
def test_who_reads_an_entry(cast, audience, readers):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=audience)

    users = {
        name: getattr(cast, name) if name not in ("dana", "frank", "erin") else getattr(cast, name).user
        for name in ("alice", "bob", "charlie", "olive", "audra", "oscar", "dana", "frank", "erin")
    }
    assert {name for name, user in users.items() if Entry.objects.visible_to(user).filter(pk=entry.pk)} == readers
    tellers = {name for name, user in users.items() if EntryTelling.objects.visible_to(user).filter(entry=entry)}
    assert tellers == readers


def test_opening_an_entry_tells_whom_it_is_about(cast):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)

    show_to(cast.alice, entry, Audience.OPERATORS, "For Olive alone.")
    assert Notice.objects.count() == 0
    shown = show_to(cast.olive, entry, Audience.FEW)

    assert (shown.audience, shown.audience_reason) == (Audience.FEW, "")
    assert list(Notice.objects.values_list("user", "kind")) == [(cast.dana.user.pk, "entry-written")]


def test_a_complaint_about_somebody_of_the_staff_stays_with_the_operators(cast):
    complaint = complaint_of(cast.house_a, cast.dana.user, by_whom="resident", against=cast.alice)

    with pytest.raises(PermissionDenied):
        show_to(cast.olive, complaint.entry, Audience.STAFF)
    assert not Entry.objects.visible_to(cast.alice).exists()
    assert not Entry.objects.visible_to(cast.bob).exists()
    assert own_part(cast.dana.user, complaint.entry) == cast.dana
    assert own_part(cast.frank.user, complaint.entry) is None


def test_a_withheld_name_is_told_to_those_who_run_the_house_and_not_to_whom_it_is_about(cast):
    complaint = complaint_of(
        cast.house_a, cast.frank.user, name="Frank O.", name_withheld=True, about=[cast.stay_of_dana]
    )
    entry = complaint.entry

    assert unnamed([entry], cast.dana.user) == {entry.pk}
    assert unnamed([entry], cast.audra) == {entry.pk}
    assert unnamed([entry], None) == {entry.pk}
    assert unnamed([entry], cast.alice) == unnamed([entry], cast.olive) == unnamed([entry], cast.frank.user) == set()


# What is found


def test_found_by_kind_person_period_and_words(cast):
    knocked = entry_of(cast.house_a, cast.alice, text="Late knock at the back door.", days_ago=3)
    praised = entry_of(
        cast.house_a, cast.alice, text="Cooked.", kind=Kind.PRAISE, about=[cast.stay_of_dana], days_ago=1
    )
    both = entry_of(
        cast.house_a, cast.alice, text="Talked at the door.", about=[cast.stay_of_dana, cast.stay_of_frank], days_ago=2
    )
    found = tellings(Entry.objects.visible_to(cast.alice))

    def ids(**asked):
        return [row.entry for row in having(found, **asked)]

    assert ids() == [praised, both, knocked]
    assert ids(kind=Kind.PRAISE) == [praised]
    assert ids(stay=cast.stay_of_dana) == [praised, both]
    assert ids(words="DOOR back") == [knocked]
    yesterday = praised.tellings.get().happened_at
    assert ids(since=yesterday - timedelta(hours=1), until=now()) == [praised]


def test_as_of_tells_what_was_written_by_then(cast):
    entry = entry_of(cast.house_a, cast.alice, text="First.", days_ago=5)
    photo_of(entry, cast.alice, recorded_at=now() - timedelta(days=2))
    amended(entry, cast.bob, text="Second.", recorded_at=now() - timedelta(days=1))

    assert line_of(entry, now() - timedelta(days=30)) is None
    assert line_of(entry, now() - timedelta(days=3)).telling.text == "First."
    assert line_of(entry, now() - timedelta(days=3)).photos == ()
    assert len(line_of(entry, now() - timedelta(days=1, hours=12)).photos) == 1
    assert line_of(entry, now()).telling.text == "Second."
    assert [each.telling.text for each in tellings_of(entry, now() - timedelta(days=3))] == ["First."]


@pytest.mark.parametrize("count", [1, 3])
def test_lines_cost_the_same_however_many(cast, django_assert_num_queries, count):
    for _number in range(count):
        photo_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]), cast.alice)

    with django_assert_num_queries(3):
        found = lines(tellings(Entry.objects.all()))
        assert [each.about[0].short_name for each in found] == [cast.stay_of_dana.short_name] * count
        assert all(each.photos[0].file.size for each in found)
