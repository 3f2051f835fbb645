"""The policy pack in runs of the real engine: what is insecure is not applied."""
