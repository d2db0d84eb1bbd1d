"""The general reader: a table of figures by area as anybody may have saved it, taken apart by what it says itself.

``find`` looks for the table in a sheet, ``columns`` and ``wide`` say what its columns are, ``places`` finds its areas,
``settle`` puts that together as a recipe or asks, ``build`` makes figures of it and ``whole`` looks for missing parts.
"""
