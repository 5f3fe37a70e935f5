from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.incentives import services
from apps.incentives.models import Policy
from apps.incentives.models.disputes import DISPUTE_REASONS
from apps.incentives.models.statements import RUN_KINDS
from apps.incentives.tables import statements as tables
from apps.sales.models import EVIDENCE_KINDS


def _day(label: Any, *, required: bool = True, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, **more)


class RunForm(forms.Form):
    """Which policy is settled for which term, and whether it is only to see what is expected."""

    policy = forms.ModelChoiceField(
        label=_("Policy"),
        queryset=None,
        required=False,
        empty_label=_("All policies with a term on this day"),
    )
    day = _day(_("A day of the term"), help_text=_("The month, quarter or year it lies in is settled."))
    kind = forms.ChoiceField(label=_("Kind"), choices=RUN_KINDS, widget=forms.RadioSelect, initial="interim")

    def __init__(self, *args: Any, policies: QuerySet[Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined]


@dataclass(frozen=True)
class DisputedCar:
    """A car that may be disputed: a line of the statement, or a delivery outside the policy."""

    vin: str
    code: str
    cure: str = ""
    line_id: int | None = None
    delivery_id: int | None = None


class DisputeForm(forms.Form):
    """What a dealer expects, and for each car it disputes the document that shows it."""

    reason = forms.ChoiceField(label=_("Kind"), choices=DISPUTE_REASONS)
    expected_amount = forms.DecimalField(label=_("Expected (¥)"), max_digits=18, decimal_places=2)
    note = forms.CharField(
        label=_("Explanation"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, cars: Sequence[DisputedCar], accepted: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cars = cars
        kinds = [(code, label) for code, label in EVIDENCE_KINDS if code in set(accepted)]
        for car in cars:
            key = services.key_of(car)
            self.fields[f"car_{key}"] = forms.BooleanField(
                label=car.vin,
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )
            self.fields[f"kind_{key}"] = forms.ChoiceField(
                label=_("Document"), choices=kinds, initial=car.cure, required=False
            )
            self.fields[f"issued_on_{key}"] = _day(_("Date on the document"), required=False)
            self.fields[f"number_{key}"] = forms.CharField(
                label=_("Document number"), max_length=80, required=False
            )
            self.fields[f"file_{key}"] = forms.FileField(
                label=_("File"), required=False, help_text=_("PDF or photo")
            )

    def groups(self) -> list[dict[str, Any]]:
        """The fields of each car together, for the page."""
        names = ("kind", "issued_on", "number", "file")
        return [
            {
                "car": car,
                "why": tables.why(car),
                "box": self[f"car_{key}"],
                "fields": [self[f"{name}_{key}"] for name in names],
            }
            for car, key in self._keyed()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for _car, key in self._chosen(cleaned):
            for name in ("issued_on", "file"):
                if not cleaned.get(f"{name}_{key}"):
                    self.add_error(f"{name}_{key}", _("This field is required."))
        return cleaned

    def claim(self) -> services.Claim:
        """The dispute as the service takes it."""
        data = self.cleaned_data
        items = [
            services.Disputed(
                line_id=car.line_id,
                delivery_id=car.delivery_id,
                kind=data[f"kind_{key}"],
                number=data[f"number_{key}"],
                issued_on=data[f"issued_on_{key}"],
                file_name=data[f"file_{key}"].name,
                file_content=data[f"file_{key}"].read(),
            )
            for car, key in self._chosen(data)
        ]
        return services.Claim(data["reason"], data["expected_amount"], data["note"], items)

    def _keyed(self) -> list[tuple[DisputedCar, str]]:
        return [(car, services.key_of(car)) for car in self.cars]

    def _chosen(self, data: dict[str, Any]) -> list[tuple[DisputedCar, str]]:
        return [(car, key) for car, key in self._keyed() if data.get(f"car_{key}")]


class AnswerForm(forms.Form):
    """The decision about a disputed car."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Accept: the car is paid for by the next run")), ("no", _("Reject"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to refuse."),
    )


class AppealForm(forms.Form):
    """Why a second person should decide."""

    appeal = forms.CharField(
        label=_("Why the decision is wrong"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
