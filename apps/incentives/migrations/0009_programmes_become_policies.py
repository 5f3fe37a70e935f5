import hashlib
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations

SELECTION = {
    "kind": "retail",
    "model_lines": [],
    "models": [],
    "trims": [],
    "channels": [],
    "customer_types": [],
    "evidence": [],
    "in_area_only": False,
    "price_to_list": None,
}
CAP = {"per_unit": None, "total": None, "per_month": None, "units": None, "pool": None}
PAYOUT = {
    "days": 30,
    "clock": "published",
    "form": "wallet",
    "minimum": "0",
    "dispute_days": 5,
    "answer_days": 5,
}
ELIGIBILITY = {
    "dealer_classes": [],
    "regions": [],
    "provinces": [],
    "city_tiers": [],
    "dealers": [],
    "opened_from": None,
    "opened_until": None,
}


_NUMBER_ON = """
SELECT setval(pg_get_serial_sequence('incentives_policy', 'id'),
              greatest((SELECT max(id) FROM incentives_policy), 1));
SELECT setval(pg_get_serial_sequence('incentives_policyversion', 'id'),
              greatest((SELECT max(id) FROM incentives_policyversion), 1))
"""


def document(programme, params):
    """The same rule as a policy: a quarter's growth over the year before, the rate reached on all retail."""
    clause = {
        "code": "growth",
        "type": "growth",
        "params": {
            "scale": "cliff",
            "applies_to": "all",
            "pay": "rate",
            "price_basis": "price",
            "tiers": [{"from": tier["from"], "value": tier["rate"]} for tier in params["tiers"]],
            "value": "0",
            "full_at": "1",
        },
        "label": {"zh": "", "en": ""},
        "selection": SELECTION,
        "gates": [],
        "cap": CAP,
        "target_key": "",
        "exclusive_group": "",
        "priority": 100,
        "retroactive": True,
    }
    return {
        "schema": 1,
        "code": programme.code,
        "label": {"zh": programme.label_zh, "en": programme.label_en},
        "term": {"kind": "quarter", "first": None, "last": None},
        "date_basis": "occurred",
        "components": [clause],
        "eligibility": ELIGIBILITY,
        "budget": {"amount": None, "mode": "warn"},
        "payout": PAYOUT,
        "stacking": {"ceiling": None, "basis": "pretax", "total": None},
        "grace_days": 0,
        "settle_after_days": 10,
        "accepted_documents": ["invoice", "registration"],
        "clause": {"zh": "", "en": ""},
    }


def carry_over(apps, schema_editor):
    """Every programme with its versions under the same keys, so that what refers to them stays true."""
    made = apps.get_model("incentives", "PolicyVersion")
    policy = apps.get_model("incentives", "Policy")
    zone = ZoneInfo("Asia/Shanghai")
    for programme in apps.get_model("incentives", "Programme").objects.order_by("pk"):
        policy.objects.create(
            pk=programme.pk, code=programme.code, label_zh=programme.label_zh, label_en=programme.label_en
        )
        later = None
        versions = list(
            apps.get_model("incentives", "ProgrammeVersion")
            .objects.filter(programme=programme)
            .order_by("-effective_from", "-version")
        )
        for old in versions:
            text = document(programme, old.params)
            stored = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            last = old.effective_to
            if later is not None:
                day_before = later.effective_from - timedelta(days=1)
                last = day_before if last is None else min(last, day_before)
            at = datetime.combine(old.effective_from, datetime.min.time(), tzinfo=zone)
            made.objects.create(
                pk=old.pk,
                policy_id=programme.pk,
                version=old.version,
                state="published" if later is None and last is None else "replaced",
                document=text,
                sha256=hashlib.sha256(stored.encode()).hexdigest(),
                effective_from=old.effective_from,
                effective_to=last,
                published_at=at.astimezone(UTC),
                published_on=old.effective_from,
                saved_at=at.astimezone(UTC),
            )
            later = old
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_NUMBER_ON)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0008_frozen_versions")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
