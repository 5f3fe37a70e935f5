from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor
from apps.dealers.fields import DateField, UnitField
from apps.work import kinds
from apps.work.models.activities import FINDING_KINDS, SEVERITIES
from apps.work.queries import activities as queries
from apps.work.queries.activities import About
from apps.work.rules.activities import Kind


def _topics() -> list[tuple[Any, Any]]:
    found = [(kind.label, kind.topics) for kind in kinds.kinds().values() if kind.topics]
    return [("", _("None")), *found]


class PlanForm(forms.Form):
    """What is planned, whom it is about, and when."""

    kind = forms.ChoiceField(label=_("Kind"))
    subject = forms.CharField(
        label=_("About whom"),
        max_length=200,
        required=False,
        help_text=_("Code or name of a dealer, an outlet (D001/N2), a key account or a colleague"),
    )
    topic = forms.ChoiceField(label=_("Type"), choices=_topics, required=False)
    title = forms.CharField(label=_("Title"), max_length=150, required=False)
    planned_on = DateField(label=_("Planned for"))
    planned_time = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    purpose = forms.CharField(label=_("Aim"), max_length=300, required=False)
    person = forms.ModelChoiceField(label=_("For whom"), queryset=None, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.code, kind.label) for kind in kinds.kinds().values() if kind.planned]
        self.fields["subject"].widget = forms.TextInput(
            attrs={
                "autocomplete": "off",
                "list": "subject-choices",
                "hx-get": reverse_lazy("work:activity-subjects"),
                "hx-trigger": "focus, input changed delay:300ms",
                "hx-target": "#subject-choices",
                "hx-sync": "this:replace",
            }
        )
        on = timezone.localdate()
        others = queries.people(actor=actor, on=on).exclude(pk__in=[actor.user_id or 0])
        fields["person"].queryset = others
        fields["person"].empty_label = _("Myself")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = kinds.kinds().get(cleaned.get("kind", ""))
        text = cleaned.get("subject", "")
        if kind is not None:
            cleaned["about"] = self._about(kind, text)
            if not kind.topics:
                cleaned["topic"] = ""
        return cleaned

    def _about(self, kind: Kind, text: str) -> About:
        if not text:
            return About()
        found = queries.find_subject(actor=self.actor, text=text, subjects=kind.subjects)
        if found is None:
            self.add_error("subject", _("Nothing of this name can be the subject."))
        return found or About()


class ReasonForm(forms.Form):
    """Why something is given up."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class AnswerForm(forms.Form):
    """What was done about a finding."""

    answer = forms.CharField(
        label=_("What was done"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class FindingForm(forms.Form):
    """A finding and what becomes of it."""

    text = forms.CharField(label=_("Finding"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    kind = forms.ChoiceField(label=_("Kind"), choices=FINDING_KINDS)
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITIES)
    due_on = DateField(label=_("Due on"))
    shared = forms.BooleanField(label=_("The dealer sees it and answers"), required=False)


class KeyAccountForm(forms.Form):
    """A new key account."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=150)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = UnitField(actor=actor, label=_("Unit"))
        if not actor.scope.everything:
            field.queryset = field.queryset.filter(pk__in=actor.scope.unit_ids)
        self.fields["unit"] = field
