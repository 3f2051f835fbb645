"""The command line around `pulumi up`."""
