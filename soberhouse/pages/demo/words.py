"""Fictional people and what is said about them. Every telephone number is of the range 555-0100 to 555-0199."""

from __future__ import annotations

from residents.people.models import Alert
from residents.stays.models import Discharge


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(","))


WOMEN = _names("""
    Aaliyah, Abigail, Amara, Anh, Beatriz, Brianna, Candace, Carmen, Chloé, Denise, Destiny, Eilidh,
    Esperanza, Fatima, Gloria, Hannah, Imani, Ingrid, Jasmine, Joy, Keisha, Kimberly, Latoya, Leilani, Lucía,
    Mackenzie, Maëlle, Mei, Monique, Nadia, Naomi, Noor, Paige, Phuong, Priya, Rosa, Sabrina, Savannah,
    Shanice, Siobhán, Tamika, Tess, Valentina, Wren, Yolanda, Zofia, Renée, Marisol
""")
MEN = _names("""
    Aaron, Abdi, Andrés, Antoine, Bao, Blake, Caleb, Cedric, Cody, Cristóbal, Damon, Darnell, DeShawn, Diego,
    Dmitri, Earl, Elijah, Emeka, Farid, Gabriel, Hakim, Hector, Isaiah, Jamal, Jesús, Joaquín, Kareem, Kenji,
    Kyle, Leon, Luka, Malik, Marcus, Mateo, Nathaniel, Nikhil, Oskar, Pável, Quincy, Ramón, Reggie, Ryan,
    Seán, Silas, Tariq, Terrence, Tomás, Travis, Tyrell, Víctor, Wendell, Xavier, Yusuf, Zach
""")
SHORT = {
    "Abigail": "Abby",
    "Beatriz": "Bea",
    "Candace": "Candy",
    "Cristóbal": "Cris",
    "Esperanza": "Espe",
    "Gabriel": "Gabe",
    "Joaquín": "Quino",
    "Kimberly": "Kim",
    "Mackenzie": "Mac",
    "Nathaniel": "Nate",
    "Savannah": "Sav",
    "Terrence": "Terry",
    "Valentina": "Val",
    "Víctor": "Vic",
    "Xavier": "Xavi",
    "Yolanda": "Yoli",
    "Zofia": "Zosia",
}
LAST = _names("""
    Abernathy, Acosta, Adair, Aguilar, Ahmed, Alvarado, Amundsen, Arsenault, Asante, Bautista, Begay, Bellamy,
    Bjørnstad, Bonner, Boudreaux, Brannigan, Broussard, Calloway, Castañeda, Chaudhry, Chen, Cisneros,
    Coleman, Cortés, Czarnecki, Dang, Delacroix, Desrosiers, Diallo, Dombrowski, Duong, Eastwood, Echeverría,
    Eriksen, Escobedo, Farouk, Ferreira, Fitzgerald, Fontaine, Fuentes, Gallagher, Garza, Gebre, Goldfarb,
    González, Granger, Gutiérrez, Haddad, Haines, Hallström, Hargrove, Hassan, Hinojosa, Holloway, Ibáñez,
    Ikeda, Iversen, Jablonski, Jankowski, Jeffries, Kaminski, Kapoor, Keane, Kekoa, Kowalczyk, Lachance,
    Lafleur, Langston, Larsen, Le Blanc, Lindqvist, Lockhart, MacDougall, Maldonado, Marchetti, McAllister,
    Mbeki, Medrano, Mendoza, Montoya, Morningstar, Mukherjee, Muñoz, Nakamura, Navarro, Ndiaye, Nguyễn,
    Norwood, Núñez, Obafemi, O'Connell, O'Shaughnessy, Okafor, Olivares, Ortega, Oyelaran, Pacheco, Papadakis,
    Parrish, Patel, Peña, Petrov, Pham, Pruitt, Quiñones, Rasmussen, Redfern, Reyes-Molina, Rivas, Rosario,
    Rutledge, Saldívar, Sandoval, Schäfer, Singh, Sørensen, St. Cloud, Sutherland, Szymański, Tallchief,
    Thibodeaux, Tran, Underhill, Vaillancourt, Valdez, Vang, Villanueva, Wachira, Washington, Weatherby,
    Whitehorse, Whitlock, Wójcik, Xiong, Yamamoto, Yang, Zamora, Zavala, Żeleński
""")
REFERRED_BY = (
    "Maple Crossing Detox",
    "County drug court",
    "Blue Heron Treatment Center",
    "St. Brigid’s Hospital, social work",
    "A former resident",
    "Themselves",
    "Probation department",
    "Riverbend Outpatient",
    "Their sister",
    "Their counselor",
)
RELATIVES = (
    "mother",
    "father",
    "sister",
    "brother",
    "aunt",
    "wife",
    "husband",
    "grandmother",
    "cousin",
)
EMPLOYERS = (
    "Parkside Bakery",
    "Northgate Warehouse",
    "Ellery Landscaping",
    "Hilltop Diner",
    "Bell & Sons Roofing",
    "Corner Grocery",
    "Union Street Laundry",
    "Lakeview Nursing Home",
    "Fairlane Auto Glass",
    "Second Story Books",
)
SCHOOLS = (
    "Community college, evening classes",
    "High school equivalency class",
    "Welding certificate course",
)
ALERTS = (
    (Alert.Kind.ALLERGY, "Penicillin: hives"),
    (Alert.Kind.ALLERGY, "Peanuts: carries an injector, in the top drawer"),
    (Alert.Kind.ALLERGY, "Bee stings"),
    (Alert.Kind.ALLERGY, "Latex"),
    (Alert.Kind.MEDICAL, "Asthma: inhaler at the bedside"),
    (Alert.Kind.MEDICAL, "Type 1 diabetes: knows what to do; juice in the kitchen"),
    (Alert.Kind.MEDICAL, "Seizures in the past, none for two years"),
    (Alert.Kind.SAFETY, "A restraining order is in force: say to nobody on the phone who lives here"),
)
MOVES = (
    "A lower bunk, for a bad knee",
    "A quieter room: works nights",
    "Snoring",
    "Nearer to the bathroom",
    "Asked for the window bed when it came free",
    "Phase 2 moves upstairs",
)
TRANSFERS = (
    "Closer to a new job",
    "Asked for a house with more structure",
    "Closer to the children’s school",
    "A fresh start after a quarrel, agreed by all",
    "Ready for a house with less supervision",
)
DECLINED = (
    "Needs medical detox first: may apply again after it",
    "The house cannot give the nursing care needed",
    "Was asked to stay away from this house for a year",
    "No bed that fits, and could not wait",
)
WITHDRAWN = (
    "Found a place with family",
    "Could not be reached: three calls and a letter",
    "Chose a house nearer to work",
    "Stays in treatment for another month",
    "Did not come for the bed that was held",
)
RETURN_TERMS = (
    "After 30 days of treatment, and a talk with the house",
    "With a paid first week and a written plan",
    "After a talk with the house manager",
)

# Why people leave: how often of 100, the reason, where to (HUD's code and in words), whether they may come back, and
# whether their things wait for them.
Why = Discharge.Reason
Back = Discharge.Return
LEAVING: tuple[tuple[int, str, tuple[tuple[int, str], ...], str, bool], ...] = (
    (
        30,
        Why.COMPLETED,
        ((410, "Own apartment, with a friend"), (422, "Home to family")),
        Back.WELCOME,
        False,
    ),
    (
        8,
        Why.COMPLETED,
        ((435, "Apartment, with a voucher"), (423, "At a friend’s, on the lease")),
        Back.WELCOME,
        False,
    ),
    (
        18,
        Why.CHOICE,
        ((312, "Their sister’s couch"), (313, "With a friend for now"), (410, "Rented room")),
        Back.WELCOME,
        False,
    ),
    (10, Why.TREATMENT, ((205, "Blue Heron Treatment Center"), (206, "St. Brigid’s Hospital")), Back.WELCOME, False),
    (11, Why.USE, ((205, "Maple Crossing Detox"), (313, "With a friend"), (101, "City shelter")), Back.TERMS, False),
    (8, Why.RULES, ((312, "With their mother"), (313, "With a friend")), Back.TERMS, False),
    (6, Why.MONEY, ((312, "With their brother"), (313, "With a friend from work")), Back.TERMS, False),
    (5, Why.ABSENT, ((30, ""), (99, "")), Back.UNDECIDED, True),
    (3, Why.CUSTODY, ((207, "County jail"),), Back.UNDECIDED, True),
    (1, Why.OTHER, ((17, "A job on a fishing boat"),), Back.WELCOME, False),
)

# Where it could not wait: what made it necessary, the help given, and what another person said of it.
REMOVED = {
    Why.USE: (
        "Was found unresponsive in the shared bathroom; naloxone was given and the ambulance came. Had more in the "
        "room and would not hand it over.",
        "Called Maple Crossing Detox and the treatment line; packed a bag together, handed over medications and "
        "naloxone, and offered a ride.",
        "Spoke with them in the hospital and with the roommate. There was no safe way to wait a night.",
    ),
    Why.RULES: (
        "Threatened a housemate in the kitchen for the second time in a week, and would not leave the room when asked.",
        "Called two other houses and somebody they trust from the porch, who came for them within the hour.",
        "Heard both sides by phone. Two people were afraid to sleep there; it was right to part them that day.",
    ),
}
