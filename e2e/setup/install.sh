# shellcheck shell=bash
# Cluster, images, chart. Sourced by quickstart and test; needs ROOT, CONTEXT, REGISTRY.

CLUSTER=$ROOT/e2e/cluster/cluster
OPERATOR_NAMESPACE=edgeai-system

# Optimizers that are built and installed; the others take longer to build than the demo model to optimize.
FRAMEWORKS=${FRAMEWORKS:-openvino,onnxruntime}
declare -A FRAMEWORK_NAMES=([openvino]=OpenVINO [onnxruntime]=OnnxRuntime [olive]=Olive [llamacpp]=LlamaCpp [mlx]=MLX)

start_cluster() {
  if [ -n "${CONTEXT:-}" ]; then
    HELM=(helm --kube-context "$CONTEXT") KUBECTL=(kubectl --context "$CONTEXT")
    "${KUBECTL[@]}" version >/dev/null || fail "The context '$CONTEXT' does not answer" "Check: kubectl --context $CONTEXT version"
    return
  fi
  step "Cluster (usually 20 s; the first time its programs are built)" "$CLUSTER" up
  eval "$("$CLUSTER" env)"
  HELM=(helm) KUBECTL=(kubectl) REGISTRY=$EDGEAI_REGISTRY/edgeai
  export EDGEAI_PLAIN_HTTP=$EDGEAI_REGISTRY
}

# The tag is made of the images' content, so nothing unchanged is built, pushed or restarted.
# shellcheck disable=SC2120 # quickstart gives --no-push
build_images() { "$ROOT/runtime-image/build-images" --registry "$REGISTRY" --frameworks "$FRAMEWORKS" "$@"; }

push_images() {
  local tag
  tag=$(mktemp)
  step "Images: build (unless built) and push (usually 1 min, the first time 6)" images_tag "$tag"
  IMAGE_TAG=$(cat "$tag")
  rm "$tag"
}

images_tag() { build_images >"$1"; } # FILE

install_chart() {
  local framework names=()
  for framework in ${FRAMEWORKS//,/ }; do
    names+=("${FRAMEWORK_NAMES[$framework]:?no framework $framework}")
  done
  # A tag of digits only would be a number: --set-string.
  step "helm upgrade --install, until it is ready (usually 30 s)" \
    "${HELM[@]}" upgrade --install edgeai-operator "$ROOT/charts/edgeai-operator" \
    --namespace "$OPERATOR_NAMESPACE" --create-namespace --wait --timeout 5m \
    --set image.registry="$REGISTRY" --set-string image.tag="$IMAGE_TAG" \
    --set registry.prefix="${REGISTRY%/*}/models" --set optimizers="{$(IFS=,; echo "${names[*]}")}" \
    ${EDGEAI_PLAIN_HTTP:+--set "registry.plainHttp={$EDGEAI_PLAIN_HTTP}"} "$@"
}

# The demo models and their dataset: made once, then in the registry.
prepare_models() {
  local version
  train_models
  for version in v1 v2; do
    step "Push of the model, $version" "$ROOT/edgeai" push "$MODELS/$version/model.onnx" "oci://${REGISTRY%/*}/sources/fashion:$version"
  done
  step "Push of the dataset" "$ROOT/edgeai" push "$MODELS/test.npz" "oci://${REGISTRY%/*}/datasets/fashion:v1"
}

# What the journeys use; TRAINING=--quick gives models of the same size that have seen fewer images.
train_models() {
  local prepare=$ROOT/examples/models/fashion-mnist/prepare options=(${TRAINING:+"$TRAINING"})
  step "Models: training on Fashion-MNIST (once; usually $([ -n "${TRAINING:-}" ] && echo 2 || echo 5) min)" "$prepare" "${options[@]}"
  MODELS=$("$prepare" "${options[@]}")
}

# Variations of the demo model that no optimizer, or not every one, can do anything with.
prepare_awkward_models() {
  local folder=$ROOT/e2e/target/awkward-models python name
  python=$("$ROOT/runtime-image/optimizers/venv" onnxruntime)/bin/python
  step "Models that are unsupported or broken" "$python" "$ROOT/e2e/setup/awkward-models.py" "$MODELS/v1/model.onnx" "$folder"
  for name in unsupported-operator cut; do
    step "Push of the model, $name" "$ROOT/edgeai" push "$folder/$name/model.onnx" "oci://${REGISTRY%/*}/sources/fashion:$name"
  done
}
