"""What a house may begin with, in our own words: rules, texts to sign, and what a newcomer is shown.

The subjects are those that NARR's Standard 3.0 and Arizona's R9-12-204 expect a house to have in writing. What is
written here is a beginning to be changed, not advice about the law. Words in [brackets] are for the house to fill in.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.rules.models import Book, Category, Severity

Text = str | Promise

# Category, severity, title, text. The order is that in which a newcomer reads them.
RULES: tuple[tuple[str, str, Text, Text], ...] = (
    (
        Category.SUBSTANCES,
        Severity.CRITICAL,
        _("No alcohol, no drugs"),
        _(
            "Nobody drinks alcohol or uses drugs that were not prescribed to them, in the house or anywhere else, "
            "while they live here. This includes cannabis, kratom and anything sold as legal that is taken to get high."
        ),
    ),
    (
        Category.SUBSTANCES,
        Severity.CRITICAL,
        _("Nothing of it in the house"),
        _(
            "Nobody brings alcohol, drugs, or things for using them into the house, its yard or a car parked there, "
            "nor keeps them for somebody else. Mouthwash, extracts and sprays with alcohol stay outside too."
        ),
    ),
    (
        Category.SUBSTANCES,
        Severity.SERIOUS,
        _("Say it when you have used, or know of danger"),
        _(
            "If you have used, tell the manager at once: asking for help is met with help first. If you see somebody "
            "who may have taken too much, call 911, give naloxone and wake the house. Nobody is in trouble for calling."
        ),
    ),
    (
        Category.TESTING,
        Severity.SERIOUS,
        _("Tests when asked"),
        _(
            "You give a sample when you are asked, within the time that the testing policy says. The policy says who "
            "is tested, how often, how a result can be disputed and who pays for the laboratory."
        ),
    ),
    (
        Category.TESTING,
        Severity.CRITICAL,
        _("An honest sample"),
        _("The sample is your own and you change nothing about it. Nobody helps somebody else to get round a test."),
    ),
    (
        Category.MEDICATION,
        Severity.SERIOUS,
        _("Medication as prescribed"),
        _(
            "Tell the manager what is prescribed to you, and take it as prescribed. Medication for opioid use disorder "
            "is welcome here. You tell us of a new prescription before the first dose, or the same day."
        ),
    ),
    (
        Category.MEDICATION,
        Severity.SERIOUS,
        _("Medication under lock"),
        _(
            "Every medication is in your own locked box, in the package it came in, and is counted when the house "
            "asks. You never share, sell or borrow medication, not even one tablet."
        ),
    ),
    (
        Category.SAFETY,
        Severity.CRITICAL,
        _("No violence, no threats"),
        _("Nobody hits, threatens, stalks or bullies anybody, in the house, in the street or by phone."),
    ),
    (
        Category.SAFETY,
        Severity.CRITICAL,
        _("No weapons"),
        _("No firearms, no ammunition and no other weapons in the house, its yard or a car parked there."),
    ),
    (
        Category.SAFETY,
        Severity.SERIOUS,
        _("Fire and smoke"),
        _(
            "Smoking and vaping only outside, at the place for it. No candles, no heaters of your own. Nobody covers "
            "or switches off a smoke or carbon monoxide alarm, blocks an exit or takes away an extinguisher or "
            "naloxone."
        ),
    ),
    (
        Category.SAFETY,
        Severity.MINOR,
        _("Know what to do in an emergency"),
        _(
            "You know where the emergency numbers, the exits, the first-aid kit and the naloxone are, and keep the "
            "name of somebody whom we can call for you up to date."
        ),
    ),
    (
        Category.RESPECT,
        Severity.SERIOUS,
        _("Everybody belongs here"),
        _(
            "Nobody is insulted or treated worse for their race, origin, religion, sex, gender, whom they love, "
            "disability, age, medication or way of recovery. Unwanted touching and sexual remarks have no place here."
        ),
    ),
    (
        Category.RESPECT,
        Severity.SERIOUS,
        _("What is said here stays here"),
        _(
            "You tell nobody outside who lives here or what somebody said, and post no picture, name or address of the "
            "house or its residents. You may always speak about yourself, and report a danger or an abuse."
        ),
    ),
    (
        Category.RESPECT,
        Severity.MINOR,
        _("Quiet hours"),
        _("From 10 p.m. to 6 a.m., on weekends to 8 a.m., nobody hears you through a door. Phones go on headphones."),
    ),
    (
        Category.RESPECT,
        Severity.MINOR,
        _("Good neighbors"),
        _(
            "We park only where we may, keep the yard and the sidewalk clean, do not gather or shout in front of the "
            "house, and hand a neighbor's complaint to the manager the same day."
        ),
    ),
    (
        Category.CURFEW,
        Severity.MINOR,
        _("Home by curfew"),
        _(
            "You are in the house by your curfew and stay in until 5 a.m. If you will be late, call before the hour, "
            "not after it. Work and treatment can change your hour when you ask beforehand."
        ),
    ),
    (
        Category.CURFEW,
        Severity.MINOR,
        _("Sign out and in"),
        _("When you leave you say where you go and when you will be back, and you sign in when you return."),
    ),
    (
        Category.CURFEW,
        Severity.SERIOUS,
        _("Nights away only with a pass"),
        _("You sleep here every night unless you have a pass. You ask for one beforehand and keep to what it says."),
    ),
    (
        Category.MEETINGS,
        Severity.MINOR,
        _("The house meeting"),
        _("Everybody comes to the weekly house meeting, on time, and may speak there. Work and illness are excused."),
    ),
    (
        Category.MEETINGS,
        Severity.MINOR,
        _("Work on your recovery"),
        _(
            "You have a plan for your recovery and go to the meetings, groups or appointments that you chose for it, "
            "as many each week as your phase asks. Which way of recovery you follow is your choice."
        ),
    ),
    (
        Category.CHORES,
        Severity.MINOR,
        _("Your chore"),
        _(
            "You do your chore by the time on the list, and clean up after yourself at once: dishes, laundry, "
            "bathroom. Your bed is made and your part of the room is tidy when you leave."
        ),
    ),
    (
        Category.VISITORS,
        Severity.MINOR,
        _("Visitors"),
        _(
            "Visitors come in visiting hours, sign in, and stay in the shared rooms. They are sober. You answer for "
            "them. Nobody who was asked to leave the house in the last thirty days comes in without the manager's word."
        ),
    ),
    (
        Category.VISITORS,
        Severity.SERIOUS,
        _("No overnight guests"),
        _("Nobody but residents sleeps here, and nobody visits in bedrooms."),
    ),
    (
        Category.MONEY,
        Severity.MINOR,
        _("Fees on time"),
        _(
            "You pay what your fee sheet says on the day it says, and always get a receipt. If you cannot, say so "
            "before that day and we make a plan in writing."
        ),
    ),
    (
        Category.MONEY,
        Severity.SERIOUS,
        _("No dealings between residents and staff"),
        _(
            "Residents and staff do not lend to, borrow from, sell to or hire each other. Work for the house is paid "
            "or credited as agreed in writing beforehand. Gambling for money has no place here."
        ),
    ),
    (
        Category.PROPERTY,
        Severity.SERIOUS,
        _("Hands off what is not yours"),
        _("You take, use or read nothing of somebody else's without asking: food, clothes, money, phone, mail."),
    ),
    (
        Category.PROPERTY,
        Severity.MINOR,
        _("Rooms may be looked through"),
        _(
            "The manager may look through rooms and belongings for what is not allowed here: with a second person, "
            "while you are there if you can be, and written down with what was found."
        ),
    ),
    (
        Category.OTHER,
        Severity.MINOR,
        _("If you disagree"),
        _(
            "You can answer everything that is recorded about you, appeal a decision, and bring a complaint to the "
            "manager, to the operator, and to [the state's affiliate of NARR]. Nobody is treated worse for it."
        ),
    ),
)

TEXTS: dict[str, tuple[Text, Text]] = {
    Book.Kind.RULES: (
        _("House rules"),
        _(
            "These are the rules of this house. They are the same for everybody, and what follows when one is broken "
            "is written down in the consequence ladder, which you can read beforehand.\n\n"
            "You sign that you have read them. A new version binds you once you have signed it; until then the one you "
            "signed before does."
        ),
    ),
    Book.Kind.AGREEMENT: (
        _("Resident agreement"),
        _(
            "This is an agreement between you and [the operator] about living in this house.\n\n"
            "What you get: a bed of your own, the use of the shared rooms, and a home in which nobody drinks or uses. "
            "This is housing, not treatment: you find your own counselors and doctors, and we help you look.\n\n"
            "What you undertake: to keep the house rules, to pay what the fee sheet says, to take part in the house, "
            "and to work on your recovery in the way you choose.\n\n"
            "Your rights: to be treated with respect; to see what is recorded about you, to answer it and to appeal; "
            "to have your information kept private as the privacy notice says; to use medication that is prescribed to "
            "you; to complain without being treated worse; and to leave whenever you want.\n\n"
            "How long: as long as you keep this agreement and want to stay. There is no fixed end.\n\n"
            "How it ends: you tell us [7 days] before you move out. We may end it only for a reason that the rules or "
            "the fee sheet name, after you were heard, by a decision of two people and in writing. Only where somebody "
            "is in danger may one person decide it at once; another looks at it within 24 hours. We help you find "
            "another bed.\n\n"
            "Your belongings: what you leave behind is kept safe for [30 days] and handed over to you or whom you "
            "name.\n\n"
            "In an emergency we may call the person whom you named for that."
        ),
    ),
    Book.Kind.FEES: (
        _("Fee sheet"),
        _(
            "What you pay: [$180 a week], from the day you move in, every [Friday] for the week that follows.\n\n"
            "Before you move in: [a deposit of $100], returned within [14 days] after you leave, less what is still "
            "owed, with a statement of how it was counted.\n\n"
            "What it covers: your bed, heat, water, power, internet, laundry and supplies for cleaning. Food is your "
            "own.\n\n"
            "What costs extra: [nothing], or: [tests by a laboratory that you ask for yourself, $40].\n\n"
            "How you pay: [by card, transfer or money order; cash only against a receipt signed by both]. Others may "
            "pay for you; it is credited to you alone, and you see it.\n\n"
            "If you leave within a paid week: [the days after you left are returned].\n\n"
            "If you are late: tell us before the day. There is no fee for being late. After [14 days] without a plan "
            "in writing your place may be given up, with notice.\n\n"
            "You get a receipt for every payment, and a statement of your account whenever you ask for one."
        ),
    ),
    Book.Kind.TESTING: (
        _("Drug-testing policy"),
        _(
            "Why: tests protect everybody's sobriety. They are the same for everybody in the same phase.\n\n"
            "Who and when: at move-in; at random, [up to twice a week in the first 30 days and twice a month after "
            "that]; and when somebody has a reason to suspect use, which is written down.\n\n"
            "How: you are told, and give the sample within [two hours] in view of somebody of the gender you are "
            "comfortable with, in private and with respect. The cup is opened in front of you and you see the "
            "result.\n\n"
            "What a result is called: negative; or not negative, until a laboratory has confirmed it. A result is not "
            "used against you while it is disputed, unless somebody is in danger.\n\n"
            "If you dispute it: say so at once. The same sample goes to a laboratory. [You pay, and get it back if the "
            "laboratory does not confirm it.]\n\n"
            "Prescribed medication, including for opioid use disorder, explains a result. Show the prescription.\n\n"
            "Refused, missed or tampered with: recorded as just that, and treated as the consequence ladder says.\n\n"
            "Who sees results: you, the managers of this house, and the operator. Anybody else only with your signed "
            "consent."
        ),
    ),
    Book.Kind.PRIVACY: (
        _("Privacy notice"),
        _(
            "What we write down about you: who you are and whom to call, when you lived here, what the house asked of "
            "you and what you did, tests, payments, and what was decided.\n\n"
            "Who sees it: the managers of the house you live in, the operator, and auditors. Housemates see your first "
            "name and initial where a shared list needs it. Every look at your page is on record, and you can see "
            "it.\n\n"
            "What leaves the house: nothing about you goes to a court, an officer, a treatment program or your family "
            "without a consent that you signed, which says what, to whom, why and until when. You can take it back at "
            "any time. The law makes exceptions: a medical emergency, abuse of a child, a court's order.\n\n"
            "What you can do: see everything that is recorded about you, take it with you, answer it, and ask for what "
            "is wrong to be corrected. What was wrong stays visible, marked.\n\n"
            "How long: we keep your record for [four years] after you leave.\n\n"
            "If you think that we broke this: tell the manager or the operator, or complain to [the outside office]. "
            "Nobody is treated worse for it."
        ),
    ),
}

# What whoever moves in is shown within the first day.
ORIENTATION: tuple[Text, ...] = (
    _("Their bed, their locker or drawer, and the keys"),
    _("The house: kitchen, laundry, bathrooms, shared rooms, where to smoke"),
    _("Exits, alarms, extinguishers, and where to meet after a fire"),
    _("Where the first-aid kit and the naloxone are, and how to give it"),
    _("Emergency numbers, and whom we call for them"),
    _("The house rules, and what follows when one is broken"),
    _("Curfew, passes, and how to sign out and in"),
    _("Chores: the list, by when, and who looks at them"),
    _("House meetings, and the meetings they are expected at"),
    _("Drug tests: when, how, and how to dispute one"),
    _("Medication: the locked box and counting"),
    _("Fees: when they are due, how to pay, receipts"),
    _("Visitors, and quiet hours"),
    _("How to complain or appeal, inside the house and outside"),
    _("Their rights, and who sees what is recorded about them"),
    _("Who lives here, who manages the house, and how to reach them at night"),
)
