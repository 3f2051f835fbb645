"""The commits that actions are pinned to: refreshed from the tags of the actions' repositories."""
