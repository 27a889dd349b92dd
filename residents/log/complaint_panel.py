"""What the page of an entry shows of a complaint: who complains and about whom, what was answered, what came of it, and
what can be done next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.clock_words import instant
from residents.log.log_paper_cards import papers_of_complaint
from residents.log.models import Complaint, Entry
from residents.log.queries.complaints import Matter, about_users, matter_of, runners, why_it_waits


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """The complaint as this reader may know it. Whoever filed it reads by when an answer is due, and which body outside
    they can turn to; those who run the house what they may do."""
    complaint = Complaint.objects.visible_to(standing.user).filter(entry=entry).first()
    if complaint is None or (known_at is not None and complaint.recorded_at > known_at):
        return {}
    matter = matter_of(complaint, standing.user, known_at)
    complaint = matter.complaint
    runs = standing.may(Action.RECORD, entry)
    context = {
        "matter": matter,
        "complaint": complaint,
        "is_mine": complaint.recorded_by_id == standing.user.pk and not runs,
        "due_at": instant(matter.due.due_at, complaint.house) if matter.due is not None else "",
        "oversight": complaint.house.organization.oversight,
    }
    if known_at is not None:
        return context
    about = about_users(complaint)
    context["papers"] = papers_of_complaint(complaint, standing, may=standing.user.pk not in about)
    return context | _next(matter, about, standing, now) if matter.is_open else context


def _next(matter: Matter, about: set[int], standing: Standing, now: datetime) -> dict[str, Any]:
    """Who can say what came of it, and what this reader may do."""
    complaint = matter.complaint
    running = runners(complaint.house, now=now)
    deciders = running.who_decide(complaint, about)
    answering = {user.pk for user in running.who_answer(complaint, about)}
    return {
        "may_answer": standing.may(Action.RECORD, complaint) and standing.user.pk in answering,
        "may_close": standing.may(Action.DECIDE, complaint) and standing.user in deciders,
        "wrote_it_down": complaint.recorded_by_id == standing.user.pk,
        "waits": why_it_waits(complaint, deciders),
        "who": [str(user) for user in deciders],
    }
