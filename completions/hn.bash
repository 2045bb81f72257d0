# bash completion for hn, printed by: hn help --completion bash
_hn() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i=1
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
      COMPREPLY=($(compgen -W 'branch bundle cat clone commit conflicts device diff fsck help id import init invite log members revoke serve show status switch sync version' -- "$cur")) ;;
    branch)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '-d --delete --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    bundle)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--no-update --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "create apply" -- "$cur")) ;;
      esac ;;
    cat)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    clone)
      case $prev in
        --name) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --timeout) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --via) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--name --timeout --via --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -d -- "$cur")) ;;
      esac ;;
    commit)
      case $prev in
        -m|--message) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        -F|--file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        --author) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --date) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '-m --message -F --file --amend --allow-empty --allow-markers --author --date --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -f -- "$cur")) ;;
      esac ;;
    conflicts)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    device)
      case $prev in
        --name) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --timeout) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --via) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--name --timeout --via --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "move new" -- "$cur")) ;;
      esac ;;
    diff)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    fsck)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
      esac ;;
    help)
      case $prev in
        --completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--completion' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "branch bundle cat clone commit conflicts device diff fsck help id import init invite log members revoke serve show status switch sync version" -- "$cur")) ;;
      esac ;;
    id)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
      esac ;;
    import)
      case $prev in
        --name) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--name --any-owner --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "git" -- "$cur")) ;;
      esac ;;
    init)
      case $prev in
        --name) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        -b|--branch) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --visibility) COMPREPLY=($(compgen -W "members public" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--name -b --branch --visibility --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -d -- "$cur")) ;;
      esac ;;
    invite)
      case $prev in
        --addr) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--read --write --admin --addr --json' -- "$cur")) ;;
      esac ;;
    log)
      case $prev in
        -n|--number) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '-n --number --oneline --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    members)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
      esac ;;
    revoke)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--myself --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn members 2>/dev/null | sed 's/^[* ] //; s/ .*//')" -- "$cur")) ;;
      esac ;;
    serve)
      case $prev in
        --listen) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--listen --stdio' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -d -- "$cur")) ;;
      esac ;;
    show)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    status)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
      esac ;;
    switch)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '-c --create -f --force --json' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$(hn branch 2>/dev/null | sed 's/^[* ] //; s/  .*//')" -- "$cur")) ;;
      esac ;;
    sync)
      case $prev in
        --timeout) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
        --via) COMPREPLY=($(compgen -W "" -- "$cur")); return ;;
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--dry-run --no-update --timeout --via --json' -- "$cur")) ;;
      esac ;;
    version)
      case $prev in
      esac
      case $cur in
        -*) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
      esac ;;
  esac
}
complete -o filenames -F _hn hn
