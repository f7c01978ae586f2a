# make install | run | demo | test | lint | fix | bench | trial | cluster | lock
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
export PORT
export PATH := $(PATH):/usr/sbin
# A process that compiles all it imports starts three times as slowly, and the tests start many.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes

.PHONY: help install run demo test lint fix bench trial cluster lock dev system

help:
	@echo "make run      the shop on http://127.0.0.1:$(PORT), all it needs set up first"
	@echo "make demo     fill an empty shop with 200 customers and 1500 orders"
	@echo "make test     lint, and all tests on SQLite and on MariaDB, browser tests too"
	@echo "make bench    the benchmarks (bench/README.md)"
	@echo "make trial    docs/operations.md tried in an empty folder: install, reload and upgrade under load, restore"
	@echo "make cluster  docs/scaling.md tried: three database nodes, each killed under load"
	@echo "make install  only .venv with the pinned packages"
	@echo "make lint, make fix, make lock   for who changes the code"

# Installs Debian packages as root or by sudo, else says which.
define apt_get
apt_get() {
  local say="Please install: $$* (as root: apt-get install $$*)"
  if ! command -v apt-get >/dev/null; then echo "$$say" >&2; exit 1; fi
  local sudo=""
  if [ "$$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then echo "$$say" >&2; exit 1; fi
    sudo=sudo
  fi
  echo "Installing $$*"
  { $$sudo apt-get update -qq && $$sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$$@" >/dev/null; } || { echo "$$say" >&2; exit 1; }
}
endef

install: .venv/installed
	@:

.venv/installed: requirements.txt
	@$(apt_get)
	command -v $(PYTHON) >/dev/null || apt_get python3
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This needs Python 3.11 or newer")'
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || apt_get python3-venv
	  $(PYTHON) -m venv --clear .venv
	fi
	echo "Setting up .venv (a minute at the first time)"
	$(PIP) -r requirements.txt
	touch $@

dev: .venv/installed-dev
	@:

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(PIP) -r requirements-dev.txt
	touch $@

# What the tests need of the system.
system:
	@$(apt_get)
	missing=()
	command -v mariadbd >/dev/null || missing+=(mariadb-server)
	command -v mariadb-dump >/dev/null || missing+=(mariadb-client)  # makes a dump to move in from
	command -v chromium >/dev/null || missing+=(chromium)
	command -v pdftotext >/dev/null || missing+=(poppler-utils)
	command -v zbarimg >/dev/null || missing+=(zbar-tools)  # reads QR codes
	[ -n "$$(ldconfig -p | grep libatomic.so.1)" ] || missing+=(libatomic1)  # for the driver inside playwright
	[ -n "$$(fc-list :lang=hi 2>/dev/null)" ] || missing+=(fontconfig fonts-noto-core)
	[ $${#missing[@]} = 0 ] || apt_get "$${missing[@]}"

run: install
	@$(BIN)/python deploy/gunicorn.conf.py
	$(FLASK) db upgrade
	$(FLASK) setup-link --base http://127.0.0.1:$$PORT
	exec $(BIN)/gunicorn -c deploy/gunicorn.conf.py wsgi:app

demo: install
	@$(FLASK) db upgrade
	$(FLASK) demo --customers 200 --orders 1500
	echo "Now: make run"

test: dev system
	@$(MAKE) lint
	$(BIN)/python -m pytest -n auto --maxprocesses 4

lint: dev
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

fix: dev
	@$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: dev system
	@$(BIN)/python -m bench $(ARGS)

trial: dev system
	@missing=()
	for name in nginx openssl curl git; do command -v $$name >/dev/null || missing+=($$name); done
	[ -e /usr/share/nginx/modules-available/mod-http-brotli-static.conf ] || missing+=(libnginx-mod-http-brotli-static)
	$(apt_get)
	[ $${#missing[@]} = 0 ] || apt_get "$${missing[@]}"
	$(BIN)/python -m deploy.trial $(ARGS)

cluster: dev system
	@missing=()
	for name in haproxy rsync; do command -v $$name >/dev/null || missing+=($$name); done
	[ -e /usr/lib/galera/libgalera_smm.so ] || missing+=(galera-4)
	$(apt_get)
	[ $${#missing[@]} = 0 ] || apt_get "$${missing[@]}"
	$(BIN)/python -m deploy.cluster $(ARGS)

# Newest of what the .in files allow, every file of it with its hash. uv is kept apart, in a .venv of its own.
lock:
	@[ -x .venv-lock/bin/uv ] || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	for name in requirements requirements-dev; do
	  .venv-lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt
	done
