"""The programs that look for marked processes in a container, and signal them.

They run there, with what the image has. They are given the mark and the name of a signal.
"""

from __future__ import annotations

# Both print how many they have met and, of those that KILL was sent to, which are left. What has
# the mark counts, and what is in a session of theirs: `sudo` gives its command a fresh environment.
# Sessions 0 and 1 are of the host, and of the container's own first process. Only the second look
# that finds nothing counts: in the first, one may just have handed on to a child. Between looks
# they wait: on a busy machine what was killed takes a moment to be gone.
_SHELL = r"""
marked() {
  if command -v grep >/dev/null 2>&1; then
    grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null
    return
  fi
  for e in /proc/[0-9]*/environ; do
    while IFS= read -r l || [ -n "$l" ]; do
      case $l in *"$1"*) echo "$e"; break;; esac
    done 2>/dev/null <"$e"
  done
}
session() {
  s=; { read -r l </proc/$1/stat; } 2>/dev/null || return 0
  set -- ${l##*) }
  case $1 in [ZX]) ;; *) s=$4;; esac
}
t=$1 k=$2 i=0 met= none=
while [ $i -lt 20 ]; do
  i=$((i+1)) all=' ' pids=
  for e in $(marked "$t"); do
    p=${e#/proc/} p=${p%/environ}
    session $p
    [ -n "$s" ] && [ "$p" != 1 ] && [ "$p" != $$ ] && pids="$pids $p" all="$all$s "
  done
  for d in /proc/[0-9]*; do
    p=${d#/proc/}
    session $p
    case $s in ''|0|1) continue;; esac
    case "$all" in *" $s "*) pids="$pids $p";; esac
  done
  [ -n "$met" ] || { set -- $pids; met=$#; }
  if [ -z "$pids" ]; then
    [ -n "$none" ] && break
    none=1
    continue
  fi
  none=
  kill -$k $pids 2>/dev/null
  [ $k = KILL ] || break
  [ $i -lt 8 ] || sleep 0.1 2>/dev/null
done
echo $met $pids
"""
_PYTHON = r"""
import os, signal, sys, time
mark, number = sys.argv[1].encode(), getattr(signal, "SIG" + sys.argv[2])
def read(pid, name):
    try:
        with open("/proc/%d/%s" % (pid, name), "rb") as file:
            return file.read()
    except OSError:
        return b""
def session(pid):
    fields = read(pid, "stat").rpartition(b") ")[2].split()
    return int(fields[3]) if fields and fields[0] not in (b"Z", b"X") else None
met, none = None, False
for _ in range(20):
    pids = [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]
    here = {pid: session(pid) for pid in pids}
    marked = {p for p, s in here.items() if s is not None and mark in read(p, "environ")}
    sessions = {here[p] for p in marked} - {0, 1}
    found = marked | {p for p, s in here.items() if s in sessions}
    met = len(found) if met is None else met
    for pid in found:
        try:
            os.kill(pid, number)
        except OSError:
            pass
    if number != signal.SIGKILL or (none and not found):
        break
    none = not found
    time.sleep(0.02)
print(met, *found)
"""
# What an image may have, the likeliest first.
WAYS = (
    ("/bin/sh", "-c", _SHELL, "sh"),
    ("sh", "-c", _SHELL, "sh"),
    ("busybox", "sh", "-c", _SHELL, "sh"),
    ("python3", "-c", _PYTHON),
)
