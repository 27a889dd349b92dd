"""The list of residents: who is in it for whom, found, filtered, sorted, at a constant cost."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse

from residents.houses.permissions import RoleKind
from residents.models import Application, Stay
from residents.people import services
from soberhouse.history import acting_as
from soberhouse.pages.residents import Who, found, shown
from tests.cast import grant, move_in

URL = "/residents/"


@pytest.fixture(autouse=True)
def as_command(request):
    """What the tests lay out beforehand is a command's work."""
    with acting_as(None, source="command"):
        yield


def person(cast, first, last, **facts):
    return services.resident_create(
        organization=cast.organization, legal_first_name=first, legal_last_name=last, today=cast.today, **facts
    )


def applies(cast, house, resident, status="received"):
    return Application.objects.create(house=house, resident=resident, status=status, received_on=cast.today)


def leave(stay, days_ago):
    """End a stay and its bed use, so many days ago."""
    ends_on = stay.house.today() - timedelta(days=days_ago)
    stay.uses.update(ends_on=ends_on)
    Stay.objects.filter(pk=stay.pk).update(ends_on=ends_on)


def names(response):
    return [str(one.resident) for one in response.context["shown"]]


# Who is in it


@pytest.mark.parametrize(
    ("user", "listed"),
    [
        ("alice", ["Frank Osei", "Dana Renner"]),
        ("bob", ["Frank Osei", "Dana Renner"]),
        ("charlie", ["Erin Castellanos"]),
        ("olive", ["Erin Castellanos", "Frank Osei", "Dana Renner"]),
        ("audra", ["Erin Castellanos", "Frank Osei", "Dana Renner"]),
        ("oscar", ["Greta Lindqvist"]),
    ],
)
def test_list_holds_who_lives_in_ones_houses(user, listed, cast, signed_in):
    assert names(signed_in(getattr(cast, user)).get(URL)) == listed


def test_resident_may_not_list_residents(cast, signed_in):
    assert signed_in(cast.dana).get(URL).status_code == 403
    assert signed_in(cast.frank).post(URL, {"q": "dana"}).status_code == 403


def test_stranger_is_sent_to_sign_in(cast, client):
    assert client.get(URL)["Location"] == f"{reverse('account_login')}?next={URL}"


def test_applicants_are_their_own_list(cast, signed_in):
    applies(cast, cast.house_a, person(cast, "Nadia", "Aziz"), status="accepted")
    client = signed_in(cast.alice)

    response = client.get(URL, {"who": "applying"})

    assert names(response) == ["Nadia Aziz"]
    assert [(one.state, one.word) for one in response.context["shown"]] == [("held", "accepted")]
    assert names(client.get(URL)) == ["Frank Osei", "Dana Renner"]


def test_applicant_from_another_house_does_not_show_where_they_live(cast, signed_in):
    applies(cast, cast.house_b, cast.dana)

    response = signed_in(cast.charlie).get(URL, {"who": "applying"})

    assert list(response.context["shown"]) == []
    assert "Renner" not in response.content.decode()


def test_past_residents_are_listed_to_those_of_the_whole_organization_only(cast, signed_in):
    leave(cast.stay_of_dana, 3)

    for user in (cast.olive, cast.audra):
        response = signed_in(user).get(URL, {"who": "past"})
        assert names(response) == ["Dana Renner"]
        assert response.context["shown"][0].line.days == 37
        assert response.context["shown"][0].word == "past"
    refused = signed_in(cast.alice).get(URL, {"who": "past"})
    assert refused.context["form"].errors
    assert refused.context["total"] == 0


def test_past_of_a_house_holds_who_lives_elsewhere_now(cast, signed_in):
    leave(cast.stay_of_dana, 3)
    Stay.objects.create(house=cast.house_b, resident=cast.dana, starts_on=cast.house_b.today() - timedelta(days=1))
    client = signed_in(cast.olive)

    assert names(client.get(URL, {"who": "past", "house": cast.house_a.uuid})) == ["Dana Renner"]
    assert names(client.get(URL, {"who": "past"})) == []
    assert names(client.get(URL, {"house": cast.house_b.uuid})) == ["Erin Castellanos", "Dana Renner"]


def test_who_applies_again_is_listed_as_applying(cast, signed_in):
    leave(cast.stay_of_dana, 3)
    applies(cast, cast.house_a, cast.dana)
    client = signed_in(cast.olive)

    assert names(client.get(URL, {"who": "applying"})) == ["Dana Renner"]
    assert names(client.get(URL, {"who": "past"})) == []
    (line,) = client.get(URL, {"who": "applying"}).context["shown"]
    assert (line.word, line.line.stay) == ("received", None)


def test_manager_of_one_house_who_lives_in_another_lists_only_the_first(cast, signed_in):
    grant(cast.erin.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    assert names(signed_in(cast.erin).get(URL)) == ["Frank Osei", "Dana Renner"]


# Finding


@pytest.mark.parametrize("words", ["élodie", "ELODIE", "E\u0301lodie", "mull stras", "straße", "Lo", " müller  élo "])
def test_name_is_found_whatever_case_and_accents(words, cast, signed_in):
    resident = person(cast, "Élodie", "Müller-Straße", preferred_name="Lotte")
    applies(cast, cast.house_a, resident)

    assert names(signed_in(cast.alice).post(URL, {"q": words, "who": "applying"})) == ["Lotte Müller-Straße"]


@pytest.mark.parametrize("words", ["dana osei", "%", "_", "ren\\er", "x" * 100])
def test_who_is_not_of_that_name_is_not_found(words, cast, signed_in):
    assert names(signed_in(cast.alice).post(URL, {"q": words})) == []


def test_name_in_an_address_is_not_looked_for(cast, signed_in):
    response = signed_in(cast.alice).get(URL, {"q": "dana"})

    assert names(response) == ["Frank Osei", "Dana Renner"]


def test_list_holds_no_name_in_any_address_of_its_page(cast, signed_in):
    page = signed_in(cast.alice).post(URL, {"q": "renner", "sort": "-days"}).content.decode()

    assert "Dana Renner" in page
    assert "renner" not in "".join(part.split('"')[0] for part in page.lower().split('href="')[1:])


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "x" * 5000},
        {"q": "a\0b"},
        {"who": "dead"},
        {"sort": "phone"},
        {"house": "no-uuid"},
        {"house": str(uuid4())},
        {"house": "of B"},
    ],
)
def test_bad_question_is_answered_with_what_is_wrong(asked, cast, signed_in):
    if asked.get("house") == "of B":
        asked = {"house": str(cast.house_b.uuid)}

    response = signed_in(cast.alice).post(URL, asked)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == list(asked)
    assert names(response) == []


# Order


@pytest.fixture
def three(cast):
    """Dana 40 days, sober 20; Frank 120 days, sober unknown; Erin 75 days in house B, sober 200."""
    services.sobriety_record(resident=cast.dana, since=cast.today - timedelta(days=20), today=cast.today)
    day = cast.house_b.today()
    services.sobriety_record(resident=cast.erin, since=day - timedelta(days=200), today=day)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "Erin Frank Dana"),
        ("-name", "Dana Frank Erin"),
        ("moved_in", "Frank Erin Dana"),
        ("-moved_in", "Dana Erin Frank"),
        ("days", "Dana Erin Frank"),
        ("-days", "Frank Erin Dana"),
        ("sober", "Dana Erin Frank"),
        ("-sober", "Erin Dana Frank"),
        ("house", "Frank Dana Erin"),
        ("-house", "Erin Frank Dana"),
    ],
)
def test_list_is_sorted_and_the_unknown_comes_last(sort, order, three, cast, signed_in):
    response = signed_in(cast.olive).post(URL, {"sort": sort})

    assert [one.resident.called for one in response.context["shown"]] == order.split()


def test_names_with_accents_stand_where_a_reader_looks(cast, signed_in):
    for last in ("Zweig", "Éluard", "eberhard", "Fontane"):
        applies(cast, cast.house_a, person(cast, "A.", last))

    listed = names(signed_in(cast.alice).get(URL, {"who": "applying"}))

    assert listed == ["A. eberhard", "A. Éluard", "A. Fontane", "A. Zweig"]


def test_days_count_along_the_chain_of_stays(cast, signed_in):
    leave(cast.stay_of_dana, 10)
    Stay.objects.create(
        house=cast.house_b,
        resident=cast.dana,
        starts_on=cast.stay_of_dana.starts_on + timedelta(days=30),
        continues=cast.stay_of_dana,
    )

    response = signed_in(cast.charlie).post(URL, {"q": "dana"})

    (line,) = response.context["shown"]
    assert line.line.days == (cast.house_b.today() - cast.stay_of_dana.starts_on).days
    assert line.line.stay.starts_on == cast.stay_of_dana.starts_on + timedelta(days=30)


def test_who_should_have_left_is_said(cast, signed_in):
    over = cast.today - timedelta(days=2)
    Stay.objects.filter(pk=cast.stay_of_dana.pk).update(expected_on=over)
    cast.stay_of_dana.uses.update(ends_on=over)

    (line,) = signed_in(cast.alice).post(URL, {"q": "dana"}).context["shown"]

    assert (line.state, line.word, line.bed) == ("late", "2 days over", "Room 1 1A")


# Taken along as a file


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_found_residents_are_taken_along_as_a_file(kind, three, cast, signed_in):
    services.resident_change(resident=cast.dana, changes={"preferred_name": "=1+1"}, reason="", today=cast.today)

    response = signed_in(cast.olive).post(URL, {"sort": "days", "export": kind})

    assert response["Content-Disposition"] == f'attachment; filename="residents.{kind}"'
    head, *rows = read(response.content, kind)
    assert head[0] == "Name"
    assert [row[1] for row in rows] == ["Dana", "Erin", "Frank"]
    assert [str(row[7]) for row in rows] == ["40", "75", "120"]
    assert rows[0][0] == ("'=1+1 Renner" if kind == "csv" else "=1+1 Renner")


def read(content, kind):
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    return list(sheet.values)


def test_file_holds_only_who_was_found_and_in_scope(cast, signed_in):
    response = signed_in(cast.charlie).post(URL, {"export": "csv"})

    assert [row[1] for row in read(response.content, "csv")[1:]] == ["Erin"]


def test_file_of_another_kind_is_the_page(cast, signed_in):
    assert names(signed_in(cast.alice).post(URL, {"export": "exe"})) == ["Frank Osei", "Dana Renner"]


# Pages and cost


def test_long_list_has_pages_that_are_posted(cast, signed_in):
    for number in range(60):
        applies(cast, cast.house_a, person(cast, "Nadia", f"N{number:02}"))
    client = signed_in(cast.alice)

    first = client.post(URL, {"who": "applying", "q": "nadia"})
    second = client.post(URL, {"who": "applying", "q": "nadia", "page": "2"})

    assert (len(names(first)), len(names(second))) == (50, 10)
    assert names(second)[-1] == "Nadia N59"
    assert client.post(URL, {"who": "applying", "page": "<b>"}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_queries_however_long(count, cast, django_assert_num_queries):
    for number in range(count - 1):
        move_in(cast.house_b, f"2{'AB'[number]}", "Nadia", f"N{number}", days_ago=5)

    with django_assert_num_queries(7):
        lines = found(cast.charlie, who=Who.NOW)
        listed = [(str(one.resident), one.bed, one.word) for one in shown(lines)]

    assert len(listed) == count


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_the_list_costs_the_same_queries_however_long(count, cast, signed_in, django_assert_num_queries):
    for number in range(count - 1):
        move_in(cast.house_b, f"2{'AB'[number]}", "Nadia", f"N{number}", days_ago=5)
    client = signed_in(cast.charlie)

    with django_assert_num_queries(13):
        response = client.get(reverse("residents"))

    assert len(names(response)) == count


def test_an_order_that_there_is_not_leads_to_the_list_by_name(cast, signed_in):
    response = signed_in(cast.alice).get(URL, {"sort": "foo"}, follow=True)

    assert names(response) == names(signed_in(cast.alice).get(URL))
    assert "The list knows no such order." in response.content.decode()
