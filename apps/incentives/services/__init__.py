from apps.incentives.services.accruing import accrue, accrue_shared
from apps.incentives.services.calculating import ask_calculation, calculate, run_calculation
from apps.incentives.services.disputing import Claim, Disputed, answer, escalate, open_dispute
from apps.incentives.services.releasing import (
    ask_release,
    confirm,
    deem_confirmed,
    make_payable,
    record_payment,
)

__all__ = [
    "Claim",
    "Disputed",
    "accrue",
    "accrue_shared",
    "answer",
    "ask_calculation",
    "ask_release",
    "calculate",
    "confirm",
    "deem_confirmed",
    "escalate",
    "make_payable",
    "open_dispute",
    "record_payment",
    "run_calculation",
]
