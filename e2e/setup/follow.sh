# shellcheck shell=bash
# Shows a model's way. Sourced by quickstart; needs KUBECTL, NAMESPACE, MODEL, REGISTRY.

kn() { "${KUBECTL[@]}" --namespace "$NAMESPACE" "$@"; }

# Prints a line whenever what the operator says of the model changes; ends when it is Ready or Stalled.
follow_model() {
  local last='' now ready stalled deadline=$((SECONDS + 1800))
  while ((SECONDS < deadline)); do
    now=$(kn get edgemodel "$MODEL" -o go-template='{{range .status.conditions}}{{if eq .type "Reconciling"}}{{.message}}{{end}}{{end}}' 2>/dev/null || true)
    if [ -n "$now" ] && [ "$now" != "$last" ]; then
      printf '    %(%H:%M:%S)T  %s\n' -1 "$now"
      last=$now
    fi
    ready=$(condition Ready) stalled=$(condition Stalled)
    [ "$ready" = True ] && return
    if [ "$stalled" = True ]; then
      show_run
      fail "The model is stalled: $(kn get edgemodel "$MODEL" -o jsonpath='{.status.conditions[?(@.type=="Stalled")].message}')" \
        "See: kubectl -n $NAMESPACE describe edgemodel $MODEL"
    fi
    sleep 1
  done
  fail "The model was not ready within 30 minutes" "See: kubectl -n $NAMESPACE describe edgemodel $MODEL"
}

# True only when the operator has seen the newest spec.
condition() { # TYPE
  kn get edgemodel "$MODEL" -o go-template='{{$g := .metadata.generation}}{{range .status.conditions}}{{if eq .type "'"$1"'"}}{{if eq .observedGeneration $g}}{{.status}}{{end}}{{end}}{{end}}' 2>/dev/null || true
}

show_run() {
  local run
  run=$(kn get edgemodel "$MODEL" -o jsonpath='{.status.targets[0].run}')
  [ -n "$run" ] && kn get optimizationrun "$run" -o go-template-file="$ROOT/e2e/setup/run.gotemplate"
}

show_status() {
  kn get edgemodels,optimizationruns
}

apply_model() {
  "${KUBECTL[@]}" create namespace "$NAMESPACE" --dry-run=client -o yaml | "${KUBECTL[@]}" apply -f - >/dev/null
  "${KUBECTL[@]}" label --overwrite namespace "$NAMESPACE" pod-security.kubernetes.io/enforce=restricted >/dev/null
  sed "s#registry.registry:5000#${REGISTRY%/*}#" "$ROOT/examples/fashion/edgemodel.yaml" | "${KUBECTL[@]}" apply -f - | sed 's/^/    /'
}

# One prediction, as a user of the model would ask for it.
predict_once() {
  local service port=18080 forward answer
  service=$(kn get service -l "edgeai.dev/model=$MODEL" -o name | grep -v -- -preview | head -n 1)
  kn port-forward "$service" $port:80 >/dev/null 2>&1 &
  forward=$!
  answer=$(curl --silent --fail --retry 20 --retry-connrefused --retry-delay 1 \
    --data "@$MODELS/request.json" "http://127.0.0.1:$port/v2/models/$MODEL/infer")
  kill "$forward"
  cat <<PREDICTION

    kubectl -n $NAMESPACE port-forward $service $port:80 &
    curl --data @$MODELS/request.json http://127.0.0.1:$port/v2/models/$MODEL/infer
    $answer
PREDICTION
}
