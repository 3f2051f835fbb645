"""How a report is written: as a page, as Markdown, as JSON."""
