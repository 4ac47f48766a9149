"""The example of docs/service.md, over HTTP on loopback, while its log grows."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from aidtimeline import Delivery, EventLog, Source, Timeline, report

uvicorn = pytest.importorskip("uvicorn")

PAGE = Path(__file__).parent.parent / "docs" / "service.md"
COUNTS = "/counts.json?as_of=2024-01-01"


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    found = EventLog(tmp_path / "log")
    found.append(trucks(3))
    return found


def trucks(quantity: int, item: str = "truck") -> Delivery:
    source = Source(publisher="A", published="2023-02-02")
    return Delivery(date="2023-02-01", item=item, quantity=quantity, sources=source)


@pytest.fixture
def port(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The app, served."""
    monkeypatch.setenv("AIDTIMELINE_LOG", str(log.folder))
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(compile(found[1], str(PAGE), "exec"), names)
    config = uvicorn.Config(names["app"], port=0, log_level="critical", lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        ends = time.monotonic() + 30
        while not server.started and time.monotonic() < ends:
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_it_answers_json(port: int, log: EventLog) -> None:
    """As the command line does."""
    status, headers, body = get(port, f"{COUNTS}&by=item,donor&known_at=2023-12-31")
    view = Timeline.open(log.folder).as_of("2024-01-01", known_at="2023-12-31")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert body.decode() == report.json(view.counts(by=["item", "donor"]))


def test_it_answers_arrow(port: int) -> None:
    pytest.importorskip("nanoarrow")
    from nanoarrow.ipc import InputStream

    status, headers, body = get(port, "/counts.arrow?as_of=2024-01-01")
    assert (status, headers["content-type"]) == (200, "application/vnd.apache.arrow.stream")
    import nanoarrow

    with InputStream.from_readable(body) as stream:
        rows = nanoarrow.Array(stream).to_pylist()
    assert [(row["item"], row["low"]) for row in rows] == [("truck", 3)]


def test_an_answer_that_the_client_has_is_not_made_again(port: int, log: EventLog) -> None:
    """Until the log or the vocabulary changes, or something else is asked."""
    _, headers, _ = get(port, COUNTS)
    assert get(port, COUNTS, if_none_match=headers["etag"])[::2] == (304, b"")
    other = get(port, COUNTS.replace("2024", "2025"), if_none_match=headers["etag"])
    assert other[0] == 200
    log.append(trucks(4))
    status, again, body = get(port, COUNTS, if_none_match=headers["etag"])
    assert (status, json.loads(body)["rows"][0]["low"]) == (200, 7)
    assert again["etag"] != headers["etag"]
    (log.folder / "vocabulary").mkdir()
    (log.folder / "vocabulary" / "items.jsonl").write_text('{"slug":"truck","label":"Lorry"}\n')
    code, _, body = get(port, COUNTS, if_none_match=again["etag"])
    assert (code, b"Lorry" in body) == (200, True)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/", 404, "ask /counts.json"),
        ("/counts.json", 404, "as_of=YYYY-MM-DD"),
        ("/counts.json?as_of=yesterday", 400, "expected a day"),
        (f"{COUNTS}&by=colour", 400, "colour"),
    ],
)
def test_what_is_wrong_is_said(port: int, path: str, status: int, message: str) -> None:
    found, _, body = get(port, path)
    assert (found, message in json.loads(body)["error"]) == (status, True)


def test_many_clients_while_the_log_grows(port: int, log: EventLog) -> None:
    """Each answer is of one state: batches of two are never half there."""

    def ask(_number: int) -> int:
        status, _, body = get(port, COUNTS)
        found = {row["item"]: row["low"] for row in json.loads(body)["rows"]}
        assert status == 200
        assert found.get("one", 0) == found.get("two", 0)
        return int(found.get("one", 0))

    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(ask, range(40))
        for number in range(1, 9):
            log.append([trucks(number, item) for item in ("one", "two")])
        list(asked)
    assert ask(0) == sum(range(1, 9))
