"""What holds for every test: random cases are the same in every run."""

from hypothesis import settings

settings.register_profile("legolab", derandomize=True, deadline=None, database=None)
settings.load_profile("legolab")
