"""Where a project is kept: one JSON file, and a log of changed fields."""
