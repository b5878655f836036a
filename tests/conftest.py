"""How all tests run."""

import gc

from hypothesis import settings

# The same examples on every run, however busy the machine is. To look for new ones, and many more:
# pytest --hypothesis-profile=thorough
settings.register_profile("faxtui", derandomize=True, deadline=None, database=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile("faxtui")

gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 100)
