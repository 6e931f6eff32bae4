"""The command line of signoff: words for people, JSON for machines, one exit code per meaning."""

import gc

# A command makes many objects that last, and ends soon: looking for garbage after every 700 of
# them, as is usual, takes a tenth of its start.
gc.set_threshold(250_000)
