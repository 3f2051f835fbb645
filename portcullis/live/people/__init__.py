"""Who has which rights: teams, roles, and people who were invited."""
