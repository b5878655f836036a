"""How all tests run."""

import gc

gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 100)
