"""How other systems are connected to repositories."""
