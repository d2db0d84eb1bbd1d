"""Readers of published figures. Each turns one kind of file or service into tidy figures with a citation."""
