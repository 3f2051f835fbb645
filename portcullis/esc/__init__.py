"""Pulumi ESC: its environments by group and stage, compared with the files under `esc/`."""
