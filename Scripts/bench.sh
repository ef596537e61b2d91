#!/usr/bin/env bash
# Runs the benchmarks on data made under BENCH_DIR (default: .build/bench), with DuckDB beside if PyPI can be reached.
set -euo pipefail
folder="${BENCH_DIR:-.build/bench}"
mkdir -p "$folder"
arguments=(.build/release/streamsql "$folder" --pipe-gib "${BENCH_PIPE_GIB:-1}")
if command -v python3 >/dev/null; then
  python="$folder/venv/bin/python"
  if [ ! -x "$python" ]; then
    python3 -m venv "$folder/venv" && "$python" -m pip install -q duckdb || echo "DuckDB cannot be installed: left out"
  fi
  "$python" -c 'import duckdb' 2>/dev/null && arguments+=(--duckdb "$python")
fi
exec .build/release/streamsql-bench "${arguments[@]}"
