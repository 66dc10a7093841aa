"""The providers' schemas refuse wrong arguments before a plan."""

import subprocess

import pytest

from tests.terraform.conftest import Workspace

WRONG = """
resource "google_pubsub_topic" "a" {
  name      = "a"
  retention = 7
}
resource "google_pubsub_topic" "b" {
  name   = "b"
  labels = 3
}
resource "google_pubsub_topic" "c" {
  name         = "c"
  kms_key_name = google_kms_key.mine.id
}
resource "google_pubsub_topic" "d" {}
resource "google_cloud_run_v2_service" "e" {
  name     = "e"
  location = var.region
  ingress  = "INGRESS_TRAFFIC_FRIENDS"
  template {}
}
"""


def test_wrong_arguments_are_refused(workspace: Workspace) -> None:
    file = workspace.root / "terraform/wrong.tf"
    file.write_text(WRONG)
    try:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            workspace.run("validate")
    finally:
        file.unlink()
    for complaint in (
        'argument named "retention" is not expected',
        "map of string required",
        '"google_kms_key" "mine" has not been declared',
        'argument "name" is required',
        "INGRESS_TRAFFIC_FRIENDS",
    ):
        assert complaint in " ".join(refused.value.stderr.split())


def test_a_function_that_is_not_staged_is_refused(workspace: Workspace) -> None:
    staged = workspace.root / "build/catalog.sha256"
    digest = staged.read_text()
    staged.unlink()
    try:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            workspace.plan()
    finally:
        staged.write_text(digest)
    assert "catalog is not staged: run make bundle first" in refused.value.stderr
