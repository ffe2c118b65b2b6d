# shellcheck shell=bash
# Base images without a registry to pull from: Debian's own packages, put
# together as Docker's debian:<suite>-slim is (minbase, no manual pages, docs or
# translations), so that the same Dockerfile builds here and with Docker.

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay

SLIM_OPTIONS=(
  'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright'
  'path-exclude=/usr/share/info/*' 'path-exclude=/usr/share/lintian/*'
  'path-exclude=/usr/share/locale/*' 'path-include=/usr/share/locale/locale.alias'
  'path-exclude=/usr/share/man/*'
)

base_image() { # SUITE...
  local suite
  (($#)) || set -- bookworm
  for suite in "$@"; do
    base_image_of "$suite"
    say "docker.io/library/debian:$suite-slim is there"
  done
}

base_image_of() {
  local suite=$1 tag=docker.io/library/debian:$1-slim archive mirror
  mirror=$(debian_mirror)
  archive=$CACHE/base/$suite-$(digest "${SLIM_OPTIONS[*]}" "$mirror" "$(declare -f make_root_archive debian_sources)").tar
  with_cache_lock images base_image_made "$suite" "$tag" "$archive"
}

base_image_made() { # SUITE TAG ARCHIVE
  local suite=$1 tag=$2 archive=$3 container
  [[ -f $archive ]] || make_root_archive "$suite" "$archive"
  # Storage may have been emptied, or hold what an older archive or a pull has made.
  [[ $(image_id "$tag") != "$(cat "$archive.id" 2>/dev/null)" ]] || return 0
  step "Importing $tag"
  container=$(buildah from scratch)
  buildah add -q "$container" "$archive" / >/dev/null
  buildah config --cmd bash --created-by "mmdebstrap $suite" "$container"
  # A fixed time: the same archive gives the same image on every machine.
  buildah commit -q --rm --timestamp 0 "$container" "$tag" >/dev/null
  image_id "$tag" >"$archive.id"
}

image_id() { buildah inspect --type image --format '{{.FromImageID}}' "$1" 2>/dev/null || echo none; }

make_root_archive() { # SUITE ARCHIVE
  local suite=$1 archive=$2 mirror option options=() part=$2.part
  step "Making the Debian $suite root file system (about a minute, once a machine)"
  mkdir -p "${archive%/*}"
  mirror=$(debian_mirror)
  for option in "${SLIM_OPTIONS[@]}"; do options+=(--dpkgopt="$option"); done
  apt_settings >"$part.conf"
  # The same packages give the same archive.
  SOURCE_DATE_EPOCH=0 mmdebstrap --quiet --mode=root --variant=minbase --format=tar "${options[@]}" --aptopt="$part.conf" \
    --customize-hook="rm -f \$1/etc/apt/apt.conf.d/99mmdebstrap \$1/etc/apt/sources.list \$1/etc/apt/sources.list.d/*" \
    --customize-hook="mv \$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap \$1/etc/dpkg/dpkg.cfg.d/docker" \
    --customize-hook="echo 'Acquire::Languages \"none\";' >\$1/etc/apt/apt.conf.d/docker-no-languages" \
    --customize-hook="rm -rf \$1/var/lib/apt/lists/* \$1/var/cache/apt/* \$1/var/log/apt \$1/var/log/*.log \$1/etc/resolv.conf \$1/etc/hostname" \
    --customize-hook="$(declare -f debian_sources); debian_sources $suite $mirror >\$1/etc/apt/sources.list.d/debian.sources" \
    "$suite" "$part" "deb $mirror/debian $suite main" \
    "deb $mirror/debian $suite-updates main" "deb $mirror/debian-security $suite-security main" >&2 ||
    die "mmdebstrap failed for $suite" "Does 'apt-get update' work on this machine?"
  rm -f "$part.conf"
  mv "$part" "$archive"
}

# The server this machine gets Debian from, without the /debian at its end.
debian_mirror() {
  local site
  site=$(apt_site)
  [[ -n $site ]] || { apt-get update >&2 && site=$(apt_site); }
  [[ -n $site ]] || die "apt knows no Debian package server" "Name one in /etc/apt/sources.list.d and run 'apt-get update'."
  echo "$site"
}

apt_site() {
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 ~ /\/debian\/?$/ { sub("/debian/?$", "", $2); print $2; exit }'
}

# How this machine reaches its package server (proxy, TLS, date checks), as an apt.conf.
apt_settings() {
  apt-config dump | grep -iE '^Acquire::(http|https|Check)[^ ]* "[^"]' || true
}

debian_sources() { # SUITE SITE
  cat <<SOURCES
Types: deb
URIs: $2/debian
Suites: $1 $1-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: $2/debian-security
Suites: $1-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
}
