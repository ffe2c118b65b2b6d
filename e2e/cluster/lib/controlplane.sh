# shellcheck shell=bash
# etcd, API server, controller manager and scheduler, as host processes.

controlplane_up() {
  local host=$BRIDGE/host
  start_process etcd "$host" "$BIN/etcd" --data-dir "$STATE/etcd" --log-level warn --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$((ETCD_PORT + 1))"
  start_process kube-apiserver "$host" "$BIN/kube-apiserver" --etcd-servers "http://127.0.0.1:$ETCD_PORT" \
    --bind-address "$HOST_IP" --advertise-address "$HOST_IP" --secure-port 6443 \
    --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" --client-ca-file "$PKI/ca.crt" \
    --service-account-key-file "$PKI/sa.pub" --service-account-signing-key-file "$PKI/sa.key" \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range "$SERVICE_CIDR" \
    --authorization-mode Node,RBAC --kubelet-client-certificate "$PKI/admin.crt" --kubelet-client-key "$PKI/admin.key" \
    --kubelet-preferred-address-types InternalIP --allow-privileged \
    `# the host has no kube-proxy: webhooks are called at their pods' addresses` \
    --enable-aggregator-routing
  wait_for 60 "the API server" api_ready || { still_running etcd; still_running kube-apiserver; die "the API server is not ready" "Its log: $LOG/kube-apiserver.log"; }
  # A cut node counts as gone after 16 s instead of 50 s. Pod networks are fixed per node (node.sh).
  start_process kube-controller-manager "$host" "$BIN/kube-controller-manager" --kubeconfig "$PKI/controller-manager.kubeconfig" \
    --service-account-private-key-file "$PKI/sa.key" --root-ca-file "$PKI/ca.crt" --use-service-account-credentials \
    --allocate-node-cidrs=false --leader-elect=false --secure-port 0 \
    --cluster-signing-cert-file "$PKI/ca.crt" --cluster-signing-key-file "$PKI/ca.key" \
    --node-monitor-grace-period 16s --node-monitor-period 2s
  start_process kube-scheduler "$host" "$BIN/kube-scheduler" --kubeconfig "$PKI/scheduler.kubeconfig" \
    --leader-elect=false --secure-port 0
}

api_ready() {
  [[ $(curl -fsS -m 3 --cacert "$PKI/ca.crt" --cert "$PKI/admin.crt" --key "$PKI/admin.key" "$API_URL/readyz") == ok ]]
}
