from apps.incentives.services.accruing import accrue, accrue_shared
from apps.incentives.services.booking import book_accruals
from apps.incentives.services.calculating import (
    ask_all,
    ask_calculation,
    calculate,
    calculate_all,
    run_calculation,
)
from apps.incentives.services.disputing import Claim, Disputed, answer, escalate, key_of, open_dispute
from apps.incentives.services.looking_back import look_back
from apps.incentives.services.paying import (
    Answer,
    build_batch,
    discard_batch,
    record_answers,
    submit_batch,
)
from apps.incentives.services.releasing import (
    ask_release,
    confirm,
    deem_confirmed,
    make_payable,
)

__all__ = [
    "Answer",
    "Claim",
    "Disputed",
    "accrue",
    "accrue_shared",
    "answer",
    "ask_all",
    "ask_calculation",
    "ask_release",
    "book_accruals",
    "build_batch",
    "calculate",
    "calculate_all",
    "confirm",
    "deem_confirmed",
    "discard_batch",
    "escalate",
    "key_of",
    "look_back",
    "make_payable",
    "open_dispute",
    "record_answers",
    "run_calculation",
    "submit_batch",
]
