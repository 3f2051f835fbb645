"""A configuration repository, made and used by the installed wheel."""
