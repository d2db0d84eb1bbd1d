"""A document tree as Word, OpenDocument, web page or Markdown. Nothing is computed here."""

from workbench.export.write import FORMATS, write_document

__all__ = ["FORMATS", "write_document"]
