import django.db.models.deletion
from django.db import migrations, models

import apps.core.constraints
import apps.incentives.rules.paying

FREEZE = """
CREATE FUNCTION incentives_refuse_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goes_on text[] := ARRAY['state', 'paid_amount', 'paid_on', 'bank_reference', 'reason',
                            'answered_at', 'answered_by'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - goes_on = to_jsonb(NEW) - goes_on
       AND (OLD.answered_at IS NULL OR to_jsonb(OLD) = to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payment % never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rebatepayment_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER incentives_refuse_payment BEFORE UPDATE OR DELETE ON incentives_payment
    FOR EACH ROW EXECUTE FUNCTION incentives_refuse_payment();

CREATE FUNCTION incentives_refuse_payment_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goes_on text[] := ARRAY['settled_amount', 'open'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - goes_on = to_jsonb(NEW) - goes_on
       AND (OLD.settled_amount IS NULL OR to_jsonb(OLD) = to_jsonb(NEW)) AND (OLD.open OR NOT NEW.open) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'item % of a payment never changes', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rebatepayment_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER incentives_refuse_payment_item BEFORE UPDATE OR DELETE ON incentives_paymentitem
    FOR EACH ROW EXECUTE FUNCTION incentives_refuse_payment_item()
"""
THAW = """
DROP TRIGGER incentives_refuse_payment ON incentives_payment;
DROP TRIGGER incentives_refuse_payment_item ON incentives_paymentitem;
DROP FUNCTION incentives_refuse_payment();
DROP FUNCTION incentives_refuse_payment_item()
"""


class Migration(migrations.Migration):
    """Payments in batches; amounts never change, and what became of a payment is said once."""

    dependencies = [
        ("dealers", "0008_same_dealer"),
        ("incentives", "0015_accruals"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="batch no.")),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("wallet", "Rebate wallet"),
                            ("offset", "Offset against vehicle payment"),
                            ("transfer", "Bank transfer"),
                            ("credit_note", "Credit note"),
                        ],
                        max_length=12,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "minimum_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="minimum payout (¥)"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (apps.incentives.rules.paying.BatchState["DRAFT"], "Draft"),
                            (apps.incentives.rules.paying.BatchState["CHECKING"], "Waits for release"),
                            (apps.incentives.rules.paying.BatchState["RELEASED"], "Released"),
                            (apps.incentives.rules.paying.BatchState["CLOSED"], "Closed"),
                            (apps.incentives.rules.paying.BatchState["DISCARDED"], "Draft discarded"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("payments_count", models.PositiveIntegerField(default=0, verbose_name="payments")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="amount (¥)"
                    ),
                ),
                ("carried_count", models.PositiveIntegerField(default=0, verbose_name="carried forward")),
                (
                    "carried_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="carried forward (¥)"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("created_by", models.CharField(max_length=320, verbose_name="prepared by")),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(verbose_name="prepared at")),
                ("released_by", models.CharField(blank=True, max_length=320, verbose_name="released by")),
                ("released_at", models.DateTimeField(null=True, verbose_name="payments released at")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "payment batch",
                "verbose_name_plural": "payment batches",
                "indexes": [models.Index(fields=["-created_at", "-id"], name="paymentbatch_newest")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=80, unique=True, verbose_name="payment no.")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="amount (¥)")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (apps.incentives.rules.paying.PaymentState["PLANNED"], "Payment planned"),
                            (apps.incentives.rules.paying.PaymentState["CARRIED"], "Carried forward"),
                            (apps.incentives.rules.paying.PaymentState["CANCELLED"], "Cancelled"),
                            (apps.incentives.rules.paying.PaymentState["ORDERED"], "On its way"),
                            (apps.incentives.rules.paying.PaymentState["PAID"], "Paid"),
                            (apps.incentives.rules.paying.PaymentState["PART_PAID"], "Paid in part"),
                            (apps.incentives.rules.paying.PaymentState["FAILED"], "Failed"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "paid_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="paid (¥)"),
                ),
                ("paid_on", models.DateField(null=True, verbose_name="paid on")),
                (
                    "bank_reference",
                    models.CharField(blank=True, max_length=80, verbose_name="number of the bank"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="result recorded at")),
                ("answered_by", models.CharField(blank=True, max_length=320, verbose_name="recorded by")),
                (
                    "dealer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealers.dealer",
                        verbose_name="dealer",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="incentives.paymentbatch",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["dealer", "-id"], name="rebatepayment_dealer")],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "dealer"), name="rebatepayment_dealer_key"),
                    models.UniqueConstraint(fields=("batch", "dealer"), name="rebatepayment_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("state__in", ["carried", "cancelled"]), _connector="OR"
                        ),
                        name="rebatepayment_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_amount__isnull", True),
                            models.Q(("paid_amount__gte", 0), ("paid_amount__lte", models.F("amount"))),
                            _connector="OR",
                        ),
                        name="rebatepayment_within",
                    ),
                ],
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
            },
        ),
        migrations.CreateModel(
            name="PaymentItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="to be paid (¥)"),
                ),
                (
                    "settled_amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, null=True, verbose_name="settled (¥)"
                    ),
                ),
                ("open", models.BooleanField(default=True)),
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
                    "payment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="incentives.payment",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_items",
                        to="incentives.statement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    apps.core.constraints.SameDealer(name="paymentitem_payment_own", parent="payment"),
                    apps.core.constraints.SameDealer(name="paymentitem_statement_own", parent="statement"),
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("statement",), name="paymentitem_one_open"
                    ),
                ],
                "verbose_name": "statement of a payment",
                "verbose_name_plural": "statements of payments",
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
