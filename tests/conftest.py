"""How all tests run."""

import gc

from hypothesis import settings

# The same examples on every run, however busy the machine is. To look for new ones:
# pytest --hypothesis-profile=default
settings.register_profile("faxtui", derandomize=True, deadline=None, database=None)
settings.load_profile("faxtui")

gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 100)
