#!/usr/bin/env bash
# make ci: style, types and floors, then the suites that need a real browser, Node, Apertium, vLLM and a Matrix homeserver. Installs what is missing
# (on Debian, as root) and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

need() { # need PROGRAM PACKAGE...: install Debian's packages unless the program is there
  local program=$1; shift
  if command -v "$program" >/dev/null; then return; fi
  echo "make ci: installing $* ..."
  if [ -z "${apt_updated:-}" ]; then apt-get update -qq; apt_updated=1; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

echo "== style, types, floors"
$bin/ruff format --check .
$bin/ruff check .
$bin/mypy
$bin/lint-imports --no-cache

echo "== real components"
need chromium chromium
need apertium apertium-eng-spa
need npm nodejs npm
npm ci --prefix botcore/web/widget --no-audit --no-fund --silent
$bin/python tests/engine/install.py
$bin/python tests/matrix/install.py
$bin/python -m pytest -m "slow or browser" --timeout=600
