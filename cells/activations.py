"""Activation functions: value, slope, and the facts theory needs of them. Every value also takes complex numbers."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from .arrays import Array, by_units

TAIL = 2.0**-14  # below this slope, 1 - v² has lost 14 bits and the slope is taken from the pre-activation ...
TAIL_SINGLE = 2.0**-8  # ... and below this one in float32, which has fewer to lose


def sigmoid(u: Array, out: Array) -> Array:
    """1 / (1 + exp(-u)), to full relative precision on both sides (0.5 + 0.5 tanh(u/2) has none left far below 0)."""
    np.negative(u, out)
    np.exp(out, out)
    np.add(out, 1.0, out)
    return np.reciprocal(out, out)


def sigmoid_slope(u: Array, v: Array, out: Array | None = None) -> Array:
    """v (1 - v) for v = sigmoid(u), exact also where v has rounded to 1."""
    slope = np.subtract(1, v, out=out)
    slope *= v
    return _mended(slope, u, 1.0)


def _mended(slope: Array, u: Array, k: float) -> Array:
    """Return the slope, which is k² e/(1 + e)² with e = exp(-k|u|), taken from there where it has lost digits."""
    least = TAIL_SINGLE if slope.dtype == np.float32 else TAIL
    if not slope.min(initial=np.inf) >= least:
        slope_, u_ = by_units(slope), by_units(u)
        tail = np.flatnonzero(slope_ < least)
        e = np.exp(-k * np.abs(u_.take(tail)))
        slope_.flat[tail] = k * k * e / (1 + e) ** 2
    return slope


class Activation(ABC):
    """σ: elementwise, with slope σ'."""

    name: ClassVar[str]
    label: ClassVar[str]
    steepest: ClassVar[float] = 1.0  # γ = max |σ'| (Pascanu, Mikolov, Bengio 2013)
    homogeneous: ClassVar[bool] = False  # σ(2u) = 2σ(u): the state may outgrow float64 and is carried with an exponent
    saturates: ClassVar[bool] = True

    @abstractmethod
    def value(self, u: Array, out: Array) -> Array:
        """Return σ(u), written to `out`."""

    @abstractmethod
    def slope(self, u: Array, v: Array, out: Array | None = None) -> Array:
        """σ'(u) where v = σ(u), written to `out` if it is given."""


class Tanh(Activation):
    """tanh(u)"""

    name, label = "tanh", "tanh"

    def value(self, u, out):
        return np.tanh(u, out=out)

    def slope(self, u, v, out=None):
        slope = np.multiply(v, v, out=out)
        np.subtract(1, slope, out=slope)
        return _mended(slope, u, 2.0)


class ReLU(Activation):
    """max(u, 0)"""

    name, label = "relu", "ReLU"
    homogeneous, saturates = True, True

    def value(self, u, out):
        if np.iscomplexobj(u):
            return np.multiply(u, np.real(u) > 0, out=out)
        return np.maximum(u, 0, out=out)

    def slope(self, u, v, out=None):
        return np.multiply(u > 0, u.dtype.type(1), out=out)


class LeakyReLU(Activation):
    """u for u > 0, else 0.01 u"""

    name, label = "leaky_relu", "leaky ReLU"
    homogeneous, saturates = True, False
    leak = 0.01

    def value(self, u, out):
        return np.multiply(u, np.where(np.real(u) > 0, 1.0, self.leak), out=out)

    def slope(self, u, v, out=None):
        return np.multiply(np.where(u > 0, 1.0, self.leak), u.dtype.type(1), out=out, dtype=u.dtype)


class Identity(Activation):
    """u: the linear network"""

    name, label = "identity", "identity"
    homogeneous, saturates = True, False

    def value(self, u, out):
        np.copyto(out, u)
        return out

    def slope(self, u, v, out=None):
        slope = np.empty_like(u) if out is None else out
        slope[...] = 1
        return slope


class Sigmoid(Activation):
    """1 / (1 + exp(-u))"""

    name, label = "sigmoid", "sigmoid"
    steepest = 0.25

    def value(self, u, out):
        return sigmoid(u, out)

    def slope(self, u, v, out=None):
        return sigmoid_slope(u, v, out)


class Softsign(Activation):
    """u / (1 + |u|)"""

    name, label = "softsign", "softsign"

    def value(self, u, out):
        return np.divide(u, 1 + np.where(np.real(u) < 0, -u, u), out=out)

    def slope(self, u, v, out=None):
        slope = np.abs(u, out=out)
        slope += 1
        slope *= slope
        return np.reciprocal(slope, out=slope)


class HardTanh(Activation):
    """u clipped to [-1, 1]"""

    name, label = "hard_tanh", "hard tanh"

    def value(self, u, out):
        if np.iscomplexobj(u):
            np.copyto(out, np.where(np.abs(np.real(u)) < 1, u, np.sign(np.real(u))))
            return out
        return np.clip(u, -1, 1, out=out)

    def slope(self, u, v, out=None):
        return np.multiply(np.abs(u) < 1, u.dtype.type(1), out=out)


ACTIVATIONS = {a.name: a() for a in (Tanh, ReLU, LeakyReLU, Identity, Sigmoid, Softsign, HardTanh)}
