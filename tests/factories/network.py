"""A small network with two regions, and the personas that work in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.accounts.models import Assignment, User
from apps.core.roles import Role
from apps.dealers.models import Dealer, DealerCode, DealerGroup, DealerPlacement, OrgUnit
from apps.dealers.rules import UnitKind

SINCE = date(2020, 1, 1)


@dataclass
class Network:
    """Units and dealers by name."""

    hq: OrgUnit
    region_a: OrgUnit
    region_b: OrgUnit
    province_zj: OrgUnit
    province_js: OrgUnit
    area_1: OrgUnit
    area_2: OrgUnit
    group: DealerGroup
    d1: Dealer
    d2: Dealer
    d3: Dealer
    d4: Dealer
    d5: Dealer


def unit(code: str, name: str, kind: UnitKind, parent: OrgUnit | None = None) -> OrgUnit:
    """A unit below its parent."""
    row = OrgUnit.objects.create(
        code=code, name=name, kind=kind, parent=parent, path=f"new-{code}", valid_from=SINCE
    )
    row.path = f"{parent.path if parent else '/'}{row.pk}/"
    row.save()
    return row


def dealer(code: str, of: OrgUnit, group: DealerGroup | None = None) -> Dealer:
    """An active dealer placed in a unit since the beginning."""
    row = Dealer.objects.create(code=code, name=f"{code}汽车销售服务有限公司", unit=of, group=group)
    DealerPlacement.objects.create(dealer=row, unit=of, valid_from=SINCE)
    DealerCode.objects.create(dealer=row, code=code, valid_from=SINCE)
    return row


def build() -> Network:
    """The network every test starts from."""
    hq = unit("HQ", "总部", UnitKind.HQ)
    region_a = unit("RA", "华东大区", UnitKind.REGION, hq)
    region_b = unit("RB", "华中大区", UnitKind.REGION, hq)
    province_zj = unit("ZJ", "浙江省", UnitKind.PROVINCE, region_a)
    province_js = unit("JS", "江苏省", UnitKind.PROVINCE, region_b)
    area_1 = unit("ZJ1", "浙北片区", UnitKind.AREA, province_zj)
    area_2 = unit("ZJ2", "浙南片区", UnitKind.AREA, province_zj)
    group = DealerGroup.objects.create(code="G1", name="第一投资集团")
    return Network(
        hq,
        region_a,
        region_b,
        province_zj,
        province_js,
        area_1,
        area_2,
        group,
        d1=dealer("D001", area_1, group),
        d2=dealer("D002", area_1),
        d3=dealer("D003", area_2, group),
        d4=dealer("D004", province_js),
        d5=dealer("D005", province_js),
    )


def persona(name: str, role: Role, **place: object) -> User:
    """A user with one role over one place."""
    user = User(username=name, display_name=name, is_staff=role == Role.HQ_ADMIN)
    user.is_superuser = role == Role.HQ_ADMIN
    user.set_unusable_password()
    user.save()
    Assignment.objects.create(user=user, role=role, valid_from=SINCE, **place)
    return user


PERSONAS = {
    "hq_admin": (Role.HQ_ADMIN, {"unit": "hq"}),
    "hq_ops": (Role.HQ_OPERATIONS, {"unit": "hq"}),
    "hq_fin": (Role.HQ_FINANCE, {"unit": "hq"}),
    "executive": (Role.EXECUTIVE, {"unit": "hq"}),
    "prov_zj": (Role.PROVINCE_MANAGER, {"unit": "province_zj"}),
    "reg_a": (Role.REGION_MANAGER, {"unit": "region_a"}),
    "am_1": (Role.ACCOUNT_MANAGER, {"unit": "area_1"}),
    "d1_gm": (Role.DEALER_GENERAL, {"dealer": "d1"}),
    "d1_sm": (Role.DEALER_SALES, {"dealer": "d1"}),
    "d1_fin": (Role.DEALER_FINANCE, {"dealer": "d1"}),
    "d2_gm": (Role.DEALER_GENERAL, {"dealer": "d2"}),
    "investor": (Role.INVESTOR, {"group": "group"}),
}


def cast(network: Network) -> dict[str, User]:
    """All personas by name."""
    return {
        name: persona(name, role, **{kind: getattr(network, place) for kind, place in where.items()})
        for name, (role, where) in PERSONAS.items()
    }
