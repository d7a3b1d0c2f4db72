"""Options of the tests: the folders that hold material which is not in the repository."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no clock", deadline=None)  # a busy machine is not a fault; timing lives in scripts/benchmark
settings.load_profile("no clock")


def pytest_addoption(parser):
    parser.addoption("--reference", type=Path, default=None, help="folder of the published offence lists")


@pytest.fixture(scope="session")
def reference(request):
    folder = request.config.getoption("--reference")
    if folder is None:
        pytest.skip("needs --reference DIR, the folder of the published offence lists")
    return folder
