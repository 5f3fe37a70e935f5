"""Pure rules shared by every app: periods, money, formulas, tiers, scoring, traces; no Django, no clock."""
