"""Looks at the data base, past the product: what may never be found in it."""

from __future__ import annotations

from datetime import date

from django.db import connection

FROZEN = (
    "metrics_measurevalue",
    "metrics_kpivalue",
    "metrics_unitkpivalue",
    "health_healthscore",
    "incentives_accrual",
)
"""Tables with the figures of a month's reading."""
LOOKS = {
    "the ledger balances": "SELECT sum(amount) FROM ledger_posting HAVING sum(amount) <> 0",
    "every entry balances": "SELECT entry_id FROM ledger_posting GROUP BY 1 HAVING sum(amount) <> 0",
    "balances are their postings": """
        SELECT a.id FROM ledger_account AS a LEFT JOIN ledger_posting AS p ON p.account_id = a.id
         GROUP BY a.id HAVING a.balance <> coalesce(sum(p.amount), 0)""",
    "lines sum to the statement": """
        SELECT s.id FROM incentives_statement AS s
          LEFT JOIN incentives_statementline AS l ON l.statement_id = s.id
         GROUP BY s.id HAVING s.amount <> coalesce(sum(l.amount), 0)
             OR s.delta <> coalesce(sum(l.change), 0)""",
    "what was settled sums to the newest statement": """
        SELECT s.dealer_id FROM incentives_statement AS s WHERE s.published_at IS NOT NULL
         GROUP BY s.dealer_id, s.policy_id, s.window_first
        HAVING sum(s.delta) <> (array_agg(s.amount ORDER BY s.number DESC))[1]""",
    "a wallet is negative by a clawback only": """
        SELECT a.id FROM ledger_account AS a WHERE a.kind = 'rebate_wallet' AND a.balance < 0
           AND NOT EXISTS (SELECT 1 FROM incentives_statement AS s
                            WHERE s.dealer_id = a.dealer_id AND s.delta < 0)""",
    "nothing is paid twice": """
        SELECT statement_id FROM incentives_paymentitem WHERE settled_amount > 0
         GROUP BY 1 HAVING sum(settled_amount) > max(amount)""",
}
"""By what holds: a query that finds what does not."""
PUBLISHED = """
SELECT d.id, coalesce((SELECT sum(a.balance) FROM ledger_account AS a WHERE a.dealer_id = d.id
                           AND a.kind IN ('accrual', 'payable', 'rebate_wallet')), 0),
       coalesce((SELECT sum(s.delta) FROM incentives_statement AS s
                  WHERE s.dealer_id = d.id AND s.published_at IS NOT NULL), 0)
  FROM dealers_dealer AS d
"""
"""By dealer: what the ledger says it is owed or has in its wallet, and what was published."""


def rows_of(table: str, period: date, revision: int) -> str:
    """The hash of the figures of a month's reading."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} AS t "
            "WHERE period = %s AND revision = %s",
            [period, revision],
        )
        return str(cursor.fetchone()[0])
