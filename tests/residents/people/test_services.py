"""What is written about a person, and what is refused."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from residents.people import services
from residents.people.models import Alert, Contact, Officer, Resident, SobrietyDate, WeeklyHours
from residents.people.queries import home, sobriety_of, tel
from soberhouse.history import acting_as


@pytest.fixture
def as_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


def new_person(cast, **facts):
    facts = {"legal_first_name": "Élodie", "legal_last_name": "Müller-Straße", "birth_date": date(1988, 2, 29)} | facts
    return services.resident_create(organization=cast.organization, today=cast.today, **facts)


def since(resident):
    return SobrietyDate.objects.filter(resident=resident).values_list("since", flat=True).first()


# Who records


def test_only_the_person_themselves_is_refused(cast):
    with acting_as(cast.dana.user, source="web"):
        services.not_about_oneself(cast.frank)
        services.not_about_oneself(cast.greta)
        with pytest.raises(PermissionDenied):
            services.not_about_oneself(cast.dana)


# Who they are


def test_person_is_made_with_composed_and_tidy_names(cast, as_alice):
    person = new_person(cast, legal_first_name="  E\u0301lodie ", preferred_name="Lo  ")

    person.refresh_from_db()
    assert (person.legal_first_name, person.preferred_name) == ("Élodie", "Lo")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"birth_date": date(2999, 1, 1)}, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date"),
        ({"legal_first_name": " "}, "legal_first_name"),
        ({"legal_last_name": "x" * 101}, "legal_last_name"),
        ({"phone": "5" * 5000}, "phone"),
    ],
)
def test_person_with_an_impossible_fact_is_not_made(facts, field, cast, as_alice):
    before = Resident.objects.count()

    with pytest.raises(ValidationError) as refused:
        new_person(cast, **facts)

    assert field in refused.value.message_dict
    assert Resident.objects.count() == before


@pytest.mark.parametrize(
    ("first", "last"),
    [("Élodie", "Müller-Straße"), ("E\u0301LODIE", "MÜLLER-STRASSE"), (" élodie ", "müller-straße")],
)
def test_same_person_is_found_whatever_the_case_and_composition(first, last, cast, as_alice):
    person = new_person(cast)

    same = services.resident_find_same(
        organization=cast.organization, legal_first_name=first, legal_last_name=last, birth_date=person.birth_date
    )

    assert same == person


@pytest.mark.parametrize(
    "other",
    [
        {"legal_first_name": "Elodie"},
        {"legal_last_name": "Müller"},
        {"birth_date": date(1988, 2, 28)},
        {"birth_date": None},
    ],
)
def test_somebody_else_is_not_the_same(other, cast, as_alice):
    new_person(cast)
    new_person(cast, birth_date=None)
    asked = {"legal_first_name": "Élodie", "legal_last_name": "Müller-Straße", "birth_date": date(1988, 2, 29)} | other

    assert services.resident_find_same(organization=cast.organization, **asked) is None


def test_same_person_is_not_looked_for_in_another_organization(cast, as_alice):
    person = new_person(cast)

    asked = {"legal_first_name": person.legal_first_name, "legal_last_name": person.legal_last_name}
    assert (
        services.resident_find_same(organization=cast.other_organization, birth_date=person.birth_date, **asked) is None
    )


def test_two_of_the_same_name_and_birth_date_are_neither(cast, as_alice):
    first = new_person(cast)
    new_person(cast)

    asked = {"legal_first_name": first.legal_first_name, "legal_last_name": first.legal_last_name}
    assert services.resident_find_same(organization=cast.organization, birth_date=first.birth_date, **asked) is None


def test_change_writes_only_what_is_new_with_its_reason(cast, as_alice):
    changes = {"legal_last_name": "Renner-Vale", "phone": "", "birth_date": cast.dana.birth_date}

    services.resident_change(resident=cast.dana, changes=changes, reason="married", today=cast.today)
    services.resident_change(resident=cast.dana, changes=changes, reason="married", today=cast.today)

    cast.dana.refresh_from_db()
    assert cast.dana.legal_last_name == "Renner-Vale"
    assert [row.history_change_reason for row in cast.dana.history.all()] == ["married", "the cast of the tests"]


@pytest.mark.parametrize("moved_in_before", [0, 1])
def test_birth_after_the_first_move_in_is_refused(moved_in_before, cast, as_alice):
    wrong = cast.stay_of_dana.starts_on + timedelta(days=moved_in_before)

    with pytest.raises(ValidationError, match="moved in before"):
        services.resident_change(
            resident=cast.dana, changes={"birth_date": wrong}, reason="typing error", today=cast.today
        )


def test_birth_after_the_sobriety_date_is_refused(cast, as_alice):
    services.sobriety_record(resident=cast.dana, since=date(2001, 1, 1), today=cast.today)

    with pytest.raises(ValidationError, match="sober since before"):
        services.resident_change(
            resident=cast.dana, changes={"birth_date": date(2001, 1, 2)}, reason="typing error", today=cast.today
        )


def test_change_of_what_is_no_fact_about_a_person_is_a_mistake_of_ours(cast, as_alice):
    with pytest.raises(ValueError, match="user"):
        services.resident_change(resident=cast.dana, changes={"user": None}, reason="", today=cast.today)


# Since when they are sober


def test_newest_sobriety_date_counts_and_the_same_day_is_written_once(cast, as_alice):
    first, second = cast.today - timedelta(days=400), cast.today - timedelta(days=30)
    services.sobriety_record(resident=cast.dana, since=first, today=cast.today)
    services.sobriety_record(resident=cast.dana, since=second, reason="told me herself", today=cast.today)
    services.sobriety_record(resident=cast.dana, since=second, today=cast.today)

    rows = SobrietyDate.objects.filter(resident=cast.dana)
    assert [row.since for row in rows] == [second, first]
    assert rows[0].recorded_as == str(cast.alice)


def test_sobriety_date_may_be_today_or_the_day_of_birth(cast, as_alice):
    services.sobriety_record(resident=cast.dana, since=cast.dana.birth_date, today=cast.today)
    services.sobriety_record(resident=cast.dana, since=cast.today, today=cast.today)

    assert since(cast.dana) == cast.today


@pytest.mark.parametrize("days", [1, 10_000])
def test_sobriety_date_to_come_is_refused(days, cast, as_alice):
    with pytest.raises(ValidationError, match="still to come"):
        services.sobriety_record(resident=cast.dana, since=cast.today + timedelta(days=days), today=cast.today)
    assert since(cast.dana) is None


def test_sobriety_date_before_birth_is_refused(cast, as_alice):
    with pytest.raises(ValidationError, match="before the person was born"):
        services.sobriety_record(resident=cast.dana, since=cast.dana.birth_date - timedelta(days=1), today=cast.today)


def test_earlier_sobriety_date_is_a_correction(cast, as_alice):
    written = services.sobriety_record(resident=cast.dana, since=cast.today, today=cast.today)
    earlier = cast.today - timedelta(days=5)

    with pytest.raises(ValidationError, match="correct it and say why"):
        services.sobriety_record(resident=cast.dana, since=earlier, today=cast.today)
    services.sobriety_correct(date=written, since=earlier, reason="wrong month", today=cast.today)

    newest, struck = sobriety_of(cast.dana, user=cast.alice)
    assert (newest.since, newest.corrects, newest.correction) == (earlier, written, None)
    assert (struck, struck.correction) == (written, newest)


@pytest.mark.parametrize(
    ("reason", "days", "sentence"),
    [(" ", 5, "needs a reason"), ("wrong", -1, "still to come"), ("wrong", 0, "on record already")],
)
def test_wrong_correction_of_a_sobriety_date_is_refused(reason, days, sentence, cast, as_alice):
    written = services.sobriety_record(resident=cast.dana, since=cast.today, today=cast.today)

    with pytest.raises(ValidationError, match=sentence):
        services.sobriety_correct(
            date=written, since=cast.today - timedelta(days=days), reason=reason, today=cast.today
        )
    assert SobrietyDate.objects.filter(resident=cast.dana).count() == 1


def test_sobriety_date_is_corrected_once(cast, as_alice):
    written = services.sobriety_record(resident=cast.dana, since=cast.today, today=cast.today)
    day = cast.today - timedelta(days=9)
    services.sobriety_correct(date=written, since=day, reason="wrong month", today=cast.today)

    with pytest.raises(ValidationError, match="Another day has been written down since"):
        services.sobriety_correct(date=written, since=cast.today - timedelta(days=2), reason="no", today=cast.today)


# Alerts, contacts, hours


def test_alert_written_twice_is_one(cast, as_alice):
    services.alert_add(resident=cast.dana, kind="allergy", text="bees")

    with pytest.raises(ValidationError, match="on record already"):
        services.alert_add(resident=cast.dana, kind="allergy", text=" bees ")
    assert Alert.objects.filter(resident=cast.dana).count() == 1


def test_alert_no_longer_true_stays_and_may_become_true_again(cast, as_alice):
    alert = services.alert_add(resident=cast.dana, kind="allergy", text="bees")

    with pytest.raises(ValidationError, match="needs a reason"):
        services.alert_change(alert=alert, changes={"is_current": False}, reason="")
    services.alert_change(alert=alert, changes={"is_current": False}, reason="tested")
    services.alert_add(resident=cast.dana, kind="allergy", text="bees")

    assert list(Alert.objects.filter(resident=cast.dana).values_list("is_current", flat=True)) == [False, True]


def test_former_contact_stays_on_record(cast, as_alice):
    contact = services.contact_add(resident=cast.dana, kind="family", name="Ada  Renner")

    services.contact_change(contact=contact, changes={"is_current": False}, reason="she asked")

    contact.refresh_from_db()
    assert (contact.name, contact.is_current) == ("Ada Renner", False)
    assert contact.history.first().history_change_reason == "she asked"


def test_contact_written_twice_is_one(cast, as_alice):
    services.contact_add(resident=cast.dana, kind="sponsor", name="Ruth E.", phone="1")

    with pytest.raises(ValidationError, match="on record already"):
        services.contact_add(resident=cast.dana, kind="sponsor", name=" Ruth  E.", phone="1")
    assert Contact.objects.filter(resident=cast.dana).count() == 1


@pytest.mark.parametrize(
    ("phone", "address"),
    [
        ("+1 555 010 2299", "tel:+15550102299"),
        ("(555) 010-2299 ext. 12", "tel:5550102299"),
        ("555.010.2299", "tel:5550102299"),
        ("ask at the desk", ""),
        ("", ""),
    ],
)
def test_phone_number_is_dialled_without_its_decoration(phone, address):
    assert tel(phone) == address


def hours(cast, **facts):
    facts = {"weekdays": [4, 0, 4], "starts": time(22), "ends": time(6), "starts_on": cast.today} | facts
    return services.hours_add(resident=cast.dana, kind="work", **facts)


def test_hours_on_several_days_are_one_row_each(cast, as_alice):
    rows = hours(cast, where="Night desk")

    assert [(row.weekday, row.starts, row.ends, row.where) for row in rows] == [
        (0, time(22), time(6), "Night desk"),
        (4, time(22), time(6), "Night desk"),
    ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"weekdays": []}, "at least one day"),
        ({"weekdays": [1, 7]}, "7"),
        ({"ends": time(22)}, "same time"),
        ({"weekdays": [1, 4]}, "on record already"),
        ({"weekdays": [1], "ends_on": date(2000, 1, 1)}, "before they start"),
    ],
)
def test_wrong_hours_are_refused_all_together(facts, sentence, cast, as_alice):
    hours(cast)

    with pytest.raises(ValidationError, match=sentence):
        hours(cast, **facts)
    assert WeeklyHours.objects.filter(resident=cast.dana).count() == 2


def test_hours_end_once_and_may_begin_again_that_day(cast, as_alice):
    row = hours(cast, weekdays=[2], starts_on=cast.today - timedelta(days=70))[0]

    services.hours_end(hours=row, ends_on=cast.today)
    with pytest.raises(ValidationError, match="They ended on"):
        services.hours_end(hours=row, ends_on=cast.today + timedelta(days=1))

    assert hours(cast, weekdays=[2])[0].starts_on == cast.today


def test_hours_are_corrected_with_a_reason(cast, as_alice):
    row = hours(cast, weekdays=[2])[0]

    with pytest.raises(ValidationError, match="needs a reason"):
        services.hours_change(hours=row, changes={"ends": time(7)}, reason="")
    services.hours_change(hours=row, changes={"ends": time(7)}, reason="relief comes at seven")

    row.refresh_from_db()
    assert row.ends == time(7)


# Duties


def appoint(cast, resident, house, **facts):
    facts = {"duty": "treasurer", "starts_on": cast.today} | facts
    return services.officer_appoint(resident=resident, house=house, today=cast.today, **facts)


def test_duty_is_for_somebody_who_lives_in_that_house(cast, as_alice):
    with pytest.raises(ValidationError, match="does not live in Birch House"):
        appoint(cast, cast.dana, cast.house_b)
    with pytest.raises(ValidationError, match="does not live in Alder House then"):
        appoint(cast, cast.dana, cast.house_a, starts_on=cast.stay_of_dana.starts_on - timedelta(days=1))

    assert appoint(cast, cast.dana, cast.house_a).duty == "treasurer"


def test_duty_is_held_once_at_a_time(cast, as_alice):
    duty = appoint(cast, cast.dana, cast.house_a)

    with pytest.raises(ValidationError, match="has this duty then already"):
        appoint(cast, cast.dana, cast.house_a, starts_on=cast.today + timedelta(days=3))
    services.officer_end(officer=duty, ends_on=cast.today, reason="steps down", today=cast.today)

    assert appoint(cast, cast.dana, cast.house_a).pk != duty.pk


def test_duty_ends_with_a_reason_and_once(cast, as_alice):
    with pytest.raises(ValidationError, match="needs a reason"):
        services.officer_end(officer=cast.duty_of_frank, ends_on=cast.today, reason="", today=cast.today)
    services.officer_end(officer=cast.duty_of_frank, ends_on=cast.today, reason="elections", today=cast.today)
    with pytest.raises(ValidationError, match="This duty ended on"):
        services.officer_end(officer=cast.duty_of_frank, ends_on=cast.today, reason="again", today=cast.today)

    assert Officer.objects.get(pk=cast.duty_of_frank.pk).ends_on == cast.today


def test_duty_to_come_ends_on_the_day_it_would_begin(cast, as_alice):
    begins = cast.today + timedelta(days=20)
    duty = appoint(cast, cast.dana, cast.house_a, starts_on=begins)

    services.officer_end(officer=duty, ends_on=cast.today, reason="she declined", today=cast.today)

    duty.refresh_from_db()
    assert (duty.starts_on, duty.ends_on) == (begins, begins)


# Where they are


def test_home_is_the_house_lived_in_as_far_as_the_asker_sees_it(cast):
    assert home(cast.dana, user=cast.alice) == cast.house_a
    assert home(cast.dana, user=cast.olive) == cast.house_a
    assert home(cast.dana, user=cast.charlie) is None


def test_marks_that_turn_writing_round_are_left_out_of_names(cast, as_alice):
    person = services.resident_create(
        organization=cast.organization, legal_first_name="Zo\u202eë \u2066X\u2069", today=cast.today
    )

    assert person.legal_first_name == "Zoë X"


# What they keep themselves


@pytest.fixture
def as_dana(cast):
    with acting_as(cast.dana.user, source="web"):
        yield


def test_own_contact_is_tidied_and_recorded_as_theirs(cast, as_dana):
    contact = services.own_contact_add(resident=cast.dana, kind="sponsor", name="  Ruth  E. ", phone="555 010 7788")

    assert (contact.name, contact.resident) == ("Ruth E.", cast.dana)
    assert contact.history.get().history_actor_label == "Dana Example"


def test_own_contact_written_by_staff_is_theirs_to_change(cast):
    with acting_as(cast.alice, source="web"):
        contact = services.contact_add(resident=cast.dana, kind="family", name="Aunt Petra")

    with acting_as(cast.dana.user, source="web"):
        services.own_contact_change(contact=contact, changes={"phone": "555 010 1111", "is_current": False})

    contact.refresh_from_db()
    assert (contact.phone, contact.is_current, contact.name) == ("555 010 1111", False, "Aunt Petra")


@pytest.mark.parametrize("who", ["alice", "olive", "frank", None])
def test_own_contacts_are_kept_by_oneself_alone(cast, who):
    with acting_as(cast.dana.user, source="web"):
        contact = services.own_contact_add(resident=cast.dana, kind="family", name="Aunt Petra")
    somebody = getattr(cast, who) if who else None

    with acting_as(getattr(somebody, "user", somebody), source="web" if who else "command"):
        with pytest.raises(PermissionDenied):
            services.own_contact_add(resident=cast.dana, kind="family", name="Uncle Dmitri")
        with pytest.raises(PermissionDenied):
            services.own_contact_change(contact=contact, changes={"name": "Uncle Dmitri"})

    assert [(row.name, row.history.count()) for row in Contact.objects.all()] == [("Aunt Petra", 1)]


def test_somebody_without_an_account_keeps_nothing_themselves(cast, as_dana):
    with pytest.raises(PermissionDenied):
        services.own_contact_add(resident=cast.greta, kind="family", name="Uncle Dmitri")

    assert not Contact.objects.exists()


def test_probation_officer_is_not_ones_own_to_keep(cast):
    with acting_as(cast.alice, source="web"):
        officer = services.contact_add(resident=cast.dana, kind="officer", name="Officer Kline")

    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(ValidationError, match="staff"):
            services.own_contact_add(resident=cast.dana, kind="officer", name="Somebody else")
        with pytest.raises(PermissionDenied):
            services.own_contact_change(contact=officer, changes={"is_current": False})
        friend = services.own_contact_add(resident=cast.dana, kind="other", name="A friend")
        with pytest.raises(ValidationError, match="staff"):
            services.own_contact_change(contact=friend, changes={"kind": "officer"})

    assert sorted(Contact.objects.values_list("name", "kind", "is_current")) == [
        ("A friend", "other", True),
        ("Officer Kline", "officer", True),
    ]


def test_staff_still_record_nothing_about_themselves(cast, as_dana):
    with pytest.raises(PermissionDenied):
        services.contact_add(resident=cast.dana, kind="family", name="Aunt Petra")

    assert not Contact.objects.exists()


def test_account_is_given_to_whoever_has_the_longest_of_names(cast, as_alice):
    person = new_person(cast, legal_first_name="W" * 100, legal_last_name="o" * 100)

    user = services.account_give(resident=person, username="longest")

    assert user.name == "W" * 100 + " " + "o" * 19
