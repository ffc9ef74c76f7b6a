"""Modules of a recurrent class, or with its name, that compute something else, or the same by other ways."""

import warnings

import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

D, H = 3, 4
F64 = {"dtype": torch.float64}


def lstm(*layers, **more):
    torch.manual_seed(0)
    return nn.LSTM(D, H, *layers, **(F64 | more))


def gru(*layers, **more):
    torch.manual_seed(0)
    return nn.GRU(D, H, *layers, **(F64 | more))


# ── own forward


class Leaky(nn.RNN):
    """h' = 0.9 h + 0.1 tanh(…)"""

    def forward(self, input, hx=None):
        h = input.new_zeros(input.shape[1], self.hidden_size)
        outputs = []
        for x in input:
            a = x @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0
            h = 0.9 * h + 0.1 * torch.tanh(a)
            outputs.append(h)
        return torch.stack(outputs), h[None]


class Residual(nn.LSTM):
    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output + output.roll(1, 0), state


class Normed(nn.GRU):
    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return nn.functional.layer_norm(output, output.shape[-1:]), state


class NormedInput(nn.LSTM):
    def forward(self, input, hx=None):
        return super().forward(nn.functional.layer_norm(input, input.shape[-1:]), hx)


class Noisy(nn.GRU):
    def forward(self, input, hx=None):
        return super().forward(input + 0.1 * torch.randn_like(input), hx)


class WeightDrop(nn.LSTM):
    """Drops recurrent weights while training (Merity et al. 2018)."""

    def forward(self, input, hx=None):
        kept = self.weight_hh_l0.data.clone()
        self.weight_hh_l0.data = nn.functional.dropout(kept, 0.5, self.training)
        try:
            return super().forward(input, hx)
        finally:
            self.weight_hh_l0.data = kept


class Zoneout(nn.GRU):
    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return torch.where(torch.rand_like(output) < 0.3, output.roll(1, 0), output), state


class Backwards(nn.RNN):
    def forward(self, input, hx=None):
        output, state = super().forward(input.flip(0), hx)
        return output.flip(0), state


class Detached(nn.LSTM):
    """The value is right, autograd sees no way through it."""

    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output.detach(), state


class Truncated(nn.GRU):
    """The value is right, the gradient is cut in the middle."""

    def forward(self, input, hx=None):
        half = len(input) // 2
        first, state = super().forward(input[:half], hx)
        second, state = super().forward(input[half:], state.detach())
        return torch.cat([first, second]), state


class Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        return -grad


class Adversarial(nn.LSTM):
    def forward(self, input, hx=None):
        return super().forward(Reversal.apply(input), hx)


class OutputOnly(nn.LSTM):
    def forward(self, input, hx=None):
        return super().forward(input, hx)[0]


class Triple(nn.GRU):
    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output, state, output.mean()


class OtherArguments(nn.GRU):
    def forward(self, input, context, hx=None):
        return super().forward(input + context, hx)


class Alternating(nn.RNN):
    calls = 0

    def forward(self, x, hx=None):
        self.calls += 1
        output, state = super().forward(x, hx)
        return output if self.calls % 2 else 1.5 * output, state


class Scaled(nn.RNNCell):
    def forward(self, input, hx=None):
        return 0.5 * super().forward(input, hx)


class NormedCell(nn.LSTMCell):
    def forward(self, input, hx=None):
        h, c = super().forward(input, hx)
        return nn.functional.layer_norm(h, h.shape[-1:]), c


class Clipped(nn.LSTMCell):
    def forward(self, input, hx=None):
        h, c = super().forward(input, hx)
        return h, c.clamp(-0.05, 0.05)


class Renamed(nn.LSTM):
    """An own class that computes the same."""


class SameByHand(nn.RNN):
    """An own forward that computes the same."""

    forward = Leaky.forward


def same_by_hand():
    torch.manual_seed(0)
    module = SameByHand(D, H, **F64)

    def forward(input, hx=None):
        h, outputs = input.new_zeros(input.shape[1], H), []
        for x in input:
            h = torch.tanh(
                x @ module.weight_ih_l0.T + module.bias_ih_l0 + h @ module.weight_hh_l0.T + module.bias_hh_l0
            )
            outputs.append(h)
        return torch.stack(outputs), h[None]

    module.forward = forward
    return module


def of(kind, **more):
    def make():
        torch.manual_seed(0)
        return kind(D, H, **(F64 | more))

    return make


# ── hooks


def hooked(hook, kind="register_forward_hook", make=lstm):
    def made():
        module = make()
        getattr(module, kind)(hook)
        return module

    return made


def on_weight(scale):
    def made():
        module = gru()
        module.weight_hh_l0.register_hook(lambda grad: grad * scale)
        return module

    return made


def drop_weights(module, _):
    module.weight_hh_l0.data.mul_(0.9)


# ── norms and pruning


def quietly(register, *words, make=lstm, **more):
    def made():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return register(make(), *words, **more)

    return made


def moved(make, name, by=1.5):
    def made():
        module = make()
        module(torch.zeros(2, 1, D, **F64))
        with torch.no_grad():
            getattr(module, name).mul_(by)
        return module

    return made


class Doubled(nn.Module):
    def forward(self, weight):
        return 2 * weight


def parametrised():
    module = gru()
    parametrize.register_parametrization(module, "weight_hh_l0", Doubled())
    return module


# ── other forms


def scripted(make):
    def made():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.jit.script(make())

    return made


def traced_by_jit():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(gru(), torch.zeros(6, 2, D, **F64), check_trace=False)


def quantised():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = nn.Sequential(lstm(dtype=torch.float32))
        return torch.ao.quantization.quantize_dynamic(whole, {nn.LSTM}, dtype=torch.qint8)[0]


def compiled(make):
    return lambda: torch.compile(make(), backend="eager")


def tied():
    module = gru(2)
    module.weight_hh_l1 = module.weight_hh_l0
    return module


WN = quietly(nn.utils.weight_norm, "weight_hh_l0")
SN = quietly(nn.utils.spectral_norm, "weight_hh_l0")
PRUNED = quietly(prune.l1_unstructured, "weight_hh_l0", 0.5)

STRANGE = {
    "leaky": of(Leaky),
    "residual": of(Residual),
    "layer norm on the output": of(Normed),
    "layer norm on the input": of(NormedInput),
    "noise on the input": of(Noisy),
    "weight drop": of(WeightDrop),
    "weight drop asleep": lambda: of(WeightDrop)().eval(),
    "zoneout": of(Zoneout),
    "reads backwards": of(Backwards),
    "detached": of(Detached),
    "truncated": of(Truncated),
    "gradient reversal": of(Adversarial),
    "output alone": of(OutputOnly),
    "three results": of(Triple),
    "other arguments": of(OtherArguments),
    "another every other call": of(Alternating),
    "scaled cell": of(Scaled),
    "normed cell": of(NormedCell),
    "clipped cell": of(Clipped),
    "own class, same equations": of(Renamed),
    "own forward, same equations": same_by_hand,
    "forward hook on the output": hooked(lambda m, x, y: (0.5 * y[0], y[1])),
    "forward hook on the state": hooked(lambda m, x, y: (y[0], (y[1][0] + 1, y[1][1]))),
    "forward hook that only looks": hooked(lambda m, x, y: None),
    "forward pre-hook": hooked(lambda m, x: (2 * x[0], *x[1:]), "register_forward_pre_hook"),
    "forward pre-hook on weights": hooked(drop_weights, "register_forward_pre_hook"),
    "backward hook": hooked(lambda m, i, o: tuple(0.5 * g for g in i), "register_full_backward_hook"),
    "backward pre-hook": hooked(
        lambda m, o: tuple(None if g is None else 2 * g for g in o), "register_full_backward_pre_hook"
    ),
    "hook on a weight's gradient": on_weight(0.1),
    "weight norm after a step": moved(WN, "weight_hh_l0_g"),
    "weight norm": WN,
    "spectral norm after a step": lambda: moved(SN, "weight_hh_l0_orig")().eval(),
    "spectral norm that iterates": SN,
    "pruned after a step": moved(PRUNED, "weight_hh_l0_orig"),
    "randomly pruned": quietly(prune.random_unstructured, "weight_ih_l0", 0.5),
    "parametrised": parametrised,
    "parametrised orthogonal": quietly(parametrizations.orthogonal, "weight_hh_l0", make=gru),
    "parametrised spectral norm": quietly(parametrizations.spectral_norm, "weight_hh_l0", make=gru),
    "dropout": lambda: lstm(2, dropout=0.4),
    "dropout asleep": lambda: lstm(2, dropout=0.4).eval(),
    "layers that share a weight": tied,
    "projection": lambda: lstm(proj_size=2),
    "quantised": quantised,
    "scripted": scripted(lstm),
    "traced by jit": traced_by_jit,
    "compiled": compiled(lstm),
    "compiled leaky": compiled(of(Leaky)),
    "in a Sequential": lambda: nn.Sequential(lstm()),
    "meta": lambda: lstm(device="meta"),
    "complex": lambda: gru(dtype=torch.complex128),
}
