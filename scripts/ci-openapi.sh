#!/usr/bin/env bash
# Holds the API's description, as a server serves it, against openapi-spec-validator of PyPI. Needs a build and Python 3.
# The validators of npm run with the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
made="$(mktemp -d)"
trap 'rm -rf "$made"' EXIT

if ! python3 -c 'import ensurepip' 2>/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv
fi
python3 -m venv "$made/venv"
"$made/venv/bin/pip" install --quiet --disable-pip-version-check openapi-spec-validator==0.9.0
node scripts/write-openapi.mjs "$made/openapi.json"
"$made/venv/bin/openapi-spec-validator" "$made/openapi.json"
