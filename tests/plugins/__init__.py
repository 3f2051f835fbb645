"""The plugins that stand in for pulumi-vault and pulumi-aws, on the real engine."""
