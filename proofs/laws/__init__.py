"""Laws of money, searched for a counterexample: what is split sums to the whole, rules are sane (R1, R2)."""
