#!/usr/bin/env bash
# Makes a Python environment with the programs that chorale-bench measures beside ours, and prints its interpreter:
#   build/release/bin/chorale-bench count --peer-python "$(tests/bench/peers.sh DIR)"
# Only the benchmark uses it: nothing of it is built, linked or shipped.
set -euo pipefail
dir=${1:?usage: peers.sh DIR}
[ -x "$dir/bin/python" ] || python3 -m venv "$dir"
"$dir/bin/python" -c 'import duckdb' 2>/dev/null || "$dir/bin/python" -m pip install --quiet 'duckdb==1.4.2' >&2
echo "$dir/bin/python"
