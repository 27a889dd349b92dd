"""What the log can have on record about Dana: so many of each, recorded by Olive, closed by Alice and by Bob; and what
she filed herself."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from residents.log.services import clocks, complaints, entries, follow_ups, incidents, searches, visits
from residents.models import Complaint, Entry
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests.cast import Cast, make_user

# Of somebody who complained about Dana and asked not to be named.
WITHHELD_BY, WRITER = "Persephone Lund", "Xanthe"
TOLD = (
    *("baked for all of us", "the tray cooled on the sill", "it was two trays"),
    *("slipped on the stairs", "held a cold cloth to it", "rang the clinic", "the lamp was broken", "a new lamp"),
    *("ask how her ankle is", "she walks again"),
    *("her letters were opened", "an apology", "we look into it", "spoken with the carrier", "told at supper"),
    *("sings after midnight", "the blue bag", "a smell of smoke", "a lighter", "kept in the office"),
    *("Cousin Tobias", "Show them around", "Call the clinic back", "the desk took the call"),
)


def record_log(cast: Cast, number: int) -> None:
    now = timezone.now()
    for starts, name in (("incident", "Call the clinic back"), ("move_in", "Show them around")):
        clocks.clock_start(
            organization=cast.organization,
            name=name,
            starts=starts,
            amount=2,
            unit="days",
            recipient="The county",
            now=now - timedelta(days=400),
        )
    for n in range(number):
        _line(cast, n)
        _incident(cast, n)
        _own_complaint(cast, n)
        _complaint_about_her(cast, n)
        _search_and_visit(cast, n)
    clocks.run_clocks(stay=cast.stay_of_dana, now=now)
    for deadline in cast.stay_of_dana.deadlines.all():
        clocks.deadline_meet(deadline=deadline, done_at=now, proof="walked through the house", now=now)


def _line(cast: Cast, n: int) -> None:
    now, dana = timezone.now(), cast.stay_of_dana
    file = BytesIO()
    Image.new("RGB", (40, 40), (200, n * 60, 40)).save(file, "PNG")
    entry = entries.entry_write(
        house=cast.house_a,
        text=f"She baked for all of us {n}.",
        about=[dana],
        photos=[(file.getvalue(), f"the tray cooled on the sill {n}")],
        now=now,
    )
    entries.entry_amend(
        entry=Entry.objects.get(pk=entry.pk),
        text=f"She baked for all of us, two trays {n}.",
        happened_at=now,
        about=[dana],
        reason=f"it was two trays {n}",
        now=now,
    )


def _incident(cast: Cast, n: int) -> None:
    now = timezone.now()
    incident = incidents.incident_file(
        house=cast.house_a,
        type="injury",
        text=f"She slipped on the stairs {n}.",
        happened_at=now,
        about=[cast.stay_of_dana],
        audience=incidents.usual_audience(type="injury"),
        steps=[incidents.Step(kind="done", at=now, what=f"held a warm cloth to it {n}")],
        follow_ups=[follow_ups.Due(what=f"ask how her ankle is {n}", due_on=cast.house_a.today())],
        now=now,
    )
    incidents.step_amend(
        before=incident.steps.get(),
        step=incidents.Step(kind="done", at=now, what=f"held a cold cloth to it {n}"),
        reason="It was cold.",
        now=now,
    )
    incidents.step_add(incident=incident, step=incidents.Step(kind="told", at=now, who=f"rang the clinic {n}"), now=now)
    follow_ups.follow_up_done(follow_up=incident.entry.follow_ups.get(), note=f"she walks again {n}", now=now)
    clocks.deadline_meet(
        deadline=incident.entry.deadlines.get(), done_at=now, proof=f"the desk took the call {n}", now=now
    )
    with acting_as(cast.bob, source="web"):
        incidents.incident_close(
            incident=incident, cause=f"the lamp was broken {n}", correction=f"a new lamp {n}", now=now
        )


def _own_complaint(cast: Cast, n: int) -> None:
    now = timezone.now()
    with acting_as(cast.dana.user, source="web"):
        complaint = complaints.complaint_file(
            house=cast.house_a,
            by=Complaint.By.RESIDENT,
            own=True,
            text=f"her letters were opened {n}",
            wish=f"an apology {n}",
            name=cast.dana.name,
            happened_at=now,
            now=now,
        )
    complaints.complaint_answer(complaint=complaint, text=f"we look into it {n}", now=now)
    complaints.complaint_close(
        complaint=complaint, outcome="right", text=f"spoken with the carrier {n}", told=f"told at supper {n}", now=now
    )


def _complaint_about_her(cast: Cast, n: int) -> None:
    """Written down for somebody who would not be named, and by whom is not told either."""
    now = timezone.now()
    writer = User.objects.filter(username=WRITER.lower()).first() or make_user(WRITER.lower())
    with acting_as(writer, source="web"):
        complaints.complaint_file(
            house=cast.house_a,
            by=Complaint.By.NEIGHBOR,
            text=f"She sings after midnight {n}.",
            about=[cast.stay_of_dana],
            name=f"{WITHHELD_BY} {n}",
            name_withheld=True,
            happened_at=now,
            now=now,
        )


def _search_and_visit(cast: Cast, n: int) -> None:
    now, about = timezone.now(), [cast.stay_of_dana]
    found = searches.search_record(
        house=cast.house_a,
        place=f"the blue bag {n}",
        why=f"a smell of smoke {n}",
        by="Olive Example",
        witness="Bob Example",
        resident_present=True,
        found=f"a lighter {n}",
        became=f"thrown away {n}",
        about=about,
        happened_at=now,
        now=now,
    )
    searches.search_amend(search=found, reason="It was kept.", became=f"kept in the office {n}", now=now)
    came_at = now - timedelta(hours=1)
    visit = visits.visit_record(house=cast.house_a, name=f"Cousin Tobias {n}", about=about, came_at=came_at, now=now)
    visits.visit_end(visit=visit, left_at=now, now=now)
