"""A sweep: cells in processes of their own, a ledger that outlives them all, progress and a table.

Hydra's launchers only pace. What is to be done, what is done, and what went wrong stands in the
ledger, `<run.folder>/_sweeps/<name>/`, one file per cell; so a sweep that is repeated does only
what is missing, whatever ended it.
"""
