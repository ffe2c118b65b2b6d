# shellcheck shell=bash
# Images: built from ordinary Dockerfiles with buildah, pushed to the cluster's registry.

# Inside a build, what the machine knows about proxies and private
# certificates is mounted here. /mnt exists in every Debian image, so the mount
# leaves no empty folder behind in the result.
HOST_HINTS=/mnt
CA_VARIABLES=(PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO)
PASSED_VARIABLES=(PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_DEFAULT_TIMEOUT GOPROXY npm_config_registry)

image_name() { # NAME: with the registry in front, once
  case $1 in
    "$REGISTRY"/*) echo "$1" ;;
    *) echo "$REGISTRY/$1" ;;
  esac
}

image_build() { # TAG DIR [buildah arguments...]
  [[ $# -ge 2 ]] || die "image build needs a tag and a folder" "cluster image build edgeai/runtime:dev runtime-image"
  local tag folder=$2 hints suite file
  tag=$(image_name "$1")
  shift 2
  [[ -d $folder ]] || die "no such folder: $folder"
  file=$(dockerfile_of "$folder" "$@")
  [[ -f $file ]] || die "no such file: $file" "Give the Dockerfile with -f FILE."
  for suite in $(suites_in "$file"); do base_image_of "$suite"; done
  hints=$(mktemp -d)
  # shellcheck disable=SC2064 # the value of now is meant
  trap "rm -rf '$hints'" EXIT
  write_hints "$hints"
  hint_arguments "$hints"
  step "Building $tag from $folder"
  buildah bud --layers --network host --pull-never --format oci "${HINT_ARGUMENTS[@]}" -t "$tag" "$@" "$folder" >&2 ||
    die "the build of $tag failed" "The last lines above are buildah's own."
  forget_hints "$tag"
  image_id "$tag"
}

dockerfile_of() { # DIR [buildah arguments...]
  local folder=$1 file=''
  shift
  while (($#)); do
    case $1 in
      -f | --file) file=${2:-} ;;
      -f=* | --file=*) file=${1#*=} ;;
    esac
    shift
  done
  if [[ -z $file && -f $folder/Containerfile ]]; then file=$folder/Containerfile; fi
  if [[ -n $file && ! -f $file && -f $folder/$file ]]; then file=$folder/$file; fi
  echo "${file:-$folder/Dockerfile}"
}

# Which Debian base images a Dockerfile starts from.
suites_in() { # DOCKERFILE
  grep -iE '^(FROM|ARG)[^#]*debian:[a-z]+-slim' "$1" | grep -oE 'debian:[a-z]+-slim' | sed 's/debian:\(.*\)-slim/\1/' | sort -u
}

write_hints() { # FOLDER
  local hints=$1 bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
  chmod 755 "$hints"
  [[ ! -f $bundle ]] || cp "$bundle" "$hints/ca.crt"
  apt_settings >"$hints/apt.conf"
}

hint_arguments() { # FOLDER: sets HINT_ARGUMENTS and HINT_NAMES
  local name
  HINT_NAMES=(APT_CONFIG)
  HINT_ARGUMENTS=(-v "$1:$HOST_HINTS:ro" --env "APT_CONFIG=$HOST_HINTS/apt.conf")
  if [[ -f $1/ca.crt ]]; then
    for name in "${CA_VARIABLES[@]}"; do
      HINT_NAMES+=("$name")
      HINT_ARGUMENTS+=(--env "$name=$HOST_HINTS/ca.crt")
    done
  fi
  for name in "${PASSED_VARIABLES[@]}"; do
    [[ -n ${!name:-} ]] || continue
    HINT_NAMES+=("$name")
    HINT_ARGUMENTS+=(--env "$name=${!name}")
  done
}

# buildah's --env stays in the image, and --unsetenv in the same build hides the
# variables from RUN too. So they are dropped in a second, layerless build.
forget_hints() { # TAG
  local tag=$1 name unset=()
  for name in "${HINT_NAMES[@]}"; do unset+=(--unsetenv "$name"); done
  printf 'FROM %s\nLABEL dev.edgeai.built-by=e2e-cluster\n' "$tag" |
    buildah bud -q --layers --pull-never "${unset[@]}" -t "$tag" -f - >/dev/null
}

image_push() { # TAG...
  (($#)) || die "image push needs a tag" "cluster image push edgeai/runtime:dev"
  local name
  registry_answers || die "the registry at $REGISTRY_ADDRESS does not answer" "cluster registry start"
  for name in "$@"; do image_push_one "$(image_name "$name")"; done
}

image_push_one() { # TAG
  local tag=$1 path=${1#"$REGISTRY"/} id mark pushed digest
  id=$(image_id "$tag")
  [[ $id != none ]] || die "there is no image $tag" "cluster image build ${path} DIR"
  mark=$STATE/pushed/${path//\//_}
  # Which manifest this very image became last time: computing it means compressing every layer again.
  read -r pushed digest < <(cat "$mark" 2>/dev/null) || true
  if [[ $pushed == "$id" && $(registry_digest "$path") == "$digest" ]]; then
    say "$tag is in the registry ($digest)"
    return
  fi
  step "Pushing $tag"
  mkdir -p "${mark%/*}"
  buildah push -q --tls-verify=false --digestfile "$mark.new" "$tag" "docker://$REGISTRY_ADDRESS/$path" >&2 ||
    die "the push of $tag failed" "See $LOG/registry.log"
  digest=$(cat "$mark.new")
  echo "$id $digest" >"$mark"
  rm -f "$mark.new"
  say "$tag@$digest"
}

# The digest a tag has in the registry now, or nothing.
registry_digest() { # PATH:TAG
  curl -fsSI -m 5 -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$REGISTRY_ADDRESS/v2/${1%:*}/manifests/${1##*:}" 2>/dev/null |
    tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }'
}

# Past the registry, straight into the nodes: for tests in which the registry is away.
image_load() { # TAG...
  (($#)) || die "image load needs a tag" "cluster image load edgeai/runtime:dev"
  local name tag archive node
  archive=$(mktemp -u --suffix .tar)
  for name in "$@"; do
    tag=$(image_name "$name")
    buildah push -q "$tag" "docker-archive:$archive:$tag" >&2 || die "there is no image $tag"
    for node in $(node_names); do
      say "$tag -> $node"
      node_ctr "$node" images import "$archive" >/dev/null
    done
    rm -f "$archive"
  done
}

image_list() { buildah images --filter "reference=$REGISTRY/*" "$@"; }

image_command() {
  local command=${1:-}
  (($#)) && shift
  case $command in
    base) base_image "$@" ;;
    build) image_build "$@" ;;
    push) image_push "$@" ;;
    load) image_load "$@" ;;
    list) image_list "$@" ;;
    *) usage image ;;
  esac
}
