"""What the pages of beds, stays and applications ask the database: as much for one row as for many."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from residents.stays import services
from residents.stays.models import PhaseKind
from soberhouse.history import acting_as
from tests.residents.stays.stories import ORDINARY, applicant, days, hold

ITEM_COUNT = pytest.mark.parametrize("item_count", [1, 3])


def furnish(cast: Any, item_count: int) -> dict[str, Any]:
    """So many of everything that a list shows."""
    today = cast.today
    with acting_as(cast.alice, source="web"):
        for number in range(item_count):
            services.phase_kind_save(house=cast.house_a, number=number + 1, name=f"Phase {number}")
        kinds = list(PhaseKind.objects.all())
        stay, application = cast.stay_of_dana, applicant(cast, "Hal Held")
        for number, label in enumerate(["2A", "3A", "2A"][:item_count]):
            services.move_bed(stay=stay, bed=cast.bed_a(label), on=today - days(9 - number), today=today)
            services.phase_set(stay=stay, kind=kinds[number], starts_on=today - days(9 - number), today=today)
            services.application_wait(application=applicant(cast, f"Wat{number} Waits"))
            hold(application, cast.bed_a("2B"), today=today - days(20 - 5 * number))
            other = applicant(cast, f"Clo{number} Closed")
            services.application_close(application=other, declined=True, reason="no answer", today=today)
        row = services.discharge(stay=stay, left_on=today - days(3), today=today, **ORDINARY)
        for number in range(item_count - 1):
            row = services.discharge_correct(discharge=row, correction_reason="misread", note=f"{number}", today=today)
    return {"stay": stay, "application": application, "house": cast.house_a}


@ITEM_COUNT
@pytest.mark.parametrize(
    ("name", "about", "asked", "queries"),
    [
        ("board", "house", "", 20),
        ("applications", "house", "", 8),
        ("applications", "house", "?show=closed", 8),
        ("application", "application", "", 14),
        ("stay", "stay", "", 14),
        ("occupancy", "house", "", 11),
        ("phase_kinds", "house", "", 8),
    ],
)
def test_page_costs_the_same_however_long_its_lists(
    name, about, asked, queries, item_count, cast, signed_in, django_assert_num_queries
):
    about_row = furnish(cast, item_count)[about]
    client, url = signed_in(cast.alice), reverse(name, args=[about_row.uuid]) + asked
    client.get(url)  # which remembers the house at hand

    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("house_count", [1, 3])
def test_occupancy_of_all_houses_costs_the_same_however_many(house_count, cast, signed_in, django_assert_num_queries):
    with acting_as(None, source="command"):
        for number in range(house_count - 1):
            type(cast.house_a).objects.create(
                organization=cast.other_organization, name=f"House {number}", time_zone="America/Chicago"
            )
    client = signed_in(cast.oscar)

    with django_assert_num_queries(13):
        response = client.get(reverse("occupancy_all"))

    assert len(response.context["rows"]) == house_count
