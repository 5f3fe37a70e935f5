from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies, queries
from apps.accounts.models import User
from apps.core import role_names
from apps.core.access import Actor
from apps.dealers import queries as dealers
from apps.dealers.fields import DealerField, UnitField

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LogInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("Verification code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code-input",
            }
        ),
    )


class RecoverableCodeForm(CodeForm):
    """The same at the door, where a recovery code may stand in."""

    code = forms.CharField(
        label=_("Verification code"),
        max_length=20,
        help_text=_("The six digits your authenticator app shows now, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "class": "code-input",
                "spellcheck": "false",
            }
        ),
    )


class ReplaceFactorForm(CodeForm):
    """A code of the new app, and one of the app it takes the place of."""

    field_order = ["current", "code"]

    current = forms.CharField(
        label=_("Code of the app so far"),
        max_length=20,
        help_text=_("Or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "class": "code-input"}
        ),
    )
    code = forms.CharField(
        label=_("Code of the new app"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code-input"}
        ),
    )


class MobileForm(forms.Form):
    """The mobile number of a user; elsewhere it is shown masked."""

    mobile = forms.CharField(
        label=_("Mobile"),
        max_length=20,
        required=False,
        help_text=_("11 digits. It is stored encrypted and shown masked; empty takes it away."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class ProfileForm(MobileForm):
    """What a user decides about itself."""

    field_order = ["display_name", "mobile", "language"]

    display_name = forms.CharField(label=_("Display name"), max_length=100)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser asks")), *settings.LANGUAGES], required=False
    )


class NewPasswordForm(forms.Form):
    """A new password, typed once; the rules are shown before they are broken."""

    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters, and none of the common passwords."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.user)
        if self.user.has_usable_password() and self.user.check_password(password):
            raise ValidationError(_("This is the password you have now; choose another one."))
        return password


class OwnPasswordForm(NewPasswordForm):
    """A new password of one's own: the current one is asked for first."""

    field_order = ["current_password", "new_password"]

    current_password = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current_password(self) -> str:
        password: str = self.cleaned_data["current_password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your current password."))
        return password


class TokenForm(forms.Form):
    """What a token is for, so that it can be recognised later."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=100, help_text=_("For example the system that will use it.")
    )


class UserForm(forms.Form):
    """A new user; the password is chosen by the user itself, through a link."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[User.username_validator])
    display_name = forms.CharField(label=_("Display name"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("Log-in links are sent here. Without one, you hand them over yourself."),
    )
    mobile = MobileForm.base_fields["mobile"]
    language = ProfileForm.base_fields["language"]


class AssignmentForm(forms.Form):
    """A role over one unit, dealer or group, for some time."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role.")), *role_names.CHOICES])
    valid_from = forms.DateField(label=_("Valid from"), widget=DATE)
    valid_to = forms.DateField(
        label=_("Last day"), widget=DATE, required=False, help_text=_("Empty: until it is ended.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(actor=actor, label=_("Organisation unit"), required=False)
        self.fields["dealer"] = DealerField(
            actor=actor, label=_("Dealer"), required=False, help_text=_("Its code or name.")
        )
        self.fields["group"] = forms.ModelChoiceField(
            label=_("Dealer group"), queryset=dealers.groups(actor=actor).order_by("name"), required=False
        )
        self.order_fields(["role", "unit", "dealer", "group"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if sum(cleaned.get(place) is not None for place in ("unit", "dealer", "group")) != 1:
            raise ValidationError(_("Choose exactly one unit, dealer or group."))
        return cleaned


class EndForm(forms.Form):
    """The last day of something."""

    on = forms.DateField(label=_("Last day"), widget=DATE)


class StaffForm(forms.Form):
    """Somebody new at a dealer of one's own."""

    display_name = forms.CharField(label=_("Name"), max_length=100)
    username = forms.SlugField(
        label=_("User name"),
        max_length=60,
        help_text=_("Letters and digits; the code of the dealer is put before it."),
    )
    role = forms.ChoiceField(label=_("Role"))
    email = UserForm.base_fields["email"]
    mobile = MobileForm.base_fields["mobile"]

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        led = queries.led_dealers(actor=actor).order_by("code")
        self.fields["dealer"] = forms.ModelChoiceField(
            label=_("Dealer"), queryset=led, to_field_name="code", initial=led.first()
        )
        given = [(code, name) for code, name in role_names.CHOICES if code in policies.STAFF_ROLES]
        self.fields["role"].choices = [("", _("Choose a role.")), *given]  # type: ignore[attr-defined]
        self.order_fields(["display_name", "username", "dealer", "role", "email", "mobile"])
