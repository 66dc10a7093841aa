"""Checks that `make check`, the tests and continuous integration run.

contract              API changes that break existing clients
schema_compatibility  compares two JSON schemas for `contract`
migration_guard       migrations that lock tables or break the running release
last_release          tags and files of the last release
manifest_check        manifests that do not match what the code uses
reachable             symbols and calls that an entry file reaches
terraform_check       Terraform without a cloud
staging_test          the staging playbook in a container
"""
