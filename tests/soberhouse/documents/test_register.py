"""The register of issued documents: a paper leaves with a code, is kept as it left, may be replaced or withdrawn."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from pypdf import PdfReader

from soberhouse.codes import LETTERS
from soberhouse.documents import paper, services, store
from soberhouse.documents.codes import as_typed, new_code
from soberhouse.documents.digests import facts_digest
from soberhouse.documents.models import IssuedDocument, StoredFile, Withdrawal
from soberhouse.history import acting_as
from tests.soberhouse.documents.conftest import FACTS, NOON, draw


def read(document: IssuedDocument) -> str:
    return PdfReader(io.BytesIO(store.read(document.file))).pages[0].extract_text()


# Issuing


def test_a_paper_is_drawn_kept_and_registered(cast, issue):
    document = issue()

    document.refresh_from_db()
    assert (document.house, document.resident, document.kind) == (cast.house_a, cast.dana, "residency-letter")
    assert (document.recipient, document.purpose) == ("Office of Officer Pell", "probation")
    assert (document.issued_by, document.issued_as) == (cast.alice, cast.alice.actor_label)
    assert document.facts_digest == facts_digest(FACTS)
    assert document.file.digest == hashlib.sha256(store.read(document.file)).hexdigest()
    text = read(document)
    assert document.code in text
    assert "Dana Renner lives here since 2026-10-11." in text
    assert "As of Nov. 20, 2026, noon EST" in text
    assert "Issued by Alice Example" in text
    assert document.state == "valid"


def test_the_code_leads_to_the_sites_own_address(issue, settings):
    settings.SITE_URL = "https://houses.example.org"
    heads = []

    document = issue(draw=lambda head: heads.append(head) or draw(head))

    assert heads[0].verify_url == f"https://houses.example.org/verify/{document.code}/"


def test_the_same_paper_can_be_drawn_again_to_the_byte(issue):
    heads = []
    document = issue(draw=lambda head: heads.append(head) or draw(head), confidential="Keep it closed.")

    with translation.override("en-us"):
        assert draw(heads[0]) == store.read(document.file)
        assert draw(replace(heads[0], code=new_code())) != store.read(document.file)


def test_two_papers_of_the_same_facts_have_two_codes(issue):
    first, second = issue(), issue()

    assert first.code != second.code
    assert first.facts_digest == second.facts_digest
    assert first.file != second.file


def test_a_paper_is_in_the_sites_language_whatever_browser_asks(issue):
    with translation.override("de"):
        text = read(issue())

    assert "As of Nov. 20, 2026, noon EST" in text
    assert "Page 1 of 1" in text


def test_its_instants_are_told_by_the_clock_it_names(cast, issue):
    assert "As of Nov. 20, 2026, 9 a.m. PST" in read(issue(house=cast.house_b, resident=None))
    assert "As of Nov. 20, 2026, 5 p.m. UTC" in read(issue(zone=ZoneInfo("UTC")))


def test_a_command_may_issue_and_nobody_may_not(cast, issue):
    with acting_as(None, source="command"):
        document = services.issue(
            kind="census",
            title="Census",
            organization=cast.organization,
            as_of=NOON,
            facts=FACTS,
            draw=draw,
        )
    assert (document.issued_by, document.issued_as) == (None, "command")

    with pytest.raises(RuntimeError, match="Nobody acts"):
        services.issue(
            kind="census", title="Census", organization=cast.organization, as_of=NOON, facts=FACTS, draw=draw
        )


def test_what_cannot_be_drawn_is_not_registered(issue):
    def fails(head: paper.Head) -> bytes:
        raise OSError("no more paper")

    with pytest.raises(OSError, match="no more paper"):
        issue(draw=fails)
    with pytest.raises(ValidationError, match="not a whole PDF"):
        issue(draw=lambda head: b"something else")

    assert not IssuedDocument.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_the_register_refuses_leaves_at_most_a_file_that_nothing_points_to(cast, issue):
    with pytest.raises(ValidationError):
        issue(recipient="x" * 201)

    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("other", ["house_c", "greta"])
def test_a_paper_stays_within_one_organization(cast, issue, other):
    row = getattr(cast, other)

    with pytest.raises((ValidationError, DatabaseError)), transaction.atomic():
        issue(**{"house" if other == "house_c" else "resident": row})

    assert not IssuedDocument.objects.exists()


def test_hard_names_in_every_field_are_taken(cast, issue):
    hard = "Nguyễn Щербаков מרים محمد 👩‍👩‍👧 " + "W" * 60

    document = issue(recipient=hard, purpose=hard, lines=(hard, hard), confidential=hard, title="Letter " + "W" * 90)

    assert document.recipient == hard.strip()
    assert "Щербаков" in read(document)


# Facts


def test_the_digest_of_facts_hangs_on_nothing_but_them():
    @dataclass(frozen=True)
    class Facts:
        values: Any

    def digest(values: Any) -> str:
        return facts_digest(Facts(values))

    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest(frozenset({"x", "y", "z"})) == digest(frozenset({"z", "y", "x"}))
    assert digest(NOON) == digest(NOON.astimezone(ZoneInfo("Asia/Tokyo")))
    assert digest(gettext_lazy("Save")) == digest("Save")
    assert digest((FACTS,)) == digest([FACTS])
    assert len({digest(each) for each in (None, 0, "", "0", Decimal("0.0"), NOON, NOON.date(), b"")}) == 8


def test_a_row_is_no_fact(cast):
    with pytest.raises(TypeError, match="cannot be a House"):
        facts_digest({"house": cast.house_a})


# Codes


def test_a_code_is_a_hundred_random_bits_that_can_be_read_out():
    codes = {new_code() for _ in range(500)}

    assert len(codes) == 500
    assert len(LETTERS) == 32
    assert all(len(code.replace("-", "")) == 20 for code in codes)
    assert not set("ILOU") & set("".join(codes))


@pytest.mark.parametrize(
    "typed",
    [
        "7K3QH-M2XWA-9RBTD-ZP4E0",
        "7k3qhm2xwa9rbtdzp4e0",
        " 7K3QH M2XWA 9RBTD ZP4EO ",
        "7k3qh–m2xwa–9rbtd–zp4eo",
        "7K3QH.M2XWA_9RBTD--ZP4E0",
    ],
)
def test_a_code_is_understood_however_it_is_typed(typed):
    assert as_typed(typed) == "7K3QH-M2XWA-9RBTD-ZP4E0"


@pytest.mark.parametrize(
    "typed", ["", "7K3QH", "7K3QH-M2XWA-9RBTD-ZP4E", "7K3QH-M2XWA-9RBTD-ZP4E!", "0" * 21, "é" * 20]
)
def test_what_cannot_be_a_code_is_none(typed):
    assert as_typed(typed) == ""


# What is told of a paper


def test_a_paper_about_which_nobody_could_be_told_was_not_issued(issue):
    def fails(document: IssuedDocument) -> None:
        assert IssuedDocument.objects.get() == document
        raise OSError("nobody can be told")

    with pytest.raises(OSError, match="nobody can be told"):
        issue(tell=fails)

    assert not IssuedDocument.objects.exists()
    assert not StoredFile.objects.exists()


def test_nobody_waits_while_a_paper_is_drawn(committed_db, cast, issue):
    """On SQLite a transaction that writes lets nobody else write."""
    inside = []

    issue(
        draw=lambda head: inside.append(connection.in_atomic_block) or draw(head),
        tell=lambda document: inside.append(connection.in_atomic_block),
    )

    assert inside == [False, True]


# Replacing and withdrawing


def test_a_newer_paper_replaces_an_older_one(issue):
    first = issue()
    second = issue(replaces=first)

    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "valid")
    assert first.replaced_by == second
    with pytest.raises(ValidationError, match="replaced already"):
        issue(replaces=first)


def test_a_paper_replaces_only_its_like(cast, issue):
    first = issue()

    for changes in (
        {"kind": "census"},
        {"resident": cast.frank},
        {"house": cast.house_b},
        {"subject": cast.stay_of_dana.uuid},
    ):
        with pytest.raises(ValidationError, match="of another kind"):
            issue(replaces=first, **changes)
    assert IssuedDocument.objects.count() == 1


def test_a_paper_is_withdrawn_once_and_for_a_reason(cast, issue):
    document = issue()
    with acting_as(cast.alice, source="web"):
        with pytest.raises(ValidationError, match="Say why"):
            services.withdraw(document=document, reason=" ")
        withdrawal = services.withdraw(document=document, reason=" The date was wrong. ")
        with pytest.raises(ValidationError, match="withdrawn already"):
            services.withdraw(document=document, reason="again")

    assert (withdrawal.reason, withdrawal.recorded_by) == ("The date was wrong.", cast.alice)
    assert withdrawal.recorded_as == cast.alice.actor_label
    assert IssuedDocument.objects.get().state == "withdrawn"
    with pytest.raises(RuntimeError, match="Nobody acts"):
        services.withdraw(document=document, reason="x")


# What the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_issueddocument SET code = 'x'",
        "UPDATE documents_issueddocument SET recipient = 'somebody else'",
        "UPDATE documents_issueddocument SET facts_digest = facts_digest || 'x'",
        "DELETE FROM documents_issueddocument",
        "UPDATE documents_withdrawal SET reason = 'another'",
        "DELETE FROM documents_withdrawal",
    ],
)
def test_the_register_is_never_changed_whoever_asks(cast, issue, statement):
    document = issue()
    with acting_as(cast.alice, source="web"):
        services.withdraw(document=document, reason="wrong date")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert IssuedDocument.objects.get() == document
    assert Withdrawal.objects.get().reason == "wrong date"


def test_the_database_refuses_a_second_successor_and_an_empty_reason(issue):
    first = issue()
    issue(replaces=first)
    copy = {field.attname: getattr(first, field.attname) for field in IssuedDocument._meta.concrete_fields}
    for name in ("id", "uuid"):
        del copy[name]

    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedDocument.objects.bulk_create([IssuedDocument(**copy | {"code": "another", "replaces_id": first.pk})])
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedDocument.objects.bulk_create([IssuedDocument(**copy)])  # the same code
    with pytest.raises(DatabaseError), transaction.atomic():
        Withdrawal.objects.bulk_create([Withdrawal(document=first, reason="", recorded_at=timezone.now())])


def insert(like: IssuedDocument, **other: Any) -> None:
    """One more entry, past every service: `like` that one but for what is `other`."""
    names = [field.column for field in IssuedDocument._meta.concrete_fields if field.column not in ("id", "uuid")]
    values = ", ".join("%s" if name in other else name for name in names)
    params = [other[name] for name in names if name in other]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO documents_issueddocument ({', '.join(names)}) "
            f"SELECT {values} FROM documents_issueddocument WHERE id = {like.pk}",
            params,
        )


def test_the_database_refuses_a_successor_of_another_kind_house_or_person(cast, issue):
    letter = issue()
    about_all = issue(house=None, resident=None, kind="occupancy-report")
    others = [
        issue(kind="census"),
        issue(house=cast.house_b),
        issue(house=None),
        issue(resident=cast.frank),
        issue(resident=None),
        issue(kind="census", house=cast.house_b, resident=None),
        issue(subject=cast.stay_of_dana.uuid),
    ]

    for other in others:
        with pytest.raises(DatabaseError):
            insert(other, code="ANOTHER", replaces_id=letter.pk)
    with pytest.raises(DatabaseError):
        insert(letter, code="ANOTHER", replaces_id=about_all.pk)
    assert not IssuedDocument.objects.exclude(replaces=None).exists()

    insert(letter, code="ANOTHER", replaces_id=letter.pk)
    insert(about_all, code="A THIRD", replaces_id=about_all.pk)
    assert set(IssuedDocument.objects.exclude(replaces=None).values_list("replaces", flat=True)) == {
        letter.pk,
        about_all.pk,
    }


@pytest.mark.parametrize("name", ["kind", "title", "facts_digest", "code", "issued_as"])
def test_the_database_refuses_an_entry_that_does_not_say_what_it_is(issue, name):
    letter = issue()

    with pytest.raises(DatabaseError):
        insert(letter, **{"code": "ANOTHER", name: ""})

    insert(letter, code="ANOTHER")
    assert IssuedDocument.objects.count() == 2


@pytest.mark.parametrize(("digest", "content_type"), [("", "application/pdf"), ("0" * 64, "")])
def test_the_database_refuses_a_file_without_a_digest_or_a_type(db, digest, content_type):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_storedfile (digest, content_type, size) VALUES (%s, %s, 1)", [digest, content_type]
        )


def test_the_database_refuses_a_withdrawal_by_nobody(issue):
    letter = issue()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_withdrawal (document_id, reason, recorded_as) VALUES (%s, 'wrong', '')", [letter.pk]
        )

    assert letter.state == "valid"


# Who sees what


def test_a_paper_is_seen_where_it_was_issued_and_by_whom_it_is_about(cast, issue):
    document = issue()

    seen = {
        name
        for name in ("alice", "bob", "charlie", "olive", "audra", "oscar")
        if IssuedDocument.objects.visible_to(getattr(cast, name)).filter(pk=document.pk).exists()
    }
    assert seen == {"alice", "bob", "olive", "audra"}
    assert IssuedDocument.objects.visible_to(cast.dana.user).get() == document
    assert not IssuedDocument.objects.visible_to(cast.frank.user).exists()


def test_only_services_of_subjects_write_into_the_register():
    """They know whom a paper is about, and that nobody issues or takes back one about themselves."""
    root = Path(services.__file__).parents[2]
    named = re.compile(r"documents\.services|from soberhouse\.documents import .*\bservices\b")
    callers = {
        str(path.relative_to(root))
        for place in ("api", "residents", "soberhouse")
        for path in (root / place).rglob("*.py")
        if named.search(path.read_text(encoding="utf-8"))
    }

    assert callers == {"residents/stays/services/papers.py"}


def test_no_module_that_starts_the_site_draws():
    for name in ("paper", "sheets", "lettering", "store", "services", "views"):
        source = (Path(services.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        assert "\nfrom reportlab" not in source
        assert "\nimport reportlab" not in source
