"""What the demo's log tells: lines, incidents, searches, complaints and hand-overs, each with its house and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from residents.log.models import Audience, Complaint, ComplaintOutcome, IncidentType, Kind

ASPEN, BRIAR, CANYON = range(3)
NOTE, MAINTENANCE, MEDICATION, CONTACT, PRAISE = (
    *(Kind.NOTE, Kind.MAINTENANCE, Kind.MEDICATION),
    *(Kind.CONTACT, Kind.PRAISE),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `about` counts people; `who` is a resident who signs in; `then` is its amendment and the reason."""

    place: int
    ago: int
    text: str
    clock: time = time(19)
    kind: str = NOTE
    about: int = 0
    who: str = ""
    by_second: bool = False
    audience: str = Audience.STAFF
    why_so_few: str = ""
    late: int = 0  # hours after which it was written down
    then: tuple[str, str] | None = None
    photo: str = ""
    to_do: tuple[tuple[str, int, str], ...] = ()  # what, by which day after it, and how it was done (or not yet)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One incident. Its steps: minutes after it, what kind, who, what, doses. Without `closed`, it is open."""

    place: int
    ago: int = 0
    clock: time = time(12)
    hours_ago: int = 0  # from now, in place of the two above
    type: str
    where: str
    text: str
    about: int = 1
    late: int = 2  # hours after which it was written down
    by_second: bool = False
    steps: tuple[tuple[int, str, str, str, int | None], ...] = ()
    amended: tuple[int, int, str] | None = None  # which step was how many minutes later, and why
    to_do: tuple[tuple[str, str, int, str], ...] = ()
    closed: tuple[int, str, str] | None = None  # after so many days, the cause, the correction


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One search."""

    place: int
    ago: int
    where: str
    why: str
    there: bool = True
    found: str = ""
    became: str = ""
    witness: str = ""
    amended: tuple[dict[str, str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One complaint. `who` files it where they sign in. The answer comes after hours, what came of it after days."""

    place: int
    ago: int
    by: str
    text: str
    clock: time = time(18)
    who: str = ""
    name: str = ""
    contact: str = ""
    against_manager: bool = False
    wish: str = ""
    answer: tuple[int, str] | None = None
    outcome: tuple[int, str, str, str] | None = None  # days, outcome, why, how they were told


LINES = (
    Line(
        place=ASPEN,
        ago=176,
        kind=MAINTENANCE,
        text="Boiler serviced. The man says it has two winters left in it.",
        to_do=(("Ask for two offers for a new boiler", 60, "Both are in the file; decided for spring."),),
    ),
    Line(place=BRIAR, ago=171, kind=PRAISE, about=1, text="Sat up with a newcomer until three in the morning."),
    Line(place=CANYON, ago=163, text="House meeting: the grill goes back under the roof after use. All agreed."),
    Line(
        place=ASPEN,
        ago=152,
        kind=CONTACT,
        about=1,
        text="Their mother called. She may know that they live here and are well; nothing else was said.",
    ),
    Line(
        place=BRIAR,
        ago=144,
        kind=MAINTENANCE,
        text="Washing machine leaks at the hose. Turned off at the wall.",
        to_do=(("Have the hose of the washing machine changed", 4, "Changed on Thursday, $34, receipt in the file."),),
    ),
    Line(
        place=ASPEN,
        ago=133,
        kind=MEDICATION,
        about=1,
        audience=Audience.FEW,
        clock=time(21, 10),
        text="The weekly count is two tablets short. They say they took them early for a night shift.",
        then=(
            "The weekly count is two tablets short. They took them early for a night shift, as the pharmacist allows.",
            "The pharmacist called back and confirmed it",
        ),
    ),
    Line(place=CANYON, ago=121, kind=PRAISE, about=1, text="One year sober today. The house gave him a key ring."),
    Line(place=ASPEN, ago=112, text="Fire drill: everybody on the lawn in two minutes ten seconds."),
    Line(
        place=BRIAR,
        ago=103,
        kind=CONTACT,
        about=1,
        text="Her case manager called: the visit moves to Monday.",
    ),
    Line(
        place=ASPEN,
        ago=97,
        clock=time(7, 20),
        late=13,
        text="Somebody had left the back door unlocked. Nothing is missing.",
    ),
    Line(
        place=CANYON,
        ago=84,
        kind=MAINTENANCE,
        text="A window of the Ridge room does not close. Taped for the night.",
        to_do=(("Mend the window of the Ridge room", 7, "New latch."),),
    ),
    Line(
        place=ASPEN,
        ago=76,
        kind=NOTE,
        about=1,
        audience=Audience.CONFIDENTIAL,
        why_so_few="A housemate told it and is afraid of being known.",
        text="Somebody in the house says that money was lent in their room, with interest. To be watched.",
    ),
    Line(place=BRIAR, ago=66, kind=PRAISE, about=2, text="Painted the porch over the weekend without being asked."),
    Line(
        place=ASPEN,
        ago=58,
        kind=CONTACT,
        about=1,
        text="The officer asked whether they keep the hours. Told what the signed consent allows, and no more.",
    ),
    Line(place=CANYON, ago=49, text="No hot water from six to eight in the morning; the city worked in the street."),
    Line(
        place=ASPEN,
        ago=37,
        kind=MAINTENANCE,
        text="Smoke alarm in the attic hall chirped all night. Battery changed at seven.",
        then=(
            "Smoke alarm in the attic hall chirped all night. Battery changed at seven; two spares are in the office.",
            "The spares were bought the same day",
        ),
    ),
    Line(place=BRIAR, ago=31, text="House meeting: quiet hours on Sundays begin at nine from now on."),
    Line(
        place=ASPEN,
        ago=22,
        kind=PRAISE,
        who="frank",
        text="Drove a housemate to the clinic at five in the morning and waited until noon.",
    ),
    Line(
        place=BRIAR,
        ago=17,
        kind=MEDICATION,
        about=1,
        audience=Audience.FEW,
        text="Her refill was not at the pharmacy. Two doses left; the clinic will send it again today.",
        to_do=(("Ask whether the refill has come", 2, "Picked up the next afternoon."),),
    ),
    Line(place=CANYON, ago=14, kind=PRAISE, about=1, text="Found work at the lumber yard; the whole table cheered."),
    Line(
        place=ASPEN,
        ago=11,
        kind=CONTACT,
        who="dana",
        text="Her brother called about the wedding and asked for the way to the house for Saturday.",
    ),
    Line(
        place=ASPEN,
        ago=5,
        kind=MAINTENANCE,
        clock=time(6, 50),
        text="Water comes through the ceiling of the Porch room. A bucket stands under it.",
        photo="The ceiling, with the stain at a quarter to seven",
        to_do=(
            ("Have the roofer look at the valley over the porch", 3, "Two slates were loose; they are nailed."),
            ("Paint the ceiling once it is dry", 9, ""),
        ),
    ),
    Line(
        place=CANYON,
        ago=4,
        kind=MAINTENANCE,
        text="The porch light is dark. A new one is ordered.",
        to_do=(("Put in the new porch light", 3, ""),),
    ),
    Line(place=BRIAR, ago=3, text="Two deer in the yard again. Trash cans go out in the morning only, please."),
    Line(
        place=ASPEN,
        ago=2,
        by_second=True,
        clock=time(22, 5),
        about=1,
        text="Came home upset after a call and asked to sit in the kitchen. Talked for an hour, went to bed calm.",
    ),
    Line(
        place=ASPEN,
        ago=1,
        by_second=True,
        clock=time(21, 30),
        text="A parcel without a name stands in the office. Nobody opens it before it is known whose it is.",
    ),
    Line(place=BRIAR, ago=1, kind=CONTACT, about=1, text="Her sister comes on Sunday at two and brings a cake."),
)

USUAL = (
    (NOTE, 0, "House meeting, all present. Chores for the week read out."),
    (NOTE, 0, "Quiet evening. Film in the living room, all in by ten."),
    (NOTE, 0, "Groceries came. The freezer is full."),
    (MAINTENANCE, 0, "Drain of the downstairs shower is slow. Cleared with the snake."),
    (MAINTENANCE, 0, "Bulb in the hall changed."),
    (PRAISE, 1, "Cooked for everybody on short notice."),
    (PRAISE, 1, "Stayed behind after the meeting to stack the chairs."),
    (CONTACT, 1, "Sponsor came to the door to pick them up for the evening meeting."),
    (NOTE, 1, "Slept through the alarm and asked to be knocked for tomorrow at six."),
)

INCIDENTS = (
    Happening(
        place=ASPEN,
        ago=141,
        clock=time(16, 20),
        type=IncidentType.INJURY,
        where="Kitchen",
        text="Cut a hand deeply while opening a can. Walk-in clinic, six stitches, back for supper.",
        steps=(
            (0, "happened", "", "Cut at the ball of the left thumb", None),
            (5, "done", "A housemate", "Pressure and a clean towel from the first aid kit", None),
            (15, "told", "Walk-in clinic on Lake Avenue", "", None),
        ),
        to_do=(("Fill the first aid kit", "", 5, "Done, with a second roll of gauze."),),
        closed=(2, "The can opener was broken.", "A new can opener. The old one is thrown away."),
    ),
    Happening(
        place=BRIAR,
        ago=96,
        clock=time(23, 40),
        type=IncidentType.POLICE,
        where="Front yard",
        about=0,
        text="Two officers asked about a car in the street. None of ours. They left after ten minutes.",
        steps=((0, "happened", "", "Officers at the door, names and numbers written down", None),),
        closed=(1, "A car that belongs to nobody here.", "Nothing to change."),
    ),
    Happening(
        place=ASPEN,
        ago=71,
        clock=time(2, 10),
        type=IncidentType.OVERDOSE,
        where="Upstairs bathroom",
        late=5,
        text="Found on the bathroom floor, blue lips, did not answer. Naloxone twice, breathing again before the "
        "ambulance came. To the hospital awake, back the next day, and wants to stay.",
        steps=(
            (0, "happened", "", "Found on the floor by a housemate who heard a fall", None),
            (2, "told", "911", "Ambulance on its way at once", None),
            (3, "naloxone", "Frank Adeyemi", "Nose, left", 1),
            (3, "done", "A housemate", "Rescue breaths until the ambulance came", None),
            (6, "naloxone", "Frank Adeyemi", "Nose, right; breathing within a minute", 1),
            (14, "happened", "", "Ambulance arrives", None),
            (35, "told", "Alice Thornton", "By phone; at the house at a quarter past three", None),
            (390, "told", "The emergency contact", "With consent, by phone", None),
        ),
        amended=(5, 2, "The hospital's report says when the ambulance came"),
        to_do=(
            ("Replace both doses of naloxone", "Alice Thornton", 1, "Two boxes from the county, in the hall."),
            (
                "Speak with all who were there, one by one",
                "Nina Petrov",
                3,
                "All seven; two asked for a counselor.",
            ),
            ("Plan with them and their counselor", "Alice Thornton", 7, "New plan signed; detox turned down."),
        ),
        closed=(
            9,
            "A pill bought as oxycodone. A meeting missed three times in the weeks before, and nobody asked.",
            "Naloxone now hangs on every floor. Whoever misses two meetings is asked the same day.",
        ),
    ),
    Happening(
        place=BRIAR,
        ago=47,
        clock=time(11, 15),
        type=IncidentType.MEDICAL,
        where="Rose",
        text="Short of breath and chest tight. Ambulance; an attack of asthma. Home in the evening with a new inhaler.",
        steps=(
            (0, "happened", "", "Could not finish a sentence", None),
            (3, "told", "911", "", None),
            (20, "done", "Ambulance", "Taken to St. Anne's Hospital", None),
        ),
        closed=(3, "The old inhaler was empty.", "Refills are asked about at the Sunday meeting."),
    ),
    Happening(
        place=CANYON,
        ago=29,
        clock=time(19, 5),
        type=IncidentType.FIRE,
        where="Kitchen",
        about=0,
        text="Grease burned in a pan. Lid on, stove off, nobody hurt. The wall above the stove is black.",
        steps=(
            (0, "happened", "", "Flames in a pan", None),
            (1, "done", "A housemate", "Lid on the pan, stove off, windows open", None),
            (4, "told", "Omar Salazar", "By phone", None),
        ),
        to_do=(("Wash and paint the wall above the stove", "", 20, "Painted on Sunday by three of them."),),
        closed=(
            2,
            "The pan was left alone for a call.",
            "The lid hangs beside the stove.",
        ),
    ),
    Happening(
        place=BRIAR,
        ago=19,
        clock=time(21, 20),
        type=IncidentType.RELAPSE,
        where="Office",
        late=1,
        text="Came home from a wedding and said at once that she had drunk two glasses of wine.",
        steps=(
            (0, "happened", "", "Told it herself at the door", None),
            (10, "done", "Charlie Nwosu", "Talked for an hour; she called her sponsor from the office", None),
        ),
        to_do=(("Speak with her every evening for a week", "Charlie Nwosu", 8, "Every evening; steady."),),
        closed=(4, "A wedding without anybody to call.", "Before a party she agrees with the house whom she calls."),
    ),
    Happening(
        place=ASPEN,
        ago=8,
        clock=time(20, 45),
        type=IncidentType.VIOLENCE,
        where="Porch",
        about=2,
        by_second=True,
        text="Two shouted at each other over a phone charger; one pushed the other against the rail. Nobody is hurt. "
        "Both sat in separate rooms until they were calm.",
        steps=(
            (0, "happened", "", "Shouting on the porch", None),
            (2, "happened", "", "A push against the rail", None),
            (3, "done", "Frank Adeyemi", "Stood between them and walked one of them around the block", None),
            (25, "told", "Nina Petrov", "Came from home; spoke with both", None),
        ),
        to_do=(
            ("Speak with both together", "Nina Petrov", 4, "They shook hands; the charger has a name on it now."),
            ("Ask both again after a week", "Nina Petrov", 7, ""),
            ("Look at the rail: it gives", "Alice Thornton", 10, ""),
        ),
    ),
    Happening(
        place=ASPEN,
        hours_ago=40,
        type=IncidentType.PROPERTY,
        where="Shed",
        about=0,
        late=1,
        text="The lock of the shed is cut and two bicycles are gone.",
        steps=(
            (0, "happened", "", "Lock found cut", None),
            (20, "told", "Police, non-emergency line", "Report number 26-4471", None),
        ),
        to_do=(("Buy a lock for the shed", "", 2, ""),),
    ),
)

SEARCHES = (
    Looked(
        place=ASPEN,
        ago=88,
        where="Porch room, all three beds",
        why="A smell of smoke in the hall, twice in a week",
        found="A vape pen behind the radiator",
        became="Thrown away before two of them",
        witness="Frank Adeyemi",
    ),
    Looked(
        place=BRIAR,
        ago=52,
        where="Fern room, closet",
        why="A package that nobody would name",
        witness="Olive Marchand",
    ),
    Looked(
        place=ASPEN,
        ago=18,
        where="Garden room, one locker",
        why="A housemate saw a bottle put there",
        there=False,
        witness="Nina Petrov",
        amended=(
            {"found": "An empty bottle of mouthwash with alcohol", "became": "Kept in the office"},
            "The bottle had been left out of it",
        ),
    ),
)

COMPLAINTS = (
    Said(
        place=ASPEN,
        ago=102,
        by=Complaint.By.NEIGHBOR,
        name="Mr. Halloran, number 20",
        contact="585-555-0144",
        text="Voices on the porch until one in the morning, three nights in a row. His children wake up.",
        wish="Quiet after ten.",
        answer=(20, "We are sorry. From tonight nobody talks on the porch after ten; here is the manager's number."),
        outcome=(
            56,
            ComplaintOutcome.Outcome.RIGHT,
            "It was so. The rule book now says that the porch is quiet after ten.",
            "At his door, with the new rule in writing",
        ),
    ),
    Said(
        place=BRIAR,
        ago=63,
        by=Complaint.By.FAMILY,
        name="Her father",
        text="Nobody picked up the office phone on the whole weekend.",
        answer=(30, "The phone rang in an empty office. On weekends it is now passed on to the manager."),
        outcome=(3, ComplaintOutcome.Outcome.RIGHT, "Calls are passed on since Monday.", "By phone"),
    ),
    Said(
        place=CANYON,
        ago=33,
        by=Complaint.By.RESIDENT,
        text="The same two do the dishes every weekend.",
        answer=(24, "The list of the last eight weeks hangs in the kitchen: everybody had two weekends."),
        outcome=(5, ComplaintOutcome.Outcome.PARTLY, "Two weeks were swapped and never back.", "At the house meeting"),
    ),
    Said(
        place=ASPEN,
        ago=12,
        by=Complaint.By.RESIDENT,
        who="dana",
        against_manager=True,
        text="Alice read my letter from the court before I did. It was open on her desk, and she knew what it said.",
        wish="That nobody opens our mail, and that she says so to me.",
        answer=(26, "Thank you for telling us. We have asked for the mail log, and speak with everybody this week."),
    ),
    Said(
        place=ASPEN,
        ago=1,
        clock=time(9, 30),
        by=Complaint.By.NEIGHBOR,
        name="Ms. Ito, number 15",
        text="A car of somebody from the house stands across her drive, since yesterday evening.",
        wish="That it is moved before she leaves for work.",
    ),
)

VISITORS = ("Vera Quill", "Theo Marsh", "Grace Oduya", "Sam Lindholm", "Petra Vance", "Luis Ortega", "June Albright")
HANDED_OVER = (
    "All quiet. The boiler man comes between nine and eleven.",
    "Everybody in by ten. Milk and bread are low.",
    "One bad night upstairs, sat up until two. All asleep now.",
    "Meeting moved to seven tomorrow; it is on the board.",
    "The front door sticks when it rains. Push at the bottom.",
    "Two are at work until midnight and have called.",
)
