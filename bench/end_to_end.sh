#!/usr/bin/env bash
# Whole-pipeline measurements; prints a Markdown table. Called by bench/run.sh, or alone.
#   bench/end_to_end.sh FLIGHTS.parquet [ROWS]
# ROWS (default 40000000): rows of the generated file for the memory rows; it needs 80 bytes a row of disk in TMPDIR (default /var/tmp).
set -euo pipefail
cd "$(dirname "$0")/.."
flights=${1:?usage: bench/end_to_end.sh FLIGHTS.parquet [ROWS]}
rows=${2:-40000000}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/pipelines-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

for project in bench/EndToEnd src/Cli; do dotnet build -c Release -v quiet --nologo "$project" >&2; done
bench=bench/EndToEnd/bin/Release/net10.0/Pipelines.EndToEnd
tool="dotnet src/Cli/bin/Release/net10.0/pipelines.dll"
value() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

echo "| what | ours | against | ratio | wanted |"
echo "|---|---|---|---|---|"
$bench cache
$bench framework
taskset -c 0 "$bench" flights "$flights"

for n in $((rows / 4)) "$rows"; do
    "$bench" generate "$work/rows.parquet" "$n"
    fit=$($tool fit mixture "$work/rows.parquet" --distribution multivariate-gaussian --components 8 --iterations 3 --memory 256MB --seed 1 --quiet --json --output "$work/model.json")
    echo "| fit of $n x 10 doubles, --memory 256MB: peak resident | $(($(value peakMemoryBytes <<<"$fit") / 1000000)) MB, $(value seconds <<<"$fit") s | | | under 400 MB, not growing |"
    score=$($tool score "$work/model.json" "$work/rows.parquet" --memory 256MB --quiet --json --output "$work/scored")
    echo "| score of the same: peak resident | $(($(value peakMemoryBytes <<<"$score") / 1000000)) MB, $(value seconds <<<"$score") s | | | under 400 MB, not growing |"
    rm -rf "$work/scored" "$work/rows.parquet" "$work/model.json"
done
