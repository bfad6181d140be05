#!/usr/bin/env bash
# Runs all campaigns in their long form and writes their report; needs the .NET SDK that global.json names. A tmpfs for the full disk is mounted only as root
# (else a limit on the size of files stands for it).
#   tests/Campaigns/run_long.sh [OUT.md]      default: bench/results/campaigns-<cpu>-<date>.md
#   CAMPAIGN_FUZZ_SECONDS=3600                time of the fuzzer for all targets together; it runs beside the other campaigns
#   CAMPAIGN_FUZZ_TARGETS=bif,model-json      targets of the fuzzer; default: all
#   CAMPAIGN_PARQUET_TESTING=DIR              a checkout of apache/parquet-testing to be damaged too; default: ../shared/parquet-testing, if it is there
#   CAMPAIGN_CORPUS=DIR                       where the fuzzer puts the inputs that it keeps; default: tests/Campaigns/corpus
# The exit code is 1 if a campaign has a finding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -1)
cpu=$(printf '%s' "${cpu:-$(uname -m)}" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '-' | sed 's/^-*//; s/-*$//')
out=${1:-bench/results/campaigns-$cpu-$(date -u +%Y-%m-%d).md}
export CAMPAIGN_COMMIT=${CAMPAIGN_COMMIT:-$(git rev-parse --short HEAD)}
export CAMPAIGN_PARQUET_TESTING=${CAMPAIGN_PARQUET_TESTING:-../shared/parquet-testing}
export CAMPAIGN_CORPUS=${CAMPAIGN_CORPUS:-$PWD/tests/Campaigns/corpus}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build tests/Campaigns/Campaigns.Tests.csproj -c Release -o "$work/bin" -v quiet

run() { nice -n 19 dotnet "$work/bin/Pipelines.Campaigns.Tests.dll" "$@"; }

run "$work/fuzz.md" fuzz &
fuzzer=$!
status=0
run "$out" --but fuzz || status=1
wait "$fuzzer" || status=1
sed -n '/^## /,$p' "$work/fuzz.md" | { echo; cat; } >>"$out"
echo "report: $out"
exit "$status"
