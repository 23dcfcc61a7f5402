"""One predictor under load, one that is not there, and the Prometheus that scrapes both; for all tests."""

import pytest
from service import Predictor, Prometheus, Users, eventually, free_port


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory):
    home = tmp_path_factory.mktemp("prometheus")
    predictor = Predictor(home)
    users = Users(predictor)
    started = Prometheus(home, [f"127.0.0.1:{predictor.port}", f"127.0.0.1:{free_port()}"])
    try:
        users.start()
        eventually("a first scrape", lambda: started.values('process_start_time_seconds{job="predictor"}'))
        predictor.stop()
        predictor.start()
        yield started
        users.leave.set()
        users.join()
        assert {200, 404, 422, 503} <= users.seen.keys(), f"the users saw {users.seen}"
    finally:
        started.stop()
        predictor.stop()
