"""Dated, cited reference tables, and the strict loader that reads them."""
