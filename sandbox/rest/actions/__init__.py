"""Actions: permissions, runs, runner groups, secrets, variables and OIDC."""
