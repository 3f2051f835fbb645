"""Run `pulumi`: events, state, locks and recovery."""
