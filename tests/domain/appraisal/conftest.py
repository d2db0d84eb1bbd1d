"""Lets the tests of the appraisal import the small appraisals in ``costing.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
