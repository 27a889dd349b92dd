"""The cast stands where it says it stands."""

from __future__ import annotations

import pytest

from residents.models import BedUse, House, Resident
from soberhouse.history.records import audited_models

SEES = {
    "alice": {"Alder House"},
    "bob": {"Alder House"},
    "charlie": {"Birch House"},
    "olive": {"Alder House", "Birch House"},
    "audra": {"Alder House", "Birch House"},
    "oscar": {"Cedar House"},
    "dana": {"Alder House"},
    "frank": {"Alder House"},
    "erin": {"Birch House"},
    "greta": set(),
}


@pytest.mark.parametrize("name", SEES)
def test_each_sees_their_houses_and_no_other(cast, name):
    person = getattr(cast, name)
    user = person.user if isinstance(person, Resident) else person

    assert set(House.objects.visible_to(user).values_list("name", flat=True)) == SEES[name]


def test_each_resident_has_a_bed_tonight(cast):
    in_bed = BedUse.objects.on(cast.today, today=cast.today).values_list(
        "bed__name", "stay__resident__legal_first_name"
    )

    assert sorted(in_bed) == [("1A", "Dana"), ("1A", "Erin"), ("1A", "Greta"), ("1B", "Frank")]


def test_everything_the_cast_was_made_of_is_on_record(cast):
    recorded = {model._meta.object_name: (model.objects.count(), model.history.count()) for model in audited_models()}

    assert {name for name, (rows, kept) in recorded.items() if rows != kept} == set()
    assert recorded["Stay"] == (4, 4)


def test_a_client_is_signed_in_as_the_resident(cast, signed_in):
    assert signed_in(cast.dana).session["_auth_user_id"] == str(cast.dana.user_id)


def test_every_row_is_one_that_a_service_could_have_written(cast):
    rows = [row for model in audited_models() for row in model._default_manager.all()]

    for row in rows:
        row.full_clean()

    assert len(rows) > 50
