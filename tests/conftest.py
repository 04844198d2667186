"""What all tests share: the processes that they start, and how properties are tried."""

import os

from hypothesis import settings

os.environ["OMP_NUM_THREADS"] = "1"  # torch reads it when it is imported; workers use the other cores
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs start from compiled bytecode

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
