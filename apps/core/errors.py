"""Errors that a user can understand and mend; everything else is a defect and answers 500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RIGHTS = frozenset({"forbidden", "four_eyes", "not_held"})
"""Codes that speak of rights even where they point at a field of the form."""


class DomainError(Exception):
    """A rule of the business refused a request.

    `code` is stable and lower-case, `message` a translated sentence that says what to do, `fields` maps input
    names to messages. Pages show it on the form; the API answers 409 `{code, message, fields}`.
    """

    def __init__(
        self,
        code: str,
        message: Any,
        *,
        fields: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> None:
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text

    @property
    def is_refusal(self) -> bool:
        """Whether a rule refused what was wanted, rather than a field being filled in wrongly."""
        return not self.fields or self.code in RIGHTS

    def as_dict(self) -> dict[str, Any]:
        """The API form of the error."""
        return {
            "code": self.code,
            "message": str(self),
            "fields": {name: str(text) for name, text in self.fields.items()},
        }
