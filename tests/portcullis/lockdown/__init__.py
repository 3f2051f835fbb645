"""A lockdown: the requests, and the record."""
