#!/usr/bin/env bash
# Networks: answers about rows in memory, searches of structures and whole fits by the tool, on one thread and on two in turn; prints Markdown.
#   bench/networks.sh FOLDER
# FOLDER holds asia.bif and alarm.bif of the Bayesian Network Repository. Data are drawn from them.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build -c Release -v quiet --nologo bench/Kernels >&2
dotnet build -c Release -v quiet --nologo src/Cli >&2
tool="dotnet src/Cli/bin/Release/net10.0/pipelines.dll"
bench/Kernels/bin/Release/net10.0/Pipelines.Kernels networks "$folder"
bench/Kernels/bin/Release/net10.0/Pipelines.Kernels searches "$folder"
$tool sample "$folder/asia.bif" --rows 3000000 --output "$work/asia.parquet" --quiet
$tool sample "$folder/alarm.bif" --rows 1000000 --output "$work/alarm.parquet" --quiet
$tool sample "$folder/alarm.bif" --rows 3000000 --output "$work/alarm3.parquet" --quiet
thirty=$($tool inspect "$folder/alarm.bif" --json | python3 -c 'import json,sys; print(",".join(v["name"] for v in json.load(sys.stdin)["variables"][:30]))')
echo
echo "| fit by the tool, from Parquet; medians of 5 runs of each | one thread, seconds of the fit (search) | two threads | two against one |"
echo "|---|---|---|---|"
fit() {
  local name=$1
  shift
  for _ in 1 2 3 4 5; do
    for threads in 1 2; do
      $tool fit bayesian-network "$@" --output "$work/model.json" --force --json --max-parallelism $threads 2>/dev/null
    done
  done | python3 -c '
import json, statistics, sys
runs = [json.loads(line) for line in sys.stdin]
def medians(of): return [statistics.median(r.get(key, 0) for r in of) for key in ("seconds", "searchSeconds")]
one, two = medians(runs[::2]), medians(runs[1::2])
ratios = [a / b if b else 0 for a, b in zip(one, two)]
print(f"| {sys.argv[1]} | " + " | ".join(f"{fit:.2f} ({search:.2f})" for fit, search in (one, two, ratios)) + " |")' "$name"
}
fit "asia, 3M rows, given structure" "$work/asia.parquet" --structure "$folder/asia.bif"
fit "alarm, 1M rows, hill climbing, bic" "$work/alarm.parquet" --structure hill-climbing --score bic
fit "alarm, 1M rows, tabu, bic" "$work/alarm.parquet" --structure tabu --score bic
fit "30 variables of alarm, 3M rows, Chow-Liu" "$work/alarm3.parquet" --features "$thirty" --structure chow-liu
