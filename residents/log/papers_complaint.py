"""The facts of the paper that tells one complaint, read from the database as they are now."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from residents.houses.models import House
from residents.log.models import Complaint
from residents.log.queries.complaints import filer_of
from residents.log.queries.entries import tellings_of
from residents.log.reports.complaint import Answered, Closed, ComplaintPaper, Earlier


def complaint_facts(complaint: Complaint) -> ComplaintPaper:
    """One complaint with its answers and its outcome. A name that is withheld is not on the paper, whoever asks for it:
    it may come before whom it is about. Seven queries at most."""
    row = Complaint.objects.select_related(
        "entry", "house__organization", "entry__withheld_from", "complainant", "outcome"
    ).get(pk=complaint.pk)
    house, who, outcome = row.house, getattr(row, "complainant", None), getattr(row, "outcome", None)
    newest, *earlier = tellings_of(row.entry)
    withheld = row.name_withheld and who is not None
    own = withheld and filer_of(row) is not None
    later = [newest, *earlier[:-1]] if earlier else []
    return ComplaintPaper(
        house=house.name,
        who=str(row.get_by_display()),
        name=who.name if who is not None and not withheld else "",
        contact=who.contact if who is not None and not withheld else "",
        withheld=withheld,
        against=str(row.against) if row.against is not None else "",
        about=len(newest.about),
        happened_at=_local(newest.telling.happened_at, house),
        text=newest.telling.text,
        wish=row.wish,
        by="" if own else row.recorded_as,
        recorded_at=_local(row.recorded_at, house),
        earlier=tuple(
            Earlier(
                text=old.telling.text,
                by=new.telling.recorded_as,
                at=_local(new.telling.recorded_at, house),
                reason=new.telling.correction_reason,
            )
            for new, old in zip(later, earlier, strict=True)
        ),
        answers=tuple(
            Answered(text=answer.text, by=answer.recorded_as, at=_local(answer.recorded_at, house))
            for answer in row.answers.order_by("recorded_at", "pk")
        ),
        closed=Closed(
            outcome=str(outcome.get_outcome_display()),
            text=outcome.text,
            told=outcome.told,
            by=outcome.recorded_as,
            at=_local(outcome.recorded_at, house),
        )
        if outcome is not None
        else None,
        oversight=house.organization.oversight,
    )


def _local(instant: datetime, house: House) -> datetime:
    return timezone.localtime(instant, house.zone)
