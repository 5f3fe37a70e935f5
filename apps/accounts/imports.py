"""The import of a list of users: one row a user with its first role; passwords are chosen through links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from apps.accounts import policies, queries, services
from apps.accounts.models import User
from apps.core import jobs, role_names
from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import Committed, ImportColumn, ImportKind, RowProblem, Rows
from apps.core.models import ImportBatch, ImportRow
from apps.core.roles import SECOND_FACTOR
from apps.core.spreadsheet import values
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.parsing import Parser
from apps.dealers.models import Dealer, OrgUnit

WRONG_NAME = gettext_noop("Letters, digits and @ . + - _ only.")
WRONG_EMAIL = gettext_noop("This is no e-mail address.")
TAKEN = gettext_noop("This user name is taken.")
TWICE = gettext_noop("This user name stands in another row too.")
NO_PLACE = gettext_noop("Name a dealer that is known, or the code of an organisation unit, and not both.")
NO_UNIT = gettext_noop("There is no organisation unit with this code.")


def _roles() -> dict[str, str]:
    """Roles by code and name in both languages; those over money and rights are given one by one."""
    given = {str(role): str(role) for role in role_names.NAMES if role not in SECOND_FACTOR}
    for language in ("zh-hans", "en"):
        with override(language):
            given |= {str(role_names.NAMES[role]): str(role) for role in role_names.NAMES if role in given}
    return given


def _column(name: str, label: Any, parser: Parser[Any], *aliases: str, **more: Any) -> ImportColumn:
    return ImportColumn(name, label, parser, parser.expected, aliases=aliases, **more)


COLUMNS = (
    _column(
        "username",
        _("User name"),
        values.text(150, codes=True),
        "用户名",
        "登录名",
        "账号",
        "username",
        required=True,
        example="zhang.wei",
    ),
    _column(
        "display_name",
        _("Display name"),
        values.text(100),
        "姓名",
        "显示名称",
        "name",
        required=True,
        example="张伟",
    ),
    _column(
        "role",
        _("Role"),
        values.choice(_roles()),
        "角色",
        "岗位",
        "role",
        required=True,
        example="dealer_sales",
    ),
    _column(
        "dealer",
        _("Dealer"),
        values.text(200),
        "经销商",
        "经销商代码",
        "dealer",
        lookup="dealer",
        example="D001",
    ),
    _column("unit", _("Organisation unit"), values.text(40, codes=True), "机构", "机构代码", "unit"),
    _column("email", _("E-mail address"), values.text(254), "邮箱", "电子邮箱", "email"),
    _column("valid_from", _("Valid from"), values.date(), "生效日期", "valid_from"),
)


def _key(row: Mapping[str, Any]) -> str:
    """Names given twice are found by `check`, whatever their capitals."""
    return ""


def check(rows: Rows, actor: Actor) -> list[RowProblem]:
    """Names that are taken, given twice or not allowed, addresses, and places."""
    repeated = Counter(row["username"].lower() for row in rows)
    taken = queries.taken_names([row["username"] for row in rows])
    units = queries.units_by_code([row["unit"] for row in rows if row["unit"]])
    problems = []
    for row in rows:
        problems += _name_problems(row, taken, repeated)
        problems += _place_problems(row, units)
    return problems


def _name_problems(
    row: Mapping[str, Any], taken: set[str], repeated: Mapping[str, int]
) -> Iterator[RowProblem]:
    name = row["username"]
    if not _is_right(User.username_validator, name):
        yield _problem(row, "username", "username", WRONG_NAME)
    elif name.lower() in taken:
        yield _problem(row, "username", "username_taken", TAKEN)
    elif repeated[name.lower()] > 1:
        yield _problem(row, "username", "username_twice", TWICE)
    if row["email"] and not _is_right(validate_email, row["email"]):
        yield _problem(row, "email", "email", WRONG_EMAIL)


def _place_problems(row: Mapping[str, Any], units: Mapping[str, OrgUnit]) -> Iterator[RowProblem]:
    if row["unit"] and row["unit"] not in units:
        yield _problem(row, "unit", "unit_unknown", NO_UNIT)
    elif bool(row["unit"]) is bool(row["dealer_id"]):
        yield _problem(row, "dealer", "one_place", NO_PLACE)


def _problem(row: Mapping[str, Any], column: str, code: str, message: str) -> RowProblem:
    return RowProblem(row["row_no"], column, code, Phrase(message), value=row[column] or "")


def _is_right(validator: Any, text: str) -> bool:
    try:
        validator(text)
    except ValidationError:
        return False
    return True


def commit(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Create the users of the good rows with their roles; whoever has an e-mail address gets its link."""
    jobs.lock("accounts.names")
    staged = ImportRow.objects.filter(batch=batch, kind=KIND.code, errors=[]).order_by("row_no")
    rows = list(staged.values_list("data", flat=True))
    taken = queries.taken_names([row["username"] for row in rows])
    units = queries.units_by_code([row["unit"] for row in rows if row["unit"]])
    places = Dealer.objects.in_bulk([row["dealer_id"] for row in rows if row["dealer_id"]])
    fresh = [row for row in rows if row["username"].lower() not in taken]
    for row in fresh:
        unit, dealer = units.get(row["unit"] or ""), places.get(row["dealer_id"])
        _create(row, unit, dealer, actor, now)
    return Committed(created=len(fresh), same=len(rows) - len(fresh))


def _create(
    row: Mapping[str, Any], unit: OrgUnit | None, dealer: Dealer | None, actor: Actor, now: datetime
) -> None:
    user = services.create_user(
        username=row["username"],
        display_name=row["display_name"],
        password=None,
        email=row["email"] or "",
        actor=actor,
        now=now,
    )
    given = row["valid_from"]
    since = date.fromisoformat(given) if given else timezone.localtime(now).date()
    services.assign(
        user=user, role=row["role"], unit=unit, dealer=dealer, valid_from=since, actor=actor, now=now
    )
    if user.email:
        services.make_link(user=user, actor=actor, now=now)


KIND = registry.declare(
    ImportKind(
        code="accounts.user",
        label=_("Users"),
        action=policies.MANAGE,
        columns=COLUMNS,
        key=_key,
        check=check,
        commit=commit,
        help=_(
            "One row is one user with its first role. Roles over money and rights are assigned on the pages."
        ),
        list_url="accounts:user-list",
    )
)
