"""What the proofs of settlement share: policies, cars, people, and what they look at."""
