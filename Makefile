# Everything is installed into .venv from the locked, hashed requirements; nothing needs root, and root may run it too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
STATE ?= .braid
PYTEST_WORKERS ?= 2

.PHONY: run demo analysis test check audit format lock assets images cluster bench chaos load clean

run: $(VENV)/.run-installed
	@$(BIN)/python -m braid run --port $(PORT) --state $(STATE)

demo: $(VENV)/.run-installed
	@$(BIN)/python -m braid demo --url http://127.0.0.1:$(PORT)

# What `braid ras` needs: services run without it.
analysis: $(VENV)/.analysis-installed

# Where hledger is there (apt-get install hledger), it adds the journal up too; else those tests are skipped and say so.
# The same holds for promtool (package prometheus) and the alert rules, and for chromium and the walk through the pages, save on the build server, where it must be there.
test: $(VENV)/.test-installed
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup tests

check: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m braid contracts check
	$(BIN)/python -m braid rules check

# Licences, a bill of materials, and a search for secrets; with uv and the network, known vulnerabilities too.
audit: $(VENV)/.test-installed
	$(BIN)/python -m tests.supply_chain.inventory braid.cdx.json
	$(BIN)/python -m pytest --quiet tests/supply_chain
	@if command -v uv > /dev/null; then uv tool run pip-audit --requirement requirements/run.txt --require-hashes --disable-pip; \
	else echo "Not looked for known vulnerabilities: that takes uv and the network."; fi

format: $(VENV)/.test-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Breaks everything under load and proves what is left: docs/chaos.md.
SEED ?= 1
FAULTS ?= 220
chaos: $(VENV)/.test-installed
	$(BIN)/python -m tests.chaos --seed $(SEED) --faults $(FAULTS) --report docs/reports/chaos.md

# Builds the image and runs it in containers: deploy/README.md says what that needs.
images: $(VENV)/.images-installed
	$(BIN)/python -m pytest tests/images tests/deployment/test_image.py

# Asks a real Kubernetes API server and Docker Compose what they make of what is shipped: takes Go, which builds both
# the first time, and kubectl.
cluster: $(VENV)/.test-installed
	$(BIN)/python -m pytest tests/cluster

bench: $(VENV)/.test-installed
	$(BIN)/python -m tests.bench

# Has Locust do what councils do, and measures what requests cost with more and more budgets: docs/reports/load.md.
BUDGETS ?= 1000 10000
MINUTES ?= 5
LOAD_STATE ?= /var/tmp/braid-load
load: $(VENV)/.load-installed
	$(BIN)/python -m tests.load --state $(LOAD_STATE) --budgets $(BUDGETS) --minutes $(MINUTES) --report docs/reports/load.md

# Needs uv; writes requirements with hashes and without addresses.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--extra analysis -c requirements/run.txt pyproject.toml -o requirements/analysis.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--extra dev --extra analysis -c requirements/run.txt -c requirements/analysis.txt pyproject.toml \
		-o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--extra dev --extra analysis --extra images -c requirements/dev.txt pyproject.toml -o requirements/images.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--extra dev --extra analysis --extra load -c requirements/dev.txt pyproject.toml -o requirements/load.txt

# Needs Node.js; makes the console's stylesheet anew, which is committed so that nobody else needs it. Its last line says
# from which sources it was made, and a test compares that with the sources that are there.
assets:
	cd gateway/console/styles && npm install --no-package-lock --ignore-scripts --omit=optional --legacy-peer-deps --no-audit --no-fund
	cd gateway/console/styles && npx sass --style=compressed --no-charset --no-source-map --load-path=. braid.scss ../assets/braid.css
	cd gateway/console/styles && echo "/* sources: $$(LC_ALL=C; cat package.json *.scss | sha256sum | cut -c 1-64) */" >> ../assets/braid.css

clean:
	rm -rf $(VENV) $(STATE) .cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Braid needs Python 3.11 to 3.13, this is " + sys.version'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-installed: requirements/run.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.analysis-installed: requirements/analysis.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/analysis.txt
	@touch $@ $(VENV)/.run-installed

$(VENV)/.images-installed: requirements/images.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/images.txt
	@touch $@ $(VENV)/.test-installed $(VENV)/.run-installed

$(VENV)/.load-installed: requirements/load.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/load.txt
	@touch $@ $(VENV)/.test-installed $(VENV)/.run-installed

$(VENV)/.test-installed: requirements/dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.run-installed
