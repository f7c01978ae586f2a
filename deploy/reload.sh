#!/bin/sh
# Puts new processes of the same version in the place of those that serve: deploy/reload.sh PID-OF-GUNICORN.
# gunicorn's own reload (HUP) ends the old ones before the new ones are up, and people wait. Here each comes first (TTIN),
# says that it serves by its name (gunicorn.conf.py), and then the oldest goes (TTOU), done with what it is at.
set -eu
master=$1
serving() { pgrep -c -P "$master" -x cms-web || true; }
number=$(serving)
for _ in $(seq "$number"); do
  kill -TTIN "$master"
  for _ in $(seq 600); do
    [ "$(serving)" -le "$number" ] || break
    sleep 0.1
  done
  [ "$(serving)" -gt "$number" ] || { echo "The new process does not come up" >&2; kill -TTOU "$master"; exit 1; }
  kill -TTOU "$master"
  for _ in $(seq 600); do
    [ "$(serving)" -gt "$number" ] || break
    sleep 0.1
  done
done
