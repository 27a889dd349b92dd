"""Who may open what, written down once more: a line for every name among the URLs.

It is written from what the product promises (who may do what, seen from a row of house A), not from the decorators of
the views: a permission loosened there fails here. `may` are those it opens to. `sees` are those who know that the row
is there and may not: 403. To everybody else a row does not exist: 404. Where an address is about no row, everybody else
is told 403.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from residents.away.hours import night_of
from residents.meetings.standing import monday
from tests.matrix.world import DEAD_KEYS, NOBODY, PARTNER_KEYS, PEOPLE, USER_KEYS, World
from tests.residents.stays.stories import ORDINARY

Who = frozenset[str]


def who(*names: str) -> Who:
    return frozenset(names)


NO_ONE = who()
EVERYBODY = who(*PEOPLE)
RUNS_A = who("alice", "bob", "olive")  # its managers and the operator
LOOKS_INTO_A = RUNS_A | {"audra"}
LIVES_IN_A = who("dana", "frank")
KNOWS_A = LOOKS_INTO_A | LIVES_IN_A
OF_THE_ORGANIZATION = EVERYBODY - {"oscar"}
STAFF = EVERYBODY - {"dana", "erin", "frank"}  # of any house
RESIDENTS = who("dana", "erin", "frank")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page about the row `about`, or about none. `gives` is the status that looking at it gives those who may, but
    those whom it `leads` elsewhere. `only_looks` are those who may look and not send. `writes` are the tables that it
    may write when somebody looks at it."""

    about: str = ""
    may: Who
    sees: Who = NO_ONE
    otherwise: int = 0
    gives: int = 200
    leads: Who = NO_ONE
    only_looks: Who = NO_ONE
    writes: Who = NO_ONE

    def refuses(self, person: str) -> int:
        """The status that this person is refused with; 0 for those who may."""
        if person in self.may:
            return 0
        return 403 if person in self.sees else self.otherwise or (404 if self.about else 403)


@dataclass(frozen=True, kw_only=True)
class Door:
    """A page that opens to everybody, or asks for something else than a sign-in, for the reason given. `nobody` and
    `somebody` are the statuses of looking at it without and with a session."""

    why: str
    nobody: int = 200
    somebody: int = 200
    keys: Mapping[str, Any] = field(default_factory=dict)


def in_house_a(may: Who, about: str = "house") -> Page:
    """About the house, its rooms and beds, which those who live there see too."""
    return Page(about=about, may=may, sees=KNOWS_A)


def of_a(may: Who, about: str) -> Page:
    """About a row that staff of the house see, and nobody who lives there."""
    return Page(about=about, may=may, sees=LOOKS_INTO_A)


def of_dana(about: str) -> Page:
    """About something of Dana's that she alone does."""
    return Page(about=about, may=who("dana"), sees=LOOKS_INTO_A)


def about_dana_too(may: Who, about: str) -> tuple[Page, Page]:
    """About a row of Nia's, and one of Dana's, who knows that it is there."""
    return of_a(may, about), Page(about=f"{about} of dana", may=may, sees=who("audra", "dana"))


def of_organization(may: Who, about: str = "organization") -> Page:
    return Page(about=about, may=may, sees=OF_THE_ORGANIZATION)


def for_operator(about: str) -> Page:
    """About something that nobody but the operator sees."""
    return Page(about=about, may=who("olive"))


HOUSE_IS_SEEN = in_house_a(KNOWS_A)
HOUSE_IS_LOOKED_INTO = in_house_a(LOOKS_INTO_A)
HOUSE_IS_RUN = in_house_a(RUNS_A)
HOUSE_IS_OPERATED = in_house_a(who("olive"))
ORGANIZATION_IS_OPERATED = of_organization(who("olive"))
A_PERSON = of_organization(who("olive"), "person")
GATHERS = Page(may=STAFF)
OWN_RECORD = Page(may=RESIDENTS, otherwise=404)
ONE_S_OWN = Page(may=EVERYBODY)
LEADS_ON = Page(may=EVERYBODY, leads=EVERYBODY)  # to show once more who one is
PAPERS = (
    of_a(LOOKS_INTO_A, "paper of the house"),
    of_a(LOOKS_INTO_A, "paper about nia"),
    Page(about="paper about dana", may=LOOKS_INTO_A | {"dana"}),
)
WORKS_FOR_IT = OF_THE_ORGANIZATION - RESIDENTS
FOR_OPERATORS = Page(about="entry for operators", may=who("olive"))
# Dana's grievance against alice: whoever manages the house with her is not told either.
GRIEVANCE_IS_READ = Page(about="grievance", may=who("olive", "dana"))
GRIEVANCE_IS_RUN = Page(about="grievance", may=who("olive"), sees=who("dana"))
GRIEVANCE_STAYS = Page(about="grievance", may=NO_ONE, sees=who("olive", "dana"))  # who reads it is never changed
THE_DOOR = "how people come in, and back in"

PAGES: dict[str, tuple[Page | Door, ...]] = {
    # pages
    "today": (Page(may=EVERYBODY, leads=EVERYBODY - {"olive", "audra"}),),  # to the one house or the week of theirs
    "house_today": (HOUSE_IS_SEEN,),
    "history": (
        of_a(LOOKS_INTO_A, "history of a stay"),
        Page(about="history of dana", may=LOOKS_INTO_A | {"dana"}),
        Page(about="history of a note of dana", may=who("dana")),
        Page(about="history of a shared note of dana", may=who("dana"), sees=LOOKS_INTO_A),
        Page(about="history of a calendar link of dana", may=who("dana")),
        in_house_a(LOOKS_INTO_A, "history of the house"),
        of_a(LOOKS_INTO_A, "history of an entry"),
        Page(about="history of the grievance", may=who("olive"), sees=who("dana")),
        Page(about="history of its complaint", may=who("olive"), sees=who("dana")),
        Page(about="history of a kind there is not", may=NO_ONE),
    ),
    "components": (Door(why="made-up examples, and only where the site runs locally"),),
    "manifest": (Door(why="an app's name and its pictures"),),
    "offline": (Door(why="says that there is no connection"),),
    "service_worker": (Door(why="a script"),),
    "residents": (GATHERS,),
    "resident": (of_a(LOOKS_INTO_A, "resident"), Page(about="dana", may=LOOKS_INTO_A, sees=who("dana"))),
    # one's own
    "my_week": (OWN_RECORD,),
    "my_record": (OWN_RECORD,),
    "my_record_pdf": (OWN_RECORD,),
    "my_record_json": (OWN_RECORD,),
    "my_looks": (OWN_RECORD,),
    "my_house": (OWN_RECORD,),
    "my_contact_add": (OWN_RECORD,),
    "my_contact_change": (
        Page(about="own contact", may=who("dana"), sees=LOOKS_INTO_A),
        Page(about="contact", may=NO_ONE, sees=LOOKS_INTO_A),
    ),
    "notices": (ONE_S_OWN,),
    "notice_open": (Page(about="notice", may=who("alice"), gives=405),),
    "notices_read": (Page(may=EVERYBODY, gives=405),),
    "own_account": (ONE_S_OWN,),
    "own_pin": (ONE_S_OWN,),
    "own_sessions": (ONE_S_OWN,),
    "own_key_revoke": (Page(about="own key", may=who("alice")),),
    "account_change_password": (ONE_S_OWN,),
    "account_reauthenticate": (ONE_S_OWN,),
    "mfa_index": (ONE_S_OWN,),
    "mfa_reauthenticate": (LEADS_ON,),
    "mfa_reauthenticate_webauthn": (LEADS_ON,),
    "mfa_activate_totp": (LEADS_ON,),
    "mfa_deactivate_totp": (LEADS_ON,),
    "mfa_add_webauthn": (LEADS_ON,),
    "mfa_view_recovery_codes": (LEADS_ON,),
    "passkey_remove": (Page(about="a passkey", may=EVERYBODY, leads=EVERYBODY),),
    # a house
    "house_settings": (HOUSE_IS_RUN,),
    "house_change": (HOUSE_IS_RUN,),
    "room_add": (HOUSE_IS_RUN,),
    "room_change": (in_house_a(RUNS_A, "room"),),
    "room_shift": (Page(about="room", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "bed_add": (in_house_a(RUNS_A, "room"),),
    "bed_change": (in_house_a(RUNS_A, "bed"),),
    "bed_shift": (Page(about="bed", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "bed_close": (in_house_a(RUNS_A, "bed"),),
    "bed_reopen": (in_house_a(RUNS_A, "closed bed"),),
    "phase_kinds": (HOUSE_IS_RUN,),
    "phase_kind_new": (HOUSE_IS_RUN,),
    "phase_kind_change": (in_house_a(RUNS_A, "kind"),),
    # people, roles, tablets, partners, keys
    "organization_settings": (ORGANIZATION_IS_OPERATED,),
    "house_new": (ORGANIZATION_IS_OPERATED,),
    "people": (ORGANIZATION_IS_OPERATED,),
    "person_new": (ORGANIZATION_IS_OPERATED,),
    "role_new": (ORGANIZATION_IS_OPERATED,),
    "role_end": (Page(about="role", may=who("olive"), sees=who("bob")),),
    "person": (A_PERSON,),
    "person_change": (A_PERSON,),
    "person_slip": (A_PERSON,),
    "person_factors_reset": (A_PERSON,),
    "person_pin": (A_PERSON,),
    "person_pin_remove": (A_PERSON,),
    "person_deactivate": (A_PERSON,),
    "person_reactivate": (of_organization(who("olive"), "closed person"),),
    "person_key_new": (A_PERSON,),
    "person_key_revoke": (of_organization(who("olive"), "key of a person"),),
    "partners": (ORGANIZATION_IS_OPERATED,),
    "partner_new": (ORGANIZATION_IS_OPERATED,),
    "partner": (for_operator("partner"),),
    "partner_change": (for_operator("partner"),),
    "partner_close": (for_operator("partner"),),
    "partner_reopen": (for_operator("closed partner"),),
    "partner_key_new": (for_operator("partner"),),
    "partner_key_revoke": (for_operator("key of a partner"),),
    "tablets": (HOUSE_IS_OPERATED,),
    "tablet_enrol": (HOUSE_IS_OPERATED,),
    "tablet_revoke": (of_a(who("olive"), "tablet"),),
    "tablet": (Door(why="only an enrolled device opens it", nobody=404, somebody=404),),
    "tablet_pin": (Door(why="only an enrolled device opens it", nobody=404, somebody=404, keys={"about": "step up"}),),
    # residents
    "resident_slip": (of_a(RUNS_A, "resident"), Page(about="dana", may=RUNS_A, sees=who("audra", "dana"))),
    "resident_change": (of_a(RUNS_A, "resident"), Page(about="dana", may=RUNS_A, sees=who("audra", "dana"))),
    "sobriety_record": (of_a(RUNS_A, "resident"),),
    "sobriety_correct": (of_a(RUNS_A, "sobriety"),),
    "alert_add": (of_a(RUNS_A, "resident"),),
    "alert_change": (Page(about="alert", may=RUNS_A),),  # seen by few: the auditor is none of them
    "contact_add": (of_a(RUNS_A, "resident"),),
    "contact_change": (of_a(RUNS_A, "contact"),),
    "hours_add": (of_a(RUNS_A, "resident"),),
    "hours_change": (of_a(RUNS_A, "hours"),),
    "hours_end": (of_a(RUNS_A, "hours"),),
    "officer_appoint": (of_a(RUNS_A, "resident"),),
    "officer_end": (in_house_a(RUNS_A, "duty"),),
    "resident_photo": (of_a(LOOKS_INTO_A, "resident"), Page(about="dana", may=LOOKS_INTO_A | {"dana"})),
    "resident_photo_change": (of_a(RUNS_A, "resident"), Page(about="dana", may=RUNS_A, sees=who("audra", "dana"))),
    "resident_photo_remove": (of_a(RUNS_A, "resident"), Page(about="dana", may=RUNS_A, sees=who("audra", "dana"))),
    # stays and beds
    "board": (HOUSE_IS_LOOKED_INTO,),
    "move_in": (HOUSE_IS_RUN,),
    "hold": (HOUSE_IS_RUN,),
    "bed_out": (in_house_a(RUNS_A, "bed"),),
    "bed_back": (of_a(RUNS_A, "out"),),
    "hold_change": (of_a(RUNS_A, "hold"),),
    "hold_release": (of_a(RUNS_A, "hold"),),
    "stay": (of_a(LOOKS_INTO_A, "stay"), Page(about="stay of dana", may=LOOKS_INTO_A, sees=who("dana"))),
    "stay_move": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "stay_transfer": (of_a(RUNS_A, "stay"),),
    "stay_expect": (of_a(RUNS_A, "stay"),),
    "stay_discharge": (of_a(RUNS_A, "stay"),),
    "stay_phase": (of_a(RUNS_A, "stay"),),
    "stay_void": (of_a(RUNS_A, "stay"),),
    "stay_correct_start": (of_a(RUNS_A, "stay"),),
    "discharge_correct": (of_a(RUNS_A, "discharge"),),
    "discharge_undo": (of_a(RUNS_A, "discharge"),),
    "applications": (HOUSE_IS_LOOKED_INTO,),
    "application_new": (HOUSE_IS_RUN,),
    "application": (of_a(LOOKS_INTO_A, "application"),),
    "application_accept": (of_a(RUNS_A, "application"),),
    "application_wait": (of_a(RUNS_A, "application"),),
    "application_move": (of_a(RUNS_A, "application"),),
    "application_decline": (of_a(RUNS_A, "application"),),
    "application_withdraw": (of_a(RUNS_A, "application"),),
    "occupancy_all": (GATHERS,),
    "occupancy": (HOUSE_IS_LOOKED_INTO,),
    "import_roster": (Page(may=STAFF - {"audra"}),),
    # nobody reads the file of another; it may be imported once it was looked at
    "import_preview": (Page(about="upload", may=who("olive"), writes=who("residents_rosterupload")),),
    # papers
    "papers": (HOUSE_IS_LOOKED_INTO,),
    "papers_of_all": (of_organization(who("olive", "audra")),),
    "paper": PAPERS,
    "paper_file": PAPERS,
    "paper_withdraw": (
        of_a(RUNS_A, "paper of the house"),
        of_a(RUNS_A, "paper about nia"),
        Page(about="paper about dana", may=RUNS_A, sees=who("audra", "dana")),
    ),
    "census_issue": (HOUSE_IS_RUN,),
    "occupancy_issue": (HOUSE_IS_RUN,),
    "occupancy_all_issue": (ORGANIZATION_IS_OPERATED,),
    "face_sheet_issue": (of_a(RUNS_A, "resident"),),
    "letter_issue": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "discharge_summary_issue": (of_a(RUNS_A, "gone"),),
    # books and who signed them
    "books": (HOUSE_IS_SEEN,),
    "book_begin": (Page(about="house", may=RUNS_A, sees=KNOWS_A, gives=404),),  # of a kind there is not
    "book": (in_house_a(KNOWS_A, "book"), of_a(LOOKS_INTO_A, "draft book")),
    "book_changes": (of_a(LOOKS_INTO_A, "draft book"),),
    "book_change": (of_a(RUNS_A, "draft book"),),
    "book_publish": (of_a(RUNS_A, "draft book"),),
    "rule_add": (of_a(RUNS_A, "draft book"),),
    "rule_change": (of_a(RUNS_A, "draft rule"),),
    "rule_drop": (Page(about="draft rule", may=RUNS_A, sees=LOOKS_INTO_A, gives=405),),
    "book_sign": (Page(about="sheet", may=LIVES_IN_A),),
    "book_sign_paper": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "signatures": (in_house_a(LOOKS_INTO_A, "book"),),
    "signature": (of_a(LOOKS_INTO_A, "signature"),),
    "signature_paper": (of_a(LOOKS_INTO_A, "signature"),),
    "signature_undo": (of_a(RUNS_A, "signature"),),
    "orientation": (
        Page(about="stay", may=LOOKS_INTO_A, only_looks=who("audra")),
        Page(about="stay of dana", may=LOOKS_INTO_A | {"dana"}, only_looks=who("audra", "dana")),
    ),
    "orientation_undo": (of_a(RUNS_A, "shown"),),
    "orientations": (HOUSE_IS_LOOKED_INTO,),
    "orientation_list": (HOUSE_IS_RUN,),
    "orientation_start": (Page(about="house", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "orientation_item_add": (HOUSE_IS_RUN,),
    "orientation_item_change": (in_house_a(RUNS_A, "item"),),
    "ladder": (HOUSE_IS_SEEN,),
    "ladder_begin": (HOUSE_IS_RUN,),
    "ladder_draft": (of_a(RUNS_A, "draft ladder"),),
    "ladder_change": (of_a(RUNS_A, "draft ladder"),),
    "ladder_line": (of_a(RUNS_A, "draft ladder"),),
    "ladder_line_drop": (Page(about="draft ladder", may=RUNS_A, sees=LOOKS_INTO_A, gives=405),),
    "ladder_publish": (of_a(RUNS_A, "draft ladder"),),
    "book_issue": (in_house_a(RUNS_A, "book"),),
    "signing_sheet_issue": (in_house_a(RUNS_A, "book"),),
    "acknowledgement_issue": (of_a(RUNS_A, "signature"),),
    # violations, and what follows
    "violations": (HOUSE_IS_LOOKED_INTO,),
    "violation_new": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "violation": (of_a(LOOKS_INTO_A, "violation"), Page(about="violation of dana", may=LOOKS_INTO_A | {"dana"})),
    "violation_answer": (of_dana("violation of dana"), Page(about="violation", may=NO_ONE, sees=LOOKS_INTO_A)),
    "violation_answer_heard": about_dana_too(RUNS_A, "violation"),
    "violation_decide": about_dana_too(RUNS_A, "violation"),
    "violation_appeal": (of_dana("decided violation of dana"),),
    "violation_appeal_heard": about_dana_too(RUNS_A, "decided violation"),
    "violation_withdraw": about_dana_too(RUNS_A, "violation"),
    "violation_attach": about_dana_too(RUNS_A, "violation"),
    "violation_attach_own": (of_dana("violation of dana"),),
    "attachment": (of_a(LOOKS_INTO_A, "attachment"),),
    "appeal_decide": (of_a(RUNS_A, "appeal"),),
    "consistency": (HOUSE_IS_LOOKED_INTO,),
    "consistency_all": (of_organization(who("olive", "audra")),),
    "contract_new": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "contract": (of_a(LOOKS_INTO_A, "contract"), Page(about="contract of dana", may=LOOKS_INTO_A | {"dana"})),
    "contract_sign": (of_dana("contract of dana"),),
    "contract_paper": (Page(about="contract of dana", may=RUNS_A, sees=who("audra", "dana")),),
    "contract_signature_paper": (of_a(LOOKS_INTO_A, "signature under a contract"),),
    "contract_review": (of_a(RUNS_A, "contract"),),
    "review_opinion": (of_a(RUNS_A, "reviewed violation"),),
    "removal_new": (Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana")),),
    "removal": (of_a(LOOKS_INTO_A, "removal"),),
    "removal_review": (of_a(RUNS_A, "removal"),),
    "violation_notice_issue": about_dana_too(RUNS_A, "violation"),
    "appeal_decision_issue": (of_a(RUNS_A, "heard violation"),),
    "contract_issue": about_dana_too(RUNS_A, "contract"),
    # passes, nights, who is in
    "passes": (HOUSE_IS_LOOKED_INTO,),
    "pass_rules": (HOUSE_IS_SEEN,),
    "pass_rule_new": (HOUSE_IS_RUN,),
    "pass_rules_start": (HOUSE_IS_RUN,),
    "pass_rule_change": (in_house_a(RUNS_A, "pass rule"),),
    "pass_rule_drop": (in_house_a(RUNS_A, "pass rule"),),
    "pass_new": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "pass": (of_a(LOOKS_INTO_A, "asked pass"), Page(about="pass of dana", may=LOOKS_INTO_A | {"dana"})),
    "pass_decide": (
        of_a(RUNS_A, "asked pass"),
        Page(about="pass of dana", may=RUNS_A, sees=who("audra", "dana")),
    ),
    "pass_officer": (of_a(RUNS_A, "asked pass"),),
    "pass_cancel": (of_a(RUNS_A, "asked pass"),),
    "pass_extend": about_dana_too(RUNS_A, "given pass"),
    "pass_return": about_dana_too(RUNS_A, "given pass"),
    "my_pass_ask": (OWN_RECORD,),
    "my_pass_officer": (of_dana("pass of dana"),),
    "my_pass_cancel": (of_dana("pass of dana"), Page(about="asked pass", may=NO_ONE, sees=LOOKS_INTO_A)),
    "my_pass_more_time": (of_dana("given pass of dana"),),
    "my_pass_back": (of_dana("given pass of dana"),),
    "pass_slip_issue": (of_a(RUNS_A, "given pass"),),
    "night_roll": (in_house_a(RUNS_A | {"frank"}),),  # and the house's officer
    "roll_came_in": (Page(about="house", may=RUNS_A | {"frank"}, sees=KNOWS_A, gives=405),),
    "curfew_log": (HOUSE_IS_LOOKED_INTO,),
    "curfew_check_correct": (of_a(RUNS_A, "check"),),
    "curfew_of_stay": (of_a(LOOKS_INTO_A, "stay"), Page(about="stay of dana", may=LOOKS_INTO_A | {"dana"})),
    "curfew_hours": (HOUSE_IS_SEEN,),
    "curfew_hour_new": (HOUSE_IS_RUN,),
    "curfew_hour_change": (in_house_a(RUNS_A, "curfew hour"),),
    "curfew_hour_end": (in_house_a(RUNS_A, "curfew hour"),),
    "curfew_exception_new": (of_a(RUNS_A, "stay"),),
    "curfew_exception_end": (of_a(RUNS_A, "exception"),),
    "meeting_weeks": (HOUSE_IS_LOOKED_INTO,),
    "meeting_weeks_of_stay": (of_a(LOOKS_INTO_A, "stay"), Page(about="stay of dana", may=LOOKS_INTO_A | {"dana"})),
    "requirements": (HOUSE_IS_SEEN,),
    "requirement_new": (HOUSE_IS_RUN,),
    "requirement_of_stay": (of_a(RUNS_A, "stay"),),
    "requirement_end": (in_house_a(RUNS_A, "requirement"), of_a(RUNS_A, "requirement of nia")),
    "week_excuse": (of_a(RUNS_A, "stay"),),
    "week_excuse_take_back": (of_a(RUNS_A, "excused week"),),
    "whereabouts": (HOUSE_IS_LOOKED_INTO,),
    "sign_out": (Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana")),),
    "sign_in": (of_a(RUNS_A, "stay"),),
    "movement_correct": (of_a(RUNS_A, "movement"),),
    "my_sign_out": (OWN_RECORD,),
    "my_sign_in": (Page(may=RESIDENTS, otherwise=404, leads=RESIDENTS),),  # they are in
    "curfew_log_issue": (HOUSE_IS_RUN,),
    "curfew_record_issue": (of_a(RUNS_A, "stay"),),
    # the directory of meetings
    "meetings": (Page(may=EVERYBODY),),
    "meeting": (Page(about="meeting", may=OF_THE_ORGANIZATION), Page(about="meeting of the house", may=KNOWS_A)),
    **dict.fromkeys(
        ["meeting_edit", "meeting_close", "meeting_once"],
        (of_organization(who("olive"), "meeting"), in_house_a(RUNS_A, "meeting of the house")),
    ),
    "meeting_as_usual": (Page(about="meeting of the house", may=RUNS_A, sees=KNOWS_A, leads=RUNS_A),),  # it is
    "meeting_code": (Page(about="meeting of the house", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "meeting_poster": (in_house_a(RUNS_A, "meeting of the house"),),
    "meeting_new": (HOUSE_IS_RUN,),
    **dict.fromkeys(["meeting_new_for_all", "feeds", "feed_new"], (ORGANIZATION_IS_OPERATED,)),
    **dict.fromkeys(["feed", "feed_change", "feed_file"], (of_organization(who("olive"), "feed"),)),
    "feed_read_now": (Page(about="feed", may=who("olive"), sees=OF_THE_ORGANIZATION, gives=405),),
    "feed_reading": (of_organization(who("olive"), "feed reading"),),
    # attendance
    "my_meetings": (OWN_RECORD,),
    "my_attendance_choose": (OWN_RECORD,),
    "my_attendance_code": (OWN_RECORD,),
    "my_attendance_new": (Page(about="meeting", may=RESIDENTS),),
    "my_attendance": (of_dana("attendance of dana"), Page(about="attendance", may=NO_ONE, sees=LOOKS_INTO_A)),
    "my_attendance_raise": (of_dana("attendance of dana"),),
    "my_plan_add": (Page(about="meeting", may=RESIDENTS, gives=405),),
    "my_plan_end": (Page(about="plan of dana", may=who("dana"), sees=LOOKS_INTO_A, gives=405),),
    "attendance_of_house": (HOUSE_IS_LOOKED_INTO,),
    "attendance_doubts": (HOUSE_IS_LOOKED_INTO,),
    "attendance_of_stay": (of_a(LOOKS_INTO_A, "stay"), Page(about="stay of dana", may=LOOKS_INTO_A | {"dana"})),
    "attendance_choose": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "attendance_new": (Page(about="stay", may=RUNS_A, sees=LOOKS_INTO_A, leads=RUNS_A),),
    "attendance": (of_a(LOOKS_INTO_A, "attendance"), Page(about="attendance of dana", may=LOOKS_INTO_A | {"dana"})),
    "attendance_raise": about_dana_too(RUNS_A, "attendance"),
    "attendance_strike": about_dana_too(RUNS_A, "attendance"),
    "attendance_restore": about_dana_too(RUNS_A, "attendance"),
    "attendance_settle": about_dana_too(RUNS_A, "attendance"),
    "attendance_photo": (
        of_a(LOOKS_INTO_A, "attendance"),
        Page(about="attendance of dana", may=LOOKS_INTO_A | {"dana"}),
    ),
    "attendance_issue": (of_a(RUNS_A, "stay"), Page(about="stay of dana", may=RUNS_A, sees=who("audra", "dana"))),
    "meeting_slip_issue": (of_a(RUNS_A, "stay"),),
    "sign_in_sheet_issue": (HOUSE_IS_RUN,),
    # the log of a house
    "log": (Page(about="house", may=LOOKS_INTO_A, sees=KNOWS_A, writes=who("residents_logseen")),),  # it is read then
    "entry_new": (HOUSE_IS_RUN,),
    "entry": (
        of_a(LOOKS_INTO_A, "entry"),
        Page(about="entry of dana", may=LOOKS_INTO_A | {"dana"}),
        Page(about="entry of few", may=RUNS_A),
        Page(about="entry of few of dana", may=RUNS_A | {"dana"}),
        Page(about="entry kept from dana", may=RUNS_A),
        FOR_OPERATORS,
        GRIEVANCE_IS_READ,
    ),
    "entry_amend": (*about_dana_too(RUNS_A, "entry"), FOR_OPERATORS, GRIEVANCE_IS_RUN),
    "entry_show_to": (*about_dana_too(RUNS_A, "entry"), FOR_OPERATORS, GRIEVANCE_STAYS),
    "entry_photo_add": (*about_dana_too(RUNS_A, "entry"), FOR_OPERATORS, GRIEVANCE_IS_RUN),
    "entry_photo": (of_a(LOOKS_INTO_A, "entry photo"), Page(about="photo of the grievance", may=who("olive", "dana"))),
    "log_issue": (HOUSE_IS_RUN,),
    "log_of_few_issue": (HOUSE_IS_RUN,),
    "incident_start": (HOUSE_IS_RUN,),
    "incident_draft": (Page(about="draft", may=RUNS_A),),
    "incident_draft_drop": (Page(about="draft", may=who("olive"), sees=RUNS_A),),
    "incident_step_new": about_dana_too(RUNS_A, "incident"),
    "incident_step_amend": (of_a(RUNS_A, "step"),),
    "incident_close": about_dana_too(RUNS_A, "incident"),
    "incident_issue": about_dana_too(RUNS_A, "incident"),
    "follow_up_new": (*about_dana_too(RUNS_A, "entry"), GRIEVANCE_IS_RUN),
    "follow_up_done": (
        of_a(RUNS_A, "follow up"),
        Page(about="follow up of the grievance", may=who("olive"), sees=who("dana")),
    ),
    "complaint_new": (HOUSE_IS_RUN,),
    "calendar_feed": (Door(why="whoever has the secret address", keys={"about": "calendar secret"}),),
    **dict.fromkeys(["my_calendar", "my_calendar_link_new", "my_notes", "my_note_new"], (OWN_RECORD,)),
    "my_calendar_link_revoke": (
        Page(about="calendar link of dana", may=who("dana")),
        Page(about="calendar link", may=NO_ONE, sees=LOOKS_INTO_A),
    ),
    **dict.fromkeys(["house_calendar", "calendar_link_new"], (HOUSE_IS_RUN,)),
    "calendar_link_revoke": (
        of_a(RUNS_A, "calendar link"),
        Page(about="calendar link of dana", may=NO_ONE, sees=who("dana")),
    ),
    **dict.fromkeys(
        ["my_note_change", "my_note_put_away"],
        (Page(about="note of dana", may=who("dana")), of_dana("shared note of dana")),
    ),
    "my_complaints": (OWN_RECORD,),
    "my_complaint_new": (OWN_RECORD,),
    "complaint_answer": (of_a(RUNS_A, "complaint"), GRIEVANCE_IS_RUN),
    "complaint_close": (of_a(RUNS_A, "complaint"), GRIEVANCE_IS_RUN),
    "complaint_issue": (of_a(RUNS_A, "complaint"), GRIEVANCE_IS_RUN),
    "search_new": (HOUSE_IS_RUN,),
    "search_amend": (of_a(RUNS_A, "search"),),
    "visit_new": (HOUSE_IS_RUN,),
    "visit_end": (of_a(RUNS_A, "visit"),),
    "clocks": (ORGANIZATION_IS_OPERATED,),
    "clock_new": (ORGANIZATION_IS_OPERATED,),
    "clock_end": (Page(about="clock", may=who("olive"), sees=WORKS_FOR_IT),),
    "holiday_new": (ORGANIZATION_IS_OPERATED,),
    "holidays_start": (Page(about="organization", may=who("olive"), sees=OF_THE_ORGANIZATION, gives=405),),
    "holiday_drop": (Page(about="holiday", may=who("olive"), sees=WORKS_FOR_IT, gives=405),),
    "deadlines": (HOUSE_IS_LOOKED_INTO,),
    "deadline_met": (
        of_a(RUNS_A, "deadline"),
        of_a(RUNS_A, "deadline of a stay"),
        Page(about="deadline of the grievance", may=who("olive")),
    ),
    "deadline_file": (of_a(LOOKS_INTO_A, "deadline met"),),
    "safety": (HOUSE_IS_LOOKED_INTO,),
    "safety_start": (Page(about="house", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "safety_item_new": (HOUSE_IS_RUN,),
    "safety_item_change": (Page(about="safety item", may=LOOKS_INTO_A, sees=KNOWS_A, only_looks=who("audra")),),
    "safety_check_new": (in_house_a(RUNS_A, "safety item"),),
    "safety_check_correct": (in_house_a(RUNS_A, "safety check"),),
    "safety_issue": (HOUSE_IS_RUN,),
    "hand_over_new": (HOUSE_IS_RUN,),
    "hand_overs": (HOUSE_IS_RUN,),
    "hand_over": (Page(about="hand-over", may=RUNS_A),),
    "hand_over_read": (Page(about="hand-over", may=RUNS_A, gives=405),),
    "hand_over_issue": (Page(about="hand-over", may=RUNS_A),),
    "load": (ORGANIZATION_IS_OPERATED,),
    # house meetings
    "house_meetings": (HOUSE_IS_SEEN,),
    "house_meeting_begin": (HOUSE_IS_RUN,),
    "house_meeting": (in_house_a(KNOWS_A, "house meeting"), in_house_a(KNOWS_A, "published house meeting")),
    "agenda_new": (in_house_a(RUNS_A | LIVES_IN_A, "house meeting"),),
    "agenda_take_off": (in_house_a(RUNS_A, "agenda item"), in_house_a(RUNS_A | {"dana"}, "agenda item of dana")),
    "house_meeting_roll": (in_house_a(RUNS_A | {"frank"}, "house meeting"),),  # and the house's officer
    "roll_line_correct": about_dana_too(RUNS_A, "roll line"),
    "house_meeting_code": (in_house_a(RUNS_A | {"frank"}, "house meeting"),),
    "minutes_line_new": (in_house_a(RUNS_A, "house meeting"),),
    "minutes_line_correct": (in_house_a(RUNS_A, "minutes line"),),
    "motion_new": (in_house_a(RUNS_A, "house meeting"),),
    "motion_correct": (in_house_a(RUNS_A, "motion"),),
    "election_new": (in_house_a(RUNS_A, "house meeting"),),
    "minutes_publish": (in_house_a(RUNS_A, "house meeting"),),
    "minutes_file": (in_house_a(KNOWS_A, "published house meeting"),),
    "minutes_issue": (in_house_a(RUNS_A, "published house meeting"),),
    "motion_kinds": (HOUSE_IS_SEEN,),
    "motion_kinds_start": (Page(about="house", may=RUNS_A, sees=KNOWS_A, gives=405),),
    "motion_kind_new": (HOUSE_IS_RUN,),
    "motion_kind_change": (in_house_a(RUNS_A, "motion kind"),),
    "motion_kind_drop": (in_house_a(RUNS_A, "motion kind"),),
    # the reader of a paper
    "verify": (Door(why="whoever holds a paper may ask whether it is genuine"),),
    "verify_code": (Door(why="whoever holds a paper may ask", keys={"about": "code of a paper"}),),
    # coming in
    "account_login": (Door(why=THE_DOOR, somebody=302),),
    "account_logout": (Door(why=THE_DOOR, nobody=302),),
    "account_reset_password": (Door(why=THE_DOOR),),
    "account_reset_password_done": (Door(why=THE_DOOR),),
    "account_reset_password_from_key": (Door(why=THE_DOOR, keys={"uidb36": "zz", "key": "gone"}),),
    "account_reset_password_from_key_done": (Door(why=THE_DOOR),),
    "join": (Door(why="the code of a slip is the key"),),
    "mfa_authenticate": (Door(why=THE_DOOR, nobody=302, somebody=302),),
    "mfa_login_webauthn": (Door(why=THE_DOOR, nobody=302, somebody=302),),
    # programs
    "api_schema": (Door(why="how to ask, for whoever may want to"),),
    "api_docs": (Door(why="how to ask, for whoever may want to"),),
}


# Programs


@dataclass(frozen=True, kw_only=True)
class Asks:
    """One method of an endpoint. Of a user it asks for what a page would, of a key one of `scopes` as well; `partners`
    are those whose key may then, to any other the row does not exist. `but` are people refused with a status of their
    own: who may do this, and not with the row that the body names."""

    about: str = ""
    may: Who
    sees: Who = NO_ONE
    but: Mapping[str, int] = field(default_factory=dict)
    scopes: Who
    partners: Who = NO_ONE
    to_other_partners: int = 404
    body: Callable[[World], Any] | None = None
    gives: int = 200

    def status(self, caller: str) -> int:
        """The status that whoever asks is answered with."""
        if caller == NOBODY or caller in DEAD_KEYS:
            return 401
        name, scopes = (USER_KEYS | PARTNER_KEYS).get(caller, (caller, "occupancy read write"))
        if not self.scopes & set(scopes.split()):
            return 403
        if caller in PARTNER_KEYS:
            return self.gives if name in self.partners else self.to_other_partners
        if name in self.may:
            return self.gives
        return self.but.get(name, 403 if name in self.sees or not self.about else 404)


READS, WRITES, COUNTS = who("read"), who("write"), who("read", "occupancy")
BOTH_PARTNERS = who("pax", "quinn")
# Whoever manages another house may admit somewhere, and the row that the body names is not there for them.
NOT_THERE = {"charlie": 422, "oscar": 422}


def reads(about: str, sees: Who = LOOKS_INTO_A) -> Asks:
    return Asks(about=about, may=LOOKS_INTO_A, sees=sees, scopes=READS)


def lists(scopes: Who = READS) -> Asks:
    return Asks(may=STAFF, scopes=scopes)


def changes(about: str, body: Callable[[World], Any], *, gives: int = 200) -> Asks:
    return Asks(about=about, may=RUNS_A, sees=LOOKS_INTO_A, scopes=WRITES, body=body, gives=gives)


def why(world: World) -> Any:
    return {"reason": "somebody said so"}


def nothing(world: World) -> Any:
    return {}


def yesterday(world: World) -> str:
    """When the directory's meeting was held, yesterday."""
    return world.rows["meeting held"]["at"]


def nights(world: World, ends: int) -> Any:
    today = world.cast.today
    return {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=ends)).isoformat()}


def bed_of(world: World, which: str) -> Any:
    return {"bed": str(world.rows[which]["uuid"])}


def person(world: World) -> Any:
    return {"person": {"legal_first_name": "Rosa", "legal_last_name": "Neumann"}}


def house(world: World) -> Any:
    return {"house": str(world.rows["house"]["uuid"])}


def on_today(world: World) -> Any:
    return {"on": world.cast.today.isoformat(), "reason": "nearer to work"}


def end(world: World) -> Any:
    return ORDINARY | {"left_on": world.cast.today.isoformat()}


def day(world: World, days: int) -> str:
    return (world.cast.today + timedelta(days=days)).isoformat()


def hour(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def sent(*rows: str, **facts: Any) -> Callable[[World], Any]:
    """A body that names these rows, and says the rest; what is callable is asked of the world."""

    def body(world: World) -> Any:
        said = {name: value(world) if callable(value) else value for name, value in facts.items()}
        return {("stay" if row.startswith("stay") else row): str(world.rows[row]["uuid"]) for row in rows} | said

    return body


def records(row: str, **facts: Any) -> Asks:
    """What staff write down in the house that the body names."""
    return Asks(may=RUNS_A, but=NOT_THERE, scopes=WRITES, body=sent(row, **facts), gives=201)


def runs(about: str, body: Callable[[World], Any]) -> Asks:
    """What those who run the house do about what everybody in it knows is there."""
    return Asks(about=about, may=RUNS_A, sees=KNOWS_A, scopes=WRITES, body=body)


def uuid_of(world: World, row: str) -> str:
    return str(world.rows[row]["uuid"])


def own_lists() -> Asks:
    """Everybody is told what is theirs to see; of a resident that is their own."""
    return Asks(may=EVERYBODY, scopes=READS)


# What staff post about anybody, and residents about themselves: nobody else's stay is there for them.
NOT_THEIRS = NOT_THERE | {"dana": 422, "erin": 422, "frank": 422}

API: dict[str, dict[str, Asks]] = {
    "api_houses": {"get": Asks(may=EVERYBODY, scopes=COUNTS, partners=BOTH_PARTNERS)},
    "api_house": {"get": Asks(about="house", may=KNOWS_A, scopes=COUNTS, partners=who("pax"))},
    "api_occupancies": {"get": Asks(may=STAFF, scopes=COUNTS, partners=BOTH_PARTNERS)},
    "api_occupancy": {
        "get": Asks(about="house", may=LOOKS_INTO_A, sees=KNOWS_A, scopes=COUNTS, partners=who("pax")),
    },
    "api_beds": {"get": lists()},
    "api_bed": {"get": reads("bed", sees=KNOWS_A)},
    "api_residents": {"get": lists()},
    "api_resident_search": {"post": Asks(may=STAFF, scopes=READS, body=lambda world: {"name": "nia"})},
    "api_resident": {"get": reads("resident")},
    "api_stays": {
        "get": lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THERE,
            scopes=WRITES,
            body=lambda world: bed_of(world, "free bed") | person(world) | {"starts_on": world.cast.today.isoformat()},
            gives=201,
        ),
    },
    "api_stay": {"get": reads("stay")},
    "api_stay_move": {"post": changes("stay", lambda world: bed_of(world, "free bed") | on_today(world))},
    "api_stay_transfer": {
        "post": Asks(
            about="stay",
            may=who("olive"),
            sees=LOOKS_INTO_A,
            but={"alice": 422, "bob": 422},
            scopes=WRITES,
            body=lambda world: bed_of(world, "bed of house B") | on_today(world),
            gives=201,
        )
    },
    "api_stay_expect": {"post": changes("stay", lambda world: {"expected_on": None})},
    "api_stay_discharge": {"post": changes("stay", end)},
    "api_applications": {
        "get": lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THERE,
            scopes=who("write", "referrals"),
            partners=who("pax"),
            to_other_partners=422,
            body=lambda world: house(world) | person(world),
            gives=201,
        ),
    },
    "api_application": {"get": reads("application")},
    "api_application_wait": {"post": changes("asks", why)},
    "api_application_accept": {"post": changes("application", why)},
    "api_application_decline": {"post": changes("application", why)},
    "api_application_withdraw": {"post": changes("application", why)},
    "api_application_hold": {
        "post": changes("application", lambda world: bed_of(world, "free bed") | nights(world, 3), gives=201)
    },
    "api_hold_release": {"post": changes("hold", why)},
    "api_books": {"get": own_lists()},
    "api_book": {"get": Asks(about="book", may=KNOWS_A, scopes=READS)},
    "api_book_unsigned": {"get": reads("book", sees=KNOWS_A)},
    "api_acknowledgements": {"get": own_lists()},
    "api_ladders": {"get": own_lists()},
    "api_ladder": {"get": Asks(about="ladder", may=KNOWS_A, scopes=READS)},
    "api_violations": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THERE,
            scopes=WRITES,
            body=sent("stay", "rule", happened_on=lambda world: day(world, -1), what="Came in late."),
            gives=201,
        ),
    },
    "api_violation": {"get": reads("violation")},
    "api_violation_answer": {"post": changes("violation", sent(stance="accept"))},
    "api_violation_decide": {
        "post": changes("violation", sent(outcome="dismissed", reason="It was the wind.")),
    },
    "api_violation_appeal": {"post": changes("decided violation", sent(text="I had called."))},
    "api_violation_opinion": {"post": changes("reviewed violation", sent(leaves=True, reason="The third time."))},
    "api_violation_withdraw": {"post": changes("violation", why)},
    "api_appeal_decide": {"post": changes("appeal", sent(outcome="overturned", reason="It is in the log."))},
    "api_contracts": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THERE,
            scopes=WRITES,
            body=sent(
                "stay",
                terms="In by ten.",
                starts_on=lambda world: day(world, 0),
                ends_on=lambda world: day(world, 30),
                review_on=lambda world: day(world, 14),
            ),
            gives=201,
        ),
    },
    "api_contract": {"get": reads("contract")},
    "api_contract_review": {"post": changes("contract", sent(result="kept", note="In by ten.", ends_it=True))},
    "api_removals": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THERE,
            scopes=WRITES,
            body=sent("stay of dana", happened_at=lambda _world: hour(-1), reason="A fight.", help_given="Called."),
            gives=201,
        ),
    },
    "api_removal": {"get": reads("removal")},
    "api_removal_review": {"post": changes("removal", sent(outcome="right", reason="I was told the same."))},
    "api_passes": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THEIRS,
            scopes=WRITES,
            body=sent(
                "stay",
                kind="family",
                where="Her sister's",
                starts_at=lambda _world: hour(72),
                ends_at=lambda _world: hour(80),
            ),
            gives=201,
        ),
    },
    "api_pass": {"get": reads("asked pass")},
    "api_pass_decide": {"post": changes("asked pass", sent(outcome="refused", reason="House meeting."))},
    "api_pass_cancel": {"post": changes("asked pass", why)},
    "api_pass_more_time": {"post": changes("given pass", sent(until=lambda _world: hour(9)))},
    "api_pass_extend": {"post": changes("given pass", sent(until=lambda _world: hour(9), reason="The train."))},
    "api_pass_return": {"post": changes("given pass", sent(at=lambda _world: hour(-0.1)))},
    "api_house_roll": {
        "get": Asks(about="house", may=LOOKS_INTO_A | {"frank"}, sees=KNOWS_A, scopes=READS),
        "post": Asks(
            about="house",
            may=RUNS_A | {"frank"},
            sees=KNOWS_A,
            scopes=WRITES,
            body=lambda world: {
                "night": night_of(datetime.now(UTC), world.cast.house_a.zone).isoformat(),
                "entries": [{"stay": str(world.rows["stay"]["uuid"]), "status": "in"}],
            },
        ),
    },
    "api_house_curfew": {"get": Asks(about="house", may=KNOWS_A, scopes=READS)},
    "api_house_pass_rules": {"get": Asks(about="house", may=KNOWS_A, scopes=READS)},
    "api_curfew_exceptions": {"get": own_lists()},
    "api_curfew_exception": {"get": reads("exception")},
    "api_curfew_checks": {"get": own_lists()},
    "api_curfew_check": {"get": reads("check")},
    "api_curfew_check_correct": {
        "post": changes("check", sent(status="excused", why="at work", reason="She works nights."), gives=201)
    },
    "api_requirements": {
        "get": own_lists(),
        "post": records("house", count=3, starts_on=lambda world: day(world, 0)),
    },
    "api_requirement": {"get": Asks(about="requirement", may=KNOWS_A, scopes=READS)},
    "api_requirement_end": {
        "post": Asks(
            about="requirement",
            may=RUNS_A,
            sees=KNOWS_A,
            scopes=WRITES,
            body=sent(ends_on=lambda world: day(world, 1), reason="too many"),
        )
    },
    "api_house_meeting_week": {"get": reads("house", sees=KNOWS_A)},
    "api_stay_meeting_weeks": {"get": reads("stay")},
    "api_excused_weeks": {
        "get": own_lists(),
        "post": records("stay", week=lambda world: monday(world.cast.today).isoformat(), cause="work"),
    },
    "api_excused_week": {"get": reads("excused week")},
    "api_excused_week_take_back": {"post": changes("excused week", why, gives=201)},
    "api_house_whereabouts": {"get": reads("house", sees=KNOWS_A)},
    "api_movements": {"get": own_lists()},
    "api_movement_out": {
        "post": Asks(
            may=RUNS_A | {"dana"}, but=NOT_THEIRS, scopes=WRITES, body=sent("stay of dana", purpose="work"), gives=201
        )
    },
    "api_movement_in": {"post": Asks(may=RUNS_A, but=NOT_THEIRS, scopes=WRITES, body=sent("stay"), gives=201)},
    "api_movement": {"get": reads("movement")},
    "api_movement_correct": {
        "post": changes(
            "movement",
            sent(way="out", at=lambda _world: hour(-0.1), purpose="court", reason="It was court."),
            gives=201,
        )
    },
    # attendance
    "api_attendances": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THEIRS,
            scopes=WRITES,
            body=sent("stay", "meeting", starts_at=lambda world: yesterday(world), grade=1),
            gives=201,
        ),
    },
    "api_attendance": {"get": reads("attendance")},
    "api_attendance_raise": {"post": changes("attendance", sent(grade=5), gives=201)},
    "api_attendance_strike": {"post": changes("attendance", why, gives=201)},
    "api_attendance_restore": {"post": changes("struck attendance", why, gives=201)},
    "api_attendance_settle": {"post": changes("attendance", why)},
    "api_directory_meetings": {
        "get": Asks(may=EVERYBODY, scopes=READS),
        "post": records("house", name="SMART", kind="smart", weekday=3, starts="19:00"),
    },
    "api_directory_meeting": {"get": Asks(about="meeting", may=OF_THE_ORGANIZATION, scopes=READS)},
    "api_directory_meeting_occurrences": {"get": Asks(about="meeting of the house", may=KNOWS_A, scopes=READS)},
    "api_directory_meeting_changes": {
        "post": Asks(
            about="meeting of the house",
            may=RUNS_A,
            sees=KNOWS_A,
            scopes=WRITES,
            body=sent(on=lambda world: day(world, 3), called_off=True, why="The hall is closed."),
        )
    },
    "api_directory_meeting_edit": {
        "post": runs("meeting of the house", sent(name="SMART", kind="smart", weekday=3, starts="19:00"))
    },
    "api_directory_meeting_close": {"post": runs("meeting of the house", why)},
    "api_directory_meeting_reopen": {"post": runs("closed meeting", nothing)},
    "api_feeds": {
        "get": Asks(may=who("olive", "oscar"), scopes=READS),
        "post": Asks(may=who("olive", "oscar"), scopes=WRITES, body=sent(name="Another", kind="na"), gives=201),
    },
    "api_feed": {"get": Asks(about="feed", may=who("olive"), sees=OF_THE_ORGANIZATION, scopes=READS)},
    "api_feed_readings": {
        "get": Asks(about="feed", may=who("olive"), sees=OF_THE_ORGANIZATION, scopes=READS),
        "post": Asks(
            about="feed",
            may=who("olive"),
            sees=OF_THE_ORGANIZATION,
            scopes=WRITES,
            body=sent(content="[]"),
            gives=201,
        ),
    },
    "api_feed_reading": {"get": Asks(about="feed reading", may=who("olive"), sees=OF_THE_ORGANIZATION, scopes=READS)},
    "api_meeting_plans": {
        "get": own_lists(),
        "post": Asks(may=RUNS_A, but=NOT_THEIRS, scopes=WRITES, body=sent("stay", "meeting"), gives=201),
    },
    "api_meeting_plan_end": {"post": changes("plan", nothing)},
    # the log of a house
    "api_entries": {
        "get": own_lists(),
        "post": records("house", text="A knock at the door.", about=lambda world: [uuid_of(world, "stay")]),
    },
    "api_entry": {"get": reads("entry")},
    "api_entry_amend": {"post": changes("entry", sent(text="It was the wind.", reason="Looked again."))},
    "api_entry_show_to": {"post": changes("entry", sent(audience="few", reason="They asked for it."))},
    "api_complaints": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=NOT_THEIRS,  # a resident names neither the house nor who complains: it is they, where they live
            scopes=WRITES,
            body=sent("house", by="neighbor", text="Cars across the drive."),
            gives=201,
        ),
    },
    "api_complaint": {"get": reads("complaint")},
    "api_complaint_answer": {"post": changes("complaint", sent(text="They are moved."))},
    "api_complaint_close": {
        "post": changes("complaint", sent(outcome="right", text="They are moved.", told="At the door."))
    },
    "api_house_staff": {"get": Asks(about="house", may=KNOWS_A, scopes=READS)},
    "api_searches": {
        "get": own_lists(),
        "post": records("house", place="Room 1", why="Smoke", by="Alice", resident_present=True),
    },
    "api_search": {"get": reads("search")},
    "api_search_amend": {"post": changes("search", sent(found="", place="Room 2", reason="It was the other room."))},
    "api_visits": {"get": own_lists(), "post": records("house", name="Vera Quill")},
    "api_visit": {"get": reads("visit")},
    "api_visit_end": {"post": changes("visit", lambda _world: {})},
    "api_incidents": {
        "get": own_lists(),
        "post": records("house", type="fire", text="A pan burned.", happened_at=lambda _world: hour(-0.1)),
    },
    "api_incident": {"get": reads("incident")},
    "api_incident_steps": {
        "post": changes("incident", sent(kind="done", what="Lid on.", at=lambda _world: hour(-0.1)), gives=201)
    },
    "api_incident_step_amend": {
        "post": changes(
            "step", sent(kind="naloxone", at=lambda _world: hour(-0.1), who="Bob", doses=1, reason="It was Bob.")
        )
    },
    "api_incident_close": {"post": changes("incident", sent(cause="A pan alone.", correction="The lid hangs there."))},
    "api_follow_ups": {"get": own_lists()},
    "api_follow_up": {"get": reads("follow up")},
    "api_follow_up_done": {"post": changes("follow up", sent(outcome="dropped", note="They moved away."))},
    "api_entry_follow_ups": {
        "post": changes("entry", sent(what="Call the family", due_on=lambda world: day(world, 1)), gives=201)
    },
    "api_hand_overs": {
        "get": Asks(may=STAFF - {"audra"}, scopes=READS),
        "post": records("house", text="All quiet."),
    },
    "api_hand_over": {"get": Asks(about="hand-over", may=RUNS_A, scopes=READS)},
    "api_hand_over_sign": {"post": Asks(about="hand-over", may=RUNS_A, scopes=WRITES)},
    "api_load": {"get": Asks(may=who("olive", "oscar"), scopes=READS)},
    "api_clocks": {"get": lists()},
    "api_deadlines": {"get": lists()},
    "api_deadline": {"get": reads("deadline")},
    "api_deadline_met": {"post": changes("deadline", sent(done_at=lambda _world: hour(-0.01), proof="Report 2291"))},
    "api_safety_items": {"get": own_lists()},
    "api_safety_item": {"get": Asks(about="safety item", may=KNOWS_A, scopes=READS)},
    "api_safety_item_check": {
        "post": Asks(
            about="safety item", may=RUNS_A, sees=KNOWS_A, scopes=WRITES, body=sent(in_order=True, expires_on=None)
        )
    },
    # house meetings
    "api_house_meetings": {
        "get": own_lists(),
        "post": Asks(
            may=RUNS_A,
            but=dict.fromkeys(("charlie", "oscar"), 422),
            scopes=WRITES,
            body=lambda world: {"meeting": uuid_of(world, "own meeting"), "on": day(world, 3)},
            gives=201,
        ),
    },
    "api_house_meeting": {"get": Asks(about="house meeting", may=KNOWS_A, scopes=READS)},
    "api_house_meeting_agenda": {
        "post": Asks(
            about="house meeting",
            may=RUNS_A,
            but=dict.fromkeys(("dana", "frank"), 422),  # it has begun
            sees=who("audra"),
            scopes=WRITES,
            body=sent(title="A new kettle"),
        )
    },
    "api_agenda_item_off": {
        "post": Asks(
            about="agenda item of dana", may=RUNS_A | {"dana"}, sees=KNOWS_A, scopes=WRITES, body=sent(reason="Settled")
        )
    },
    "api_house_meeting_roll": {
        "get": Asks(about="house meeting", may=LOOKS_INTO_A | {"frank"}, sees=KNOWS_A, scopes=READS),
        "post": Asks(
            about="house meeting",
            may=RUNS_A | {"frank"},
            sees=KNOWS_A,
            scopes=WRITES,
            body=lambda _world: {"lines": []},
        ),
    },
    "api_roll_line_correct": {"post": changes("roll line", sent(status="unexcused", reason="Not there."))},
    "api_house_meeting_lines": {"post": runs("house meeting", sent(text="We mend it."))},
    "api_minutes_line_correct": {"post": runs("minutes line", sent(text="We mend it.", reason="Misheard"))},
    "api_house_meeting_motions": {
        "post": runs(
            "house meeting",
            lambda world: {"kind": uuid_of(world, "motion kind"), "text": "A new kettle", "in_favour": 1},
        )
    },
    "api_motion_correct": {"post": runs("motion", sent(text="A red kettle", in_favour=1, reason="Red"))},
    "api_house_meeting_elections": {
        "post": runs(
            "house meeting",
            lambda world: {
                "stay": uuid_of(world, "stay"),
                "duty": "treasurer",
                "starts_on": day(world, 1),
                "ends_on": day(world, 100),
            },
        )
    },
    "api_house_meeting_publish": {"post": runs("house meeting with a roll", lambda _world: {})},
    "api_motion_kinds": {"get": own_lists()},
}
