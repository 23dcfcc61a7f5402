import shutil

import pytest

from system import Emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    started = Emulator.start(tmp_path_factory.mktemp("emulator") / "moto.log")
    yield started
    started.stop()
