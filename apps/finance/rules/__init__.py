"""The dealer's statement as pure rules: lines, checks, ratios, accounts, comparison with peers."""
