#!/usr/bin/env python3
"""Set-up, demonstration, tests and checks of a checkout: `python3 dev.py --help`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this very file may be run by an older Python
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])

from devtools.cli import main

if __name__ == "__main__":
    main(sys.argv[1:])
