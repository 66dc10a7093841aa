"""The steps of cloudbuild.yaml. Each step can also be run by hand (see docs/deploying.md).

check, test, bundles, image, plan, migrate, pin, apply, grant, smoke, canary, promote  in this order
rollback       undoes the last release
shell          handles the environment, commands and dry runs
release        the record of one release
records        the recorded releases of an environment, and their commits
cloud_run      services, revisions and traffic
monitoring     request counts and latencies per revision
verdict        decides whether a new revision is good enough to continue
check_urls     requests URLs from inside the network
migrate_image  stages the migrate job's image
migrate_job    the migrate job itself

`check` and `test` use only the standard library; the other steps need `.venv`.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
PLAN = BUILD / "plan"
"""The saved Terraform plan."""
