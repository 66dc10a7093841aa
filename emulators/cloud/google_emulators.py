"""Finds the emulators of the Google Cloud SDK and returns their commands."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from emulators.cloud.config import HOST, ROOT, Cloud, CloudError

FIRESTORE = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
FIRESTORE_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
PUBSUB = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar"
RULES = ROOT / "shared/schema/firestore.rules"
# The emulators run briefly on small machines, so a fast start matters more than peak speed.
JAVA_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx768m")


def _sdk_roots() -> Iterator[Path]:
    """Yield the folders in which the Google Cloud SDK may be installed, most likely first."""
    given = os.environ.get("GCLOUD_SDK_ROOT")
    if given:
        yield Path(given)
        return
    yield Path("/usr/lib/google-cloud-sdk")
    yield Path.home() / "google-cloud-sdk"
    gcloud = shutil.which("gcloud")
    if gcloud:
        yield Path(gcloud).resolve().parents[1]
        # Tried last, because it takes seconds.
        command = [gcloud, "info", "--format=value(installation.sdk_root)"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.stdout.strip():
            yield Path(done.stdout.strip())


@cache
def jar(pattern: str, component: str) -> Path:
    """Return an emulator's jar; if it is missing, raise CloudError with installation steps."""
    for root in _sdk_roots():
        for found in sorted(root.glob(pattern), reverse=True):
            return found
    msg = (
        f"The {component} was not found; install it with `gcloud components install {component}` "
        f"or `apt-get install google-cloud-cli-{component.removeprefix('cloud-')}`, "
        "or set GCLOUD_SDK_ROOT to the folder of the Google Cloud SDK."
    )
    raise CloudError(msg)


def java() -> str:
    """Return the Java binary; if it is missing, raise CloudError with installation steps."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if not found:
        msg = "Java was not found; the emulators need version 17: `apt-get install default-jre`."
        raise CloudError(msg)
    return found


def firestore_command(cloud: Cloud) -> list[str]:
    """Return the command that starts the Firestore emulator, which posts its events to the edge."""
    rules = ["--rules", str(RULES)] if RULES.exists() else []
    return [
        java(),
        *JAVA_OPTIONS,
        "-cp",
        str(jar(FIRESTORE, "cloud-firestore-emulator")),
        FIRESTORE_MAIN,
        "--host",
        HOST,
        "--port",
        str(cloud.ports["firestore"]),
        "--project_id",
        cloud.project,
        *rules,
        "--functions_emulator",
        cloud.address("edge"),
    ]


def pubsub_command(cloud: Cloud) -> list[str]:
    """Return the Java command of the Pub/Sub emulator.

    The emulator's own start script would leave a shell process running.
    """
    found = jar(PUBSUB, "pubsub-emulator")
    port = cloud.ports["pubsub"]
    return [java(), *JAVA_OPTIONS, "-jar", str(found), f"--host={HOST}", f"--port={port}"]
