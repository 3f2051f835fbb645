"""Who may push, pass protections and approve releases, as far as a stack declares people."""
