"""The import of contact persons: one row a person; what is personal is never staged or shown in clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from apps.core import pii
from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import Committed, ImportColumn, ImportKind, RowProblem, Rows
from apps.core.models import ImportBatch, ImportRow
from apps.core.spreadsheet import values
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.parsing import Parser, Text
from apps.dealers import policies, queries, services
from apps.dealers.models import CONTACT_ROLES, Dealer, DealerContact
from apps.dealers.rules import ContactRole

WRONG_NUMBER = gettext_noop("Write a mobile number of 11 digits, or a landline with its area code.")
WRONG_EMAIL = gettext_noop("This is no e-mail address.")
TWICE = gettext_noop("This number stands in row %(row)s for the same dealer too.")
KNOWN = gettext_noop("This dealer has a contact person with this number already.")


class PersonalText(Text):
    """A parser of personal text: its values are masked wherever they are shown."""

    def __init__(self, max_length: int, mask: str) -> None:
        super().__init__(max_length, codes=mask != "name")
        self.mask = mask

    def parse(self, raw: Any) -> Any:
        found = super().parse(raw)
        return pii.Masked(pii.normalised(found, self.mask), self.mask) if found else None


_ALSO = {
    "服务经理": str(ContactRole.SERVICE),
    "客服经理": str(ContactRole.CARE),
    "其他": str(ContactRole.OTHER),
}
"""How lists name the posts, beside what pages say."""


def _roles() -> dict[str, str]:
    """Roles by code and by name in both languages."""
    given = {str(code): str(code) for code, _label in CONTACT_ROLES} | _ALSO
    for language in ("zh-hans", "en"):
        with override(language):
            given |= {str(label): str(code) for code, label in CONTACT_ROLES}
    return given


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
        "dealer",
        _("Dealer"),
        values.text(200),
        "经销商",
        "经销商代码",
        "经销商名称",
        "dealer",
        lookup="dealer",
        required=True,
        example="D001",
    ),
    _column(
        "role",
        _("Role"),
        values.choice(_roles()),
        "岗位",
        "职务",
        "职位",
        "角色",
        "role",
        required=True,
        example="sales",
    ),
    _column(
        "name",
        _("Full name"),
        PersonalText(60, "name"),
        "姓名",
        "联系人",
        "name",
        required=True,
        personal="name",
        example="张伟",
    ),
    _column(
        "mobile",
        _("Mobile"),
        PersonalText(30, "mobile"),
        "手机",
        "手机号",
        "手机号码",
        "电话",
        "联系电话",
        "mobile",
        "phone",
        personal="mobile",
    ),
    _column(
        "email",
        _("E-mail address"),
        PersonalText(120, "email"),
        "邮箱",
        "电子邮箱",
        "email",
        personal="email",
    ),
)


def _no_key(row: Mapping[str, Any]) -> str:
    """Repeats are found by `check`: the number itself never stands in an error."""
    return ""


def check(rows: Rows, actor: Actor) -> list[RowProblem]:
    """Numbers and addresses, numbers given twice for a dealer, and persons that are known already."""
    keys = {row["row_no"]: _key(row) for row in rows}
    known = queries.contacts_by_number(
        actor=actor, dealers={row["dealer_id"] for row in rows}, keys=set(keys.values()) - {""}
    )
    first: dict[tuple[int, str], int] = {}
    problems: list[RowProblem] = []
    for row in rows:
        problems += _value_problems(row)
        key = (row["dealer_id"], keys[row["row_no"]])
        earlier = first.setdefault(key, row["row_no"]) if key[1] else row["row_no"]
        if earlier != row["row_no"]:
            problems.append(_problem(row, "mobile", "number_twice", Phrase(TWICE, {"row": earlier})))
        elif key in known:
            same = _is_same(known[key], row)
            code = registry.SAME if same else "number_known"
            problems.append(_problem(row, "mobile", code, Phrase(KNOWN)))
    return problems


def _value_problems(row: Mapping[str, Any]) -> Iterator[RowProblem]:
    mobile, email = row["mobile"], row["email"]
    if mobile and not services.is_number(mobile.reveal()):
        yield _problem(row, "mobile", "number", Phrase(WRONG_NUMBER))
    if email:
        try:
            validate_email(email.reveal())
        except ValidationError:
            yield _problem(row, "email", "email", Phrase(WRONG_EMAIL))


def _problem(row: Mapping[str, Any], column: str, code: str, message: Phrase) -> RowProblem:
    held = row[column]
    return RowProblem(row["row_no"], column, code, message, value=held.reveal() if held else "")


def _key(row: Mapping[str, Any]) -> str:
    return pii.key_of(row["mobile"].reveal(), "mobile") if row["mobile"] else ""


def _is_same(held: DealerContact, row: Mapping[str, Any]) -> bool:
    """Whether the row says of a known person what is known; what it leaves open says nothing."""
    given = {name: row[name] for name in ("role", "name", "email") if row[name]}
    return all(getattr(held, name) == value for name, value in given.items())


def commit(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Add the persons of the good rows who are not known yet, as the page would."""
    staged = ImportRow.objects.filter(batch=batch, kind=KIND.code, errors=[]).order_by("row_no")
    rows = [_opened(data) for data in staged.values_list("data", flat=True)]
    dealers = Dealer.objects.in_bulk({row["dealer_id"] for row in rows})
    keys = Counter(pii.key_of(row["mobile"], "mobile") for row in rows if row["mobile"])
    known = queries.contacts_by_number(actor=actor, dealers=set(dealers), keys=set(keys))
    created = 0
    for row in rows:
        if row["mobile"] and (row["dealer_id"], pii.key_of(row["mobile"], "mobile")) in known:
            continue
        details = {name: row[name] for name in ("role", "name", "mobile", "email")}
        services.create_contact(
            dealer=dealers[row["dealer_id"]],
            actor=actor,
            now=now,
            **details,  # type: ignore[arg-type]
        )
        created += 1
    return Committed(created=created, same=len(rows) - created)


def _opened(data: Mapping[str, Any]) -> dict[str, Any]:
    """A staged row with its personal values in clear."""
    personal = {column.name for column in COLUMNS if column.personal}
    return {
        name: pii.decrypted(value) if name in personal and value else value or ""
        for name, value in data.items()
    }


KIND = registry.declare(
    ImportKind(
        code="dealers.contact",
        label=_("Contact persons"),
        action=policies.MANAGE_CONTACTS,
        columns=COLUMNS,
        key=_no_key,
        check=check,
        commit=commit,
        help=_("One row is one person at a dealer. The file is kept encrypted and is not downloaded again."),
        list_url="dealers:contact-list",
    )
)
