"""What all tests share: one thread for torch, here and in the processes that tests start."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported; as many workers run as there are cores
