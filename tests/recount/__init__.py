"""A second count of a ledger, made from its lines alone.

Written from the requirements and the description of the lines, with the standard library only: it
shares no code with the product, so a mistake in the product's gate cannot repeat itself here. It
is slow and plain on purpose, and it counts everything again whenever it is asked.
"""
