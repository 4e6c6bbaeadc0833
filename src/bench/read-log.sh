#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures GET /api/events?limit=500, the largest page of the log, on the embedded servers: src/bench/read-log.sh [connections]
set -euo pipefail
cd "$(dirname "$0")/../.."
connections=${1:-200}
hub=${BENCH_HUB:-target/serai}
seconds=${BENCH_SECONDS:-15}
command -v wrk >/dev/null || { echo "wrk is not installed" >&2; exit 1; }
[ -x "$hub/bin/serai" ] || ./mvnw -q -B -DskipTests -Dspotless.check.skip=true package

port=$((20000 + RANDOM % 20000))
folder=$(mktemp -d "${TMPDIR:-/tmp}/serai-bench.XXXXXX")
mkdir "$folder/routes"
JAVA_OPTS="${BENCH_HUB_JAVA_OPTS:-}" SERVER_PORT=$port SERAI_EMBEDDED_DATA=$folder/data SERAI_ROUTES_DIRECTORY=$folder/routes \
    "$hub/bin/serai" >"$folder/log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" || true; rm -rf "$folder"' EXIT
address=http://localhost:$port
for _ in $(seq 120); do curl -sf "$address/actuator/health/readiness" >/dev/null && break; sleep 1; done

# 1,000 events of about 250 bytes of JSON
for batch in $(seq 10); do
    for n in $(seq 100); do
        echo "{\"specversion\":\"1.0\",\"id\":\"$batch-$n\",\"source\":\"/bench\",\"type\":\"bench.made\",\"subject\":\"$n\",\"data\":{\"n\":$n,\"text\":\"$(printf 'x%.0s' {1..200})\"}}"
    done | paste -sd, | sed 's/.*/[&]/' >"$folder/batch.json"
    curl -sSf -o /dev/null -H 'Content-Type: application/cloudevents-batch+json' --data-binary "@$folder/batch.json" "$address/api/events"
done
page=$address/api/events?limit=500
until [ "$(curl -s "$page" | grep -o '"position"' | wc -l)" = 500 ]; do sleep 1; done

cpu() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
wrk -t1 -c8 -d"${BENCH_WARM_UP:-30}s" "$page" >/dev/null
before=$(cpu)
wrk -t1 -c"$connections" -d"${seconds}s" --timeout 20s --latency "$page" >"$folder/wrk"
after=$(cpu)
grep -E ' 50%| 99%|Requests/sec|Non-2xx|Socket errors' "$folder/wrk"
echo "CPU of the hub, ms a request: $(awk -v ticks=$((after - before)) '/requests in/ {printf "%.1f", ticks * 10 / $1}' "$folder/wrk")"
