#!/usr/bin/env bash
# The memory budget against data that tempt a reader to hold too much; prints a Markdown table. Wanted: peak within the budget + 25 % + 150 MB for the runtime.
#   bench/memory_cases.sh [FOLDER]
# FOLDER (default: a temporary one in TMPDIR or /var/tmp, deleted at the end) keeps the data for the next run: 6 GB of disk. Making them takes 5 GB of memory, some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -gt 0 ]; then data=$1; mkdir -p "$data"; else data=$(mktemp -d "${TMPDIR:-/var/tmp}/pipelines-memory.XXXXXX"); trap 'rm -rf "$data"' EXIT; fi
for project in bench/Memory src/Cli; do dotnet build -c Release -v quiet --nologo "$project" >&2; done
make=bench/Memory/bin/Release/net10.0/Pipelines.Memory
tool="dotnet src/Cli/bin/Release/net10.0/pipelines.dll"
file() { [ -f "$data/$1.parquet" ] || { "$make" "$1" "$data/making.tmp" "$2" && mv "$data/making.tmp" "$data/$1.parquet"; }; }
over=0
# Where this user may make a control group for memory, each case runs in one of exactly the limit: what holds more is killed.
group= setting=
for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
    if mkdir "$root/pipelines-memory-cases" 2>/dev/null; then
        for name in memory.limit_in_bytes memory.max; do if [ -e "$root/pipelines-memory-cases/$name" ]; then group=$root/pipelines-memory-cases setting=$name; fi; done
        [ -n "$group" ] && break || rmdir "$root/pipelines-memory-cases"
    fi
done
echo "control group: ${group:-none can be made here, the peak alone is measured}" >&2
limited() {
    if [ -z "$group" ]; then "${@:2}"; return; fi
    echo "$1" >"$group/$setting"
    # The shell enters the group and becomes the tool.
    bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" "${@:2}"
}
# measure WHAT BUDGET_IN_MB ARGUMENTS...
measure() {
    local what=$1 budget=$2; shift 2
    rm -rf "$data/out"
    local peak limit=$((budget * 5 / 4 + 150))
    if json=$(limited "${limit}000000" $tool "$@" --memory "${budget}MB" --quiet --json 2>"$data/error"); then
        peak=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["peakMemoryBytes"] // 1000000)' <<<"$json")
        if [ "$peak" -gt "$limit" ]; then over=1; fi
        echo "| $what | $budget MB | $limit MB | $peak MB | $([ "$peak" -le "$limit" ] && echo within || echo "**over**") |"
    else
        echo "| $what | $budget MB | | refused: $(head -c 300 "$data/error" | tr '\n|' '  ') | |"
    fi
    rm -rf "$data/out"
}

file group 40000000
file columns 130000
file texts 8
file size 33000000
file sequences 100000000
normal=(--distribution normal --components 2 --seed 1 --tolerance -1)
echo "| what | budget | limit | peak | |"
echo "|---|---|---|---|---|"
measure "fit, one row group of 40M rows" 256 fit mixture "$data/group.parquet" --features a,b,c "${normal[@]}" --iterations 2 --output "$data/group.json"
measure "score the same, all columns" 256 score "$data/group.json" "$data/group.parquet" --output "$data/out"
measure "score the same" 64 score "$data/group.json" "$data/group.parquet" --output "$data/out"
measure "fit 3 of 2,000 columns" 256 fit mixture "$data/columns.parquet" --features x1,x2,x3 "${normal[@]}" --iterations 2 --output "$data/columns.json"
measure "score, all 2,000 columns, batches of 16,384 rows" 256 score "$data/columns.json" "$data/columns.parquet" --output "$data/out"
measure "the same, batches of 2,048 rows" 256 score "$data/columns.json" "$data/columns.parquet" --batch-size 2048 --output "$data/out"
measure "fit beside texts of 100 MB" 64 fit mixture "$data/texts.parquet" --features x,y "${normal[@]}" --iterations 2 --output "$data/texts.json"
measure "score with texts of 100 MB, one a batch" 256 score "$data/texts.json" "$data/texts.parquet" --batch-size 1 --output "$data/out"
measure "the same" 512 score "$data/texts.json" "$data/texts.parquet" --batch-size 1 --output "$data/out"
measure "the same, all in one batch" 1000 score "$data/texts.json" "$data/texts.parquet" --output "$data/out"
measure "fit of 2.6 GB, 2 passes" 256 fit mixture "$data/size.parquet" "${normal[@]}" --iterations 1 --output "$data/size.json"
sequences=(--sequence id --components 3 --seed 1 --tolerance -1 --iterations 1)
measure "hidden Markov model, 100M rows in 100,000 sequences, 3 passes" 256 fit hmm "$data/sequences.parquet" --features x --distribution normal "${sequences[@]}" --output "$data/hmm.json"
measure "score the same, every row with its state" 256 score "$data/hmm.json" "$data/sequences.parquet" --sequence id --output "$data/out"
measure "the same with 16 symbols" 256 fit hmm "$data/sequences.parquet" --features symbol --distribution discrete "${sequences[@]}" --output "$data/symbols.json"
measure "Markov chain over the symbols" 256 fit markov-chain "$data/sequences.parquet" --features symbol --sequence id --output "$data/chain.json"
measure "fit of 2.6 GB, 11 passes" 256 fit mixture "$data/size.parquet" "${normal[@]}" --iterations 10 --output "$data/size.json"
measure "fit of 2.6 GB, 11 passes" 64 fit mixture "$data/size.parquet" "${normal[@]}" --iterations 10 --output "$data/size.json"
measure "score 2.6 GB" 256 score "$data/size.json" "$data/size.parquet" --output "$data/out"
measure "score 2.6 GB" 64 score "$data/size.json" "$data/size.parquet" --output "$data/out"
[ -z "$group" ] || rmdir "$group"
exit $over
