"""The pages of mapping profiles: what they say, their spellings, their end."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.imports import forms, policies, profiles, queries, tables
from apps.core.kit.pages import ConfirmPage, ListPage, ObjectFormPage


class ProfileList(ListPage):
    action = policies.IMPORT
    title = _("Mapping profiles")
    query = queries.listed_profiles
    table = tables.ProfileTable
    empty = _("No profile yet. Match the columns of an upload once and save the mapping under a name.")


class ProfileDetail(ObjectFormPage):
    action = policies.IMPORT
    query = queries.own_profiles
    template_name = "core/profile_detail.html"
    form_class = forms.ProfileForm
    submit_label = _("Save")
    success = _("The profile is saved.")

    def form_options(self) -> dict[str, Any]:
        return {"values": self.object.spec.get("values", {})}

    def initial(self) -> dict[str, Any]:
        return {"name": self.object.name}

    def context(self) -> dict[str, Any]:
        return {
            "outputs": queries.profile_lines(self.object),
            "kind_label": tables.kind_label(self.object.kind),
        }

    def save(self, cleaned: dict[str, Any]) -> str:
        profiles.change(
            profile=self.object,
            name=cleaned["name"],
            values=forms.spellings_of(cleaned),
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("core:profile-list")


class ProfileDelete(ConfirmPage):
    action = policies.IMPORT
    query = queries.own_profiles
    question = _("Delete this profile? Imports made with it keep their own copy of the mapping.")
    submit_label = _("Delete the profile")
    success = _("The profile is deleted.")

    def act(self) -> str:
        profiles.delete(profile=self.object, actor=self.actor, now=timezone.now())
        return reverse("core:profile-list")
