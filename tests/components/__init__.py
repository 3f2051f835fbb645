"""What the components declare, under mocks of Pulumi; no engine, no network."""
