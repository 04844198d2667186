"""The command line: typed functions, what check prints, streams and exit codes."""
