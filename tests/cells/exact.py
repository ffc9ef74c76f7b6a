"""A recurrent network in decimal arithmetic: 40 digits, exponents without end, one plain loop each way.

Arrays hold decimal.Decimal. Vanilla nets of any number of layers, and the LSTM's cell and state, for one sample.
"""

from decimal import Context, Decimal, localcontext

import numpy as np

DIGITS = Context(prec=40, Emax=10**9, Emin=-(10**9))
ONE = Decimal(1)
LEAK = Decimal.from_float(0.01)
to_decimal = np.frompyfunc(lambda v: Decimal(float(v)), 1, 1)  # exact
ACTIVATIONS = {  # name -> value and slope of one pre-activation
    "identity": (lambda u: u, lambda u: ONE),
    "relu": (lambda u: max(u, 0 * u), lambda u: ONE if u > 0 else 0 * ONE),
    "leaky_relu": (lambda u: u if u > 0 else u * LEAK, lambda u: ONE if u > 0 else LEAK),
    "tanh": (lambda u: tanh(u), lambda u: ONE - tanh(u) ** 2),
}


def sigmoid(u):
    return ONE / (ONE + (-u).exp())


def tanh(u):
    return ONE - 2 / (ONE + (2 * u).exp())


def vector(function):
    return np.frompyfunc(function, 1, 1)


def log10_norm(row) -> float:
    """log10 of the L2 norm; -inf for zeros."""
    squares = sum((v * v for v in row), start=Decimal(0))
    return float(squares.log10() / 2) if squares else -np.inf


class ExactRNN:
    """h' = σ(x W_x + h W_h + b), plus h where residual; ŷ = h W_y + b_y; L = Σ_t w_t ‖ŷ_t - y_t‖². Sample b alone."""

    def __init__(self, network, activation, residual=False, sample=0):
        self.value, self.slope = map(vector, ACTIVATIONS[activation])
        self.residual = residual
        self.layers = [{name: to_decimal(p) for name, p in params.items()} for params in network.layers]
        self.readout = {name: to_decimal(p) for name, p in network.readout.items()}
        self.x, self.targets = to_decimal(network.x[:, sample]), to_decimal(network.targets[:, sample])
        self.start = [to_decimal(start["h"][sample]) for start in network.start]
        self.weights = to_decimal(network.weights)
        with localcontext(DIGITS):
            self.forward()
            self.backward()
            self.log10_state_norms = self.log10_norms(self.states)
            self.log10_grad_norms = self.log10_norms(self.grads)

    def forward(self):
        self.states, self.sums = [[h] for h in self.start], [[] for _ in self.layers]
        for x in self.x:
            read = x
            for k, p in enumerate(self.layers):
                h = self.states[k][-1]
                u = read @ p["W_x"] + h @ p["W_h"] + p["b"]
                read = self.value(u) + h if self.residual else self.value(u)
                self.sums[k].append(u)
                self.states[k].append(read)

    def backward(self):
        steps, top = len(self.x), len(self.layers) - 1
        zero = 0 * self.start[0]
        self.grads = [[None] * (steps + 1) for _ in self.layers]
        carried = [zero for _ in self.layers]  # what reaches h_t of each layer from later steps
        for t in range(steps, 0, -1):
            arriving = self.direct(t)
            for k in range(top, -1, -1):
                total = self.grads[k][t] = carried[k] + arriving
                d_u = total * self.slope(self.sums[k][t - 1])
                carried[k] = self.layers[k]["W_h"] @ d_u + (total if self.residual else zero)
                arriving = self.layers[k]["W_x"] @ d_u
        for k, grad in enumerate(carried):
            self.grads[k][0] = grad

    def direct(self, t):
        if not self.weights[t - 1]:
            return 0 * self.start[-1]
        y = self.states[-1][t] @ self.readout["W_y"] + self.readout["b_y"]
        return self.readout["W_y"] @ (2 * self.weights[t - 1] * (y - self.targets[t - 1]))

    def log10_norms(self, rows):
        """[layer][t]"""
        return np.array([[log10_norm(row) for row in layer] for layer in rows])


class ExactLSTM:
    """One layer, loss at the last step: states, and log10 ‖dL/dh_t‖ and log10 ‖dL/dc_t‖. Sample b alone."""

    def __init__(self, network, sample=0):
        self.p = {name: to_decimal(p) for name, p in network.layers[0].items()}
        self.readout = {name: to_decimal(p) for name, p in network.readout.items()}
        self.h, self.c = (to_decimal(network.start[0][part][sample]) for part in "hc")
        with localcontext(DIGITS):
            self.steps = [self.step(x) for x in to_decimal(network.x[:, sample])]
            y = self.h @ self.readout["W_y"] + self.readout["b_y"]
            d_h = self.readout["W_y"] @ (2 * (y - to_decimal(network.targets[-1, sample])))
            self.log10_grad_norms = self.backward(d_h)

    def step(self, x):
        a = x @ self.p["W_x"] + self.h @ self.p["W_h"] + self.p["b"]
        o, i, f = (vector(sigmoid)(part) for part in np.split(a, 4)[:3])
        g, before = vector(tanh)(np.split(a, 4)[3]), self.c
        self.c = f * before + i * g
        v = vector(tanh)(self.c)
        self.h = o * v
        return o, i, f, g, v, before

    def backward(self, d_h):
        d_c = 0 * d_h
        norms = {"h": [], "c": []}
        for o, i, f, g, v, before in reversed(self.steps):
            d_c = d_c + d_h * o * (1 - v * v)
            norms["h"].append(log10_norm(d_h))
            norms["c"].append(log10_norm(d_c))
            d_i, d_f, d_g = d_c * g * i * (1 - i), d_c * before * f * (1 - f), d_c * i * (1 - g * g)
            d_h = self.p["W_h"] @ np.concatenate([d_h * v * o * (1 - o), d_i, d_f, d_g])
            d_c = d_c * f
        norms["h"].append(log10_norm(d_h))
        norms["c"].append(log10_norm(d_c))
        return {part: np.array(logs[::-1]) for part, logs in norms.items()}
