"""Pure rules shared by every app: periods, money, formulas, tiers, scoring and traces, without Django or a clock."""
