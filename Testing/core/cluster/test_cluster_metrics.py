"""What Prometheus reads of a cluster: all processes' counts, each under a label of its own, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cluster_in_process import ClusterInProcess
from contract_setting import OPTIONS, box_around, picture
from prometheus_client.parser import text_string_to_metric_families

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts

TOKEN, READERS = "the-token-of-mrs-smith", "the-token-of-prometheus"
TASKS = ("Liver of Mrs Jones", "Spleen of Mr Brown")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ClusterInProcess]:
    file = tmp_path / "metrics-token"
    file.write_text(READERS)
    made = ClusterInProcess(tmp_path / "cluster", {"smith": TOKEN}, metrics_token_file=str(file))
    yield made
    made.stop()


def scraped(cluster: ClusterInProcess, token: str = READERS) -> requests.Response:
    return requests.get(f"{cluster.url}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=20)


def test_clicks_and_updates_of_all_tasks_are_told_and_no_names(cluster: ClusterInProcess) -> None:
    with EngineClient(cluster.url, TOKEN, timeouts=Timeouts(poll=1.0, retry=0.5)) as client:
        for number, task in enumerate(TASKS):
            client.create_task(task, OPTIONS)
            shown = picture(number)
            slice_id = client.put_slice(shown.image)
            proposal = client.predict(task, slice_id, box_around(shown.truth))
            client.correct(task, slice_id, shown.truth, correction_id="c", proposals=[proposal.proposal_id])
            client.learn_now(task)
        answer = scraped(cluster)
    assert answer.status_code == 200
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    clicks = {
        sample.labels["process"]: sample.value
        for sample in samples
        if sample.name == "auxol_request_seconds_count" and sample.labels["route"] == "click"
    }
    assert list(clicks.values()) == [1.0, 1.0]
    learned = [s.value for s in samples if s.name == "auxol_updates_total" and s.labels["outcome"] == "learned"]
    assert learned == [1.0, 1.0]
    assert len([s for s in samples if s.name == "auxol_resident_bytes"]) == 2
    for telling in ("Mrs", "Jones", "Brown", "smith", TOKEN, slice_id[:12]):
        assert telling not in answer.text


def test_only_its_own_token_opens_it(cluster: ClusterInProcess) -> None:
    assert scraped(cluster, TOKEN).status_code == 401
    assert requests.get(f"{cluster.url}/tasks", headers={"Authorization": f"Bearer {READERS}"}).status_code == 401
    refused = [
        sample.labels["status"]
        for family in text_string_to_metric_families(scraped(cluster).text)
        for sample in family.samples
        if sample.name == "auxol_requests_refused_total"
    ]
    assert refused == ["401"]


def test_a_process_that_does_not_answer_is_left_out(
    cluster: ClusterInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auxol_core.cluster.metrics.WITHIN_S", 0.2)
    with EngineClient(cluster.url, TOKEN, timeouts=Timeouts(poll=1.0, retry=0.5)) as client:
        for task in TASKS:
            client.create_task(task, OPTIONS)
        first = next(iter(cluster.directory.processes.values()))
        first.stopped = True
        found = [line for line in scraped(cluster).text.splitlines() if line.startswith("auxol_resident_bytes{")]
        assert len(found) == 1
        cluster.run(first.end())
