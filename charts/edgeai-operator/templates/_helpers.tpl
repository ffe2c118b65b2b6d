{{- define "edgeai.labels" -}}
app.kubernetes.io/name: edgeai-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "edgeai.selector" -}}
app.kubernetes.io/name: edgeai-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "edgeai.fullname" -}}
{{- if contains "edgeai-operator" .Release.Name }}{{ .Release.Name | trunc 40 }}{{ else }}{{ printf "%s-edgeai-operator" .Release.Name | trunc 40 }}{{ end }}
{{- end }}

{{- define "edgeai.image" -}}
{{ printf "%s/%s:%s" (required "image.registry says where the images are, for example --set image.registry=registry.example.com/edgeai" .root.Values.image.registry) .name (default .root.Chart.AppVersion .root.Values.image.tag) }}
{{- end }}
