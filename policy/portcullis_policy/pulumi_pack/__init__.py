"""How Pulumi runs the pack: analyzer, start, config and remediation."""
