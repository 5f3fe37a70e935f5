from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.apps import apps
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.rights import delegations
from apps.core.access import Actor
from apps.work import queries, registry, services
from apps.work.models import NoticeProfile
from apps.work.models.notices import CHANNEL_NAMES, MODE_CHOICES
from apps.work.rules.states import PORTAL, Mode, Verdict

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class TaskForm(forms.Form):
    """A free task."""

    title = forms.CharField(label=_("What is to be done"), max_length=300)
    due_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    person = forms.ModelChoiceField(
        label=_("Who"), queryset=None, required=False, help_text=_("Left empty, it is yours.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = delegations.colleagues(actor=actor, on=timezone.localdate())
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """A decision with its reason."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Verdict.APPROVE, _("Approve")),
            (Verdict.RETURN, _("Send back")),
            (Verdict.REJECT, _("Reject")),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to return or reject."),
    )


class AttachedForm(forms.Form):
    """A form with a file."""

    file = forms.FileField(label=_("File"), required=False)

    def attached(self) -> services.Attachment | None:
        """The file as it was sent, if there is one."""
        sent = self.cleaned_data.get("file")
        return services.Attachment(sent.name, sent.read()) if sent else None


class RemarkForm(AttachedForm):
    """A remark."""

    text = forms.CharField(label=_("Remark"), required=False, max_length=4000)


class CorrectionForm(AttachedForm):
    """What is wrong with a fact, and what is right."""

    wrong = forms.CharField(
        label=_("What is wrong"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    right = forms.CharField(
        label=_("What is right"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(
        label=_("Proof of it"), required=False, help_text=_("A photo, PDF or table that shows it.")
    )
    page = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput())


class AnswerForm(forms.Form):
    """What was corrected."""

    answer = forms.CharField(
        label=_("What was corrected"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PreferenceForm(forms.Form):
    """A choice for each kind of notice and channel, quiet hours and addresses."""

    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=_TIME)
    quiet_to = forms.TimeField(label=_("Quiet until"), required=False, widget=_TIME)
    mobile = forms.CharField(label=_("Mobile number for text messages"), required=False, max_length=20)
    wecom_id = forms.CharField(label=_("WeCom account"), required=False, max_length=64)

    def __init__(
        self,
        *args: Any,
        chosen: Mapping[tuple[str, str], str],
        profile: NoticeProfile | None,
        channels: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channels = [PORTAL, *channels]
        if profile is not None:
            for name in ("quiet_from", "quiet_to", "wecom_id"):
                self.initial[name] = getattr(profile, name)
            self.initial["mobile"] = profile.mobile.reveal() if profile.mobile else ""
        for code, kind in registry.notices().items():
            for channel in self.channels:
                usual = queries.usual_mode(kind, channel)
                self.fields[f"{code}:{channel}"] = forms.ChoiceField(
                    choices=_choices(channel),
                    initial=chosen.get((code, channel), usual),
                    required=False,
                    label=f"{kind.label} – {CHANNEL_NAMES[channel]}",
                )

    @property
    def names(self) -> list[Any]:
        """The heads of the columns."""
        return [CHANNEL_NAMES[channel] for channel in self.channels]

    @property
    def groups(self) -> list[tuple[Any, list[tuple[Any, list[tuple[Any, BoundField]]]]]]:
        """The kinds with their choices by channel, under the part of the product they come from."""
        found: dict[str, list[tuple[Any, list[tuple[Any, BoundField]]]]] = {}
        for code, kind in registry.notices().items():
            choices = [(CHANNEL_NAMES[each], self[f"{code}:{each}"]) for each in self.channels]
            found.setdefault(code.partition(".")[0], []).append((kind.label, choices))
        return [(apps.get_app_config(app).verbose_name, lines) for app, lines in found.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None):
            self.add_error("quiet_to", _("Give both times, or none."))
        cleaned["modes"] = {
            (code, channel): cleaned[f"{code}:{channel}"]
            for code in registry.notices()
            for channel in self.channels
            if cleaned.get(f"{code}:{channel}")
        }
        return cleaned


def _choices(channel: str) -> list[tuple[str, Any]]:
    """In the product nothing waits for a digest."""
    return [(mode, label) for mode, label in MODE_CHOICES if channel != PORTAL or mode != Mode.DIGEST]
