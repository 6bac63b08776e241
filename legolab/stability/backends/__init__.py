"""One file per solver: it translates a program and its own status, and does nothing more."""
