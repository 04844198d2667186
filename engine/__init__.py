"""The engine: runs, records and judges training programs. It knows torch and no screen."""
