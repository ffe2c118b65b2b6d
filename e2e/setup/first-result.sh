# shellcheck shell=bash
# An optimization run without a cluster, by ONNX Runtime alone: its packages are few. Sourced by quickstart.

first_result() {
  RUN=$ROOT/target/first-result
  step "Optimizer: ONNX Runtime's Python packages (once; usually 30 s)" "$ROOT/runtime-image/optimizers/venv" onnxruntime
  train_models
  rm -rf "$RUN" && mkdir -p "${RUN%/*}"
  step "Run: variants are made, measured and judged (usually 2 min)" optimize_here
  sed -n "/^  variant  *verdict/,\$p" "$RUN.txt" # before it: how each trial went
  rm "$RUN.txt"
  note "That is the first result, $((SECONDS / 60)) min $((SECONDS % 60)) s after the start."
}

optimize_here() {
  EDGEAI_OPTIMIZER_OPENVINO='' EDGEAI_OPTIMIZER_OLIVE='' EDGEAI_OPTIMIZER_LLAMACPP='' EDGEAI_OPTIMIZER_MLX='' \
    "$ROOT/edgeai" optimize -f "$ROOT/examples/fashion/edgemodel.yaml" --source "$MODELS/v1" --dataset "$MODELS/test.npz" \
    --into "$RUN" >"$RUN.txt"
}
