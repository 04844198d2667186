"""From a frame to lines: pure functions, one a pane."""
