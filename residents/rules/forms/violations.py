"""What is filled in about violations: what happened, the answer to it, decisions and appeals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from residents.houses.scoped_forms import ScopedForm
from residents.rules.models import Answer, AppealDecision, Category, Consequence, Decision, Rule
from residents.rules.queries.binding import binding_rules
from residents.rules.queries.cases import Advice
from residents.stays.forms import date_field
from residents.stays.models import Stay
from soberhouse.forms import Segmented, TimeInput

SHOWS = "image/jpeg,image/png,image/webp,application/pdf"
KEPT = _(
    "JPEG, PNG, WebP or PDF, up to 10 MB. Where and with what a photo was taken is not kept. A PDF keeps who made it: "
    "where a name is to be withheld, take a photo of the paper instead."
)


def words(label: Any, *, rows: int = 4, most: int = 4000, **facts: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **facts)


class AttachForm(forms.Form):
    """A picture or a paper, and what it shows."""

    file = forms.FileField(
        label=_("photo or PDF"),
        help_text=KEPT,
        widget=forms.FileInput(attrs={"accept": SHOWS}),
    )
    caption = forms.CharField(label=_("what it shows"), max_length=200)


class ByCategory(forms.models.ModelChoiceIterator):
    """Rules under what they are about, in the order of the book."""

    def __iter__(self) -> Iterator[tuple[str, list[tuple[Any, str]]]]:
        place = Category.values.index
        rules = sorted(self.queryset.all(), key=lambda rule: (place(rule.category), rule.number))
        for category, found in groupby(rules, key=lambda rule: rule.category):
            yield capfirst(Category(category).label), [self.choice(rule) for rule in found]


class RuleField(forms.ModelChoiceField):
    """One rule of a book: there can be many, so they stand under headings."""

    iterator = ByCategory


class RadioGroups(forms.RadioSelect):
    """Choices in groups, each group with its name above it."""

    template_name = "residents/rules/radio_groups.html"


class RecordForm(ScopedForm):
    """What is said to have happened. Only rules that bound this resident on the chosen day can be chosen."""

    rule = RuleField(
        Rule.objects.select_related("book"),
        label=_("which rule"),
        widget=RadioGroups,
        empty_label=None,
        error_messages={
            "required": _("Choose the rule it is about."),
            "invalid_choice": _("That rule did not bind them on this day. These are the ones that did."),
        },
    )
    what = words(_("what happened"), help_text=_("What was seen and heard, not what it means."))
    happened_on = date_field(_("day"))
    happened_at = forms.TimeField(label=_("time"), required=False, widget=TimeInput())
    place = forms.CharField(label=_("where"), max_length=120, required=False)
    response = forms.CharField(
        label=_("what was done at once"),
        max_length=500,
        required=False,
        help_text=_("Such as: talked with them, called for help."),
    )
    seen_by = words(_("who saw it"), rows=2, most=1000, required=False, help_text=_("One name in a line."))
    in_confidence = words(
        _("who told of it in confidence"),
        rows=2,
        most=1000,
        required=False,
        help_text=_(
            "One name in a line. The resident sees that a name is withheld, never the name: keep it out of your words "
            "above too."
        ),
    )
    file = forms.FileField(
        label=_("photo or PDF"),
        required=False,
        help_text=KEPT,
        widget=forms.FileInput(attrs={"accept": SHOWS}),
    )
    caption = forms.CharField(label=_("what it shows"), max_length=200, required=False)

    FIRST = ("rule", "what")

    def __init__(self, *args: Any, stay: Stay | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if stay is not None:
            bound = binding_rules(stay, self._day(stay))
            self.fields["rule"].queryset = self.fields["rule"].queryset.filter(pk__in=bound.values("pk"))
        if not self.is_bound:
            self.fields["what"].widget.attrs["autofocus"] = True

    def _day(self, stay: Stay) -> date:
        """The day that was chosen; where it cannot be read, or is none of the stay, the last one of it: then the day is
        wrong, and not the rule."""
        last = min(stay.house.today(), stay.ends_on or date.max)
        chosen = self.data.get("happened_on") if self.is_bound else self.initial.get("happened_on")
        try:
            day = self.fields["happened_on"].clean(chosen)
        except ValidationError:
            return last
        return day if stay.starts_on <= day <= last else last

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What a record can go without: all but the rule and the words."""
        return [bound for bound in self.visible_fields() if bound.name not in self.FIRST]

    @property
    def opens_more(self) -> bool:
        """Something among the further fields is to be put right, or was changed."""
        further = {bound.name for bound in self.more_fields}
        return bool(further & set(self.errors)) or (self.is_bound and bool(further & set(self.changed_data)))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file") and not cleaned.get("caption"):
            self.add_error("caption", _("Say what it shows."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.cleaned_data
        named = ("rule", "what", "happened_on", "happened_at", "place", "response")
        reporters = [(name, False) for name in data["seen_by"].splitlines()]
        reporters += [(name, True) for name in data["in_confidence"].splitlines()]
        attachments = [(data["file"].read(), data["caption"])] if data["file"] else []
        return {name: data[name] for name in named} | {"reporters": reporters, "attachments": attachments}


class AnswerForm(forms.Form):
    """What the resident says to it."""

    stance = forms.ChoiceField(label=_("what do you say?"), choices=Answer.Stance.choices, widget=forms.RadioSelect)
    text = words(
        _("in your words"),
        required=False,
        help_text=_("Needed unless it was so. Whoever decides reads it as you wrote it."),
    )

    def __init__(self, *args: Any, before: Answer | None = None, **kwargs: Any) -> None:
        """`before` is what they said last: it stands unless it is changed, and the words come first."""
        super().__init__(*args, **kwargs)
        if before is not None:
            self.order_fields(["text", "stance"])
            self.initial.setdefault("stance", before.stance)
            self.fields["stance"].help_text = _("As before. Change it only where it is said otherwise now.")


class HeardAnswerForm(AnswerForm):
    """The same, written down by whoever heard it. Whoever recorded the violation does not write down that it was so."""

    def __init__(self, *args: Any, may_accept: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_accept:
            self.fields["stance"].choices = [each for each in Answer.Stance.choices if each[0] != Answer.Stance.ACCEPT]
            self.fields["stance"].help_text = _(
                "You recorded it: that it was so, they say themselves, or to somebody else."
            )
        self.fields["stance"].label = _("what do they say?")
        self.fields["text"].label = _("in their words")
        self.fields["text"].help_text = _("Needed unless it was so. They read it, and see that you wrote it down.")


class DecideForm(forms.Form):
    """Was it so, and what follows."""

    outcome = forms.ChoiceField(label=_("was it so?"), choices=Decision.Outcome.choices, widget=Segmented)
    reason = words(_("why"), help_text=_("The resident reads this."))
    consequence = forms.ChoiceField(
        label=_("what follows, if it was so"), choices=Consequence.choices, widget=forms.RadioSelect, required=False
    )
    deviation = words(_("why not what the ladder says"), rows=2, most=1000, required=False)
    terms = forms.CharField(
        label=_("what exactly"),
        max_length=1000,
        required=False,
        help_text=_("Which chore, or what is restricted, and until when. Needed for both."),
    )

    def __init__(self, *args: Any, advice: Advice | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if advice is None or not advice.consequence:
            del self.fields["deviation"]
        else:
            self.fields["deviation"].help_text = _("Only where you choose something else.")
            self.fields["consequence"].help_text = _("The ladder says: %(advised)s.") % {
                "advised": advice.consequence_word
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == Decision.Outcome.DISMISSED:
            cleaned |= {"consequence": "", "terms": ""} | ({"deviation": ""} if "deviation" in self.fields else {})
        return cleaned


class AppealForm(forms.Form):
    text = words(_("why should it be decided again?"), rows=6)


class AppealDecideForm(forms.Form):
    """Decide again."""

    outcome = forms.ChoiceField(
        label=_("what becomes of the decision?"), choices=AppealDecision.Outcome.choices, widget=forms.RadioSelect
    )
    reason = words(_("why"), help_text=_("The resident reads this."))
    consequence = forms.ChoiceField(
        label=_("the other consequence"),
        choices=[("", _("Only where it becomes another")), *Consequence.choices],
        required=False,
    )
    terms = forms.CharField(
        label=_("what exactly"),
        max_length=1000,
        required=False,
        help_text=_("Which chore, or what is restricted, and until when. Needed for both."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == AppealDecision.Outcome.CHANGED and not cleaned.get("consequence"):
            self.add_error("consequence", _("Choose what follows instead."))
        return cleaned


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("why is it taken back?"),
        max_length=500,
        help_text=_("The resident reads this, and it stays on record."),
    )
