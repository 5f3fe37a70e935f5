"""What the OpenAPI page says of our endpoints: the documented keys of a list and their types."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from apps.core.access import ANONYMOUS

_KINDS = serializers.ModelSerializer.serializer_field_mapping


class Schema(AutoSchema):
    """A scoped endpoint answers with its `fields`; what is sent to it is its `serializer_class`."""

    def get_response_serializers(self) -> Any:
        fields = getattr(self.view, "fields", None)
        if fields and getattr(self.view, "action", "") in ("list", "retrieve"):
            return _documented(type(self.view))()  # type: ignore[arg-type]
        if getattr(self.view, "serializer_class", self) is None:
            return None
        return super().get_response_serializers()

    def get_request_serializer(self) -> Any:
        if getattr(self.view, "serializer_class", self) is None:
            return None
        return super().get_request_serializer()


@cache
def _documented(view: Any) -> type[serializers.Serializer[Any]]:
    """A serializer with the documented keys, each typed as the field of the model it is read from."""
    model = view.query(actor=ANONYMOUS).model
    typed = {key: _typed(_field(model, path)) for key, path in view.fields.items()}
    return type(f"{view.__name__.removesuffix('ViewSet')}Row", (serializers.Serializer,), typed)


def _field(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The field at the end of a path; None for a computed value."""
    found: Any = None
    for name in path.split("__"):
        try:
            found = model._meta.pk if name == "pk" else model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = getattr(found, "related_model", None) or model
    return found if isinstance(found, Field) else None


def _typed(field: Field[Any, Any] | None) -> serializers.Field[Any, Any, Any, Any]:
    if field is None:
        return serializers.JSONField(read_only=True)
    if field.is_relation:
        return serializers.IntegerField(read_only=True, allow_null=field.null)
    kind = next((_KINDS[each] for each in type(field).__mro__ if each in _KINDS), serializers.CharField)
    given: dict[str, Any] = {"read_only": True, "allow_null": field.null}
    if kind is serializers.DecimalField:
        given |= {"max_digits": field.max_digits, "decimal_places": field.decimal_places}  # type: ignore[attr-defined]
    return kind(**given)
