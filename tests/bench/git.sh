#!/bin/bash
# Git histories into hn and back, beside git's own clone of them, on this machine.
#
#   tests/bench/git.sh HN-BINARY GIT-REPOSITORY...
#   tests/bench/git.sh build/release/hn ~/project.git
#
# For each repository, which is only read: how many objects and references it has, and whether they
# come back from hn with the same ids; seconds and peak memory of `git clone --bare --no-local`, of an
# import, an export, and both again with nothing new, with their ratio to git's clone; and the bytes
# of packs and indexes, hn's after the import beside git's after `git gc`. Where git clones in under a
# second all is done five times, under four seconds three times, and the medians are printed. PLACE chooses
# where (a new folder in TMPDIR, removed at the end and not before: on ext4 files are made up to three
# times slower for a while after many were removed, and an import makes files, a bare clone does not).
# Memory is the maximum resident set, files that are mapped included.
set -eu
hn=$(realpath "$1")
shift
place=${PLACE:-$(mktemp -d)}
mkdir -p "$place"
trap 'rm -rf "$place/bench"' EXIT
[ -n "${PLACE:-}" ] || trap 'rm -rf "$place"' EXIT

export HOME=$place/bench/home XDG_DATA_HOME=$place/bench/keys GIT_CONFIG_NOSYSTEM=1
mkdir -p "$HOME"
git config --global user.name bench
git config --global user.email bench@example.org
git config --global --add safe.directory '*'

# measured COMMAND...: leaves its seconds and its peak in kilobytes in $seconds and $peak.
measured() {
  status=0
  python3 -c '
import resource, subprocess, sys, time
start = time.monotonic()
status = subprocess.call(sys.argv[2:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(f"{time.monotonic() - start:.3f} {peak}\n")
sys.exit(status)' "$place/bench/time" "$@" >"$place/bench/out" 2>&1 || status=$?
  if [ "$status" != 0 ]; then
    echo "failed with status $status: $*" >&2
    cat "$place/bench/out" >&2
    exit 1
  fi
  read -r seconds peak <"$place/bench/time"
  echo "$seconds $peak" >>"$place/bench/$work"
}

# median WORK: of the rounds of that work, seconds and peak each for itself.
median() {
  seconds=$(cut -d ' ' -f 1 "$place/bench/$1" | sort -n | awk '{ s[NR] = $1 } END { print s[int((NR + 1) / 2)] }')
  peak=$(cut -d ' ' -f 2 "$place/bench/$1" | sort -n | tail -n 1)
}

# line NAME: what was measured, beside the clone.
line() {
  awk -v name="$1" -v s="$seconds" -v m="$peak" -v git="$clone" 'BEGIN {
    ratio = git > 0 ? sprintf("%6.2f of git clone", s / git) : "     -"
    printf "  %-18s %8.3f s  %s  %7.1f MiB peak\n", name, s, ratio, m / 1024 }'
}

bytes_of() { du -cb "$@" | tail -n 1 | cut -f 1; }
refs_of() { git -C "$1" for-each-ref --format='%(objectname) %(objecttype) %(refname)' refs/heads refs/tags; }
objects_of() { git -C "$1" rev-list --objects --branches --tags --count; }

number=0
for repo in "$@"; do
  repo=$(realpath "$repo")
  number=$((number + 1))
  format=$(git -C "$repo" rev-parse --show-object-format)
  echo "$(basename "$repo"): $(objects_of "$repo") objects, $(refs_of "$repo" | wc -l) branches and tags, $format"

  rm -f "$place"/bench/{clone,import,again,export,same}
  round=1
  rounds=1
  while [ "$round" -le "$rounds" ]; do
    here=$place/bench/$number.$round
    mkdir -p "$here"
    work=clone measured git clone -q --bare --no-local "$repo" "$here/git.git"
    if [ "$round" = 1 ]; then rounds=$(awk -v s="$seconds" 'BEGIN { print s < 1 ? 5 : s < 4 ? 3 : 1 }'); fi
    work=import measured "$hn" import git "$here/git.git" "$here/hn" --name bench
    ours=$(bytes_of "$here/hn/.hn/store/packs")
    whole=$(bytes_of "$here/hn/.hn/store")
    work=again measured "$hn" import git "$here/git.git" "$here/hn"
    work=export measured "$hn" -C "$here/hn" export git "$here/out.git"
    work=same measured "$hn" -C "$here/hn" export git "$here/out.git"
    round=$((round + 1))
  done
  median clone
  clone=$seconds
  line "git clone"
  median import && line "hn import"
  median again && line "import, no news"
  median export && line "hn export"
  median same && line "export, no news"

  refs_of "$here/git.git" >"$here/before"
  refs_of "$here/out.git" >"$here/after"
  if cmp -s "$here/before" "$here/after"; then
    echo "  references identical: yes, $(wc -l <"$here/after")"
  else
    echo "  references identical: no; of $(wc -l <"$here/before"), $(comm -12 "$here/before" "$here/after" | wc -l) are"
  fi
  git -C "$here/git.git" gc -q
  theirs=$(bytes_of "$here"/git.git/objects/pack/*.pack "$here"/git.git/objects/pack/*.idx)
  awk -v a="$ours" -v b="$theirs" -v c="$whole" 'BEGIN {
    printf "  packs and indexes: hn %.1f MB, git %.1f MB, ratio %.2f; with its history index hn has %.1f MB\n",
      a / 1e6, b / 1e6, a / b, c / 1e6 }'
done
