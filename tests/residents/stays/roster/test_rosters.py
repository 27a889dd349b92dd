"""Rosters as houses really keep them, each by the command: exactly what it must give, once."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from residents.models import Bed, BedUse, Contact, Discharge, House, Organization, Resident, SobrietyDate, Stay
from soberhouse.history.records import audited_models
from tests.residents.stays.roster.conftest import FILES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

GIVES = {
    "elm-street.csv": "1 house, 8 beds, 7 residents, 6 open stays, 1 ended stay, 2 empty beds",
    "two-houses-semicolon-cp1252.csv": "2 houses, 8 beds, 7 residents, 7 open stays, 0 ended stays, 1 empty bed",
    "three-houses.xlsx": "3 houses, 24 beds, 17 residents, 17 open stays, 0 ended stays, 7 empty beds",
}


@pytest.fixture
def import_roster() -> Callable[..., str]:
    """Run the command and give what it says; raises CommandError where it fails."""

    def run(name: str, *args: str) -> str:
        out = io.StringIO()
        try:
            call_command("import_roster", str(FILES / name), *args, stdout=out, no_color=True)
        except CommandError as error:
            error.said = out.getvalue()
            raise
        return out.getvalue()

    return run


def rows():
    return {model.__name__: (model.objects.count(), model.history.count()) for model in audited_models()}


def in_words():
    """What is in the database, in the words of the command."""
    beds = Bed.objects.exclude(uses__stay__ends_on=None, uses__isnull=False)
    return (
        f"{House.objects.count()} houses, {Bed.objects.count()} beds, {Resident.objects.count()} residents, "
        f"{Stay.objects.filter(ends_on=None).count()} open, {Stay.objects.exclude(ends_on=None).count()} ended, "
        f"{beds.distinct().count()} empty"
    )


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("elm-street.csv", "1 houses, 8 beds, 7 residents, 6 open, 1 ended, 2 empty"),
        ("two-houses-semicolon-cp1252.csv", "2 houses, 8 beds, 7 residents, 7 open, 0 ended, 1 empty"),
        ("three-houses.xlsx", "3 houses, 24 beds, 17 residents, 17 open, 0 ended, 7 empty"),
    ],
)
def test_each_gives_what_it_must_and_twice_changes_nothing(import_roster, name, made):
    said = import_roster(name)
    before = rows()
    again = import_roster(name)

    assert f"The file tells: {GIVES[name]}." in said
    assert in_words() == made
    assert "Nothing to import: all of it is on record already." in again
    assert rows() == before
    assert {name: count for name, count in before.items() if count[0] != count[1]} == {}


def test_one_after_the_other_into_one_organization(import_roster):
    for name in GIVES:
        import_roster(name)

    assert Organization.objects.count() == 1
    assert in_words() == "6 houses, 40 beds, 31 residents, 30 open, 1 ended, 10 empty"


def test_elm_street_in_detail(import_roster):
    said = import_roster("elm-street.csv")

    assert "Note: line 13: not imported: a hold, please enter it (“(hold for J.T. 11/22)”)" in said
    jorge = Resident.objects.get(legal_first_name="Jorge")
    assert (jorge.legal_last_name, jorge.birth_date, jorge.phone) == ("Peña-Alvarado", date(1979, 2, 7), "5550102203")
    stay = Stay.objects.get(resident=jorge)
    assert (stay.starts_on, stay.ends_on, stay.application.referred_by) == (
        date(2026, 3, 1),
        date(2026, 10, 30),
        "self",
    )
    discharge = Discharge.objects.get()
    assert (discharge.stay, discharge.left_on, discharge.reason, discharge.destination) == (
        stay,
        date(2026, 10, 30),
        Discharge.Reason.UNKNOWN,
        99,
    )
    uses = BedUse.objects.filter(bed__name="2A").values_list("stay__resident__legal_first_name", "starts_on", "ends_on")
    assert set(uses) == {
        ("Jorge", date(2026, 3, 1), date(2026, 10, 30)),
        ("Wendell", date(2026, 11, 2), None),
    }
    assert set(Contact.objects.values_list("resident__legal_first_name", "name", "relationship", "phone")) == {
        ("Tobias", "Ada Renner", "mother", "555-010-2299"),
        ("Jorge", "Lucía Peña", "", "555-010-2298"),
        ("Wendell", "Grace Cho", "sister", ""),
        ("Dmitri", "Irina V.", "", "555 010 2297"),
        ("Leon", "Pastor Hill", "", "555-010-2296"),
    }
    assert SobrietyDate.objects.get(resident=jorge).since == date(2026, 1, 15)
    assert not SobrietyDate.objects.filter(resident__legal_first_name="Dmitri").exists()


def test_two_houses_keep_every_accent(import_roster):
    import_roster("two-houses-semicolon-cp1252.csv")

    assert set(Resident.objects.values_list("legal_first_name", "legal_last_name")) == {
        ("Andrés", "Muñoz"),
        ("Rémy", "Bélanger"),
        ("Colm", "O’Shea"),
        ("José María", "Núñez"),
        ("Björn", "Lindqvist"),
        ("Miriam", "Kaplan"),
        ("Inés", "de la Cruz"),
    }
    assert sorted(bed.label for bed in Bed.objects.select_related("room")) == [
        "Attic 1",
        "Back 1",
        "Back 2",
        "Downstairs A",
        "Front 1",
        "Front 2",
        "Upstairs A",
        "Upstairs B",
    ]


def test_three_houses_say_that_a_sheet_is_hidden(import_roster):
    said = import_roster("three-houses.xlsx")

    assert "The sheet “notes” is hidden and was ignored." in said
    assert {house.name: house.beds.count() for house in House.objects.all()} == {
        "Maple": 8,
        "Oak": 10,
        "Birch (women)": 6,
    }
    caleb = SobrietyDate.objects.get(resident__legal_first_name="Caleb")
    assert caleb.since == date(2025, 12, 29)


def test_everything_wrong_names_every_bad_row_and_imports_nothing(import_roster):
    before = rows()

    with pytest.raises(CommandError, match="Nothing was imported: 12 problems") as failed:
        import_roster("everything-wrong.csv")

    assert rows() == before
    problems = [line for line in failed.value.said.splitlines() if line.startswith("Problem: ")]
    assert [line.split(":")[1].strip() for line in problems] == [
        "line 3, column B (bed)",
        "line 4, column G (move_out)",
        "line 5, column E (dob)",
        "line 6, column E (dob)",
        "line 7, column C (first_name)",
        "line 8, column B (bed)",
        "line 9, column I (phone)",
        "line 10, column A (house)",
        "line 11, column H (sobriety_date)",
        "line 12, column C (first_name)",
        "line 13, column F (move_in)",
        "line 14, column C (first_name)",
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(import_roster):
    before = rows()

    said = import_roster("elm-street.csv", "--dry-run")

    assert f"The file tells: {GIVES['elm-street.csv']}." in said
    assert "Would import: 1 house, 8 beds, 7 residents, 6 open stays, 1 ended stay. Nothing was written." in said
    assert rows() == before


def test_a_dry_run_that_is_asked_for_more_lists_every_bed(import_roster):
    said = import_roster("elm-street.csv", "--dry-run", "--verbosity", "2")

    assert "  Elm Street House\n    1A  Tobias Renner  2026-08-03 –  new\n" in said
    assert "    1C  empty bed\n    2A  Jorge Peña-Alvarado  2026-03-01 – 2026-10-30  past\n" in said
    for args in (["--dry-run"], ["--verbosity", "2"]):
        assert "  empty bed" not in import_roster("elm-street.csv", *args)


def test_an_empty_database_gets_its_organization_and_is_told_the_time_zone(import_roster):
    said = import_roster("elm-street.csv", "--time-zone", "America/Chicago", "--organization", "Quiet Water")

    assert "this makes the organization “Quiet Water”, in the time zone America/Chicago." in said
    organization = Organization.objects.get()
    assert (organization.name, organization.time_zone) == ("Quiet Water", "America/Chicago")
    assert House.objects.get().time_zone == "America/Chicago"


def test_history_says_who_imported_what(import_roster):
    import_roster("elm-street.csv")

    told = {
        (row.history_actor_kind, row.history_actor_label, row.history_source, row.history_change_reason)
        for model in audited_models()
        for row in model.history.all()
    }
    assert told == {("command", "command", "command", "import_roster elm-street.csv")}
    assert set(SobrietyDate.objects.values_list("recorded_by", "recorded_as")) == {(None, "command")}


def test_long_work_shows_its_progress(import_roster, tmp_path):
    lines = [f"Oak,{n},Fn{n},Ln{n},1990-01-01,2026-01-01" for n in range(600)]
    (tmp_path / "long.csv").write_text("\n".join(["House,Bed,First,Last,DOB,Move in", *lines]))

    said = import_roster(str(tmp_path / "long.csv"))

    shown = [line for line in said.splitlines() if line.startswith("Wrote ")]
    assert len(shown) >= 3
    assert shown[-1] == "Wrote 2,403 of 2,403 rows"


@pytest.mark.parametrize(
    ("content", "args", "says"),
    [
        (None, [], "cannot be read: No such file or directory."),
        (b"", [], "Nothing was imported. The file is empty."),
        (b"," * 10_000_000, [], "Nothing was imported. Line 1 is 10,000,000 characters long."),
        (b"x" * 11_000_000, [], "at most 10 MB"),
        (b"Bed,Name,Move in\n1,Ada B,1/1/26\n", [], "Nothing was imported: 1 problem."),
        (b"Bed,Name,Move in\n1,Ada B,1/1/26\n", ["--time-zone", "Mars/Base"], "“Mars/Base” is no time zone."),
        (b"Bed,Name,Move in\n1,Ada B,1/1/26\n", ["--column", "Bbed"], "write a column's letter and what it holds"),
        (b"Bed,Name,Move in\n1,Ada B,1/1/26\n", ["--column", "B=age"], "write a column's letter and what it holds"),
        (b"Bed,Name,Move in\n1,Ada B,1/1/26\n", ["--column", "Q=bed"], "the file has no column Q"),
    ],
    ids=["missing", "empty", "commas", "large", "no house", "zone", "no field", "unknown field", "no column"],
)
def test_whatever_cannot_be_read_ends_in_a_sentence_and_changes_nothing(import_roster, tmp_path, content, args, says):
    file = tmp_path / "roster.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError) as failed:
        import_roster(str(file), *args)

    assert says in str(failed.value)
    assert not Organization.objects.exists()


def test_a_person_names_the_house_and_corrects_the_columns_and_the_dates(import_roster, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text("Where,Who,Since\n1,Ada Renner,05/06/2026\n")

    said = import_roster(str(file), "--house", "Oak", "--column", "a=bed", "--column", "C=starts", "--dates", "day")

    assert "Imported: 1 house, 1 bed, 1 resident, 1 open stay" in said
    assert Stay.objects.get().starts_on == date(2026, 6, 5)


def test_with_two_organizations_a_person_says_which(import_roster, cast):
    with pytest.raises(CommandError, match="--organization with one of “Far Shore”, “Still Waters”"):
        import_roster("elm-street.csv")
    with pytest.raises(CommandError, match="--time-zone counts only where"):
        import_roster("elm-street.csv", "--organization", "Far Shore", "--time-zone", "America/Chicago")

    import_roster("elm-street.csv", "--organization", "far shore")

    assert set(cast.other_organization.houses.values_list("name", flat=True)) == {"Cedar House", "Elm Street House"}
