# make demo     try it: a browser chat and a Docker Engine, no Telegram (WRITE=1: may change things)
# make test     everything that CI runs; on Debian, as root, it installs what it needs
# make install  the virtual environment in .venv, which the others make too
# make bench    the benchmarks
# make wheels   what the test of the image installs, in .venv/wheels
# make requirements  compile requirements/ from pyproject.toml (UPGRADE=1: newest versions)

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PACKAGES := $(PYTHON) sandbox/engine/packages.py
TESTED_WITH := docker.io docker-cli iptables iproute2 busybox-static docker-registry chromium
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url $(if $(UPGRADE),--upgrade) pyproject.toml

# One line when all is well; everything that was printed when not.
check = @out=$$($(2) 2>&1) && echo "$(1): ok" || { printf '%s\n' "$$out"; exit 1; }

.PHONY: demo test install bench wheels requirements

demo: install
	@exec $(BIN)/pierhead demo $(if $(filter 1 yes true,$(WRITE)),--write)

test: install wheels
	@$(PACKAGES) --if-possible $(TESTED_WITH)
	$(call check,ruff,$(BIN)/ruff check . && $(BIN)/ruff format --check .)
	$(call check,mypy,$(BIN)/mypy)
	$(call check,imports,$(BIN)/lint-imports)
	@exec $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal --no-header -rs --tb=short

bench: install
	@exec $(BIN)/python -m bench

# The stamp is written last, so that an interrupted run is taken up again.
install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Pierhead needs Python 3.11 or later. If it has another name: make PYTHON=python3.12' >&2; \
		exit 1; }
	@want=$$({ $(PYTHON) -VV; cat pyproject.toml requirements/dev.txt; } | cksum); \
	[ -x $(BIN)/pierhead ] && [ "$$want" = "$$(cat .venv/installed 2>/dev/null)" ] && exit 0; \
	$(PACKAGES) python3-venv || exit 1; \
	echo 'Installing Python packages into .venv …' >&2; \
	$(PYTHON) -m venv .venv && \
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		--require-hashes --requirement requirements/dev.txt && \
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		--no-deps --no-build-isolation --editable . && \
	printf '%s\n' "$$want" > .venv/installed

# The Engines of the tests reach no package index. Where this machine reaches none either, the test
# of the image says so. `complete` is written last.
wheels: install
	@build=$$(sed -n '/^setuptools==/,/# via/p' requirements/dev.txt); \
	want=$$({ $(BIN)/python -VV; cat requirements/run.txt; printf '%s\n' "$$build"; } | cksum); \
	[ "$$want" = "$$(cat .venv/wheels/complete 2>/dev/null)" ] && exit 0; \
	echo 'Downloading what the image is made of into .venv/wheels …' >&2; \
	rm -rf .venv/wheels && mkdir .venv/wheels && \
	printf '%s\n' "$$build" > .venv/wheels/build.txt && \
	$(BIN)/python -m pip download --quiet --quiet --disable-pip-version-check --no-input --no-deps \
		--only-binary :all: --require-hashes --dest .venv/wheels \
		--requirement requirements/run.txt --requirement .venv/wheels/build.txt && \
	printf '%s\n' "$$want" > .venv/wheels/complete || true

requirements: install
	@$(COMPILE) --output-file requirements/run.txt
	@$(COMPILE) --extra dev --output-file requirements/dev.txt
