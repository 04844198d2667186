"""`python -m backprop_tui`: the same program as the console script."""

from backprop_tui.tui.cli.main import run_process

if __name__ == "__main__":
    run_process()
