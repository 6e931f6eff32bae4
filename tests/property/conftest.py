"""Made-up examples may take their time: a loaded machine is no reason to fail."""

from hypothesis import settings

settings.register_profile("patient", parent=settings(), deadline=None)
settings.load_profile("patient")
