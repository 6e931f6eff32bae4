"""The statistics of a sign-off: what the units show, what a bar lets through, what a run may cost.

Pure functions over numbers, standard library only, one module per question; nothing here is
imported before a question needs it. Rates are fractions from 0 to 1, confidences too. Statistics
describe the evidence and never decide: the gate does not import this package, and a contract holds
that.

Where a figure does not exist (no unit inspected, no second limit, no spread) the answer is None,
never a number that looks like one. Input that no batch can have raises `ValueError`.

The reference page `docs/reference/statistics.md` has every formula with its source and its edges.
"""
