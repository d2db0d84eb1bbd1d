"""A document tree as Markdown, HTML, Word or OpenDocument. Nothing is computed here."""
