"""Who can publish, proved by doing: the model's answers against attempts in the sandbox."""
