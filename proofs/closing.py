"""K1, K3 and K6 in their short form on one sample network; with `--plant` also with their defects."""

import sys

from proofs import k1, k3, k6
from proofs.arena import Report, arguments
from proofs.closes import SHORT, ground

PROOFS = {"K1": k1, "K3": k3, "K6": k6}


def main() -> int:
    """Print a JSON line for each proof, then one for each defect; 1 unless only the defects fail."""
    options = arguments(" ".join(PROOFS))
    right = True
    with ground(SHORT, options.seed) as made:
        for planted in (False, True) if options.plant else (False,):
            for name, proof in PROOFS.items():
                report = Report(name, options.seed)
                proof.prove(made, report, proof.DEFECT if planted else "")
                right &= report.close() == int(planted)
    return int(not right)


if __name__ == "__main__":
    sys.exit(main())
