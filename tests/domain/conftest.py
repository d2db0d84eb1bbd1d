"""Lets the tests of the domain import the small figure sets in ``making.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
