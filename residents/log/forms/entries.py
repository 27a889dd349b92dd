"""What is filled in about entries of the log: what happened and about whom, what was wrong, who reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.times import HappenedField, give_zone
from residents.log.models import LINES, Audience, Entry, Kind
from residents.log.queries.entries import fixed
from residents.stays.forms import date_field, reason_field
from residents.stays.models import Stay
from residents.stays.queries import stays_of_late
from soberhouse.accounts.models import User
from soberhouse.forms import Chips, Segmented

PICTURES = "image/jpeg,image/png,image/webp"
NOT_KEPT = _("JPEG, PNG or WebP, up to 10 MB. Where and with what it was taken is not kept.")
WHY_SO_FEW = _("Needed where it is kept from whom it is about.")


class PeopleField(forms.ModelMultipleChoiceField):
    """Whom it is about: whoever lives in the house or left it of late stands there to be chosen. Any other stay of the
    house may be sent."""

    widget = Chips

    def offer(self, house: House, user: User, *, also: Any = ()) -> None:
        """Offer the people of this house but oneself, and `also` those who were chosen before."""
        self.queryset = self.queryset.real().exclude(resident__user=user)
        found = {stay.pk: stay for stay in stays_of_late(house, house.today()).select_related("resident")}
        found |= {stay.pk: stay for stay in also}
        stays = [stay for stay in found.values() if stay.resident.user_id != user.pk]
        self.choices = [
            (str(stay.uuid), stay.short_name)
            for stay in sorted(stays, key=lambda stay: (stay.ends_on is not None, stay.short_name.casefold()))
        ]

    def label_from_instance(self, stay: Stay) -> str:
        return stay.short_name


def people_field(**facts: Any) -> PeopleField:
    return PeopleField(
        Stay.objects.order_by(),
        label=_("about whom"),
        required=False,
        error_messages={"invalid_choice": _("This is nobody who lives or lived here.")},
        **facts,
    )


def words_field(*, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=_("what happened"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Say what happened.")},
    )


def audience_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("who reads it"), choices=Audience.choices, widget=forms.RadioSelect)


class NoteForm(ScopedForm):
    """A line of the log. The words are all it needs."""

    text = words_field()
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[(kind.value, kind.label) for kind in LINES],
        required=False,
        initial=Kind.NOTE,
        widget=Segmented,
    )
    about = people_field(
        help_text=_(
            "They read it too, unless you choose otherwise below. Name nobody else in it whom they need not know of."
        )
    )
    happened_at = HappenedField(label=_("when"), required=False, help_text=_("Empty: now."))
    audience = forms.ChoiceField(
        label=_("who reads it"),
        choices=Audience.choices,
        required=False,
        initial=Audience.STAFF,
        widget=forms.RadioSelect,
    )
    audience_reason = forms.CharField(label=_("why so few"), max_length=500, required=False, help_text=WHY_SO_FEW)
    photo = forms.FileField(
        label=_("photo"), required=False, help_text=NOT_KEPT, widget=forms.FileInput(attrs={"accept": PICTURES})
    )
    caption = forms.CharField(label=_("what it shows"), max_length=200, required=False)

    FOLDED = ("happened_at", "audience", "audience_reason", "photo", "caption")

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
        chosen = self._chosen()
        self.fields["about"].offer(house, user, also=chosen)
        if not self.is_bound:
            self.fields["text"].widget.attrs["autofocus"] = True

    def _chosen(self) -> list[Stay]:
        """Whoever is named by the address or by what was sent, also one who left long ago."""
        sent = self.data.getlist("about") if hasattr(self.data, "getlist") else []
        asked = sent or self.initial.get("about") or []
        field = self.fields["about"]
        try:
            return list(field.clean(asked)) if asked else []
        except forms.ValidationError:
            return []

    @property
    def folded(self) -> list[forms.BoundField]:
        """What a line can go without."""
        return [self[name] for name in self.FOLDED]

    @property
    def opens(self) -> bool:
        """Something among what is folded away is to be put right, or was filled in."""
        return bool(set(self.FOLDED) & set(self.errors)) or (
            self.is_bound and bool(set(self.FOLDED) & set(self.changed_data))
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("photo") and not cleaned.get("caption"):
            self.add_error("caption", _("Say what it shows."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.cleaned_data
        return {
            "text": data["text"],
            "kind": data["kind"] or Kind.NOTE,
            "about": list(data["about"]),
            "happened_at": data["happened_at"],
            "audience": data["audience"] or Audience.STAFF,
            "audience_reason": data["audience_reason"],
            "photos": [(data["photo"].read(), data["caption"])] if data["photo"] else [],
        }


class AmendForm(ScopedForm):
    """An entry told anew, with what was wrong put right. What the kind's own form tells as well is not changed here."""

    text = words_field(rows=6)
    happened_at = HappenedField(label=_("when"))
    about = people_field()
    reason = reason_field(_("what was wrong?"))

    def __init__(self, *args: Any, user: User, house: House, entry: Entry, was_about: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
        self.fields["about"].offer(house, user, also=was_about)
        for name in fixed(entry):
            del self.fields[name]
        if entry.kind == Kind.SEARCH:
            says = _("Put right what was searched, why and what was found")
            url = reverse("search_amend", args=[entry.uuid])
            self.fields["about"].help_text = format_html('<a href="{}">{}</a>', url, says)
        elif entry.kind == Kind.VISITOR:
            self.fields["text"].help_text = _("When they came stays as it was: say here what was wrong in it.")
        elif "text" not in self.fields:
            self.fields["about"].help_text = _("What a resident filed stays in their words: answer it instead.")

    def facts(self) -> dict[str, Any]:
        """What to hand to the service. What is not asked stays as it stood; the time that was left as it stood is the
        instant it was."""
        before = self.initial["happened_at"]
        data = {"text": self.initial["text"], "happened_at": before} | self.cleaned_data
        return data | {"about": list(data["about"]), "happened_at": self._meant(data["happened_at"], before)}

    def _meant(self, typed: datetime, before: datetime) -> datetime:
        zone = self.house.zone
        shown = [each.astimezone(zone).strftime("%Y-%m-%dT%H:%M") for each in (typed, before)]
        return before if shown[0] == shown[1] else typed


class ShowToForm(forms.Form):
    """Who reads an entry from now on, and why."""

    audience = audience_field()
    reason = reason_field(_("why?"))


class PhotoForm(forms.Form):
    """A picture, and what it shows."""

    photo = forms.FileField(label=_("photo"), help_text=NOT_KEPT, widget=forms.FileInput(attrs={"accept": PICTURES}))
    caption = forms.CharField(label=_("what it shows"), max_length=200)


class FindForm(ScopedForm):
    """Which entries of a log to list. Words are only ever posted."""

    saves = False

    q = forms.CharField(
        label=_("Words"), max_length=200, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *Kind.choices], required=False)
    stay = forms.ModelChoiceField(
        Stay.objects.order_by(), label=_("About"), required=False, empty_label=_("Anybody, or nobody")
    )
    since = date_field(_("From"), required=False)
    until = date_field(_("Until"), required=False)

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        field = self.fields["stay"]
        found = {stay.pk: stay for stay in stays_of_late(house, house.today()).select_related("resident")}
        try:
            named = field.clean(self.data.get("stay"))
        except forms.ValidationError:
            named = None
        if named is not None:
            found[named.pk] = named
        stays = sorted(found.values(), key=lambda stay: (stay.ends_on is not None, stay.short_name.casefold()))
        field.choices = [("", field.empty_label), *((str(stay.uuid), stay.short_name) for stay in stays)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned
