# shellcheck shell=bash
# Certificates and kubeconfigs. RSA, since some clients need an extra library for elliptic curves.

PKI=$STATE/pki

pki_create() {
  mkdir -p "$PKI"
  chmod 700 "$PKI"
  if [[ ! -f $PKI/ca.crt ]]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=edgeai-cluster \
      -keyout "$PKI/ca.key" -out "$PKI/ca.crt.new" 2>/dev/null
    mv "$PKI/ca.crt.new" "$PKI/ca.crt"
  fi
  if [[ ! -f $PKI/sa.pub ]]; then
    openssl genrsa -out "$PKI/sa.key" 2048 2>/dev/null
    openssl rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.pub" 2>/dev/null
  fi
  certificate apiserver kube-apiserver none "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:$HOST_IP,IP:$SERVICE_PREFIX.1"
  certificate admin admin system:masters
  certificate controller-manager system:kube-controller-manager none
  certificate scheduler system:kube-scheduler none
  certificate proxy system:kube-proxy none
  certificate coredns coredns none
  local user
  for user in controller-manager scheduler proxy coredns; do kubeconfig "$user" >"$PKI/$user.kubeconfig"; done
  kubeconfig admin >"$KUBECONFIG_FILE.new"
  chmod 600 "$KUBECONFIG_FILE.new"
  mv "$KUBECONFIG_FILE.new" "$KUBECONFIG_FILE"
}

certificate() { # FILE COMMON-NAME ORGANISATION [SUBJECT-ALTERNATIVE-NAMES]
  local file=$PKI/$1
  [[ ! -f $file.crt ]] || return 0
  openssl req -newkey rsa:2048 -nodes -keyout "$file.key" -out "$file.csr" -subj "/O=$3/CN=$2" 2>/dev/null
  openssl x509 -req -in "$file.csr" -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -CAcreateserial -days 3650 -out "$file.crt.new" \
    -extfile <(echo "extendedKeyUsage=serverAuth,clientAuth"; [[ -z ${4:-} ]] || echo "subjectAltName=$4") 2>/dev/null
  rm -f "$file.csr"
  mv "$file.crt.new" "$file.crt"
}

kubeconfig() { # CERTIFICATE: everything inside, so that the file can be copied away
  cat <<CONFIG
apiVersion: v1
kind: Config
clusters:
  - name: edgeai
    cluster: {server: "$API_URL", certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")}
users:
  - name: $1
    user: {client-certificate-data: $(base64 -w0 "$PKI/$1.crt"), client-key-data: $(base64 -w0 "$PKI/$1.key")}
contexts:
  - name: edgeai
    context: {cluster: edgeai, user: $1}
current-context: edgeai
CONFIG
}

kube() { KUBECONFIG=$KUBECONFIG_FILE "$BIN/kubectl" "$@"; }
