// φ and k of one clock at time t: cells/clock.py's formula, operation by operation.

function timeGate(t, { tau, s, r_on, leak }, sign) {
  const turns = (t + sign * s) / tau;
  const rest = turns - Math.floor(turns), phi = rest < 1 ? rest : 0;
  const ramp = (2 * phi) / r_on;
  return { phi, k: phi < 0.5 * r_on ? ramp : phi < r_on ? 2 - ramp : leak * phi };
}

// The corners of its curve over a span of time; a jump has two of them at one time.
function clockCurve({ tau, s, r_on, leak }, sign, [low, high]) {
  const corners = r_on === 1 ? [[0, 0], [0.5, 1], [1, 0]] : [[0, 0], [r_on / 2, 1], [r_on, 0], [r_on, leak * r_on], [1, leak]];
  const offset = -sign * s, found = { t: [], k: [], phi: [] };
  for (let turn = Math.floor((low - offset) / tau); turn <= Math.floor((high - offset) / tau); turn++) {
    for (const [phi, k] of corners) {
      found.t.push((turn + phi) * tau + offset);
      found.k.push(k);
      found.phi.push(phi);
    }
  }
  return found;
}
