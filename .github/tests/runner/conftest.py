import json

import pytest

from stage import HERE, Accounts, Stack, Stage, tools


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    return tools(tmp_path_factory.mktemp("tools"))


@pytest.fixture(scope="session")
def accounts():
    made = Accounts()
    made.make(json.loads((HERE / "roles.json").read_text()))
    yield made
    made.stop()


@pytest.fixture
def stage(tmp_path, accounts, programs):
    stack = Stack(programs["local-stack"], tmp_path)
    (tmp_path / "run").mkdir()
    made = Stage(tmp_path / "run", accounts, stack, programs)
    yield made
    made.stop()
    stack.stop()
