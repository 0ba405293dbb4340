# What `troupe launch` runs on a host, by `sh`, with `set -- DIRECTORY ACTION ARGUMENT...` before it. It answers in
# lines of a word and what belongs to it, and ends with 0 whenever it could answer.
{
umask 077
dir=$1 action=$2
shift 2
cd "$HOME" || exit 1
case $dir in /*) ;; *) dir=$HOME/$dir ;; esac

say() { printf '%s\n' "$*"; }
fail() { say failed "$*"; exit 0; }
digest() { sha256sum < "$1" | cut -d ' ' -f 1; }

# began PROCESS: when it did, in ticks since the machine was started; nothing if it is over. With the number it
# names a process for good: numbers are given again.
began() {
  set -- $(sed 's/.*) //' "/proc/$1/stat" 2> /dev/null)
  case ${1:-Z} in Z | X) ;; *) printf %s "${20}" ;; esac
}

# is_running NUMBER: whether that actor is; sets process and print.
is_running() {
  process='' begin='' print=''
  [ -r "$dir/actors/$1.process" ] || return 1
  read -r process begin print < "$dir/actors/$1.process"
  [ -n "$begin" ] && [ "$(began "$process")" = "$begin" ]
}

# Two launches at a time would start twice what each of them misses.
lock() {
  command -v flock > /dev/null || return 0
  exec 9> "$dir/lock"
  flock -w 60 9 || fail 'another troupe launch is at work here'
}

# The numbers of all actors that were ever started.
numbers() {
  for file in "$dir"/actors/*.process; do
    if [ -e "$file" ]; then basename "$file" .process; fi
  done | sort -n
}

# end NUMBER...: SIGTERM, so that they hand in what they have; SIGKILL after 10 s.
end() {
  for number; do if is_running "$number"; then kill -TERM "$process"; fi; done
  tries=100
  for number; do
    while is_running "$number"; do
      if [ "$tries" -le 0 ]; then kill -KILL "$process"; fi
      tries=$((tries - 1))
      sleep 0.1
    done
    rm -f "$dir/actors/$number.process"
  done
}

report() {
  for number in $(numbers); do
    if is_running "$number"; then state=running; else state=ended; fi
    say actor "$number" "$state" "$(tail -n 1 "$dir/actors/$number.log" 2> /dev/null | tr -d '\000-\010\013-\037')"
  done
}

case $action in
survey)
  command -v sha256sum > /dev/null || fail 'there is no sha256sum; install coreutils'
  mkdir -p "$dir/actors" "$dir/keys" || fail "cannot make the directory $dir"
  rm -rf "$dir/incoming"
  mkdir "$dir/incoming" || fail "cannot write in $dir"
  say machine "$(uname -s) $(uname -m)"
  say processors "$(nproc 2> /dev/null || echo 1)"
  for file in troupe keys/actor.secret keys/learner.public; do
    if [ -f "$dir/$file" ]; then say file "$file" "$(digest "$dir/$file")"; fi
  done
  ;;

# start PROGRAM-DIGEST COUNT PRINT ARGUMENT...: whoever runs under another print is started anew.
start)
  hash=$1 count=$2 wanted=$3
  shift 3
  lock
  if [ -f "$dir/incoming/troupe" ]; then
    [ "$(digest "$dir/incoming/troupe")" = "$hash" ] || fail 'the program did not arrive whole; try again'
    chmod 700 "$dir/incoming/troupe" && mv -f "$dir/incoming/troupe" "$dir/troupe" || fail "cannot write in $dir"
  fi
  for file in actor.secret learner.public; do
    if [ -f "$dir/incoming/$file" ]; then mv -f "$dir/incoming/$file" "$dir/keys/$file"; fi
  done
  if [ -d "$dir/incoming/lib" ]; then
    rm -rf "$dir/lib"
    mv "$dir/incoming/lib" "$dir/lib"
    say "$hash" > "$dir/lib/for"
  fi
  # Libraries are of one program.
  if [ -d "$dir/lib" ] && [ "$(cat "$dir/lib/for" 2> /dev/null)" != "$hash" ]; then rm -rf "$dir/lib"; fi
  if [ -d "$dir/lib" ]; then export LD_LIBRARY_PATH="$dir/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; fi
  if ! problem=$("$dir/troupe" help 2>&1 > /dev/null); then
    say lacks "$(printf %s "${problem:-it ends at once}" | head -n 1)"
    exit 0
  fi
  outdated=''
  for number in $(numbers); do
    if [ "$number" -gt "$count" ] || { is_running "$number" && [ "$print" != "$wanted" ]; }; then
      outdated="$outdated $number"
    fi
  done
  end $outdated
  number=1 started=0
  while [ "$number" -le "$count" ]; do
    if ! is_running "$number"; then
      log=$dir/actors/$number.log
      if [ -e "$log" ] && [ "$(wc -c < "$log")" -gt 1048576 ]; then mv -f "$log" "$log.1"; fi
      setsid "$dir/troupe" actor "$@" >> "$log" 2>&1 < /dev/null 9>&- &
      say "$! $(began $!) $wanted" > "$dir/actors/$number.process"
      started=$((started + 1))
    fi
    number=$((number + 1))
  done
  # What is wrong with keys or options shows at once.
  if [ "$started" -gt 0 ]; then sleep 0.5; fi
  say started "$started"
  report
  ;;

status)
  if [ -d "$dir" ]; then report; fi
  ;;

stop)
  if [ -d "$dir" ]; then
    lock
    end $(numbers)
    report
  fi
  ;;

remove)
  if [ -d "$dir" ]; then
    lock
    end $(numbers)
    rm -rf "$dir/troupe" "$dir/lib" "$dir/keys" "$dir/actors" "$dir/incoming" "$dir/lock"
    rmdir "$dir" 2> /dev/null || fail "$dir holds files of somebody else, which stay"
  fi
  ;;

# logs LINES: until standard input ends.
logs)
  lines=$1
  for log in "$dir"/actors/*.log; do
    [ -e "$log" ] || fail 'no actor was ever started here'
    number=$(basename "$log" .log)
    { tail -n "$lines" -F "$log" 2> /dev/null | sed -u "s/^/$number /"; } &
  done
  cat > /dev/null
  trap '' TERM
  kill -TERM 0
  ;;
esac
exit 0
}
