#!/bin/sh
# The command `dsp`, from any folder: its files are relative to where it is called.
set -eu
INIT_CWD="${INIT_CWD:-$PWD}"
export INIT_CWD
scripts=$(dirname "$(readlink -f "$0")")
# A key that asks for completion installs nothing.
case "${1-}" in --get-yargs-completions) node "$scripts/installed.mjs" || exit 0 ;; esac
exec sh "$scripts/run.sh" scripts/dsp.ts "$@"
