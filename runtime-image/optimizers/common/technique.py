"""How a framework declares its techniques and their parameters.

Each framework's ``techniques.py`` is such a declaration. A job reads and checks its parameters by it, and
docs/techniques.md is made from it, so what is documented is what is accepted. Plain Python: it needs no framework.
"""

import math
from dataclasses import dataclass

from contract import TEXT, Failure, Spec

Value = str | int | float | bool


def word(value: Value) -> str:
    """A value as a trial's parameter spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Choice:
    """A parameter that is one of a few values, all of one type (str, int or bool); the first is the default."""

    name: str
    allowed: tuple[Value, ...]
    meaning: str

    @property
    def type(self) -> str:
        return {bool: "boolean", int: "integer", str: "word"}[type(self.allowed[0])]

    @property
    def default(self) -> str:
        return word(self.allowed[0])

    @property
    def range(self) -> str:
        return ", ".join(map(word, self.allowed))

    def read(self, text: str | None) -> Value:
        """The value that is spelled so, the default for None. Raises: Failure ``InvalidParameter``."""
        if text is None:
            return self.allowed[0]
        for value in self.allowed:
            if text == word(value):
                return value
        raise Failure("InvalidParameter", f"parameter {self.name} must be one of {self.range}, not '{text}'")


@dataclass(frozen=True)
class Number:
    """A parameter that is a number from low to high.

    ``default`` is a number, or words for one that is found elsewhere (``read`` then gives None).
    """

    name: str
    default: float | str
    low: float
    high: float
    meaning: str
    whole: bool = False

    @property
    def type(self) -> str:
        return "integer" if self.whole else "number"

    @property
    def range(self) -> str:
        return f"{self.low} or more" if self.high == math.inf else f"from {self.low} to {self.high}"

    def read(self, text: str | None) -> float | int | None:
        """The number, the default for None. Raises: Failure ``InvalidParameter``."""
        if text is None:
            return None if isinstance(self.default, str) else self.default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        # NaN is within no range, infinity no number that anything can be made of
        if not self.low <= value <= self.high or math.isinf(value) or (self.whole and not value.is_integer()):
            kind = "a whole number" if self.whole else "a number"
            raise Failure("InvalidParameter", f"parameter {self.name} must be {kind} {self.range}, not '{text}'")
        return int(value) if self.whole else value


Parameter = Choice | Number

CALIBRATION_SAMPLES = Number(
    "calibrationSamples",
    "`evaluation.calibrationSamples`",
    1,
    math.inf,
    "How many samples ranges and importances are taken from; never any that is evaluated.",
    whole=True,
)
MAX_LENGTH = Number(
    "maxLength",
    128,
    1,
    math.inf,
    "Tokens of a calibration text, which is cut or padded to them; a model's own fixed length goes before.",
    whole=True,
)

OVERFLOW_FIX = Choice(
    "overflowFix",
    ("auto", "enable", "disable"),
    "Weights take half the int8 range, for x86 CPUs without VNNI, which add int8 products in 16 bits; `auto` looks at the "
    "node's CPU.",
)


@dataclass(frozen=True)
class Technique:
    """One way to make a variant: its name in a trial, what it makes, of which models, with which parameters."""

    name: str
    makes: str
    parameters: tuple[Parameter, ...] = ()
    models: str = "Any."

    def read(self, spec: Spec) -> dict[str, Value | None]:
        """Every parameter's value by name. Raises: Failure ``InvalidParameter``, also for one that would be ignored."""
        known = {p.name: p for p in (*self.parameters, CALIBRATION_SAMPLES, *([MAX_LENGTH] if spec.task in TEXT else []))}
        if unknown := sorted(set(spec.parameters) - set(known)):
            names = ", ".join(p.name for p in self.parameters) or "none"
            raise Failure("InvalidParameter", f"{self.name} has no parameter {', '.join(unknown)}; known: {names}")
        return {name: parameter.read(spec.parameters.get(name)) for name, parameter in known.items()}


@dataclass(frozen=True)
class Framework:
    """All that one optimizer can do, and of which sources."""

    name: str  # in a trial and a descriptor
    title: str  # for people
    engine: str  # that runs its variants
    sources: str
    techniques: tuple[Technique, ...]

    def technique(self, name: str) -> Technique:
        """Raises: Failure ``UnsupportedTechnique``."""
        for technique in self.techniques:
            if technique.name == name:
                return technique
        known = ", ".join(technique.name for technique in self.techniques)
        raise Failure("UnsupportedTechnique", f"{self.title} knows {known}, not '{name}'")
