import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints
from apps.metrics.guards import refuse_frozen
from apps.periods import guards

FUNCTION = "incentives_refuse_frozen_accrual"
CREATE = """
CREATE FUNCTION incentives_refuse_frozen_accrual() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reading record;
BEGIN
    FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
     WHERE (r.period, r.revision) IN (
        SELECT DISTINCT s.period, s.revision FROM incentives_accrual AS s
          JOIN changed ON changed.accrual_id = s.id) FOR SHARE LOOP
        IF reading.frozen_at IS NOT NULL THEN
            RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    IF TG_OP = 'UPDATE' THEN
        FOR reading IN SELECT r.period, r.revision, r.frozen_at FROM metrics_monthrevision AS r
         WHERE (r.period, r.revision) IN (
            SELECT DISTINCT s.period, s.revision FROM incentives_accrual AS s
              JOIN became ON became.accrual_id = s.id) FOR SHARE LOOP
            IF reading.frozen_at IS NOT NULL THEN
                RAISE EXCEPTION 'revision % of % is frozen', reading.revision, to_char(reading.period, 'YYYY-MM')
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'metrics_frozen', TABLE = TG_TABLE_NAME;
            END IF;
        END LOOP;
    END IF;
    RETURN NULL;
END $$
"""
# Versions of programmes became versions of policies under the same keys, their one clause is called growth.
COPY = """
INSERT INTO incentives_accrual (id, version_id, dealer_id, window_first, window_last, period, revision, amount,
                                reason, units, achievement, included, excluded, pending, components, sha256)
SELECT s.id, s.version_id, s.dealer_id, q.first, (q.first + interval '3 months - 1 day')::date, s.period,
       s.revision, s.amount, r.reason, coalesce(u.units, 0), s.achievement, s.facts, 0, 0,
       jsonb_build_array(jsonb_build_object(
           'code', 'growth', 'amount', s.amount::text, 'reason', r.reason, 'units', coalesce(u.units, 0)::text,
           'achievement', s.achievement::text, 'rate', s.rate::text, 'base', s.base_amount::text,
           'trace', replace(s.trace::text, 'Growth over the same quarter last year',
                            'Growth over last year')::jsonb,
           'gates', '[]'::jsonb, 'next', NULL)), ''
  FROM incentives_settlement AS s
 CROSS JOIN LATERAL (SELECT make_date(left(s.quarter, 4)::int, right(s.quarter, 1)::int * 3 - 2, 1) AS first) AS q
 CROSS JOIN LATERAL (SELECT replace(s.reason, 'amount_missing', 'price_missing') AS reason) AS r
  LEFT JOIN LATERAL (SELECT sum(d.quantity) AS units FROM incentives_settlementline AS l
                       JOIN sales_retaildelivery AS d ON d.id = l.delivery_id
                      WHERE l.settlement_id = s.id) AS u ON true;
INSERT INTO incentives_accrualline (dealer_id, accrual_id, delivery_id, component, units, base, amount)
SELECT l.dealer_id, l.settlement_id, l.delivery_id, 'growth', d.quantity, l.base_amount, l.amount
  FROM incentives_settlementline AS l JOIN sales_retaildelivery AS d ON d.id = l.delivery_id
 ORDER BY l.id;
SELECT setval(pg_get_serial_sequence('incentives_accrual', 'id'),
              greatest((SELECT max(id) FROM incentives_accrual), 1));
UPDATE work_correction SET target_label = 'incentives.accrual',
       url = replace(url, '/incentives/', '/incentives/accruals/') WHERE target_label = 'incentives.settlement';
UPDATE work_remark SET target_label = 'incentives.accrual' WHERE target_label = 'incentives.settlement';
-- key checks that wait for the commit would hold up the changes of the schema that follow
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED
"""


class Migration(migrations.Migration):
    """Figures of closed months go over as they are: one way of settling is left, that of the policies."""

    dependencies = [
        ("dealers", "0008_same_dealer"),
        ("incentives", "0014_predecessor"),
        ("sales", "0008_evidence_append_only"),
        ("work", "0006_remarks_filters_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Accrual",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("window_first", models.DateField(verbose_name="from")),
                ("window_last", models.DateField(verbose_name="to")),
                ("period", models.DateField(verbose_name="computed with month")),
                ("revision", models.PositiveSmallIntegerField()),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="amount"),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "units",
                    models.DecimalField(decimal_places=6, default=0, max_digits=14, verbose_name="units"),
                ),
                (
                    "achievement",
                    models.DecimalField(
                        decimal_places=6, max_digits=18, null=True, verbose_name="achievement"
                    ),
                ),
                ("included", models.PositiveIntegerField(default=0, verbose_name="paid for")),
                ("excluded", models.PositiveIntegerField(default=0, verbose_name="not paid for")),
                ("pending", models.PositiveIntegerField(default=0, verbose_name="waiting")),
                ("components", models.JSONField(verbose_name="clauses")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incentives.policyversion",
                        verbose_name="version",
                    ),
                ),
            ],
            options={"verbose_name": "rebate accrual", "verbose_name_plural": "rebate accruals"},
        ),
        migrations.CreateModel(
            name="AccrualLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("component", models.CharField(max_length=60, verbose_name="clause")),
                ("units", models.DecimalField(decimal_places=6, max_digits=14, verbose_name="units")),
                ("base", models.DecimalField(decimal_places=6, max_digits=20, verbose_name="base")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="amount")),
                (
                    "accrual",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="incentives.accrual",
                    ),
                ),
                (
                    "dealer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.retaildelivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a rebate accrual",
                "verbose_name_plural": "lines of rebate accruals",
            },
        ),
        migrations.AddConstraint(
            model_name="accrual",
            constraint=models.UniqueConstraint(
                fields=("period", "revision", "version", "window_first", "dealer"), name="accrual_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accrual",
            constraint=models.UniqueConstraint(fields=("id", "dealer"), name="accrual_dealer"),
        ),
        migrations.AddConstraint(
            model_name="accrualline",
            constraint=models.UniqueConstraint(
                fields=("accrual", "delivery", "component"), name="accrualline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accrualline",
            constraint=apps.core.constraints.SameDealer(name="accrualline_accrual_own", parent="accrual"),
        ),
        migrations.AddConstraint(
            model_name="accrualline",
            constraint=apps.core.constraints.SameDealer(name="accrualline_delivery_own", parent="delivery"),
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        *refuse_frozen("incentives_accrual"),
        migrations.RunSQL(CREATE, f"DROP FUNCTION {FUNCTION}()"),
        *(guards.attach("incentives_accrualline", event, FUNCTION) for event in guards.EVENTS),
        migrations.DeleteModel("SettlementLine"),
        migrations.DeleteModel("Settlement"),
        migrations.DeleteModel("ProgrammeVersion"),
        migrations.DeleteModel("Programme"),
        migrations.RunSQL("DROP FUNCTION incentives_refuse_frozen_line()", migrations.RunSQL.noop),
    ]
