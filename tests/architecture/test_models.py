"""What the declared models say about each other."""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey, Model

from tests.architecture.source import layers


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("apps.")]


def test_foreign_keys_point_downwards() -> None:
    """Those written as text too, which no import shows: to the same app or a lower layer, no sibling."""
    depth = layers()
    upwards = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and (target := field.related_model._meta.app_label) in depth
        and target != model._meta.app_label
        and depth[target] >= depth[model._meta.app_label]
    ]
    assert upwards == []


def test_no_model_hooks_into_saving() -> None:
    """What happens with a change stands in services, not in tricks of `save` or `delete`."""
    tricky = [
        f"{model._meta.label}.{name}"
        for model in own_models()
        for name in ("save", "delete", "save_base")
        if any(name in parent.__dict__ for parent in model.__mro__ if parent.__module__.startswith("apps."))
    ]
    assert tricky == []


def test_money_and_ratios_are_exact() -> None:
    inexact = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if getattr(field, "get_internal_type", str)() == "FloatField"
    ]
    assert inexact == []


def test_names_tell_the_kind_of_a_field() -> None:
    """`_at` is a moment, `_on` a day, `_amount` and `_rate` exact numbers."""
    kinds = {"_at": "DateTimeField", "_on": "DateField", "_amount": "DecimalField", "_rate": "DecimalField"}
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        for ending, kind in kinds.items()
        if field.name.endswith(ending) and field.get_internal_type() != kind
    ]
    assert wrong == []


def test_every_model_is_named_in_both_languages() -> None:
    unnamed = [
        model._meta.label
        for model in own_models()
        if str(model._meta.verbose_name_raw) in ("", model._meta.object_name)
    ]
    assert unnamed == []
