"""Pure rules of ordering."""
