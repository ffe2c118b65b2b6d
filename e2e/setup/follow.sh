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
