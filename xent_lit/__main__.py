"""``python -m xent_lit``: run the ledger of claims, or say what a loss assumes."""

import sys

from .ledger import main

if __name__ == "__main__":
    sys.exit(main())
