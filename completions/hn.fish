# fish completion for hn, printed by: hn help --completion fish
# __hn_at [VERB [PLACE [OPTION...]]]: no verb was given yet; or this one was; and the word at the
# cursor is the argument number PLACE of it ("2+": that or a later one), where OPTIONs take a value.
function __hn_at
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' $words[1]
        test $words[1] = -C; and set -q words[2]; and set -e words[2]
        set -e words[1]
    end
    if not set -q argv[1]
        not set -q words[1]
        return
    end
    set -q words[1]; and test $words[1] = $argv[1]; or return 1
    set -q argv[2]; or return 0
    set -e words[1]
    set -l place 0
    set -l skip no
    for word in $words
        if test $skip = yes
            set skip no
        else if contains -- $word $argv[3..]
            set skip yes
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        end
    end
    if string match -q -- '*+' $argv[2]
        test $place -ge (string trim -r -c + -- $argv[2])
    else
        test $place -eq $argv[2]
    end
end
complete -c hn -f
complete -c hn -n __hn_at -s C -x -a '(__fish_complete_directories)' -d 'run in this folder'
complete -c hn -n __hn_at -a blame -d 'Say which commit each line of a file came from'
complete -c hn -n __hn_at -a branch -d 'List, create or delete branches'
complete -c hn -n __hn_at -a bundle -d 'Carry the history as a file where no network leads'
complete -c hn -n __hn_at -a cat -d 'Print a file as it is in a revision'
complete -c hn -n __hn_at -a clone -d 'Join a repository with an invitation and fetch it'
complete -c hn -n __hn_at -a commit -d 'Record the working tree as a commit'
complete -c hn -n __hn_at -a conflicts -d 'List the paths that are in conflict'
complete -c hn -n __hn_at -a describe -d 'Name a commit after the nearest tag'
complete -c hn -n __hn_at -a device -d 'Say whose a store is that was moved or copied'
complete -c hn -n __hn_at -a diff -d 'Show what differs between the working tree and a revision, or between two'
complete -c hn -n __hn_at -a export -d 'Write the history as a git repository'
complete -c hn -n __hn_at -a fsck -d 'Check every block, entry, signature, manifest, auto-merge and git id'
complete -c hn -n __hn_at -a gc -d 'Remove what nothing needs any more, and pack the rest anew'
complete -c hn -n __hn_at -a help -d 'Say what a command does'
complete -c hn -n __hn_at -a id -d 'Say which repository and which device this is'
complete -c hn -n __hn_at -a import -d 'Bring in the history of a git repository'
complete -c hn -n __hn_at -a init -d 'Make a repository in a folder'
complete -c hn -n __hn_at -a invite -d 'Print a link with which one more device joins'
complete -c hn -n __hn_at -a log -d 'List commits, the newest first'
complete -c hn -n __hn_at -a members -d 'List the devices and what they may do, the most senior first'
complete -c hn -n __hn_at -a revoke -d 'Take a device'\''s rights away'
complete -c hn -n __hn_at -a serve -d 'Answer peers until interrupted'
complete -c hn -n __hn_at -a show -d 'Show commits and what they changed'
complete -c hn -n __hn_at -a status -d 'Say what differs from the last commit'
complete -c hn -n __hn_at -a switch -d 'Move the working tree to a branch'
complete -c hn -n __hn_at -a sync -d 'Exchange what is new with peers, both ways, and merge'
complete -c hn -n __hn_at -a tag -d 'List, create or delete tags'
complete -c hn -n __hn_at -a version -d 'Say which hn this is, and its formats'
complete -c hn -n '__hn_at blame' -s L -x -d 'these lines alone: FIRST,LAST or FIRST,+COUNT'
complete -c hn -n '__hn_at blame' -s p -l porcelain -d 'for programs'
complete -c hn -n '__hn_at blame' -s l -d 'ids in full'
complete -c hn -n '__hn_at blame' -s s -d 'without author and time'
complete -c hn -n '__hn_at blame' -s e -l show-email -d 'addresses, not names'
complete -c hn -n '__hn_at blame' -s w -d 'leave whitespace out of account'
complete -c hn -n '__hn_at blame' -l date -x -a 'default iso iso-strict rfc short raw unix relative local format:' -d 'how times are printed'
complete -c hn -n '__hn_at blame' -l json -d 'as JSON'
complete -c hn -n '__hn_at blame 0+ -L --date' -F
complete -c hn -n '__hn_at branch' -s d -l delete -d 'delete the branch NAME'
complete -c hn -n '__hn_at branch' -l json -d 'as JSON'
complete -c hn -n '__hn_at branch 0' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at branch 1' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at bundle' -l no-update -d 'apply: leave the working tree alone'
complete -c hn -n '__hn_at bundle' -l json -d 'as JSON'
complete -c hn -n '__hn_at bundle 0' -a 'create apply'
complete -c hn -n '__hn_at bundle 1' -F
complete -c hn -n '__hn_at cat 0' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at clone' -l name -x -d 'call this device NAME (else after the machine)'
complete -c hn -n '__hn_at clone' -l timeout -x -d 'give up after so long without an answer (else 30)'
complete -c hn -n '__hn_at clone' -l via -x -d 'reach the inviter through the standard streams of a command'
complete -c hn -n '__hn_at clone' -l json -d 'as JSON'
complete -c hn -n '__hn_at clone 1 --name --timeout --via' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at commit' -s m -l message -x -d 'the message; several become paragraphs'
complete -c hn -n '__hn_at commit' -s F -l file -r -F -d 'read the message from FILE, - for standard input'
complete -c hn -n '__hn_at commit' -l amend -d 'replace the commit that the working tree stands on'
complete -c hn -n '__hn_at commit' -l allow-empty -d 'commit although nothing changed'
complete -c hn -n '__hn_at commit' -l allow-markers -d 'record lines of conflict markers as they are'
complete -c hn -n '__hn_at commit' -l author -x -d 'the author, as Name <address>'
complete -c hn -n '__hn_at commit' -l date -x -d 'the author'\''s date'
complete -c hn -n '__hn_at commit' -l json -d 'as JSON'
complete -c hn -n '__hn_at commit 0+ -m --message -F --file --author --date' -F
complete -c hn -n '__hn_at conflicts' -l json -d 'as JSON, with the terms of each'
complete -c hn -n '__hn_at conflicts 0' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at describe' -l tags -d 'tags without a message too'
complete -c hn -n '__hn_at describe' -l long -d 'distance and id also where a tag stands there'
complete -c hn -n '__hn_at describe' -l exact-match -d 'only a tag that stands there'
complete -c hn -n '__hn_at describe' -l always -d 'the short id where no tag leads there'
complete -c hn -n '__hn_at describe' -l json -d 'as JSON'
complete -c hn -n '__hn_at describe 0' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at device' -l name -x -d 'new: call the device NAME (else after the machine)'
complete -c hn -n '__hn_at device' -l timeout -x -d 'new: give up after so long without an answer (else 30)'
complete -c hn -n '__hn_at device' -l via -x -d 'new: reach the inviter through the standard streams of a command'
complete -c hn -n '__hn_at device' -l json -d 'as JSON'
complete -c hn -n '__hn_at device 0 --name --timeout --via' -a 'move new'
complete -c hn -n '__hn_at diff' -s p -l patch -d 'the changes line by line'
complete -c hn -n '__hn_at diff' -l stat -d 'how many lines changed, file by file'
complete -c hn -n '__hn_at diff' -l numstat -d 'the same for programs'
complete -c hn -n '__hn_at diff' -l shortstat -d 'the sum of it alone'
complete -c hn -n '__hn_at diff' -l name-only -d 'the paths alone'
complete -c hn -n '__hn_at diff' -l name-status -d 'the paths, and what became of them'
complete -c hn -n '__hn_at diff' -s s -l no-patch -d 'no changes'
complete -c hn -n '__hn_at diff' -s U -l unified -x -d 'N equal lines round each change'
complete -c hn -n '__hn_at diff' -s w -l ignore-all-space -d 'leave whitespace out of account'
complete -c hn -n '__hn_at diff' -s b -l ignore-space-change -d 'leave the amount of whitespace out of account'
complete -c hn -n '__hn_at diff' -l ignore-space-at-eol -d 'leave whitespace at the end of a line out of account'
complete -c hn -n '__hn_at diff' -l find-renames -x -d 'a renamed file keeps at least N percent'
complete -c hn -n '__hn_at diff' -s M -d 'find renamed files, as is done anyway'
complete -c hn -n '__hn_at diff' -l no-renames -d 'do not look for renamed files'
complete -c hn -n '__hn_at diff' -s R -d 'the other way round'
complete -c hn -n '__hn_at diff' -l exit-code -d 'end with 1 where something differs'
complete -c hn -n '__hn_at diff' -l quiet -d 'print nothing, and end so'
complete -c hn -n '__hn_at diff' -l color -x -a 'always never auto' -d 'colours: always, never or auto'
complete -c hn -n '__hn_at diff' -l no-color -d 'no colours'
complete -c hn -n '__hn_at diff' -l json -d 'the paths alone, as JSON'
complete -c hn -n '__hn_at diff 0+ -U --unified --find-renames --color' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at diff 0+ -U --unified --find-renames --color' -F
complete -c hn -n '__hn_at export' -l refs -x -d 'only these branches and tags'
complete -c hn -n '__hn_at export' -l bare -d 'without a working tree, where the git repository is made'
complete -c hn -n '__hn_at export' -l object-format -x -a 'sha1 sha256' -d 'sha1 or sha256, where the git repository is made'
complete -c hn -n '__hn_at export' -l force -d 'move references back too, and over commits that hn has not seen'
complete -c hn -n '__hn_at export' -l prune -d 'remove branches and tags that are not here'
complete -c hn -n '__hn_at export' -l notes -d 'with the signatures of hn'\''s devices, as notes in refs/notes/hn'
complete -c hn -n '__hn_at export' -l check -d 'read everything again and compare'
complete -c hn -n '__hn_at export' -l watch -d 'go on, and export whenever something is new'
complete -c hn -n '__hn_at export' -l json -d 'as JSON'
complete -c hn -n '__hn_at export 0 --refs --object-format' -a 'git'
complete -c hn -n '__hn_at export 1 --refs --object-format' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at fsck' -l json -d 'as JSON'
complete -c hn -n '__hn_at gc' -s n -l dry-run -d 'say what would be removed, remove nothing'
complete -c hn -n '__hn_at gc' -l prune -x -d 'remove what was given up before then (default: 90 days ago)'
complete -c hn -n '__hn_at gc' -l json -d 'as JSON'
complete -c hn -n '__hn_at help' -l completion -x -a 'bash zsh fish' -d 'print the completions for bash, zsh or fish'
complete -c hn -n '__hn_at help 0 --completion' -a 'blame branch bundle cat clone commit conflicts describe device diff export fsck gc help id import init invite log members revoke serve show status switch sync tag version'
complete -c hn -n '__hn_at id' -l json -d 'as JSON'
complete -c hn -n '__hn_at import' -l refs -x -d 'read these references, such as '\''refs/notes/*'\''; may be given again'
complete -c hn -n '__hn_at import' -l name -x -d 'call this device NAME, where a repository is made'
complete -c hn -n '__hn_at import' -l any-owner -d 'read a repository that belongs to another user'
complete -c hn -n '__hn_at import' -l json -d 'as JSON'
complete -c hn -n '__hn_at import 0 --refs --name' -a 'git'
complete -c hn -n '__hn_at import 1 --refs --name' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at import 2 --refs --name' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at init' -l name -x -d 'call this device NAME (else after the machine)'
complete -c hn -n '__hn_at init' -s b -l branch -x -d 'call the default branch NAME (else main)'
complete -c hn -n '__hn_at init' -l visibility -x -a 'members public' -d 'who may read: members (default) or public'
complete -c hn -n '__hn_at init' -l json -d 'as JSON'
complete -c hn -n '__hn_at init 0 --name -b --branch --visibility' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at invite' -l read -d 'the device may read'
complete -c hn -n '__hn_at invite' -l write -d 'the device may read and write'
complete -c hn -n '__hn_at invite' -l admin -d 'the device may also invite and revoke'
complete -c hn -n '__hn_at invite' -l addr -x -d 'where this device can be reached (else its own addresses)'
complete -c hn -n '__hn_at invite' -l json -d 'as JSON'
complete -c hn -n '__hn_at log' -s n -l max-count -l number -x -d 'at most N commits'
complete -c hn -n '__hn_at log' -l skip -x -d 'not the first N'
complete -c hn -n '__hn_at log' -l reverse -d 'the oldest first'
complete -c hn -n '__hn_at log' -l all -d 'what all branches and tags lead to'
complete -c hn -n '__hn_at log' -l first-parent -d 'of a merge follow the first parent alone'
complete -c hn -n '__hn_at log' -l merges -d 'merges alone'
complete -c hn -n '__hn_at log' -l no-merges -d 'no merges'
complete -c hn -n '__hn_at log' -l author -x -d 'written by whom the pattern matches'
complete -c hn -n '__hn_at log' -l committer -x -d 'committed by whom it matches'
complete -c hn -n '__hn_at log' -l grep -x -d 'whose message has a line that it matches'
complete -c hn -n '__hn_at log' -l all-match -d 'all patterns of --grep, not one of them'
complete -c hn -n '__hn_at log' -l invert-grep -d 'whose message has none'
complete -c hn -n '__hn_at log' -s i -l regexp-ignore-case -d 'the patterns match capitals and small letters alike'
complete -c hn -n '__hn_at log' -s E -l extended-regexp -d 'the patterns are extended regular expressions'
complete -c hn -n '__hn_at log' -s F -l fixed-strings -d 'the patterns are no regular expressions'
complete -c hn -n '__hn_at log' -l after -l since -x -d 'committed since then'
complete -c hn -n '__hn_at log' -l before -l until -x -d 'committed until then'
complete -c hn -n '__hn_at log' -l oneline -d 'one line each, with a short id'
complete -c hn -n '__hn_at log' -l pretty -l format -x -a 'oneline short medium full fuller raw reference format:' -d 'how a commit is printed'
complete -c hn -n '__hn_at log' -l date -x -a 'default iso iso-strict rfc short raw unix relative local format:' -d 'how times are printed'
complete -c hn -n '__hn_at log' -l decorate -d 'name the branches and tags that stand there'
complete -c hn -n '__hn_at log' -l no-decorate -d 'do not'
complete -c hn -n '__hn_at log' -l color -x -a 'always never auto' -d 'colours: always, never or auto'
complete -c hn -n '__hn_at log' -l no-color -d 'no colours'
complete -c hn -n '__hn_at log' -s p -l patch -d 'the changes line by line'
complete -c hn -n '__hn_at log' -l stat -d 'how many lines changed, file by file'
complete -c hn -n '__hn_at log' -l numstat -d 'the same for programs'
complete -c hn -n '__hn_at log' -l shortstat -d 'the sum of it alone'
complete -c hn -n '__hn_at log' -l name-only -d 'the paths alone'
complete -c hn -n '__hn_at log' -l name-status -d 'the paths, and what became of them'
complete -c hn -n '__hn_at log' -s s -l no-patch -d 'no changes'
complete -c hn -n '__hn_at log' -s U -l unified -x -d 'N equal lines round each change'
complete -c hn -n '__hn_at log' -s w -l ignore-all-space -d 'leave whitespace out of account'
complete -c hn -n '__hn_at log' -s b -l ignore-space-change -d 'leave the amount of whitespace out of account'
complete -c hn -n '__hn_at log' -l ignore-space-at-eol -d 'leave whitespace at the end of a line out of account'
complete -c hn -n '__hn_at log' -l find-renames -x -d 'a renamed file keeps at least N percent'
complete -c hn -n '__hn_at log' -s M -d 'find renamed files, as is done anyway'
complete -c hn -n '__hn_at log' -l no-renames -d 'do not look for renamed files'
complete -c hn -n '__hn_at log' -s R -d 'the other way round'
complete -c hn -n '__hn_at log' -l json -d 'as JSON'
complete -c hn -n '__hn_at log 0+ -n --max-count --number --skip --author --committer --grep --after --since --before --until --pretty --format --date --color -U --unified --find-renames' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at log 0+ -n --max-count --number --skip --author --committer --grep --after --since --before --until --pretty --format --date --color -U --unified --find-renames' -F
complete -c hn -n '__hn_at members' -l json -d 'as JSON'
complete -c hn -n '__hn_at revoke' -l myself -d 'yes, this very device'
complete -c hn -n '__hn_at revoke' -l json -d 'as JSON'
complete -c hn -n '__hn_at revoke 0' -a "(hn members 2>/dev/null | string sub -s 3 | string replace -r ' .*' '')"
complete -c hn -n '__hn_at serve' -l listen -x -d 'listen there (else on every address, port 4697)'
complete -c hn -n '__hn_at serve' -l stdio -d 'answer one peer on standard input and output'
complete -c hn -n '__hn_at serve 0+ --listen' -a '(__fish_complete_directories)'
complete -c hn -n '__hn_at show' -l first-parent -d 'show what a merge brought over its first parent'
complete -c hn -n '__hn_at show' -l oneline -d 'one line each, with a short id'
complete -c hn -n '__hn_at show' -l pretty -l format -x -a 'oneline short medium full fuller raw reference format:' -d 'how a commit is printed'
complete -c hn -n '__hn_at show' -l date -x -a 'default iso iso-strict rfc short raw unix relative local format:' -d 'how times are printed'
complete -c hn -n '__hn_at show' -l decorate -d 'name the branches and tags that stand there'
complete -c hn -n '__hn_at show' -l no-decorate -d 'do not'
complete -c hn -n '__hn_at show' -l color -x -a 'always never auto' -d 'colours: always, never or auto'
complete -c hn -n '__hn_at show' -l no-color -d 'no colours'
complete -c hn -n '__hn_at show' -s p -l patch -d 'the changes line by line'
complete -c hn -n '__hn_at show' -l stat -d 'how many lines changed, file by file'
complete -c hn -n '__hn_at show' -l numstat -d 'the same for programs'
complete -c hn -n '__hn_at show' -l shortstat -d 'the sum of it alone'
complete -c hn -n '__hn_at show' -l name-only -d 'the paths alone'
complete -c hn -n '__hn_at show' -l name-status -d 'the paths, and what became of them'
complete -c hn -n '__hn_at show' -s s -l no-patch -d 'no changes'
complete -c hn -n '__hn_at show' -s U -l unified -x -d 'N equal lines round each change'
complete -c hn -n '__hn_at show' -s w -l ignore-all-space -d 'leave whitespace out of account'
complete -c hn -n '__hn_at show' -s b -l ignore-space-change -d 'leave the amount of whitespace out of account'
complete -c hn -n '__hn_at show' -l ignore-space-at-eol -d 'leave whitespace at the end of a line out of account'
complete -c hn -n '__hn_at show' -l find-renames -x -d 'a renamed file keeps at least N percent'
complete -c hn -n '__hn_at show' -s M -d 'find renamed files, as is done anyway'
complete -c hn -n '__hn_at show' -l no-renames -d 'do not look for renamed files'
complete -c hn -n '__hn_at show' -s R -d 'the other way round'
complete -c hn -n '__hn_at show' -l json -d 'as JSON'
complete -c hn -n '__hn_at show 0+ --pretty --format --date --color -U --unified --find-renames' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at show 0+ --pretty --format --date --color -U --unified --find-renames' -F
complete -c hn -n '__hn_at status' -l json -d 'as JSON'
complete -c hn -n '__hn_at switch' -s c -l create -d 'create the branch first'
complete -c hn -n '__hn_at switch' -s f -l force -d 'overwrite uncommitted changes'
complete -c hn -n '__hn_at switch' -l json -d 'as JSON'
complete -c hn -n '__hn_at switch 0' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at sync' -l dry-run -d 'say what would be done'
complete -c hn -n '__hn_at sync' -l no-update -d 'leave the working tree alone'
complete -c hn -n '__hn_at sync' -l timeout -x -d 'give up after so long without an answer (else 30)'
complete -c hn -n '__hn_at sync' -l via -x -d 'reach the peer through the standard streams of a command'
complete -c hn -n '__hn_at sync' -l json -d 'as JSON'
complete -c hn -n '__hn_at tag' -s l -l list -x -d 'only the tags that the pattern matches'
complete -c hn -n '__hn_at tag' -s a -l annotate -d 'with a message'
complete -c hn -n '__hn_at tag' -s m -l message -x -d 'the message; several become paragraphs'
complete -c hn -n '__hn_at tag' -s F -l file -r -F -d 'the message from a file, - for standard input'
complete -c hn -n '__hn_at tag' -s f -l force -d 'move the tag where there is one'
complete -c hn -n '__hn_at tag' -s d -l delete -d 'delete the tags'
complete -c hn -n '__hn_at tag' -l json -d 'as JSON'
complete -c hn -n '__hn_at tag 0+ -l --list -m --message -F --file' -a "(hn branch 2>/dev/null | string sub -s 3 | string replace -r '  .*' '')"
complete -c hn -n '__hn_at tag 0+ -l --list -m --message -F --file' -F
complete -c hn -n '__hn_at version' -l json -d 'as JSON'
