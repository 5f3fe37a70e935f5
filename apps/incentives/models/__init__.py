from apps.incentives.models.accruals import Accrual, AccrualLine
from apps.incentives.models.disputes import Dispute, DisputeItem
from apps.incentives.models.payments import Payment, PaymentBatch, PaymentItem
from apps.incentives.models.policies import (
    BackTest,
    BackTestRow,
    ComplianceRule,
    ComplianceWaiver,
    Policy,
    PolicyReceipt,
    PolicyVersion,
    StandardText,
)
from apps.incentives.models.statements import SettlementRun, Statement, StatementLine

__all__ = [
    "Accrual",
    "AccrualLine",
    "BackTest",
    "BackTestRow",
    "ComplianceRule",
    "ComplianceWaiver",
    "Dispute",
    "DisputeItem",
    "Payment",
    "PaymentBatch",
    "PaymentItem",
    "Policy",
    "PolicyReceipt",
    "PolicyVersion",
    "SettlementRun",
    "StandardText",
    "Statement",
    "StatementLine",
]
