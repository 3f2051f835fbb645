"""Users, teams, members, collaborators and roles."""
