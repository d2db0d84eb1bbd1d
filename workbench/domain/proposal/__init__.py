"""The proposal as a document tree: every section DWP's guide for local partners asks for, from the project.

The author's own words come first in each section; what the workbench drafts and computes follows. What is missing is
said in its place and listed in annex A.
"""

from workbench.domain.proposal.build import build_proposal
from workbench.domain.proposal.evidence import Evidence, PictureRef, Statement
from workbench.domain.proposal.outline import GUIDE, SECTIONS, Part

__all__ = ["GUIDE", "SECTIONS", "Evidence", "Part", "PictureRef", "Statement", "build_proposal"]
