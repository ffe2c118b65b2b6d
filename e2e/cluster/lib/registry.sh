# shellcheck shell=bash
# The image and artifact registry: a host process on the bridge, so that it lives
# on when nodes do not, and can be stopped by a test.

registry_config() {
  cat <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $STATE/registry}
  delete: {enabled: true}
http: {addr: "$REGISTRY_ADDRESS"}
CONFIG
}

registry_start() {
  mkdir -p "$STATE/etc" "$STATE/registry"
  registry_config | put "$STATE/etc/registry.yaml" registry
  # It would send traces to localhost unless told not to.
  start_process registry "$BRIDGE/host" env OTEL_TRACES_EXPORTER=none "$BIN/registry" serve "$STATE/etc/registry.yaml"
  wait_for 15 "the registry" registry_answers || { still_running registry; die "the registry does not answer" "Its log: $LOG/registry.log"; }
}

registry_stop() { stop_process registry; }

registry_answers() { curl -fsS -m 2 -o /dev/null "http://$REGISTRY_ADDRESS/v2/"; }

registry_command() {
  case ${1:-} in
    start) registry_start && say "registry: http://$REGISTRY_ADDRESS (in pods and on nodes: $REGISTRY)" ;;
    stop) registry_stop && say "registry stopped; its data stays" ;;
    *) usage registry ;;
  esac
}
