"""What a cluster is told, by a config file or by `auxol serve --on ray`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cluster_in_process import parts_of_the_test
from typer.testing import CliRunner

from auxol_core.cli.main import app
from auxol_core.cluster import local, start
from auxol_core.cluster.options import ClusterOptions, options_from
from auxol_core.cluster.parts import beside_replicas, built, maker
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.remote_generalist import About, RemoteGeneralist
from auxol_core.cluster.users import users_of
from auxol_core.errors import AccessError, InvalidInputError
from auxol_core.options import MachineOptions

OPTIONS = ClusterOptions("/srv/auxol", "/srv/tokens.json", machine=MachineOptions(threads=3, thinking="off"))


def test_options_travel_as_json_and_come_back_the_same() -> None:
    told = json.loads(json.dumps(OPTIONS.told()))
    assert options_from(told) == OPTIONS
    plan = Plan("local", "127.0.0.1", 8750, OPTIONS, "/tmp/x")
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_config_file_names_what_differs_from_the_defaults() -> None:
    assert options_from({"data_dir": "d", "token_file": "t", "most": 8}) == ClusterOptions("d", "t", most=8)
    for wrong in ({"data_dir": "d"}, {"data_dir": "d", "token_file": "t", "mots": 8}):
        with pytest.raises(InvalidInputError):
            options_from(wrong)


@pytest.mark.parametrize("wrong", [{"fewest": 3, "most": 2}, {"ingresses": 0}, {"lease_s": -1.0}, {"gpus": -0.5}])
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match="Correct"):
        replace(OPTIONS, **wrong)  # type: ignore[arg-type]


def test_another_program_or_other_options_are_another_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    before = OPTIONS.revision
    assert replace(OPTIONS).revision == before != replace(OPTIONS, lease_s=3.0).revision
    monkeypatch.setattr("auxol_core.cluster.options.__version__", "99.0")
    assert OPTIONS.revision != before


def test_parts_are_found_by_their_name() -> None:
    assert maker(OPTIONS) is built
    for wrong in ("no_such_module:made", "auxol_core.cluster.parts:nothing", "nothing"):
        with pytest.raises(InvalidInputError, match="module:function"):
            maker(replace(OPTIONS, parts=wrong))


def test_a_generalist_without_an_encoder_is_in_the_task_s_own_process() -> None:
    options = replace(OPTIONS, parts="cluster_in_process:parts_of_the_test")
    own = parts_of_the_test(options).generalist
    plain, with_encoder = About.of(own), replace(About.of(own), worth_storing=True)
    nobody: Any = None
    for about, in_tasks, itself in (
        (plain, None, True),
        (with_encoder, None, False),
        (plain, False, False),
        (with_encoder, True, True),
    ):
        made = beside_replicas(replace(options, in_tasks=in_tasks), about, nobody).generalist
        assert isinstance(made, RemoteGeneralist) != itself


def test_one_user_has_the_token_that_the_file_holds(tmp_path: Path) -> None:
    path = local.kept_token(tmp_path / "token", "a-token-of-one-user")
    assert path.stat().st_mode & 0o777 == 0o600
    users = users_of(replace(OPTIONS, token_file=str(path), only=True))
    assert not users.many and users.of_token("a-token-of-one-user").name == "user"
    with pytest.raises(AccessError):
        users.of_token("another-token-of-one")


def test_what_ray_does_by_itself_is_switched_off_unless_its_keeper_says_so() -> None:
    alone: dict[str, str] = {}
    local.closed(alone, local=True)
    assert alone["RAY_USAGE_STATS_ENABLED"] == "0" and alone["RAY_AUTH_MODE"] == "token"
    assert len(alone["RAY_AUTH_TOKEN"]) >= 32 and alone["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    again: dict[str, str] = {}
    local.closed(again, local=True)
    assert again["RAY_AUTH_TOKEN"] != alone["RAY_AUTH_TOKEN"]
    cluster = {"RAY_AUTH_TOKEN_PATH": "/etc/auxol/ray-token", "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "3"}
    local.closed(cluster, local=False)
    assert "RAY_AUTH_TOKEN" not in cluster and "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER" not in cluster
    assert cluster["RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S"] == "3"


def test_the_command_says_what_it_takes() -> None:
    refused = CliRunner().invoke(app, ["serve", "--on", "kubernetes", "--token-from", "env"])
    assert refused.exit_code != 0
    assert "--on must be ray" in str(refused.exception) + refused.output


def test_without_ray_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    with pytest.raises(InvalidInputError, match=r"auxol-core\[ray\]"):
        start.start("local", "127.0.0.1", 0, tmp_path, "a-token-of-one-user", None)


def test_beyond_this_machine_it_wants_a_token_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="--token-file"):
        start.start("local", "0.0.0.0", 0, tmp_path, "a-token-of-one-user", None)
    assert not list(tmp_path.iterdir())
