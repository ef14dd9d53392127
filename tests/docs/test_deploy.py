"""The examples of docs/deploy: what checkers there are pass them; their commands and settings are this version's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import typer
import yaml

import api.cli  # noqa: F401 - adds the commands that need a server
from api.settings import Settings
from ledger.cli.commands import app as suyuan

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
PAGE = (DEPLOY / "README.md").read_text("utf-8")
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
TWO = ("ledger-on-postgres", "second-on-postgres")
MANIFESTS = {
    each.name: list(yaml.safe_load_all(each.read_text("utf-8"))) for each in sorted(DEPLOY.glob("kubernetes*.yaml"))
}


def ran(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs the Debian package prometheus")
@pytest.mark.parametrize(
    "words", ["check rules alerts.yml", "test rules alerts.test.yml", "check config --syntax-only prometheus.yml"]
)
def test_prometheus_takes_rules_their_tests_and_what_it_scrapes(words):
    told = ran("promtool", *words.split(), cwd=DEPLOY)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs the Debian package systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_units(unit, tmp_path):
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/opt/suyuan/bin/suyuan", shutil.which("true")), "utf-8")
    told = ran("systemd-analyze", "verify", str(copy))
    assert (told.returncode, [line for line in told.stderr.splitlines() if unit.name in line]) == (0, []), told.stderr


def kinds(name, kind):
    return [each for each in MANIFESTS[name] if each["kind"] == kind]


def commands():
    """Return (file, words behind `suyuan`) of every command that an example runs."""
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("\\\n", " ")
        yield unit.name, re.search(r"^ExecStart=/opt/suyuan/bin/suyuan (.*)$", text, re.MULTILINE)[1].split()
    for name, service in COMPOSE["services"].items():
        if "build" in service:
            yield f"compose.yaml: {name}", service["command"]
    for name in MANIFESTS:
        (workload,) = kinds(name, "StatefulSet")
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        yield name, container["args"]


@pytest.mark.parametrize(("file", "words"), list(commands()), ids=lambda each: each if isinstance(each, str) else "")
def test_every_command_is_one_of_this_version(file, words):
    command, context = typer.main.get_command(suyuan), None
    while hasattr(command, "get_command"):
        context = click.Context(command, parent=context)
        command = command.get_command(context, words[0])
        assert command is not None, file
        words = words[1:]
    taken = command.make_context(file, [str(each) for each in words], parent=context, resilient_parsing=False)
    assert not taken.args, file


def settings():
    """Return every SUYUAN_ variable with a value that an example sets."""
    text = "\n".join(unit.read_text("utf-8") for unit in UNITS)
    found = re.findall(r"^Environment=(SUYUAN_\w+)=(.*)$", text, re.MULTILINE)
    for service in COMPOSE["services"].values():
        found += service.get("environment", {}).items()
    for name in MANIFESTS:
        found += kinds(name, "ConfigMap")[0]["data"].items()
    return sorted({(name, value) for name, value in found if name.startswith("SUYUAN_")})


@pytest.mark.parametrize(("name", "value"), list(settings()))
def test_every_variable_is_a_setting_that_takes_its_value(monkeypatch, name, value):
    assert name.removeprefix("SUYUAN_").lower() in Settings.model_fields
    monkeypatch.setenv(name, str(value))
    Settings()


def test_every_variable_that_is_named_anywhere_is_a_setting():
    for file in DEPLOY.iterdir():
        named = set(re.findall(r"SUYUAN_([A-Z_]+)\b", file.read_text("utf-8")))
        assert {each.lower() for each in named} <= Settings.model_fields.keys(), file.name


def test_the_page_lists_every_file():
    assert set(re.findall(r"\]\(([\w.-]+)\)", PAGE)) == {each.name for each in DEPLOY.iterdir()} - {"README.md"}


def test_what_compose_refers_to_is_there():
    volumes = {str(each).partition(":")[0] for service in COMPOSE["services"].values() for each in service["volumes"]}
    named, files = {each for each in volumes if not each.startswith(".")}, {e for e in volumes if e.startswith(".")}
    assert named == COMPOSE["volumes"].keys()
    assert all((DEPLOY / each).exists() for each in files)
    secrets = {each for service in COMPOSE["services"].values() for each in service.get("secrets", ())}
    assert secrets == COMPOSE["secrets"].keys()
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))
    (scraped,) = prometheus["scrape_configs"]
    (target,) = scraped["static_configs"][0]["targets"]
    assert target.partition(":")[0] in COMPOSE["services"]
    assert all((DEPLOY / each).exists() for each in prometheus["rule_files"])


@pytest.mark.parametrize("name", MANIFESTS)
def test_what_a_manifest_refers_to_is_there(name):
    (workload,), (service,), (policy,), (configured,), (space,) = (
        kinds(name, kind) for kind in ("StatefulSet", "Service", "NetworkPolicy", "ConfigMap", "Namespace")
    )
    template = workload["spec"]["template"]
    (container,) = template["spec"]["containers"]
    labels = template["metadata"]["labels"]
    ports = {each["name"] for each in container["ports"]}
    assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert workload["spec"]["serviceName"] == service["metadata"]["name"]
    assert {each["targetPort"] for each in service["spec"]["ports"]} <= ports
    assert {each["port"] for rule in policy["spec"]["ingress"] for each in rule["ports"]} <= ports
    named = {each["configMapRef"]["name"] for each in container["envFrom"] if "configMapRef" in each}
    assert named == {configured["metadata"]["name"]}
    given = {each["name"] for each in template["spec"]["volumes"]}
    given |= {each["metadata"]["name"] for each in workload["spec"]["volumeClaimTemplates"]}
    assert {each["name"] for each in container["volumeMounts"]} == given
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    rest = [each for each in MANIFESTS[name] if each is not space]
    assert {each["metadata"].get("namespace") for each in rest} == {space["metadata"]["name"]}


def test_a_ledger_in_a_file_is_one_process_one_on_a_server_two_and_a_stop_has_time():
    drain = Settings.model_fields["drain_seconds"].default
    for name, processes in (("kubernetes.yaml", 1), ("kubernetes-large.yaml", 2)):
        (workload,) = kinds(name, "StatefulSet")
        assert workload["spec"]["replicas"] == processes
        assert workload["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > drain
    for name in ("ledger", *TWO):
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > drain
    for name in ("suyuan.service", "suyuan-large.service"):
        unit = (DEPLOY / name).read_text("utf-8")
        assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > drain


def test_the_guard_lies_apart_from_the_rows():
    (workload,) = kinds("kubernetes.yaml", "StatefulSet")
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    (configured,) = kinds("kubernetes.yaml", "ConfigMap")
    assert configured["data"]["SUYUAN_GUARD"].startswith(mounts["guard"] + "/")
    (configured,) = kinds("kubernetes-large.yaml", "ConfigMap")
    guard, tiles = (configured["data"][f"SUYUAN_{each}"].split("/")[2] for each in ("GUARD", "TILES"))
    assert guard != tiles
    for name in ("ledger", *TWO):
        ledger = COMPOSE["services"][name]
        (folder,) = (each.split(":")[1] for each in ledger["volumes"] if each.startswith("guard"))
        assert ledger["environment"]["SUYUAN_GUARD"].startswith(folder + "/")


def test_two_processes_reach_each_other_believe_whom_they_hand_on_for_and_share_no_guard_file():
    first, second = (COMPOSE["services"][name] for name in TWO)
    for name, service in zip(TWO, (first, second), strict=True):
        assert service["environment"]["SUYUAN_ADVERTISE"] == f"http://{name}:8640"
        (subnet,) = COMPOSE["networks"]["default"]["ipam"]["config"]
        assert service["environment"]["FORWARDED_ALLOW_IPS"] == subnet["subnet"]
    shared = set(first["volumes"]) & set(second["volumes"])
    assert [each.split(":")[1] for each in shared] == [first["environment"]["SUYUAN_TILES"]]
    (configured,) = kinds("kubernetes-large.yaml", "ConfigMap")
    assert configured["data"]["SUYUAN_GUARD"].startswith("s3://")
    (workload,), (policy,) = (kinds("kubernetes-large.yaml", kind) for kind in ("StatefulSet", "NetworkPolicy"))
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    own = {each["name"]: each for each in container["env"]}
    (port,) = (each["containerPort"] for each in container["ports"])
    assert own["SUYUAN_ADVERTISE"]["value"] == f"http://$(POD_IP):{port}"
    assert next(iter(own)) == "POD_IP"  # what a variable refers to stands before it
    selected = [each["podSelector"] for each in policy["spec"]["ingress"][0]["from"] if "podSelector" in each]
    assert workload["spec"]["selector"] in selected
    for address in (configured["data"]["SUYUAN_DATABASE"], (DEPLOY / "suyuan-large.service").read_text("utf-8")):
        assert "target_session_attrs=read-write" in address
