"""Who may open what, written down once more: a line for every name among the URLs.

It is written from what the product promises (who may do what, seen from a row of house A), not from the decorators of
the views: a permission loosened there fails here. `may` are those it opens to. `sees` are those who know that the row
is there and may not: 403. To everybody else a row does not exist: 404. Where an address is about no row, everybody else
is told 403.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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
    those whom it `leads` elsewhere. `writes` are the tables that it may write when somebody looks at it."""

    about: str = ""
    may: Who
    sees: Who = NO_ONE
    otherwise: int = 0
    gives: int = 200
    leads: Who = NO_ONE
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
THE_DOOR = "how people come in, and back in"

PAGES: dict[str, tuple[Page | Door, ...]] = {
    # pages
    "today": (Page(may=EVERYBODY, leads=EVERYBODY - {"olive", "audra"}),),  # to the one house or the week of theirs
    "house_today": (HOUSE_IS_SEEN,),
    "history": (
        of_a(LOOKS_INTO_A, "history of a stay"),
        Page(about="history of dana", may=LOOKS_INTO_A | {"dana"}),
        in_house_a(LOOKS_INTO_A, "history of the house"),
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
}
