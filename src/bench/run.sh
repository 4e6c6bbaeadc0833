#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the hub against the same job by hand, on a RabbitMQ and a PostgreSQL of its own: src/bench/run.sh [rounds]
set -euo pipefail
bench=$(cd "$(dirname "$0")" && pwd -P)
project=$(cd "$bench/../.." && pwd -P)
rounds=${1:-3}
case $rounds in [1-9] | [1-4][0-9]) ;; *) echo "usage: src/bench/run.sh [rounds, 1 to 49]" >&2; exit 2 ;; esac

find_program() { # name, folders
    local name=$1 folder; shift
    for folder in "$@"; do [ -x "$folder/$name" ] && { echo "$folder/$name"; return; }; done
    command -v "$name" || { echo "$name is not installed" >&2; exit 1; }
}
free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
await_port() { # port, log
    for _ in $(seq 300); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.2; done
    echo "nothing listens on port $1:" >&2; tail -20 "$2" >&2; exit 1
}
rabbit=$(find_program rabbitmq-server /usr/lib/rabbitmq/bin /opt/rabbitmq/sbin /opt/homebrew/sbin)
epmd=$(find_program epmd /usr/lib/erlang/bin /opt/homebrew/bin)
postgres=$(find_program postgres $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) /usr/local/pgsql/bin)
initdb=$(dirname "$postgres")/initdb

cd "$project"
[ -n "${BENCH_SKIP_BUILD:-}" ] || ./mvnw -q -B -DskipTests -Dspotless.check.skip=true package
[ -n "${BENCH_SKIP_BUILD:-}" ] || ./mvnw -q -B -f src/bench/pom.xml package

folder=$(mktemp -d "${TMPDIR:-/tmp}/serai-bench.XXXXXX")
chmod 755 "$folder"
stop() {
    [ -z "${postgres_pid:-}" ] || kill -INT "$postgres_pid" 2>/dev/null || true
    [ -z "${rabbit_pid:-}" ] || kill "$rabbit_pid" 2>/dev/null || true
    [ -z "${rabbit_pid:-}" ] || wait "$rabbit_pid" 2>/dev/null || true
    [ -z "${epmd_pid:-}" ] || kill "$epmd_pid" 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap stop EXIT
password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')

# PostgreSQL as it comes, so with fsync; it refuses to run as root
as_owner=()
mkdir -m 700 "$folder/postgres"
echo "$password" >"$folder/postgres/password"
if [ "$(id -u)" = 0 ]; then
    as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
    chown -R postgres "$folder/postgres"
fi
postgres_port=$(free_port)
(cd "$folder/postgres" && "${as_owner[@]}" "$initdb" -D data -U bench --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --locale=C >initdb.log)
(cd "$folder/postgres" && exec "${as_owner[@]}" "$postgres" -D data -p "$postgres_port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= >log 2>&1) &
postgres_pid=$!

# RabbitMQ with a port mapper of its own
rabbit_port=$(free_port)
mkdir -m 700 "$folder/rabbit"
: >"$folder/rabbit/env.conf"
echo '[].' >"$folder/rabbit/plugins"
cat >"$folder/rabbit/rabbitmq.conf" <<EOF
listeners.tcp.1 = 127.0.0.1:$rabbit_port
default_user = bench
default_pass = $password
disk_free_limit.absolute = 1GB
log.file = false
log.console = true
log.console.level = warning
EOF
export ERL_EPMD_PORT=$(free_port) ERL_EPMD_ADDRESS=127.0.0.1
"$epmd" >"$folder/rabbit/epmd.log" 2>&1 &
epmd_pid=$!
env HOME="$folder/rabbit" RABBITMQ_NODENAME="bench$rabbit_port@localhost" RABBITMQ_CONF_ENV_FILE="$folder/rabbit/env.conf" \
    RABBITMQ_CONFIG_FILE="$folder/rabbit/rabbitmq.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/rabbit/plugins" \
    RABBITMQ_MNESIA_BASE="$folder/rabbit/data" RABBITMQ_LOG_BASE="$folder/rabbit/logs" RABBITMQ_PID_FILE="$folder/rabbit/pid" \
    RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
    RUNNING_UNDER_SYSTEMD=1 "$rabbit" >"$folder/rabbit/log" 2>&1 &
rabbit_pid=$!
await_port "$postgres_port" "$folder/postgres/log"
await_port "$rabbit_port" "$folder/rabbit/log"

export BENCH_PASSWORD=$password
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -Xmx1g -cp "$project/target/bench/classes:$project/target/bench/lib/*" io.serai.bench.Bench "$rounds" "$bench" \
    "${BENCH_HUB:-$project/target/serai}" "$project/target/bench" "amqp://127.0.0.1:$rabbit_port" \
    "jdbc:postgresql://127.0.0.1:$postgres_port/" bench "$rabbit_pid" "$postgres_pid"
