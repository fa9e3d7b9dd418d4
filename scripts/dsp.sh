#!/bin/sh
# The command `dsp`, from any folder: its files are relative to where it is called.
set -eu
INIT_CWD="${INIT_CWD:-$PWD}"
export INIT_CWD
exec sh "$(dirname "$(readlink -f "$0")")/run.sh" scripts/dsp.ts "$@"
