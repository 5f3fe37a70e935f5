"""Constraints models declare that Django does not bring: a key together with whose row it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, ForeignKey, Model
from django.utils.translation import gettext_lazy as _

_KEY = "FOREIGN KEY ({columns}) REFERENCES {table} ({keys})"


class SameDealer(BaseConstraint):
    """A row owned by a dealer points to a row of the same dealer only: the foreign key includes the dealer.

    `parent` names the foreign key, `dealers` pairs an own dealer field with the one of the parent it must
    equal. The parent declares a `UniqueConstraint` over `id` and those fields. Where no dealer may be
    empty, the plain foreign key needs no constraint beside it (`db_constraint=False`).
    """

    default_violation_error_message = _("This belongs to another dealer.")  # type: ignore[assignment]

    def __init__(
        self,
        *,
        parent: str,
        name: str,
        dealers: Mapping[str, str] | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.parent = parent
        self.dealers = dict(dealers or {"dealer": "dealer"})
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def constraint_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """The constraint as part of a table."""
        assert model is not None and schema_editor is not None
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.parent)
        assert isinstance(field, ForeignKey) and isinstance(field.related_model, type)
        theirs = field.related_model._meta
        assert theirs.pk is not None
        own = [str(field.column), *(_column(model, name) for name in self.dealers)]
        keys = [
            str(theirs.pk.column),
            *(_column(field.related_model, name) for name in self.dealers.values()),
        ]
        key = _KEY.format(
            columns=", ".join(map(quote, own)),
            table=quote(theirs.db_table),
            keys=", ".join(map(quote, keys)),
        )
        return f"CONSTRAINT {quote(self.name)} {key}"

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """The statement that adds the constraint."""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:  # type: ignore[override]
        """The statement that drops the constraint."""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self, model: Any, instance: Any, exclude: Collection[str] | None = None, using: str = "default"
    ) -> None:
        """Refuse a form in which the parent is somebody else's."""
        if {self.parent, *self.dealers} & set(exclude or ()):
            return
        parent = getattr(instance, self.parent)
        for own, theirs in self.dealers.items() if parent is not None else ():
            if getattr(instance, f"{own}_id") != getattr(parent, f"{theirs}_id"):
                raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs["parent"] = self.parent
        if self.dealers != {"dealer": "dealer"}:
            kwargs["dealers"] = self.dealers
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameDealer):
            return NotImplemented
        return bool(self.deconstruct() == other.deconstruct())

    def __hash__(self) -> int:
        return hash((self.name, self.parent))

    def __repr__(self) -> str:
        return f"<SameDealer: parent={self.parent} dealers={self.dealers} name={self.name}>"


def _column(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, ForeignKey)
    return str(field.column)
