"""The two pages of an import, without JavaScript: send, look, correct, confirm."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from residents.models import Resident, RosterUpload, Stay
from residents.stays.roster.plan import make_plan
from residents.stays.roster.services import roster_import
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from tests.cast import grant
from tests.residents.stays.roster.conftest import FILES
from tests.residents.stays.roster.test_rosters import GIVES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
SIMPLE = b"Bed,Name,Move in\n3A,Ada Renner,1/1/26\n"


def send(client, content, name="roster.csv", **fields):
    data = content if isinstance(content, bytes) else (FILES / content).read_bytes()
    name = name if isinstance(content, bytes) else content
    return client.post(reverse("import_roster"), {"file": SimpleUploadedFile(name, data), **fields})


def confirm(client, preview, **changes):
    """Press a button of the preview, with its form as it stands."""
    form = {name: field.value() for name, field in ((each.html_name, each) for each in preview.context["form"])}
    sent = {name: value or "" for name, value in form.items()} | {"previewed": preview.context["previewed"]}
    return client.post(preview.request["PATH_INFO"], sent | changes)


def rows():
    return {model.__name__: (model.objects.count(), model.history.count()) for model in audited_models()}


@pytest.mark.parametrize("name", GIVES)
def test_each_roster_gives_by_page_what_it_gives_by_command(cast, signed_in, name):
    client = signed_in(cast.olive)
    before = Stay.objects.count()

    preview = client.get(send(client, name)["Location"])
    done = confirm(client, preview, act="import")
    after = rows()
    again = client.get(send(client, name)["Location"])

    assert str(preview.context["told"]) == GIVES[name]
    assert done["Location"] == reverse("today")
    assert Stay.objects.count() - before == sum(
        int(part.split()[0]) for part in GIVES[name].split(", ") if "stay" in part
    )
    assert again.context["new"] == ""
    assert 'value="import"' not in again.content.decode()
    assert confirm(client, again, act="import").status_code == 302
    assert rows() == after


def test_everything_wrong_is_named_and_cannot_be_imported(cast, signed_in):
    client = signed_in(cast.olive)
    before = rows()

    preview = client.get(send(client, "everything-wrong.csv")["Location"])
    pressed = confirm(client, preview, act="import")

    text = preview.content.decode()
    assert "12 problems: nothing can be imported yet" in text
    assert "Line 13, column F (move_in)" in text
    assert "Write 2025-12-31 if that is the day meant." in text
    assert 'value="import"' not in text
    assert pressed.status_code == 200
    assert rows() == before


def test_the_preview_lists_who_would_get_which_bed(cast, signed_in):
    client = signed_in(cast.olive)
    content = b"House,Bed,Name,Move in,Out\nOak,1,Ada Renner,1/1/26,\nOak,2,Bo Cho,2/1/26,3/1/26\nElm,A,,,\n"

    text = client.get(send(client, content)["Location"]).content.decode()
    said = " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())

    assert text.count('<details class="disclosure">') == 2
    assert "Oak: 3 lines Bed Name From Until Is 1 Ada Renner 2026-01-01 new 2 Bo Cho 2026-02-01 2026-03-01 past" in said
    assert "Elm: 1 line Bed Name From Until Is A empty bed" in said
    assert "not shown here" not in said


def test_the_list_of_a_long_file_is_cut_and_says_how_much(cast, signed_in):
    client = signed_in(cast.olive)
    lines = "".join(f"Oak,{n},Ada{n} Renner,1/1/26\n" for n in range(302))

    text = client.get(send(client, f"House,Bed,Name,Move in\n{lines}".encode())["Location"]).content.decode()

    assert ("Ada299 Renner" in text, "Ada300 Renner" in text) == (True, False)
    assert "and 2 more lines, not shown here" in text


def test_a_file_with_problems_has_no_list(cast, signed_in):
    client = signed_in(cast.olive)

    assert client.get(send(client, "everything-wrong.csv")["Location"]).context["houses"] == []


def test_a_person_corrects_what_was_misread(cast, signed_in):
    client = signed_in(cast.olive)
    preview = client.get(send(client, b"Where,Who,Since\n3A,Ada Renner,05/06/2026\n")["Location"])
    assert preview.context["problem_count"] == 1

    chosen = {
        "layout-0-A": "bed",
        "layout-0-B": "name",
        "layout-0-C": "starts",
        "table-0-house": "Alder House",
        "order": "day",
    }
    corrected = confirm(client, preview, act="check", **chosen)
    done = confirm(client, corrected, act="import")

    assert corrected.context["problem_count"] == 0
    assert done.status_code == 302
    stay = Stay.objects.get(resident__legal_first_name="Ada")
    assert (stay.house, stay.starts_on.isoformat()) == (cast.house_a, "2026-06-05")


def test_only_what_was_looked_at_is_imported(cast, signed_in):
    client = signed_in(cast.olive)
    content = b"House,Bed,Name,Move in\nOak,1,Ada Renner,05/06/2026\n"
    preview = client.get(send(client, content)["Location"])
    before = rows()

    changed = confirm(client, preview, act="import", order="day")
    blind = client.post(preview.request["PATH_INFO"], {"act": "import"})

    for shown in (changed, blind):
        assert "This is not what you looked at before. Nothing was imported: look again." in shown.content.decode()
    assert rows() == before
    assert confirm(client, changed, act="import", order="day").status_code == 302
    assert Stay.objects.get(resident__legal_first_name="Ada").starts_on.isoformat() == "2026-06-05"


def test_what_would_be_made_by_now_is_looked_at_again(cast, signed_in, read):
    client = signed_in(cast.olive)
    content = "House,Bed,Name,Move in\nOak,1,Ada Renner,1/1/26\nOak,2,Bo Renner,1/1/26\n"
    preview = client.get(send(client, content.encode())["Location"])
    with acting_as(None, source="command"):
        first = read("\n".join(content.splitlines()[:2])).roster
        made = make_plan(first, organization=cast.organization, user=None, today=cast.organization.today())
        roster_import(plan=made, reason="a test")

    again = confirm(client, preview, act="import")

    assert "look again" in again.content.decode()
    assert again.context["new"] == "1 bed, 1 resident, 1 open stay"
    assert confirm(client, again, act="import").status_code == 302


def test_a_wide_file_of_many_headers_can_be_sent_back_whole(cast, signed_in):
    client = signed_in(cast.olive)
    beside = ",x" * 190
    lines = "".join(f"House,Bed,Name,Move in,{n}\nOak,{n},Ada{n} Renner,1/1/26{beside}\n" for n in range(11))
    preview = client.get(send(client, lines.encode())["Location"])

    assert len(preview.context["form"].fields) <= 450
    assert confirm(client, preview, act="import").status_code == 302
    assert Stay.objects.filter(house__name="Oak").count() == 11


def test_a_managers_file_goes_into_the_house_they_choose_and_the_page_says_so(cast, signed_in):
    client = signed_in(cast.alice)

    preview = client.get(send(client, b"Old name,,\n" + SIMPLE, house=cast.house_a.uuid)["Location"])
    done = confirm(client, preview, act="import")

    assert "“Old name” in the file is read as your house “Alder House”" in preview.content.decode()
    assert done["Location"] == reverse("board", kwargs={"uuid": cast.house_a.uuid})
    assert Stay.objects.get(resident__legal_first_name="Ada").house == cast.house_a


def test_a_manager_must_choose_a_house_of_theirs(cast, signed_in):
    client = signed_in(cast.alice)

    assert send(client, SIMPLE).context["form"].errors["house"]
    assert send(client, SIMPLE, house=cast.house_b.uuid).context["form"].errors["house"]
    assert send(client, SIMPLE, house=cast.house_c.uuid).context["form"].errors["house"]
    assert not RosterUpload.objects.exists()


def test_a_manager_cannot_name_another_house_in_the_mapping(cast, signed_in):
    client = signed_in(cast.alice)
    preview = client.get(send(client, SIMPLE, house=cast.house_a.uuid)["Location"])
    before = rows()

    refused = confirm(client, preview, act="import", **{"table-0-house": "Birch House"})

    assert refused.status_code == 200
    assert "“Birch House” is none of your houses" in refused.content.decode()
    assert rows() == before


@pytest.mark.parametrize(("name", "status"), [("audra", 403), ("dana", 403), ("erin", 403)])
def test_who_may_not_import_is_refused(cast, signed_in, name, status):
    client = signed_in(getattr(cast, name))

    assert client.get(reverse("import_roster")).status_code == status
    assert send(client, SIMPLE, house=cast.house_a.uuid).status_code == status
    assert not RosterUpload.objects.exists()


def test_an_upload_is_seen_by_nobody_else(cast, signed_in):
    page = send(signed_in(cast.alice), SIMPLE, house=cast.house_a.uuid)["Location"]

    for other in (cast.bob, cast.charlie, cast.olive, cast.audra, cast.oscar):
        client = signed_in(other)
        assert client.get(page).status_code == 404
        assert client.post(page, {"act": "discard"}).status_code == 404
    assert RosterUpload.objects.count() == 1


def test_who_lost_the_role_meanwhile_is_refused(cast, signed_in):
    client = signed_in(cast.alice)
    page = send(client, SIMPLE, house=cast.house_a.uuid)["Location"]

    with acting_as(cast.olive, source="web"):
        cast.alice.roles.update(ends_at=timezone.now())

    assert client.post(page, {"act": "import"}).status_code == 403
    assert not Resident.objects.filter(legal_first_name="Ada").exists()


def test_a_file_is_kept_until_it_is_imported_thrown_away_or_a_day_old(cast, signed_in):
    client = signed_in(cast.olive)
    content = b"House,Bed,Name,Move in\nOak,1,Ada Renner,1/1/26\n"
    imported = client.get(send(client, content)["Location"])
    confirm(client, imported, act="import")
    thrown = send(client, content)["Location"]
    client.post(thrown, {"act": "discard"})
    assert not RosterUpload.objects.exists()

    old = send(client, content)["Location"]
    RosterUpload.objects.update(created_at=timezone.now() - timedelta(days=1))

    assert client.get(old).status_code == 404
    send(client, content)
    assert RosterUpload.objects.count() == 1


def test_who_sends_another_file_keeps_only_that_one(cast, signed_in):
    olive, alice = signed_in(cast.olive), signed_in(cast.alice)
    theirs = send(alice, SIMPLE, house=cast.house_a.uuid)["Location"]
    first = send(olive, SIMPLE, house=cast.house_a.uuid)["Location"]
    second = send(olive, SIMPLE, house=cast.house_b.uuid)["Location"]

    assert [olive.get(first).status_code, olive.get(second).status_code, alice.get(theirs).status_code] == [
        404,
        200,
        200,
    ]
    assert RosterUpload.objects.count() == 2


@pytest.mark.parametrize("act", ["look", "import", "command"])
def test_what_anybody_left_lying_is_thrown_away_whenever_somebody_imports(cast, signed_in, tmp_path, act):
    client = signed_in(cast.olive)
    send(signed_in(cast.alice), SIMPLE, house=cast.house_a.uuid)
    preview = client.get(send(client, SIMPLE, house=cast.house_a.uuid)["Location"])
    RosterUpload.objects.filter(user=cast.alice).update(created_at=timezone.now() - timedelta(days=1))

    if act == "look":
        client.get(preview.request["PATH_INFO"])
    elif act == "import":
        confirm(client, preview, act="import")
    else:
        (tmp_path / "roster.csv").write_bytes(SIMPLE)
        options = {"house": "Alder House", "organization": cast.organization.name}
        call_command("import_roster", str(tmp_path / "roster.csv"), **options, stdout=io.StringIO())

    assert not RosterUpload.objects.filter(user=cast.alice).exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"," * 9_000_000, "Line 1 is 9,000,000 characters long"),
        (b"".join(b"Bed,Name,Move in,x%d\n" % number for number in range(51)), "more than 50 different headers"),
    ],
    ids=["empty", "pdf", "commas", "headers"],
)
def test_a_file_that_is_no_roster_is_refused_where_it_is_sent(cast, signed_in, content, says):
    answer = send(signed_in(cast.olive), content)

    assert answer.status_code == 200
    assert says in answer.context["form"].errors["file"][0]
    assert not RosterUpload.objects.exists()


def test_a_body_over_ten_megabytes_is_refused_before_anything_reads_it(cast, signed_in):
    assert send(signed_in(cast.olive), b"x" * (10 * 1024 * 1024 + 1)).status_code == 413


def test_nothing_sent_is_said_so(cast, signed_in):
    answer = signed_in(cast.olive).post(reverse("import_roster"), {})

    assert answer.context["form"].errors["file"]


def test_nothing_of_the_file_is_in_an_address_and_the_preview_is_not_kept(cast, signed_in):
    client = signed_in(cast.olive)

    page = send(client, SIMPLE, name="Ada Renner.csv")["Location"]
    preview = client.get(page)

    assert page == reverse("import_preview", kwargs={"uuid": RosterUpload.objects.get().uuid})
    assert "no-store" in preview["Cache-Control"]


def test_what_the_file_says_is_shown_as_text(cast, signed_in):
    client = signed_in(cast.olive)
    content = b"Bed,Name,Move in,<script>x</script>\n1,<b>Ada</b> R,soon,<i>y</i>\n<img src=x>,,,\n"

    text = client.get(send(client, content, name="<u>.csv")["Location"]).content.decode()

    for tag in ("<script>x", "<b>Ada", "<i>y", "<img src=x", "<u>"):
        assert tag not in text


def test_an_operator_of_two_organizations_says_which(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.olive, "operator", cast.other_organization)
    client = signed_in(cast.olive)
    content = b"House,Bed,Name,Move in\nOak,1,Ada Renner,1/1/26\n"

    assert send(client, content).context["form"].errors["house"]
    preview = client.get(send(client, content, organization=cast.other_organization.uuid)["Location"])
    confirm(client, preview, act="import")

    assert Resident.objects.get(legal_first_name="Ada").organization == cast.other_organization


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_preview_costs_the_same_for_any_number_of_lines(cast, signed_in, django_assert_num_queries, item_count):
    client = signed_in(cast.olive)
    lines = "".join(f"Alder House,9{n},Ada{n} Renner,1/1/26\n" for n in range(item_count))
    page = send(client, f"House,Bed,Name,Move in\n{lines}".encode())["Location"]

    with django_assert_num_queries(17):
        client.get(page)
