# bash completion for hn, printed by: hn help --completion bash
_hn_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_hn_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
# Which argument of the command the word at the cursor is; $1 are the options with a value.
_hn_place() {
  local at=$((i + 1))
  place=0
  while [ $at -lt $COMP_CWORD ]; do
    case " $1 " in
      *" ${COMP_WORDS[at]} "*) at=$((at + 1)) ;;
      *) case ${COMP_WORDS[at]} in -*) ;; *) place=$((place + 1)) ;; esac ;;
    esac
    at=$((at + 1))
  done
}
_hn() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= place=0 i=1
  COMPREPLY=()
  while [ $i -lt $COMP_CWORD ]; do
    case ${COMP_WORDS[i]} in
      -C) i=$((i + 1)) ;;
      -*) ;;
      *) verb=${COMP_WORDS[i]}; break ;;
    esac
    i=$((i + 1))
  done
  case $verb in
    '')
      case $prev in -C) _hn_files -d; return ;; esac
      case $cur in -*) _hn_words '-C --help --version'; return ;; esac
      _hn_words 'add archive blame branch bundle cat check-attr check-ignore clean clone commit config conflicts daemon describe device diff doctor export fsck gc grep help id import init invite log members merge merge-tree mv peer resolve restore revoke rm serve share show status switch sync tag version wait' ;;
    add)
      case $cur in -*) _hn_words '-f --force -n --dry-run -A --all --json'; return ;; esac
      _hn_place ''
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    archive)
      case $prev in
        -o|--output) _hn_files -f; return ;;
        --format) _hn_words "tar tgz tar.gz zip"; return ;;
        --prefix) return ;;
      esac
      case $cur in -*) _hn_words '-o --output --format --prefix -l --list'; return ;; esac
      _hn_place '-o --output --format --prefix'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    blame)
      case $prev in
        -L) return ;;
        --date) _hn_words "default iso iso-strict rfc short raw unix relative local format:"; return ;;
      esac
      case $cur in -*) _hn_words '-L -p --porcelain --line-porcelain -l -s -e --show-email -w --date --json'; return ;; esac
      _hn_place '-L --date'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    branch)
      case $prev in
        --merged) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --no-merged) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --contains) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --no-contains) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --points-at) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --sort) _hn_words "refname -refname version:refname -version:refname committerdate -committerdate creatordate -creatordate"; return ;;
        --color) _hn_words "always never auto"; return ;;
      esac
      case $cur in -*) _hn_words '-d --delete -D -f --force --show-current -a --all -v --verbose -l --list --merged --no-merged --contains --no-contains --points-at --sort -q --quiet --color --no-color --json'; return ;; esac
      _hn_place '--merged --no-merged --contains --no-contains --points-at --sort --color'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    bundle)
      case $cur in -*) _hn_words '--no-update --json'; return ;; esac
      _hn_place ''
      case $place in
        0) _hn_words "create apply" ;;
        1) _hn_files -f ;;
      esac
      ;;
    cat)
      _hn_place ''
      case $place in
        0) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
      esac
      ;;
    check-attr)
      case $cur in -*) _hn_words '-a --all -z --null --stdin --json'; return ;; esac
      _hn_place ''
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    check-ignore)
      case $cur in -*) _hn_words '-v --verbose -n --non-matching -z --null -q --quiet --stdin --no-index --json'; return ;; esac
      _hn_place ''
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    clean)
      case $prev in
        -e|--exclude) return ;;
      esac
      case $cur in -*) _hn_words '-f --force -d --folders -x --ignored -X --only-ignored -e --exclude -n --dry-run -q --quiet -v --verbose --json'; return ;; esac
      _hn_place '-e --exclude'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    clone)
      case $prev in
        --name) return ;;
        --timeout) return ;;
        --limit) return ;;
        --via) return ;;
      esac
      case $cur in -*) _hn_words '--name --timeout --limit --via -q --quiet --json'; return ;; esac
      _hn_place '--name --timeout --limit --via'
      case $place in
        1) _hn_files -d ;;
      esac
      ;;
    commit)
      case $prev in
        -m|--message) return ;;
        -F|--file) _hn_files -f; return ;;
        -C|--reuse-message) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        -c|--reedit-message) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        -t|--template) _hn_files -f; return ;;
        --trailer) return ;;
        --cleanup) _hn_words "strip whitespace verbatim scissors default"; return ;;
        --author) return ;;
        --date) return ;;
      esac
      case $cur in -*) _hn_words '-m --message -F --file -C --reuse-message -c --reedit-message -t --template --reset-author -s --signoff --trailer -a --all -v --verbose -e --edit --no-edit --cleanup -n --no-verify --dry-run --short --porcelain -z --null --branch --long -q --quiet --amend --allow-empty --allow-empty-message --allow-markers --author --date --json'; return ;; esac
      _hn_place '-m --message -F --file -C --reuse-message -c --reedit-message -t --template --trailer --cleanup --author --date'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    config)
      case $prev in
        --type) _hn_words "bool int bool-or-int path color"; return ;;
        --default) return ;;
      esac
      case $cur in -*) _hn_words '--get --get-all --get-regexp --add --replace-all --unset --unset-all --remove-section --rename-section -e --edit -l --list --system --global --local --type --no-type --default --show-origin --show-scope --name-only -z --null --json'; return ;; esac
      ;;
    conflicts)
      case $cur in -*) _hn_words '--json'; return ;; esac
      _hn_place ''
      case $place in
        0) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
      esac
      ;;
    daemon)
      case $prev in
        --listen) return ;;
        --limit) return ;;
        -n) return ;;
      esac
      case $cur in -*) _hn_words '--listen --limit --background -n -f --follow --json'; return ;; esac
      _hn_place '--listen --limit -n'
      case $place in
        0) _hn_words "start stop status run logs" ;;
      esac
      ;;
    describe)
      case $prev in
        --abbrev) return ;;
        --match) return ;;
        --exclude) return ;;
        --dirty) return ;;
      esac
      case $cur in -*) _hn_words '--tags --long --exact-match --always --abbrev --match --exclude --dirty --json'; return ;; esac
      _hn_place '--abbrev --match --exclude --dirty'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    device)
      case $prev in
        --name) return ;;
        --timeout) return ;;
        --limit) return ;;
        --via) return ;;
      esac
      case $cur in -*) _hn_words '--name --timeout --limit --via --json'; return ;; esac
      _hn_place '--name --timeout --limit --via'
      case $place in
        0) _hn_words "move new" ;;
      esac
      ;;
    diff)
      case $prev in
        --stat) return ;;
        --diff-filter) return ;;
        --abbrev) return ;;
        --relative) return ;;
        -U|--unified) return ;;
        --inter-hunk-context) return ;;
        --src-prefix) return ;;
        --dst-prefix) return ;;
        -I|--ignore-matching-lines) return ;;
        --find-renames) return ;;
        --find-copies) return ;;
        --word-diff) _hn_words "plain color porcelain none"; return ;;
        --color-moved) _hn_words "no default plain blocks zebra dimmed-zebra"; return ;;
        --color-moved-ws) _hn_words "no ignore-space-at-eol ignore-space-change ignore-all-space allow-indentation-change"; return ;;
        -S) return ;;
        -G) return ;;
        --color) _hn_words "always never auto"; return ;;
      esac
      case $cur in -*) _hn_words '-p -u --patch --stat --numstat --shortstat --name-only --name-status --raw --summary --compact-summary --patch-with-stat --patch-with-raw --check --diff-filter -z --abbrev --no-abbrev --relative -s --no-patch -U --unified -W --function-context --inter-hunk-context -a --text --src-prefix --dst-prefix --no-prefix -w --ignore-all-space -b --ignore-space-change --ignore-space-at-eol --ignore-cr-at-eol --ignore-blank-lines -I --ignore-matching-lines --find-renames -M --no-renames --find-copies -C --find-copies-harder -R --word-diff --color-words --color-moved --no-color-moved --color-moved-ws -S -G --pickaxe-regex --pickaxe-all --exit-code --quiet --color --no-color --json'; return ;; esac
      _hn_place '--stat --diff-filter --abbrev --relative -U --unified --inter-hunk-context --src-prefix --dst-prefix -I --ignore-matching-lines --find-renames --find-copies --word-diff --color-moved --color-moved-ws -S -G --color'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    doctor)
      case $cur in -*) _hn_words '--json'; return ;; esac
      ;;
    export)
      case $prev in
        --refs) return ;;
        --object-format) _hn_words "sha1 sha256"; return ;;
      esac
      case $cur in -*) _hn_words '--refs --bare --object-format --force --prune --notes --check --watch -q --quiet --json'; return ;; esac
      _hn_place '--refs --object-format'
      case $place in
        0) _hn_words "git" ;;
        1) _hn_files -d ;;
      esac
      ;;
    fsck)
      case $cur in -*) _hn_words '-q --quiet --json'; return ;; esac
      ;;
    gc)
      case $prev in
        --prune) return ;;
      esac
      case $cur in -*) _hn_words '-n --dry-run --auto --prune -q --quiet --json'; return ;; esac
      ;;
    grep)
      case $prev in
        -e) return ;;
        -f) _hn_files -f; return ;;
        -A|--after-context) return ;;
        -B|--before-context) return ;;
        -C|--context) return ;;
        -m|--max-count) return ;;
        --max-depth) return ;;
        --color) _hn_words "always never auto"; return ;;
      esac
      case $cur in -*) _hn_words '-e --and --or --not --all-match -f -G --basic-regexp -E --extended-regexp -F --fixed-strings -P --perl-regexp -i --ignore-case -w --word-regexp -v --invert-match -n --line-number --column -o --only-matching -l --name-only --files-with-matches -L --files-without-match -c --count -q --quiet -h -H --full-name -z --null -A --after-context -B --before-context -C --context -p --show-function -W --function-context --heading --break -a --text -I -m --max-count --max-depth --untracked --color --no-color --json'; return ;; esac
      _hn_place '-e -f -A --after-context -B --before-context -C --context -m --max-count --max-depth --color'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    help)
      case $prev in
        --completion) _hn_words "bash zsh fish"; return ;;
      esac
      case $cur in -*) _hn_words '-a --all --completion'; return ;; esac
      _hn_place '--completion'
      case $place in
        0) _hn_words "add archive blame branch bundle cat check-attr check-ignore clean clone commit config conflicts daemon describe device diff doctor export fsck gc grep help id import init invite log members merge merge-tree mv peer resolve restore revoke rm serve share show status switch sync tag version wait" ;;
      esac
      ;;
    id)
      case $cur in -*) _hn_words '--json'; return ;; esac
      ;;
    import)
      case $prev in
        --refs) return ;;
        --name) return ;;
      esac
      case $cur in -*) _hn_words '--refs --name --any-owner -q --quiet --json'; return ;; esac
      _hn_place '--refs --name'
      case $place in
        0) _hn_words "git" ;;
        1) _hn_files -d ;;
        2) _hn_files -d ;;
      esac
      ;;
    init)
      case $prev in
        --name) return ;;
        -b|--branch) return ;;
        --visibility) _hn_words "members public"; return ;;
      esac
      case $cur in -*) _hn_words '--name -b --branch --visibility -q --quiet --json'; return ;; esac
      _hn_place '--name -b --branch --visibility'
      case $place in
        0) _hn_files -d ;;
      esac
      ;;
    invite)
      case $prev in
        --addr) return ;;
      esac
      case $cur in -*) _hn_words '--read --write --admin --addr --qr --qr-always --json'; return ;; esac
      ;;
    log)
      case $prev in
        -n|--max-count|--number) return ;;
        --skip) return ;;
        --min-parents) return ;;
        --max-parents) return ;;
        -L) return ;;
        --author) return ;;
        --committer) return ;;
        --grep) return ;;
        --after|--since) return ;;
        --before|--until) return ;;
        --branches) return ;;
        --tags) return ;;
        --glob) return ;;
        --exclude) return ;;
        --diff-merges) _hn_words "off none first-parent 1 combined c dense-combined cc"; return ;;
        --pretty|--format) _hn_words "oneline short medium full fuller raw reference format:"; return ;;
        --date) _hn_words "default human iso iso-strict rfc short raw unix relative local format:"; return ;;
        --decorate) _hn_words "short full auto no"; return ;;
        --color) _hn_words "always never auto"; return ;;
        --stat) return ;;
        --diff-filter) return ;;
        --abbrev) return ;;
        --relative) return ;;
        -U|--unified) return ;;
        --inter-hunk-context) return ;;
        --src-prefix) return ;;
        --dst-prefix) return ;;
        -I|--ignore-matching-lines) return ;;
        --find-renames) return ;;
        --find-copies) return ;;
        --word-diff) _hn_words "plain color porcelain none"; return ;;
        --color-moved) _hn_words "no default plain blocks zebra dimmed-zebra"; return ;;
        --color-moved-ws) _hn_words "no ignore-space-at-eol ignore-space-change ignore-all-space allow-indentation-change"; return ;;
        -S) return ;;
        -G) return ;;
      esac
      case $cur in -*) _hn_words '-n --max-count --number --skip --reverse --no-walk --topo-order --min-parents --max-parents --first-parent --graph --follow -L --merges --no-merges --merged --author --committer --grep --all-match --invert-grep -i --regexp-ignore-case -E --extended-regexp -F --fixed-strings --after --since --before --until --all --branches --tags --glob --exclude --left-right --left-only --right-only --cherry-pick --cherry-mark --cherry --boundary --ancestry-path --parents --children --source -c --cc --diff-merges --oneline --abbrev-commit --no-abbrev-commit --pretty --format --date --decorate --no-decorate --color --no-color -p -u --patch --stat --numstat --shortstat --name-only --name-status --raw --summary --compact-summary --patch-with-stat --patch-with-raw --check --diff-filter -z --abbrev --no-abbrev --relative -q --quiet -s --no-patch -U --unified -W --function-context --inter-hunk-context -a --text --src-prefix --dst-prefix --no-prefix -w --ignore-all-space -b --ignore-space-change --ignore-space-at-eol --ignore-cr-at-eol --ignore-blank-lines -I --ignore-matching-lines --find-renames -M --no-renames --find-copies -C --find-copies-harder -R --word-diff --color-words --color-moved --no-color-moved --color-moved-ws -S -G --pickaxe-regex --pickaxe-all --json'; return ;; esac
      _hn_place '-n --max-count --number --skip --min-parents --max-parents -L --author --committer --grep --after --since --before --until --branches --tags --glob --exclude --diff-merges --pretty --format --date --decorate --color --stat --diff-filter --abbrev --relative -U --unified --inter-hunk-context --src-prefix --dst-prefix -I --ignore-matching-lines --find-renames --find-copies --word-diff --color-moved --color-moved-ws -S -G'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    members)
      case $cur in -*) _hn_words '--json'; return ;; esac
      ;;
    merge)
      case $prev in
        -m|--message) return ;;
        -F|--file) _hn_files -f; return ;;
      esac
      case $cur in -*) _hn_words '-m --message -F --file --no-ff --ff-only --no-verify --allow-unrelated-histories -q --quiet --json'; return ;; esac
      _hn_place '-m --message -F --file'
      case $place in
        0) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
      esac
      ;;
    merge-tree)
      case $prev in
        --base) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
      esac
      case $cur in -*) _hn_words '--base --stdin --json'; return ;; esac
      _hn_place '--base'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    mv)
      case $cur in -*) _hn_words '-f --force -k --skip -n --dry-run -v --verbose --json'; return ;; esac
      _hn_place ''
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    peer)
      case $prev in
        --why) return ;;
      esac
      case $cur in -*) _hn_words '--why --json'; return ;; esac
      _hn_place '--why'
      case $place in
        0) _hn_words "list add remove ban unban limit" ;;
      esac
      ;;
    resolve)
      case $prev in
        --side) return ;;
        --tool) return ;;
      esac
      case $cur in -*) _hn_words '--ours --theirs --base --side --all --tool --forget --list-tools -n --dry-run -q --quiet --json'; return ;; esac
      _hn_place '--side --tool'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    restore)
      case $prev in
        -s|--source) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
      esac
      case $cur in -*) _hn_words '-s --source -2 --ours -3 --theirs -f --force -n --dry-run -q --quiet -v --verbose --json'; return ;; esac
      _hn_place '-s --source'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    revoke)
      case $cur in -*) _hn_words '--myself --json'; return ;; esac
      _hn_place ''
      case $place in
        0) _hn_words "$(hn members 2>/dev/null | sed 's/^[* ] //; s/ .*//')" ;;
      esac
      ;;
    rm)
      case $cur in -*) _hn_words '-r --recursive -f --force -n --dry-run -q --quiet -v --verbose --ignore-unmatch --cached --json'; return ;; esac
      _hn_place ''
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    serve)
      case $prev in
        --listen) return ;;
        --limit) return ;;
      esac
      case $cur in -*) _hn_words '--listen --limit --stdio'; return ;; esac
      _hn_place '--listen --limit'
      case $place in
        *) _hn_files -d ;;
      esac
      ;;
    share)
      case $prev in
        --addr) return ;;
      esac
      case $cur in -*) _hn_words '--read --write --admin --addr --qr --qr-always --json'; return ;; esac
      ;;
    show)
      case $prev in
        --diff-merges) _hn_words "off none first-parent 1 combined c dense-combined cc"; return ;;
        --pretty|--format) _hn_words "oneline short medium full fuller raw reference format:"; return ;;
        --date) _hn_words "default human iso iso-strict rfc short raw unix relative local format:"; return ;;
        --decorate) _hn_words "short full auto no"; return ;;
        --color) _hn_words "always never auto"; return ;;
        --stat) return ;;
        --diff-filter) return ;;
        --abbrev) return ;;
        --relative) return ;;
        -U|--unified) return ;;
        --inter-hunk-context) return ;;
        --src-prefix) return ;;
        --dst-prefix) return ;;
        -I|--ignore-matching-lines) return ;;
        --find-renames) return ;;
        --find-copies) return ;;
        --word-diff) _hn_words "plain color porcelain none"; return ;;
        --color-moved) _hn_words "no default plain blocks zebra dimmed-zebra"; return ;;
        --color-moved-ws) _hn_words "no ignore-space-at-eol ignore-space-change ignore-all-space allow-indentation-change"; return ;;
        -S) return ;;
        -G) return ;;
      esac
      case $cur in -*) _hn_words '--first-parent -c --cc --diff-merges --oneline --abbrev-commit --no-abbrev-commit --pretty --format --date --decorate --no-decorate --color --no-color -p -u --patch --stat --numstat --shortstat --name-only --name-status --raw --summary --compact-summary --patch-with-stat --patch-with-raw --check --diff-filter -z --abbrev --no-abbrev --relative -q --quiet -s --no-patch -U --unified -W --function-context --inter-hunk-context -a --text --src-prefix --dst-prefix --no-prefix -w --ignore-all-space -b --ignore-space-change --ignore-space-at-eol --ignore-cr-at-eol --ignore-blank-lines -I --ignore-matching-lines --find-renames -M --no-renames --find-copies -C --find-copies-harder -R --word-diff --color-words --color-moved --no-color-moved --color-moved-ws -S -G --pickaxe-regex --pickaxe-all --json'; return ;; esac
      _hn_place '--diff-merges --pretty --format --date --decorate --color --stat --diff-filter --abbrev --relative -U --unified --inter-hunk-context --src-prefix --dst-prefix -I --ignore-matching-lines --find-renames --find-copies --word-diff --color-moved --color-moved-ws -S -G'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    status)
      case $prev in
        --porcelain) _hn_words "v1 v2"; return ;;
        -u|--untracked-files) _hn_words "no normal all"; return ;;
        --ignored) _hn_words "traditional matching no"; return ;;
      esac
      case $cur in -*) _hn_words '-s --short --long -b --branch --porcelain -z --null -u --untracked-files --ignored --json'; return ;; esac
      _hn_place '--porcelain -u --untracked-files --ignored'
      case $place in
        *) _hn_files -f ;;
      esac
      ;;
    switch)
      case $cur in -*) _hn_words '-c -C --force-create --create -f --discard-changes --force -q --quiet --json'; return ;; esac
      _hn_place ''
      case $place in
        0) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
        1) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
      esac
      ;;
    sync)
      case $prev in
        --timeout) return ;;
        --replicas) return ;;
        --limit) return ;;
        --via) return ;;
      esac
      case $cur in -*) _hn_words '--dry-run --no-update --no-verify --timeout --replicas --wait --status --limit --background --via -q --quiet --json'; return ;; esac
      ;;
    tag)
      case $prev in
        --merged) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --no-merged) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --contains) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --no-contains) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --points-at) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --sort) _hn_words "refname -refname version:refname -version:refname committerdate -committerdate creatordate -creatordate"; return ;;
        -n) return ;;
        -m|--message) return ;;
        -F|--file) _hn_files -f; return ;;
        --color) _hn_words "always never auto"; return ;;
      esac
      case $cur in -*) _hn_words '-l --list --merged --no-merged --contains --no-contains --points-at --sort -n -a --annotate -m --message -F --file -f --force -d --delete --color --no-color --json'; return ;; esac
      _hn_place '--merged --no-merged --contains --no-contains --points-at --sort -n -m --message -F --file --color'
      case $place in
        *) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; [ ${#COMPREPLY[@]} -gt 0 ] || _hn_files -f ;;
      esac
      ;;
    version)
      case $cur in -*) _hn_words '--json'; return ;; esac
      ;;
    wait)
      case $prev in
        --at) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')"; return ;;
        --timeout) return ;;
      esac
      case $cur in -*) _hn_words '--at --timeout --json'; return ;; esac
      _hn_place '--at --timeout'
      case $place in
        0) _hn_words "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" ;;
      esac
      ;;
  esac
}
complete -F _hn hn
