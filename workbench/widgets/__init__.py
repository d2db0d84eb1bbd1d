"""Small reusable views. They are given values and callables and know no project."""
