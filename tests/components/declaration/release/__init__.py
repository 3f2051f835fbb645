"""The release path of a declaration: who approves, who creates tags, and what is published."""
