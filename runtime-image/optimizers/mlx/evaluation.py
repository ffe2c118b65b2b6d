"""How far a variant's next-token distributions are from the baseline's, in MLX itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np

TOKENS = 2048  # at most, of all texts together; MLX takes about a minute for them on two cores without a GPU
CONTEXT = 512  # tokens of a text that are looked at
RESAMPLES = 2000
INTERVAL = 2.5, 97.5  # percentiles


@dataclass(frozen=True)
class Scores:
    """Sums over the predicted tokens of one text; losses and divergence in nats."""

    tokens: int
    baseline_loss: float
    loss: float
    divergence: float
    agreements: int


def score(baseline: nn.Module, variant: nn.Module, ids: list[int]) -> Scores:
    """Both models on the same ids[tokens], of which all but the first are predicted; in float32."""
    inputs, targets = mx.array([ids[:-1]]), mx.array(ids[1:])[:, None]
    p, q = (nn.log_softmax(model(inputs)[0].astype(mx.float32)) for model in (baseline, variant))
    losses = [-mx.take_along_axis(log, targets, axis=1).sum().item() for log in (p, q)]
    divergence = (mx.exp(p) * (p - q)).sum().item()
    agreements = (p.argmax(axis=1) == q.argmax(axis=1)).sum().item()
    return Scores(len(ids) - 1, *losses, divergence, agreements)


def evaluate(baseline: nn.Module, variant: nn.Module, texts: list[list[int]], progress: Callable) -> list[Scores]:
    """Scores of the texts in order until TOKENS are reached; texts of one token predict nothing."""
    scores, total = [], 0
    for ids in texts:
        ids = ids[: min(CONTEXT, TOKENS - total + 1)]
        if len(ids) < 2:
            continue
        scores.append(score(baseline, variant, ids))
        before, total = total, total + scores[-1].tokens
        if before // 1024 != total // 1024:
            progress(f"{total} tokens evaluated")
    return scores


def report(scores: list[Scores], baseline_bytes: int, seed: int) -> dict:
    """The evaluation with 95 % intervals from a bootstrap over texts, whose tokens belong together.

    Each of its quantities is {value, lower, upper: text of a number, samples: texts}; divergence is in nats a token,
    agreement a share from 0 to 1.
    """
    sums = np.array([[s.tokens, s.baseline_loss, s.loss, s.divergence, s.agreements] for s in scores])
    drawn = np.random.default_rng(seed).integers(len(sums), size=(RESAMPLES, len(sums)))

    def estimate(statistic: Callable[[np.ndarray], np.ndarray]) -> dict:
        lower, upper = np.percentile(statistic(sums[drawn].sum(axis=1)), INTERVAL)
        value = statistic(sums.sum(axis=0, keepdims=True))[0]
        return {name: f"{v:.6f}" for name, v in (("value", value), ("lower", lower), ("upper", upper))} | {
            "samples": len(sums)
        }

    return {
        "samples": int(sums[:, 0].sum()),
        "perplexity": estimate(lambda s: np.exp(s[:, 2] / s[:, 0])),
        "baselinePerplexity": estimate(lambda s: np.exp(s[:, 1] / s[:, 0])),
        "klDivergence": estimate(lambda s: s[:, 3] / s[:, 0]),
        "perplexityRatio": estimate(lambda s: np.exp((s[:, 2] - s[:, 1]) / s[:, 0])),
        "topTokenAgreement": estimate(lambda s: s[:, 4] / s[:, 0]),
        "baselineBytes": baseline_bytes,
    }


def write(path: Path, evaluation: dict) -> None:
    path.write_text(json.dumps(evaluation, indent=2) + "\n")
