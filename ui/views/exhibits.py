"""The failure museum: real mistakes, their code, the run that shows each, how to see it and how to mend it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exhibit:
    """A mistake by its name in links.

    title   what was done, in a few words      tells   what the wrong curve makes one believe
    code    four lines as they were written    mended  the lines that are right
    see     how to see it                      mend    how to mend it
    values  what differs from the defaults in the run that shows it
    """

    name: str
    title: str
    tells: str
    code: str
    mended: str
    see: str
    mend: str
    values: dict[str, Any] = field(default_factory=dict)


EXHIBITS = (
    Exhibit(
        "retain_grad",
        "retain_grad() on a fused module's output",
        "It looks as if no step but the last had a gradient. An LSTM was blamed that carries its gradient well.",
        """out, _ = lstm(x)  # all steps
out.retain_grad()
criterion(out[-1], y).backward()
norms = out.grad.norm(dim=-1)""",
        """with backflow.probe(net) as flow:
    criterion(net(x), y).backward()
run = flow.traces["lstm"]
norms = run.log10_grad_norms["h"]""",
        "With the loss on the last step alone, out.grad is exactly 0 at every other step. A gradient that shrinks "
        "leaves small numbers behind; exact zeros are a wire that was never connected.",
        "Inside nn.LSTM the states of all steps stay within the module; its output is a copy that only the readout "
        "reads. Unroll the cell step by step with nn.LSTMCell, or ask for the total gradient as Backflow computes it.",
        {"cell": "lstm", "forget_bias": 3.0},
    ),
    Exhibit(
        "state_norm",
        "The size of the state, plotted for a gradient",
        "It looks as if the gradient kept its size over the whole sequence, while it is gone after a few steps.",
        """for t in range(T):
    h = cell(x[t], h)
    norms.append(h.norm().item())
plt.plot(norms, label="gradient")""",
        """    h = cell(x[t], h)
    h.retain_grad()
    hs.append(h)
loss.backward()
norms = [h.grad.norm() for h in hs]""",
        "The curve is there before backward() was called. It does not change when the loss is multiplied by ten, "
        "as every gradient does.",
        "Keep the states, call retain_grad() on each, and read h.grad after backward().",
    ),
    Exhibit(
        "detached",
        "A state that was detached",
        "It looks as if the network forgot everything older than a few steps, all at once.",
        """for t in range(T):
    if t % 20 == 0:
        h = h.detach()
    h = cell(x[t], h)""",
        """for t in range(T):
    h = cell(x[t], h)
# detach() between two sequences""",
        "The gradient ends at a wall: full size on one side, exactly 0 on the other. Nothing that shrinks does that. "
        "A finite difference of the loss in an early state is not 0.",
        "Take detach(), .data, .item() and torch.no_grad() out of the loop. Where memory is short, truncate by "
        "choice, and say so beside the figure.",
        {"weight_scale": 1.5},
    ),
    Exhibit(
        "no_matrix",
        "W_hᵀ left out of the backward pass",
        "It looks as if the gradient never vanished, whatever the weights are.",
        """for t in reversed(range(T)):
    du = dh * slope(u[t])
    dW_h += h[t-1].T @ du
    dh = du  # to the step before""",
        """for t in reversed(range(T)):
    du = dh * slope(u[t])
    dW_h += h[t-1].T @ du
    dh = du @ W_h.T""",
        "Double W_h: the right curve moves, the wrong one stays. At the last step both agree, which is why a test of "
        "one step does not find it.",
        "Multiply by the transpose of every matrix that the forward pass multiplied by, and check the gradient of an "
        "early state, not only of the last one.",
        {"activation": "identity", "weight_scale": 0.8},
    ),
    Exhibit(
        "slope",
        "1 − u² for the slope of tanh",
        "It looks as if a tanh network exploded, which saturated units cannot do.",
        """u = x[t] @ W_x + h @ W_h + b
h = np.tanh(u)
# ... and on the way back:
du = dh * (1 - u**2)""",
        """h = np.tanh(u)
# ... and on the way back:
du = dh * (1 - h**2)""",
        "A slope of tanh lies between 0 and 1. Print its smallest value: with 1 − u² it is negative as soon as |u| is "
        "above 1. Near 0 both agree, so a network with tiny weights passes every test.",
        "The slope of tanh at u is 1 − tanh²(u): take the value that the forward pass kept, not the argument.",
    ),
    Exhibit(
        "floor",
        "A small number added before the logarithm",
        "It looks as if the gradient stopped vanishing at one part in a million, and stayed there.",
        """norms = [h.grad.norm() for h in hs]
norms = torch.stack(norms)
logs = torch.log10(norms + 1e-6)
plt.plot(logs)""",
        """norms = [h.grad.norm() for h in hs]
norms = torch.stack(norms)
logs = torch.log10(norms)
plt.plot(logs)""",
        "The curve ends in a line that is perfectly level, at a round number. Change the small number: the line moves.",
        "Leave it out. The logarithm of an exact 0 is −∞, and that is worth a mark of its own; Backflow draws it on a "
        "rail below the axis.",
        {"steps": 100},
    ),
    Exhibit(
        "clipping",
        "Clipped before backward(), or after step()",
        "It looks as if clipping did not help: the loss becomes NaN all the same.",
        """optim.zero_grad()
clip_grad_norm_(weights, 1.0)
criterion(net(x), y).backward()
optim.step()""",
        """optim.zero_grad()
criterion(net(x), y).backward()
clip_grad_norm_(weights, 1.0)
optim.step()""",
        "clip_grad_norm_ returns the norm it found. Before backward() there is nothing to clip, after step() it is too "
        "late: the update has used the full gradient in both cases.",
        "Clip between backward() and step(), and log the norm that it returns. Clipping bounds the step; it does not "
        "bring back a gradient that has vanished.",
        {"activation": "relu", "weight_scale": 1.4},
    ),
    Exhibit(
        "mean",
        "The mean over the steps, read as their sum",
        "It looks as if long sequences had small gradients: twice the steps, half the gradient.",
        """# y_hat, y: (T, B, O)
loss = F.mse_loss(y_hat, y)
loss.backward()
norms = [h.grad.norm() for h in hs]""",
        """# y_hat, y: (T, B, O)
loss = ((y_hat - y) ** 2).sum()
loss.backward()
norms = [h.grad.norm() for h in hs]""",
        "The whole curve is too low by one factor, the number of steps. Compare the last step, whose gradient does not "
        "depend on how long the sequence was.",
        "Sum over the steps, or multiply by their number before runs of different lengths are compared. A mean is "
        "right for training; it has to be named beside the curve.",
        {"loss": "all", "loss_reduction": "sum"},
    ),
    Exhibit(
        "float16",
        "A gradient in float16",
        "It looks as if the gradient became exactly 0, as a broken connection would.",
        """net.half()
x, y = x.half(), y.half()
criterion(net(x), y).backward()
norms = [h.grad.norm() for h in hs]""",
        """scaler = GradScaler()
with autocast("cuda"):
    loss = criterion(net(x), y)
scaler.scale(loss).backward()""",
        "The smallest number above 0 in float16 is 6·10⁻⁸: the curve falls on a straight line and stops there. "
        "bfloat16, with the range of float32, goes on.",
        "Scale the loss before backward(), or keep the gradient in bfloat16 or float32. Here: choose a format under "
        "'Precision and view' and see where each of them ends.",
        {"steps": 100},
    ),
    Exhibit(
        "closed_gate",
        "A closed time gate, taken for a vanished gradient",
        "It looks as if the gradient died at nearly every step. In truth the unit holds it, bit for bit.",
        """gates = linear(concat(x_t, h))
gates.retain_grad()
loss.backward()
norm = gates.grad[:, unit].norm()""",
        """h = k * h_new + (1 - k) * h
h.retain_grad()  # behind the gate
loss.backward()
norm = h.grad[:, unit].norm()""",
        "It is exactly 0 where k(t) is 0, and there again at earlier steps, where the gate was open. A gradient that "
        "had vanished would not come back.",
        "Look at the state's gradient, not at the gates': while k = 0 the step is the identity, h_t = h_{t−1}, and its "
        "gradient is copied past gates that nobody uses.",
        {"cell": "phased_lstm", "shortest_period": 10.0, "longest_period": 100.0, "leak": 0.0, "unit": 3},
    ),
    Exhibit(
        "fmod",
        "fmod for a phase below 0",
        "It looks as if the Phased LSTM exploded, beyond every number that a float32 can hold.",
        """phi = fmod(t - s, tau) / tau
rise = 2 * phi / r_on
k = where(rise < 1, rise, 2 - rise)
k = where(phi < r_on, k, leak * phi)""",
        """phi = remainder(t - s, tau) / tau
rise = 2 * phi / r_on
k = where(rise < 1, rise, 2 - rise)
k = where(phi < r_on, k, leak * phi)""",
        "Print the smallest k: it is far below 0 before a unit's first opening, where t − s is negative. A gate lies "
        "between 0 and 1.",
        "fmod keeps the sign of what it divides, as C's and JavaScript's % do; Python's % and torch.remainder count "
        "phases from 0 to 1 on both sides.",
        {"cell": "phased_lstm"},
    ),
)
BY_NAME = {exhibit.name: exhibit for exhibit in EXHIBITS}
