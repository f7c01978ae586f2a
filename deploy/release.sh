#!/usr/bin/env bash
# Puts a version of the shop into service: deploy/release.sh [GIT-REF]. As the user cms, from the clone in /srv/cms/repo:
#
#   sudo -H -u cms /srv/cms/repo/deploy/release.sh origin/main
#
# Each version gets a folder of its own, so that what is running never meets files of another. Migrations add and never
# take away what the version before needs: they run while it serves, and the way back is deploy/release.sh OLDER-REF.
set -euo pipefail
top=${CMS_TOP:-/srv/cms}
settings=${CMS_ENV:-/etc/cms.env}
restart=${CMS_RESTART:-sudo systemctl restart cms.service cms-worker.service}
keep=3

ref=${1:-origin/main}
commit=$(git -C "$top/repo" rev-parse --verify --short=12 "$ref^{commit}")
release=$top/releases/$commit

if [ ! -e "$release/complete" ]; then
  rm -rf "$release" && mkdir -p "$release"
  git -C "$top/repo" archive "$commit" | tar -x -C "$release"
  # Versions with the same packages share them.
  packages=$top/venvs/$(sha256sum "$release/requirements.txt" | cut -c1-12)
  if [ ! -e "$packages/complete" ]; then
    echo "Installing the packages (a minute)"
    "${PYTHON:-python3}" -m venv --clear "$packages"
    "$packages/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes -r "$release/requirements.txt"
    touch "$packages/complete"
  fi
  ln -s "$packages" "$release/.venv"
  cd "$release"
  .venv/bin/python -m compileall -q cms migrations deploy wsgi.py
  .venv/bin/python -c 'from pathlib import Path; from cms.web import pack_static; pack_static(Path("static"))'
  touch complete
fi

cd "$release"
set -a
# shellcheck disable=SC1090
. "$settings"
set +a
.venv/bin/python deploy/gunicorn.conf.py # says in a sentence what is wrong with the settings
# On the way back the database is ahead of the code, and stays there.
state=$(.venv/bin/python -c 'import wsgi; from cms.health.queries import unready; wsgi.app.app_context().push(); print(unready())')
[ "$state" != database ] || { echo "The database cannot be reached; nothing was changed" >&2; exit 1; }
[ "$state" != migrations ] || .venv/bin/python -m flask --app wsgi db upgrade
ln -sfn "$release" "$top/next" && mv -T "$top/next" "$top/current"
$restart

for _ in $(seq 60); do
  [ "$(curl -s --max-time 5 --unix-socket "$SOCKET" -H "Host: ${ALLOWED_HOSTS%%,*}" http://shop/readyz || true)" = ok ] && break
  sleep 0.5
done
[ "$(curl -s --max-time 5 --unix-socket "$SOCKET" -H "Host: ${ALLOWED_HOSTS%%,*}" http://shop/readyz || true)" = ok ] || {
  echo "The shop does not answer; see: journalctl -u cms" >&2
  exit 1
}
echo "In service: $commit"

# The last few stay for the way back.
find "$top/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn | tail -n "+$((keep + 1))" | cut -d' ' -f2- |
  while read -r old; do [ "$old" = "$(readlink -f "$top/current")" ] || rm -rf "$old"; done
