"""A consequence ladder to begin with, to be changed until it says what a house means.

It begins low, has a written warning before anything heavier, and asks two people before anybody has to leave. Whoever
used is met with a review and help, not with the door: immediate removal for safety stands beside the ladder.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from residents.rules.models import Category, Consequence, Severity

LOOK_BACK_DAYS = 90
APPEAL_DAYS = 3

TEXT = gettext_noop(
    "What follows depends on the rule, on how grave it is, and on how often it happened lately: the first time, the "
    "second time, and so on. It is the same for everybody. Whoever decides can choose something else only with a "
    "written reason, and never decides what they recorded themselves.\n\n"
    "You are told at once what was recorded, you can say your side, and you can appeal. Somebody else then decides "
    "again. What happened longer ago than the ladder looks back no longer counts."
)

STEPS: Sequence[tuple[str, str, Sequence[str]]] = (
    (
        "",
        Severity.MINOR,
        (Consequence.VERBAL, Consequence.WRITTEN, Consequence.CHORE, Consequence.RESTRICTION, Consequence.CONTRACT),
    ),
    ("", Severity.SERIOUS, (Consequence.WRITTEN, Consequence.RESTRICTION, Consequence.CONTRACT, Consequence.REVIEW)),
    ("", Severity.CRITICAL, (Consequence.CONTRACT, Consequence.REVIEW)),
    (
        Category.CHORES,
        Severity.MINOR,
        (Consequence.VERBAL, Consequence.CHORE, Consequence.WRITTEN, Consequence.RESTRICTION),
    ),
    (
        Category.CURFEW,
        Severity.MINOR,
        (Consequence.VERBAL, Consequence.WRITTEN, Consequence.RESTRICTION, Consequence.CONTRACT),
    ),
)
