"""The rules of a data-sharing proposal, as values and pure functions: no files, network, clock, chance or widgets."""
