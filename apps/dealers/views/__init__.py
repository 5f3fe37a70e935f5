"""The pages of the dealer network."""
