"""Every page of the site, as a person with a screen reader, a small phone or a dark room meets it.

Each address of the site is opened with long names on it, at phone and desk width, in light and dark: no axe violation,
nothing that sticks out to the side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from api.doors import DOORS
from residents.houses import services as houses
from residents.models import Role
from residents.people import photos
from residents.people import services as people
from residents.people.looks import note_look
from residents.stays import services as stays
from residents.stays.notices import APPLICATION_RECEIVED
from residents.stays.services import papers
from soberhouse.accounts import keys
from soberhouse.accounts import services as accounts
from soberhouse.accounts.backend import ResetLink
from soberhouse.documents import paper
from soberhouse.documents import services as documents
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from soberhouse.notices.services import notify
from tests.browser.logged import logged_rows
from tests.browser.met import (
    attendance_rows,
    calendar_rows,
    directory_rows,
    house_meeting_rows,
    own_rows,
    required_rows,
)
from tests.browser.ruled import a_picture, ruled_rows
from tests.cast import Cast, grant
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays

PIN = "482915"
NO_SPACE = "Wolfeschlegelsteinhausenbergerdorff"
LONG_NAME = (NO_SPACE * 3)[:100]  # one word: it can only be broken
LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]

# Addresses that show no page of their own.
NO_PAGE = {
    **{door.name: "for programs" for door in DOORS},
    "api_schema": "for programs",
    "mfa_login_webauthn": "a button of the sign-in page",
    "room_shift": "a button of the house's settings",
    "bed_shift": "a button of the house's settings",
    "my_record_json": "a file for programs",
    "my_record_pdf": "a PDF",
    "paper_file": "a PDF",
    "manifest": "what a phone is told when the site is put on its screen",
    "notice_open": "a button of the list of notices",
    "notices_read": "a button of the list of notices",
    "resident_photo": "a picture",
    "service_worker": "a script",
    "rule_drop": "a button of a draft",
    "orientation_start": "a button of the orientation list",
    "ladder_line_drop": "a button of a draft",
    "roll_came_in": "a button of the night roll",
    "my_sign_in": "a button of one's week",
    "attachment": "a picture, or a PDF",
    "signature_paper": "a picture",
    "contract_signature_paper": "a picture",
    "entry_photo": "a picture",
    "deadline_file": "a picture, or a PDF",
    "holidays_start": "a button of the clocks",
    "holiday_drop": "a button of the clocks",
    "safety_start": "a button of the safety of the house",
    "hand_over_read": "a button of a hand-over",
    "motion_kinds_start": "a button of the kinds of motions",
    "minutes_file": "a PDF",
    "attendance_photo": "a picture",
    "my_plan_add": "a button of a meeting",
    "meeting_code": "a button of a meeting",
    "feed_read_now": "a button of a directory",
    "my_plan_end": "a button of one's meetings",
    "calendar_feed": "for calendar programs",
}
# Opened by tests of their own: they need another visitor.
SIGNED_OUT = {
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "join",
    "mfa_authenticate",
}
# Opened by a test of their own: they ask once more who one is.
CONFIRMED = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "passkey_remove",
}
ON_A_TABLET = {"tablet", "tablet_pin"}
# Opened by a test of their own: they are a resident's. Which of the rows below each is about.
MINE = {
    **dict.fromkeys(["my_week", "my_record", "my_looks", "my_house", "my_contact_add"], ""),
    "my_contact_change": "contact",
    "book_sign": "book to sign",
    **dict.fromkeys(["violation_answer", "violation_attach_own"], "violation"),
    "violation_appeal": "decided violation",
    "contract_sign": "unsigned contract",
    **dict.fromkeys(["my_pass_ask", "my_sign_out"], ""),
    **dict.fromkeys(["my_pass_officer", "my_pass_cancel"], "asked pass"),
    **dict.fromkeys(["my_pass_more_time", "my_pass_back"], "given pass"),
    **dict.fromkeys(["my_complaints", "my_complaint_new"], ""),
    **dict.fromkeys(["my_meetings", "my_attendance_choose", "my_attendance_code"], ""),
    "my_attendance_new": "meeting",
    **dict.fromkeys(["my_attendance", "my_attendance_raise"], "attendance"),
    **dict.fromkeys(["my_calendar", "my_calendar_link_new", "my_notes", "my_note_new"], ""),
    "my_calendar_link_revoke": "own calendar link",
    **dict.fromkeys(["my_note_change", "my_note_put_away"], "note"),
}
# Pages of the staff that whom they are about reads too, and sees less or otherwise.
MINE_TOO = {
    **dict.fromkeys(["books", "ladder", "pass_rules", "curfew_hours"], "house"),
    "book": "long book",
    "signature": "signature",
    **dict.fromkeys(["orientation", "curfew_of_stay", "meeting_weeks_of_stay", "attendance_of_stay"], "stay"),
    "attendance": "attendance",
    "violation": "violation decided again",
    "contract": "contract",
    "removal": "removal",
    "pass": "given pass",
    "entry": "entry",
}


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        else:
            yield pattern.name


ALL_NAMES = sorted(names(get_resolver().url_patterns))
SHARES = 8


@pytest.fixture
def rows(committed_db: None, cast: Cast) -> dict[str, Any]:
    """What each page is about, with names as long as may be: the row of the page, or the keys of its address."""
    today = cast.today
    with acting_as(cast.olive, source="web"):
        long_house = houses.house_create(
            organization=cast.organization, name=LONG_NAME[:80], time_zone="America/New_York"
        )
        room = houses.room_add(house=cast.house_a, name=LONG_NAME[:60])
        wide_bed = houses.bed_add(room=room, name=LONG_NAME[:40])
        closed = houses.bed_add(room=room, name="Closed")
        houses.bed_close(bed=closed, closed_on=today, reason="roof")
        tablet, _token = houses.tablet_enrol(house=cast.house_a, name=LONG_NAME[:60])
        for user in (cast.alice, cast.bob):
            accounts.pin_set(user=user, pin=PIN)
        accounts.user_deactivate(user=cast.charlie, reason="left")
        grant(cast.audra, "manager", cast.organization, long_house)
        partner = keys.partner_create(organization=cast.organization, name=LONG_NAME, email="desk@example.org")
        shut = keys.partner_create(organization=cast.organization, name=f"{LONG_NAME} shut")
        of_partner, of_alice, own_key = (
            keys.key_create(**holder, name=LONG_NAME[:80], scopes=["occupancy"], expires_at=timezone.now() + days(30))[
                0
            ]
            for holder in ({"partner": partner}, {"user": cast.alice}, {"user": cast.olive})
        )
        keys.partner_close(partner=shut, reason="over")
    with acting_as(cast.alice, source="web"):
        kind = stays.phase_kind_save(house=cast.house_a, number=1, name=LONG_NAME[:60])
        stay = lives(wide_bed, f"{LONG_NAME} {LONG_NAME}", since=today - days(40), expected_on=today + days(3))
        person = stay.resident
        stays.phase_set(stay=stay, kind=kind, starts_on=today - days(9), today=today)
        overstays(cast.bed_a("2A"), f"{LONG_NAME[:90]} Late", today=today)
        gone = lives(cast.bed_a("3B"), f"{LONG_NAME[:80]} Gone", since=today - days(20))
        first = stays.discharge(stay=gone, left_on=today - days(2), today=today, **ORDINARY)
        discharge = stays.discharge_correct(
            discharge=first, correction_reason=LONG_NAME * 4, where_to=LONG_NAME, today=today
        )
        out = stays.bed_take_out(bed=cast.bed_a("2B"), starts_on=today, ends_on=None, note=LONG_NAME, today=today)
        asks = applicant(cast, f"{LONG_NAME[:70]} Asks")
        held = hold(asks, cast.bed_a("3A"), today=today)
        waits = applicant(cast, f"{LONG_NAME[:60]} Waits")
        stays.application_wait(application=applicant(cast, f"{LONG_NAME[:60]} First"))
        stays.application_wait(application=waits)
        stays.application_move(application=waits, place=1, reason=LONG_NAME)
        alert = people.alert_add(resident=person, kind="allergy", text=LONG_NAME * 3)
        contact = people.contact_add(
            resident=person, kind="sponsor", name=LONG_NAME, phone="+1 555 010 7788", note=LONG_NAME * 2
        )
        hours = people.hours_add(
            resident=person,
            kind="work",
            where=LONG_NAME,
            weekdays=[0],
            starts=time(5),
            ends=time(13),
            starts_on=today,
        )
        duty = people.officer_appoint(
            resident=person, house=cast.house_a, duty="secretary", starts_on=today, today=today
        )
        notify(users=[cast.olive], kind=APPLICATION_RECEIVED, text=LONG_NAME * 3, url=reverse("today"))
        sobriety = people.sobriety_record(resident=person, since=today - days(90), reason=LONG_NAME, today=today)
        photos.photo_take(resident=person, data=a_picture())
        checked = issued_paper(cast)
        about = {"user": cast.alice, "recipient": LONG_NAME * 2, "purpose": LONG_NAME * 3, "now": timezone.now()}
        replaced, withdrawn = (papers.letter_issue(stay=stay, **about) for _each in range(2))
        letter = papers.letter_issue(stay=stay, replaces=replaced, **about)
        documents.withdraw(document=withdrawn, reason=LONG_NAME * 5)
    ruled = ruled_rows(cast, stay, kind, LONG_NAME)
    one = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}
    return {
        "house": cast.house_a,
        "organization": cast.organization,
        "room": room,
        "bed": wide_bed,
        "closed bed": closed,
        "tablet": tablet,
        "role": Role.objects.get(user=cast.bob),
        "person": one,
        "closed person": one | {"person": cast.charlie.uuid},
        "partner": partner,
        "closed partner": shut,
        "partner key": {"uuid": partner.uuid, "key": of_partner.uuid},
        "person key": one | {"key": of_alice.uuid},
        "own key": own_key,
        "resident": person,
        "sobriety": sobriety,
        "alert": alert,
        "contact": contact,
        "hours": hours[0],
        "duty": duty,
        "stay": stay,
        "discharge": discharge,
        "free bed": cast.bed_a("1B"),
        "hold": held,
        "out": out,
        "application": waits,
        "kind": kind,
        "upload": {"uuid": uploaded(cast)},
        "code": {"code": checked.code},
        "gone": gone,
        "paper": letter,
        "withdrawn": withdrawn,
        "replaced": replaced,
        **ruled,
        **logged_rows(cast, stay, LONG_NAME),
        **directory_rows(cast, LONG_NAME),
        **required_rows(cast, stay, kind, LONG_NAME),
        **attendance_rows(cast, stay, LONG_NAME),
        **house_meeting_rows(cast, stay, LONG_NAME),
        **calendar_rows(cast, LONG_NAME),
    }


def issued_paper(cast: Cast) -> IssuedDocument:
    """A paper in the register, of a kind with a long name."""
    return documents.issue(
        kind="census",
        title=LONG_NAME,
        organization=cast.organization,
        house=cast.house_a,
        as_of=timezone.now(),
        facts=None,
        draw=lambda head: paper.render(head, [paper.Text(LONG_NAME)]),
    )


def uploaded(cast: Cast) -> str:
    """The public id of a roster that was sent and waits to be looked at."""
    client = Client()
    client.force_login(cast.olive)
    text = f"Bed,Name,Moved in\n1A,{LONG_NAME},2026-01-05\n9Z,Nobody,never\n"
    file = SimpleUploadedFile("roster.csv", text.encode(), content_type="text/csv")
    answer = client.post(
        reverse("import_roster"),
        {"file": file, "organization": cast.organization.uuid, "house": cast.house_b.uuid},
    )
    return answer["Location"].rstrip("/").rsplit("/", 1)[-1]


# Which of the rows above each page is about; pages about nothing are not named here.
ABOUT = {
    **dict.fromkeys(
        [
            *("house_today", "house_settings", "house_change", "room_add", "tablets", "tablet_enrol", "board"),
            *("papers", "census_issue", "occupancy_issue"),
            *("move_in", "hold", "applications", "application_new", "occupancy", "phase_kinds", "phase_kind_new"),
        ],
        "house",
    ),
    **dict.fromkeys(["organization_settings", "house_new", "people", "person_new", "role_new"], "organization"),
    **dict.fromkeys(["papers_of_all", "occupancy_all_issue"], "organization"),
    **dict.fromkeys(["paper", "paper_withdraw"], "paper"),
    "face_sheet_issue": "resident",
    "letter_issue": "stay",
    "discharge_summary_issue": "gone",
    **dict.fromkeys(["partners", "partner_new"], "organization"),
    **dict.fromkeys(["partner", "partner_change", "partner_close", "partner_key_new"], "partner"),
    "partner_reopen": "closed partner",
    "partner_key_revoke": "partner key",
    "person_key_new": "person",
    "person_key_revoke": "person key",
    "own_key_revoke": "own key",
    **dict.fromkeys(["room_change", "bed_add"], "room"),
    **dict.fromkeys(["bed_change", "bed_close", "bed_out"], "bed"),
    "bed_reopen": "closed bed",
    "tablet_revoke": "tablet",
    "role_end": "role",
    **dict.fromkeys(
        [
            *("person", "person_change", "person_slip", "person_factors_reset", "person_pin", "person_pin_remove"),
            "person_deactivate",
        ],
        "person",
    ),
    "person_reactivate": "closed person",
    **dict.fromkeys(
        [
            *(
                "resident",
                "resident_change",
                "resident_slip",
                "sobriety_record",
                "alert_add",
                "contact_add",
                "hours_add",
            ),
            *("officer_appoint", "resident_photo_change", "resident_photo_remove"),
        ],
        "resident",
    ),
    "sobriety_correct": "sobriety",
    "alert_change": "alert",
    "contact_change": "contact",
    **dict.fromkeys(["hours_change", "hours_end"], "hours"),
    "officer_end": "duty",
    "bed_back": "out",
    **dict.fromkeys(["hold_change", "hold_release"], "hold"),
    **dict.fromkeys(
        [
            *("stay", "stay_move", "stay_transfer", "stay_expect", "stay_discharge", "stay_phase", "stay_void"),
            "stay_correct_start",
        ],
        "stay",
    ),
    **dict.fromkeys(["discharge_correct", "discharge_undo"], "discharge"),
    **dict.fromkeys(
        [
            *("application", "application_accept", "application_wait", "application_move"),
            *("application_decline", "application_withdraw"),
        ],
        "application",
    ),
    "phase_kind_change": "kind",
    "import_preview": "upload",
    "verify_code": "code",
    **dict.fromkeys(
        [
            *("books", "book_begin", "orientations", "orientation_list", "orientation_item_add"),
            *("ladder", "ladder_begin", "violations", "consistency"),
            *("passes", "pass_rules", "pass_rule_new", "pass_rules_start"),
            *("night_roll", "curfew_log", "curfew_hours", "curfew_hour_new", "whereabouts", "curfew_log_issue"),
        ],
        "house",
    ),
    "consistency_all": "organization",
    **dict.fromkeys(["book", "signatures", "book_issue", "signing_sheet_issue"], "book"),
    **dict.fromkeys(["book_changes", "book_change", "book_publish", "rule_add"], "draft book"),
    "rule_change": "draft rule",
    **dict.fromkeys(["signature", "signature_undo", "acknowledgement_issue"], "signature"),
    "orientation_undo": "shown",
    "orientation_item_change": "orientation item",
    **dict.fromkeys(["ladder_draft", "ladder_change", "ladder_line", "ladder_publish"], "draft ladder"),
    **dict.fromkeys(
        [
            *("book_sign_paper", "orientation", "violation_new", "contract_new", "removal_new", "pass_new"),
            *("curfew_of_stay", "curfew_exception_new", "sign_out", "sign_in", "curfew_record_issue"),
        ],
        "stay",
    ),
    **dict.fromkeys(
        [
            *("violation", "violation_answer_heard", "violation_decide", "violation_withdraw", "violation_attach"),
            "violation_notice_issue",
        ],
        "violation",
    ),
    "violation_appeal_heard": "decided violation",
    "appeal_decide": "appeal",
    "appeal_decision_issue": "violation decided again",
    "review_opinion": "reviewed violation",
    **dict.fromkeys(["contract", "contract_review", "contract_issue"], "contract"),
    "contract_paper": "unsigned contract",
    **dict.fromkeys(["removal", "removal_review"], "removal"),
    **dict.fromkeys(["pass_rule_change", "pass_rule_drop"], "pass rule"),
    **dict.fromkeys(["pass", "pass_decide", "pass_officer", "pass_cancel"], "asked pass"),
    **dict.fromkeys(["pass_extend", "pass_return", "pass_slip_issue"], "given pass"),
    "curfew_check_correct": "check",
    **dict.fromkeys(["curfew_hour_change", "curfew_hour_end"], "curfew hour"),
    "curfew_exception_end": "exception",
    "movement_correct": "movement",
    **dict.fromkeys(["meeting_weeks", "requirements", "requirement_new"], "house"),
    "meeting_new": "house",
    **dict.fromkeys(["meeting_new_for_all", "feeds", "feed_new"], "organization"),
    **dict.fromkeys(
        ["meeting", "meeting_edit", "meeting_close", "meeting_once", "meeting_as_usual", "meeting_poster"],
        "meeting of the house",
    ),
    **dict.fromkeys(["feed", "feed_change", "feed_file"], "feed"),
    "feed_reading": "feed reading",
    **dict.fromkeys(["meeting_weeks_of_stay", "requirement_of_stay", "week_excuse"], "stay"),
    "requirement_end": "requirement",
    "week_excuse_take_back": "excused week",
    **dict.fromkeys(
        [
            *("log", "entry_new", "log_issue", "log_of_few_issue", "incident_start", "complaint_new", "search_new"),
            *("visit_new", "deadlines", "safety", "safety_item_new", "safety_issue", "hand_over_new", "hand_overs"),
        ],
        "house",
    ),
    **dict.fromkeys(["clocks", "clock_new", "holiday_new", "load"], "organization"),
    **dict.fromkeys(["entry", "entry_amend", "entry_show_to", "entry_photo_add", "follow_up_new"], "entry"),
    **dict.fromkeys(["incident_draft", "incident_draft_drop"], "draft"),
    **dict.fromkeys(["incident_step_new", "incident_close", "incident_issue"], "incident"),
    "incident_step_amend": "step",
    "follow_up_done": "follow up",
    **dict.fromkeys(["complaint_answer", "complaint_close", "complaint_issue"], "complaint"),
    "search_amend": "search",
    "visit_end": "visit",
    "clock_end": "clock",
    "deadline_met": "deadline",
    **dict.fromkeys(["safety_item_change", "safety_check_new"], "safety item"),
    "safety_check_correct": "safety check",
    **dict.fromkeys(["hand_over", "hand_over_issue"], "hand-over"),
    **dict.fromkeys(["house_meetings", "house_meeting_begin", "motion_kinds", "motion_kind_new"], "house"),
    **dict.fromkeys(
        [
            *("house_meeting", "agenda_new", "house_meeting_roll", "house_meeting_code", "minutes_line_new"),
            *("motion_new", "election_new", "minutes_publish"),
        ],
        "house meeting",
    ),
    "agenda_take_off": "agenda item",
    "roll_line_correct": "roll line",
    "minutes_line_correct": "minutes line",
    "motion_correct": "motion",
    "minutes_issue": "published house meeting",
    **dict.fromkeys(["motion_kind_change", "motion_kind_drop"], "motion kind"),
    **dict.fromkeys(["attendance_of_house", "attendance_doubts", "sign_in_sheet_issue"], "house"),
    **dict.fromkeys(
        ["attendance_of_stay", "attendance_choose", "attendance_new", "attendance_issue", "meeting_slip_issue"], "stay"
    ),
    **dict.fromkeys(
        ["attendance", "attendance_raise", "attendance_strike", "attendance_restore", "attendance_settle"],
        "attendance",
    ),
    **dict.fromkeys(["house_calendar", "calendar_link_new"], "house"),
    "calendar_link_revoke": "calendar link",
}
# What an address asks for besides.
ASKING = {"meetings": "?on=week", "meeting_as_usual": "?on=2026-01-05", "book_begin": "?kind=testing"}
# More of the same page: lists asked otherwise, other records.
MORE: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "meeting": lambda rows: [reverse("meeting", args=[rows["closed meeting"].uuid])],
    "board": lambda rows: [
        reverse("board", args=[rows["house"].uuid]) + "?night=2020-01-01",
        reverse("board", args=[rows["house"].uuid]) + "?night=2099-01-01",
    ],
    "applications": lambda rows: [reverse("applications", args=[rows["house"].uuid]) + "?show=closed"],
    "occupancy": lambda rows: [reverse("occupancy", args=[rows["house"].uuid]) + "?span=year"],
    "stay": lambda rows: [reverse("stay", args=[rows["gone"].uuid])],
    "papers": lambda rows: [reverse("papers", args=[rows["house"].uuid]) + "?kind=house-census"],
    "paper": lambda rows: [reverse("paper", args=[rows[name].uuid]) for name in ("withdrawn", "replaced")],
    "letter_issue": lambda rows: [
        reverse("letter_issue", args=[rows["stay"].uuid]) + f"?replaces={rows['paper'].uuid}"
    ],
    "application": lambda rows: [reverse("application", args=[rows["hold"].application.uuid])],
    "partners": lambda rows: [reverse("partners", args=[rows["organization"].uuid]) + "?show=closed"],
    "partner": lambda rows: [reverse("partner", args=[rows["closed partner"].uuid])],
    "people": lambda rows: [reverse("people", args=[rows["organization"].uuid]) + "?show=past"],
    "person": lambda rows: [reverse("person", kwargs=rows["closed person"])],
    "book": lambda rows: [reverse("book", args=[rows[name].uuid]) for name in ("draft book", "long book")],
    "violation": lambda rows: [
        reverse("violation", args=[rows[name].uuid])
        for name in (
            *("decided violation", "appealed violation", "violation decided again", "withdrawn violation"),
            "reviewed violation",
        )
    ],
    "violation_decide": lambda rows: [reverse("violation_decide", args=[rows["violation decided again"].uuid])],
    "contract": lambda rows: [reverse("contract", args=[rows["unsigned contract"].uuid])],
    "pass": lambda rows: [reverse("pass", args=[rows[name].uuid]) for name in ("given pass", "refused pass")],
    "house_meeting": lambda rows: [reverse("house_meeting", args=[rows["published house meeting"].uuid])],
    "curfew_log": lambda rows: [reverse("curfew_log", args=[rows["house"].uuid]) + "?by=person"],
    "attendance": lambda rows: [
        reverse("attendance", args=[rows[name].uuid]) for name in ("struck attendance", "signed attendance")
    ],
    "attendance_new": lambda rows: [
        reverse("attendance_new", args=[rows["stay"].uuid]) + f"?meeting={rows[name].uuid}"
        for name in ("meeting", "meeting by appointment")
    ],
    "log": lambda rows: [
        reverse("log", args=[rows["house"].uuid]) + asked
        for asked in ("?known=2020-01-01T12:00", "?words=nothing&kind=note")
    ],
    "entry": lambda rows: [
        reverse("entry", args=[rows[name].uuid])
        for name in (
            *("kept entry", "incident", "closed incident", "complaint", "closed complaint", "grievance"),
            *("search", "visit"),
        )
    ],
}


def addresses(name: str, rows: dict[str, Any]) -> list[str]:
    """Where to find this page."""
    if name == "history":
        kinds = ("house", "resident", "stay", "application", "role", "bed", "partner")
        return [reverse("history", args=[kind, rows[kind].uuid]) for kind in kinds]
    if name in ABOUT:
        about = rows[ABOUT[name]]
        keys = about if isinstance(about, dict) else {"uuid": about.uuid}
        return [reverse(name, kwargs=keys) + ASKING.get(name, ""), *MORE.get(name, lambda rows: [])(rows)]
    return [reverse(name)]


STICKS_OUT = """() => [...document.querySelectorAll('body *')] .filter(element =>
element.getBoundingClientRect().right > innerWidth && !element.closest('.scroll, .visually-hidden')) .map(element =>
element.outerHTML.slice(0, 160))"""


def look_at(page: Page, assert_accessible: Callable[[Page], None]) -> None:
    """The page as it is once loaded, at both widths and in both colours."""
    page.wait_for_load_state()
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        # A colour on its way to another is none of ours.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert fits, (page.url, width, page.evaluate(STICKS_OUT))
        assert_accessible(page)


def test_every_address_is_somebody_s_to_open():
    opened = set(ALL_NAMES) - set(NO_PAGE) - SIGNED_OUT - CONFIRMED - ON_A_TABLET - set(MINE)
    without_a_row = {name for name in opened - set(ABOUT) if _needs_a_row(name)}

    assert without_a_row == set()
    assert set(ABOUT) | set(NO_PAGE) | SIGNED_OUT | CONFIRMED | ON_A_TABLET | set(MINE) <= set(ALL_NAMES)


def _needs_a_row(name: str) -> bool:
    return name != "history" and any(keys for _path, keys in get_resolver().reverse_dict.getlist(name)[0][0])


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_can_be_read_by_everybody(
    share: int, rows: dict[str, Any], cast: Cast, open_page: Any, sign_in: Any, assert_accessible: Any
):
    page = open_page()
    sign_in(page, cast.olive)
    elsewhere = {*NO_PAGE, *SIGNED_OUT, *CONFIRMED, *ON_A_TABLET, *MINE}
    shared = [name for name in ALL_NAMES if name not in elsewhere][share::SHARES]

    for name in shared:
        for address in addresses(name, rows):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            expect(page.locator("h1")).to_have_count(1)
            look_at(page, assert_accessible)


@pytest.mark.parametrize(
    ("who", "names_of_pages"),
    [("dana", ["today"]), ("audra", ["house_today", "board", "stay", "application", "resident", "occupancy"])],
)
def test_pages_of_those_who_may_less_can_be_read_too(
    who: str,
    names_of_pages: list[str],
    rows: dict[str, Any],
    cast: Cast,
    page: Page,
    sign_in: Any,
    assert_accessible: Any,
):
    person = getattr(cast, who)
    sign_in(page, getattr(person, "user", person))

    for name in names_of_pages:
        page.goto(addresses(name, rows)[0])
        look_at(page, assert_accessible)


@pytest.mark.parametrize("works_too", [False, True], ids=["resident", "resident who manages the house"])
def test_pages_of_a_resident_can_be_read_by_everybody(
    works_too: bool, rows: dict[str, Any], cast: Cast, page: Page, sign_in: Any, assert_accessible: Any
):
    """All there is of somebody with the longest of names, whom staff has looked at."""
    person = rows["resident"]
    with acting_as(cast.olive, source="web"):
        user = people.account_give(resident=person, username="longest")
        for what in ("page", "history", "paper", "photo", "api"):
            note_look(person, what, user=cast.alice, detail=LONG_NAME[:60])
        if works_too:
            grant(user, "manager", cast.organization, cast.house_a)
    rows |= own_rows(rows["stay"], LONG_NAME)
    sign_in(page, user)

    for name, about in [*MINE.items(), *MINE_TOO.items()]:
        answer = page.goto(reverse(name, args=[rows[about].uuid] if about else []))
        assert answer is not None
        assert answer.status == 200, name
        expect(page.locator("h1")).to_have_count(1)
        page.evaluate("() => document.querySelectorAll('main details').forEach(closed => { closed.open = true; })")
        look_at(page, assert_accessible)


def test_pages_before_signing_in_can_be_read_by_everybody(
    committed_db: None, cast: Cast, page: Page, assert_accessible: Any
):
    key = ResetLink().make_token(cast.alice)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(cast.alice), "key": key})
    spent = reverse("account_reset_password_from_key", kwargs={"uidb36": "zz", "key": "gone"})

    for address in [*map(reverse, sorted(SIGNED_OUT - {"account_reset_password_from_key"})), link, spent]:
        page.goto(address)
        look_at(page, assert_accessible)


def test_shared_tablet_can_be_read_by_everybody(
    rows: dict[str, Any], cast: Cast, page: Page, sign_in: Any, assert_accessible: Any
):
    sign_in(page, cast.olive)
    page.goto(reverse("tablet_enrol", args=[cast.house_a.uuid]))
    page.get_by_label("name").fill("Kitchen")
    page.get_by_role("button", name="Make it a shared tablet").click()
    expect(page).to_have_url(page.url.split("/tablet/")[0] + reverse("tablet"))
    look_at(page, assert_accessible)

    page.get_by_role("link", name="Alice E.").click()
    look_at(page, assert_accessible)


@pytest.mark.parametrize(
    "name",
    [
        *("move_in", "hold", "stay_discharge", "application_new", "stay_void", "discharge_undo"),
        *("violation_new", "contract_new"),
    ],
)
def test_page_that_says_what_is_wrong_can_be_read_by_everybody(
    name: str, rows: dict[str, Any], cast: Cast, page: Page, sign_in: Any, assert_accessible: Any
):
    sign_in(page, cast.alice)
    page.goto(addresses(name, rows)[0])
    for more in page.locator("main form details:not([open]) > summary").all():
        more.click()
    for day in page.locator("main form input[type=date]").all():
        day.fill("2999-01-01")

    page.locator("main form.card button[type=submit]").last.click()

    expect(page.locator(".error-summary")).to_be_visible()
    look_at(page, assert_accessible)


@pytest.mark.parametrize("path", ["/nothing/here/", "/stays/00000000-0000-0000-0000-000000000000/"])
def test_page_that_is_not_there_can_be_read_by_everybody(
    path: str,
    committed_db: None,
    cast: Cast,
    page: Page,
    sign_in: Any,
    assert_accessible: Any,
    complaints: list[str],
):
    sign_in(page, cast.alice)

    answer = page.goto(path)

    assert answer is not None
    assert answer.status == 404
    look_at(page, assert_accessible)
    assert ["404" in complaint for complaint in complaints] == [True]
    complaints.clear()


def test_page_one_may_not_open_can_be_read_by_everybody(
    rows: dict[str, Any], cast: Cast, page: Page, sign_in: Any, assert_accessible: Any, complaints: list[str]
):
    sign_in(page, cast.audra)

    answer = page.goto(addresses("stay_discharge", rows)[0])

    assert answer is not None
    assert answer.status == 403
    look_at(page, assert_accessible)
    assert ["403" in complaint for complaint in complaints] == [True]
    complaints.clear()


def test_long_names_are_shown_whole(rows: dict[str, Any], cast: Cast, page: Page, sign_in: Any):
    """At 360 pixels nothing is cut off: every letter lies on the screen."""
    sign_in(page, cast.alice)

    for name in ("house_today", "board", "stay", "application", "resident", "applications", "residents"):
        page.goto(addresses(name, rows)[0])
        cut_off = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(element => {
                const style = getComputedStyle(element);
                if (element.closest('.visually-hidden, svg, .scroll, select, input')) return false;
                if (style.clipPath !== 'none') return false;  // for a screen reader only
                const box = element.getBoundingClientRect();
                return (style.textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth)
                    || (style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1)
                    || box.right > innerWidth + 1;
            }).map(element => element.outerHTML.slice(0, 120))"""
        )
        assert cut_off == [], name
