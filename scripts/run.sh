#!/bin/sh
# Runs a TypeScript file of the project on the project's own Node, installing first whatever is missing.
# Usage: scripts/run.sh FILE [ARGUMENT ...]. Replaces itself at the end, so that a signal reaches the program.
set -eu
cd "$(dirname "$0")/.."

if ! node scripts/installed.mjs; then
  echo "Installing dependencies (once, about a minute) ..." >&2
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
fi

node=node_modules/.bin/node
if ! [ -x "$node" ]; then # no build of Node 24 in the registry for this platform: the machine's own has to do
  node=node
  if [ "$(node -p 'process.versions.node.split(".")[0] >= 24')" != true ]; then
    echo "Node 24 or newer is needed on this platform; this machine has $(node --version). https://nodejs.org/en/download" >&2
    exit 1
  fi
fi

# Node's on-disk cache of compiled code halves the start; `node` of child processes is the project's own, too.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$PWD/node_modules/.cache/node-compile}"
export PATH="$PWD/node_modules/.bin:$PATH"
# What only this machine knows must not decide what happens here: functions run in UTC, and no profile is read.
case "$1" in packages/* | test/* | scripts/test.ts) export TZ=UTC AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null ;; esac
# Memory that a start has used goes back to the system: malloc keeps no large blocks, and V8 no large space for what is new.
export MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
case "$1" in packages/*) set -- --max-semi-space-size=4 "$@" ;; esac
exec "$node" --disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --report-exclude-env "$@"
