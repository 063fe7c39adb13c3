// What one would write by hand: fused loops over typed arrays.
/**
 * @typedef {import('../worker.mjs').Case} Case
 * @typedef {import('../worker.mjs').Data} Data
 */
export const open = async () => ({
  prepare(/** @type {Case} */ { op, shape }, /** @type {string} */ mode, /** @type {Data} */ { input, target }) {
    const grad = mode === 'fwdbwd' ? new Float32Array(input.length) : null
    const call = {
      ce: () => crossEntropy(input, target, shape, grad),
      bce: () => bce(input, target, grad),
      mse: () => mse(input, target, grad),
    }
    return { call: call[/** @type {'ce' | 'bce' | 'mse'} */ (op)], gradient: () => grad ?? [] }
  },
})

/** @typedef {Float32Array | Int32Array} Values */

/** @param {Values} x @param {Values} target @param {number[]} shape @param {Float32Array | null} grad */
function crossEntropy(x, target, [samples, classes, ...rest], grad) {
  const inner = rest.reduce((product, n) => product * n, 1)
  const rows = samples * inner
  let total = 0
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / inner) * classes * inner + (row % inner)
    const end = start + classes * inner
    let max = Number.NEGATIVE_INFINITY
    for (let i = start; i < end; i += inner) if (x[i] > max) max = x[i]
    let sum = 0
    for (let i = start; i < end; i += inner) {
      const e = Math.exp(x[i] - max)
      sum += e
      if (grad !== null) grad[i] = e
    }
    const picked = start + target[row] * inner
    total += Math.log(sum) + max - x[picked]
    if (grad === null) continue
    const scale = 1 / (sum * rows)
    for (let i = start; i < end; i += inner) grad[i] *= scale
    grad[picked] -= 1 / rows
  }
  return total / rows
}

/** @param {Values} x @param {Values} target @param {Float32Array | null} grad */
function bce(x, target, grad) {
  let total = 0
  for (let i = 0; i < x.length; i++) {
    const e = Math.exp(-Math.abs(x[i]))
    total += Math.max(x[i], 0) - x[i] * target[i] + Math.log1p(e)
    if (grad !== null) grad[i] = ((x[i] >= 0 ? 1 : e) / (1 + e) - target[i]) / x.length
  }
  return total / x.length
}

/** @param {Values} x @param {Values} target @param {Float32Array | null} grad */
function mse(x, target, grad) {
  let total = 0
  const scale = 2 / x.length
  for (let i = 0; i < x.length; i++) {
    const d = x[i] - target[i]
    total += d * d
    if (grad !== null) grad[i] = d * scale
  }
  return total / x.length
}
