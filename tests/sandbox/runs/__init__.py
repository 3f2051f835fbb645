"""Workflow runs: what starts them, what they wait for, what their jobs see."""
