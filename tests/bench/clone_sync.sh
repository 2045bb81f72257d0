#!/bin/bash
# Clone and sync of a git history between two hosts of a lossy network, hn beside git. Needs root,
# git with its daemon, and netlab (a network of namespaces and TUN devices, its path in NETLAB).
#
#   NETLAB=... tests/bench/clone_sync.sh HN-BINARY GIT-REPOSITORY NETLAB-OPTIONS...
#   NETLAB=... tests/bench/clone_sync.sh build/release/hn project.git --profile wan --loss 10%
#
# Prints a line for each: seconds of a clone, seconds of a sync (fetch) of one commit, and the bytes
# that the hosts sent. CC chooses TCP's congestion control (bbr), LIMIT the seconds for a clone (300).
set -eu
if [ -z "${NETLAB_H1_IP:-}" ]; then
  hn=$(realpath "$1")
  repo=$(realpath "$2")
  shift 2
  place=$(mktemp -d)
  trap 'rm -rf "$place"' EXIT
  export BENCH_HN=$hn BENCH_REPO=$repo BENCH_PLACE=$place
  "$NETLAB" run --quiet --hosts 2 --cc "${CC:-bbr}" "$@" -- "$(realpath "$0")"
  exit
fi

cd "$BENCH_PLACE"
export HOME=$BENCH_PLACE/home GIT_CONFIG_NOSYSTEM=1
mkdir -p "$HOME"
git config --global user.name bench
git config --global user.email bench@example.org
git config --global --add safe.directory '*'
limit=${LIMIT:-300}
on() { host=$1; shift; "$NETLAB" exec "$host" -- "$@"; }
sent() { "$NETLAB" ctl stats json | python3 -c 'import json,sys; print(json.load(sys.stdin)["total"]["sent_bytes"])'; }
# timed NAME COMMAND...: seconds and bytes of one command on host h2.
timed() {
  name=$1
  shift
  "$NETLAB" ctl stats reset >/dev/null
  start=$(date +%s.%N)
  status=0
  on h2 timeout "$limit" "$@" >out 2>&1 || status=$?
  end=$(date +%s.%N)
  python3 -c "print(f'$name {$end - $start:.2f} s, {$(sent) / 1e6:.2f} MB sent' + (' (status $status)' if $status else ''))"
  [ "$status" = 0 ] || [ "$status" = 124 ] || cat out
}

hn() { device=$1; shift; XDG_DATA_HOME=$BENCH_PLACE/keys-$device "$BENCH_HN" "$@"; }
git clone -q --bare "$BENCH_REPO" project.git
git -C project.git gc -q
echo "payload $(du -cb project.git/objects/pack/*.pack | tail -n 1 | cut -f 1) bytes (git's pack)"
hn anna import git project.git anna >/dev/null
mkfifo line
XDG_DATA_HOME=$BENCH_PLACE/keys-anna on h1 "$BENCH_HN" -C anna serve --listen 0.0.0.0:4697 >line 2>served &
server=$!
read -r _ <line
link=$(hn anna -C anna invite --write --addr "$NETLAB_H1_IP:4697" 2>/dev/null)
export XDG_DATA_HOME=$BENCH_PLACE/keys-bob
timed "hn clone" "$BENCH_HN" clone "$link" bob --timeout "$limit"
echo news >bob/news.txt
"$BENCH_HN" -C bob commit -m news >/dev/null
timed "hn sync " "$BENCH_HN" -C bob sync --timeout "$limit"
kill "$server"

touch project.git/git-daemon-export-ok
git -C project.git config daemon.receivepack true
on h1 git daemon --reuseaddr --export-all --base-path="$BENCH_PLACE" --listen="$NETLAB_H1_IP" >/dev/null 2>&1 &
daemon=$!
until on h2 bash -c "exec 3<>/dev/tcp/$NETLAB_H1_IP/9418" 2>/dev/null; do :; done
timed "git clone" git clone -q "git://$NETLAB_H1_IP/project.git" copy
if [ -d copy/.git ]; then
  echo news >copy/news.txt
  git -C copy add news.txt
  git -C copy commit -q -m news
  timed "git push " git -C copy push -q
fi
kill "$daemon" 2>/dev/null || true
