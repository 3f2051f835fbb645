"""Settings of all tests of declarations."""

from hypothesis import settings

# a busy machine is no mistake
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
