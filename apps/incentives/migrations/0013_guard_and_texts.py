from django.db import migrations

from apps.incentives.rules.guard import RULES

TEXTS = (
    (
        "interpretation",
        10,
        "本公告与结算系统由同一份政策文档生成，如有疑问请以本公告所列条款及对账单明细为准。",
        "Bulletin and settlement are made of the same policy document; clauses and statement lines decide.",
    ),
    (
        "termination",
        20,
        "经销协议终止不影响终止日前已产生的返利，仍按本政策结算和兑付。",
        "Rebates earned before a dealer contract ends are settled and paid under this policy all the same.",
    ),
)


def ship(apps, schema_editor):
    rule, text = apps.get_model("incentives", "ComplianceRule"), apps.get_model("incentives", "StandardText")
    for code, each in RULES.items():
        rule.objects.create(
            code=code, level=each.level, article_zh=each.article.zh, article_en=each.article.en
        )
    for code, order, zh, en in TEXTS:
        text.objects.create(code=code, order=order, text_zh=zh, text_en=en)


class Migration(migrations.Migration):
    """The guard's rules and the standard clauses as shipped, for the company to change."""

    dependencies = [("incentives", "0012_labels")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
