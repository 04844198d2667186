"""Where the platform wants a person's configuration to be."""

from __future__ import annotations

from pathlib import Path


def config_folder() -> Path:
    """The folder of `keys.toml` and `preferences.json`."""
    import platformdirs

    return platformdirs.user_config_path("backprop-tui", appauthor=False)
