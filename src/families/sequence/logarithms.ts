/**
 * The likelihood of the labels and its gradient in logarithms, state by state, for scores that are not finite: there PyTorch's result, which
 * may be NaN, depends on the order of its operations. Everything else is done by `Alignments`.
 *
 * `score(t, k)` is the log-probability of the class of slot k at step t; `slotOf` are the slots of the labels' classes, that of the blank is 0. Returns the
 * logarithm of the likelihood; `collected`, where it is not null, gets Σ α·β by step and slot, in logarithms.
 */
export function alignInLogarithms(
  steps: number,
  slotOf: Int32Array,
  slots: number,
  score: (step: number, slot: number) => number,
  collected: Float64Array | null,
): number {
  const count = slotOf.length
  const states = 2 * count + 1
  const slot = (s: number) => (s % 2 === 0 ? 0 : slotOf[(s - 1) / 2])
  const passes = (s: number) => s > 1 && s < states && slot(s) !== slot(s - 2)
  const alpha = new Float64Array(steps * states).fill(-Infinity)
  for (let s = 0; s < Math.min(2, states); s++) alpha[s] = score(0, slot(s))
  for (let t = 1; t < steps; t++) {
    for (let s = 0; s < states; s++) {
      const at = (t - 1) * states + s
      const sum = logSum3(alpha[at], s > 0 ? alpha[at - 1] : -Infinity, passes(s) ? alpha[at - 2] : -Infinity)
      alpha[t * states + s] = sum + score(t, slot(s))
    }
  }
  const end = steps * states - 1
  const logLikelihood = count === 0 ? alpha[end] : logSum3(alpha[end], alpha[end - 1], -Infinity)
  if (collected === null) return logLikelihood

  collected.fill(-Infinity)
  let next = new Float64Array(states).fill(-Infinity)
  for (let t = steps - 1; t >= 0; t--) {
    const beta = new Float64Array(states).fill(-Infinity)
    for (let s = states - 1; s >= 0; s--) {
      if (t === steps - 1) {
        if (s < states - 2) break
        beta[s] = score(t, slot(s))
      } else {
        const two = passes(s + 2) ? next[s + 2] : -Infinity
        beta[s] = logSum3(next[s], s + 1 < states ? next[s + 1] : -Infinity, two) + score(t, slot(s))
      }
      const at = t * slots + slot(s)
      const both = alpha[t * states + s] + beta[s]
      collected[at] = collected[at] === -Infinity ? both : logSum3(collected[at], both, -Infinity)
    }
    next = beta
  }
  return logLikelihood
}

/** log(eᵃ + eᵇ + eᶜ), with PyTorch's result where one is not finite. */
function logSum3(a: number, b: number, c: number): number {
  let max = a
  if (b > max) max = b
  if (c > max) max = c
  if (max === -Infinity) max = 0
  return Math.log(Math.exp(a - max) + Math.exp(b - max) + Math.exp(c - max)) + max
}
