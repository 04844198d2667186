"""`python -m backprop_tui`: the same program as the console script."""

import sys

from backprop_tui.tui.main import main

if __name__ == "__main__":
    sys.exit(main())
