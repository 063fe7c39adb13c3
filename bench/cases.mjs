// What is measured: every operation and size of the table of issue "Kernels near the limit", the latency of a small call, the fused linear layer.
import { writeFileSync } from 'node:fs'

/**
 * @typedef {'fwd' | 'fwdbwd'} Mode fwd: the loss; fwdbwd: the loss and its gradient
 * @typedef {object} Case
 * @property {string} id
 * @property {'ce' | 'bce' | 'mse' | 'linear' | 'ctc' | 'ssim'} op
 * @property {number[]} shape of the input, classes on axis 1; for `linear` that of the logits that are never made; for `ctc` (T, N, C)
 * @property {number} [features] of `linear`
 * @property {boolean} [single] no row of the table of rates
 * @property {boolean} [latency] one call on plain typed arrays that allocates its gradient
 * @property {Mode[]} modes
 * @property {Mode[]} quick the modes of the quick run
 */

/** @type {Mode[]} */
const both = ['fwd', 'fwdbwd']

/** @type {(op: Case['op'], shape: number[], quick?: Mode[]) => Case} */
const sized = (op, shape, quick = []) => ({ id: `${op}-${shape.join('x')}`, op, shape, modes: both, quick })

/** @type {Case[]} */
export const cases = [
  sized('ce', [32, 10], both),
  sized('ce', [65536, 10]),
  sized('ce', [1024, 1000], both),
  sized('ce', [8192, 1000]),
  sized('ce', [512, 32000], ['fwdbwd']),
  sized('ce', [256, 128256]),
  sized('ce', [8, 21, 256, 256]),
  sized('bce', [1048576], ['fwdbwd']),
  sized('bce', [16777216]),
  sized('mse', [1048576], ['fwdbwd']),
  sized('mse', [16777216], ['fwdbwd']),
  { id: 'latency-32x10', op: 'ce', shape: [32, 10], latency: true, single: true, modes: ['fwdbwd'], quick: ['fwdbwd'] },
  { id: 'linear-1024x512x32000', op: 'linear', shape: [1024, 32000], features: 512, single: true, modes: ['fwdbwd'], quick: [] },
  { id: 'ctc-200x16x64', op: 'ctc', shape: [200, 16, 64], single: true, modes: ['fwdbwd'], quick: ['fwdbwd'] },
  { id: 'ssim-512x512', op: 'ssim', shape: [512, 512], single: true, modes: ['fwd'], quick: ['fwd'] },
]

/** Elements (logits) of a case: what a rate counts. */
export const elements = (/** @type {Case} */ test) => test.shape.reduce((product, n) => product * n, 1)

const names = { ce: 'CE', bce: 'BCE-with-logits', mse: 'MSE', linear: 'linear + CE', ctc: 'CTC', ssim: 'SSIM' }

/** @param {Case} test @param {Mode} [mode] */
export function title(test, mode) {
  const size = test.features === undefined ? test.shape.join('x') : `N=${test.shape[0]} D=${test.features} V=${test.shape[1]}`
  return `${names[test.op]} ${size}${mode === undefined ? '' : mode === 'fwd' ? ' fwd' : ' fwd+bwd'}`
}

/**
 * Writes a case's data into a folder, from a fixed seed, so that all subjects, in whatever language, read the same bits:
 * input.f32; target.i32 (class indices) or target.f32; weight.f32 for the linear layer.
 *
 * @param {Case} test @param {string} folder
 */
export function writeData(test, folder) {
  const random = generator(20261123)
  const { op, shape, features } = test
  const count = elements(test)
  if (op === 'ctc') return writeSequences(random, shape, folder)
  if (op === 'ssim') return writeImages(random, shape, folder)
  if (op === 'linear') {
    const width = features ?? 0
    writeFileSync(`${folder}/input.f32`, normals(random, shape[0] * width, 1))
    writeFileSync(`${folder}/weight.f32`, normals(random, shape[1] * width, 1 / Math.sqrt(width)))
  } else {
    writeFileSync(`${folder}/input.f32`, normals(random, count, 2))
  }
  if (op === 'mse') return writeFileSync(`${folder}/target.f32`, normals(random, count, 2))
  if (op === 'bce') {
    return writeFileSync(
      `${folder}/target.f32`,
      Float32Array.from({ length: count }, () => (random() < 0.5 ? 0 : 1)),
    )
  }
  writeFileSync(
    `${folder}/target.i32`,
    Int32Array.from({ length: count / shape[1] }, () => Math.floor(random() * shape[1])),
  )
}

/** Labels per sequence of the `ctc` case. */
export const labels = 30

/** Log-probabilities (T, N, C), and `labels` labels per sequence, none of them the blank 0. */
function writeSequences(
  /** @type {() => number} */ random,
  /** @type {number[]} */ [steps, sequences, classes],
  /** @type {string} */ folder,
) {
  const values = normals(random, steps * sequences * classes, 2)
  for (let row = 0; row < values.length; row += classes) {
    const sum = values.subarray(row, row + classes).reduce((total, value) => total + Math.exp(value), 0)
    for (let c = 0; c < classes; c++) values[row + c] -= Math.log(sum)
  }
  writeFileSync(`${folder}/input.f32`, values)
  const targets = Int32Array.from({ length: sequences * labels }, () => 1 + Math.floor(random() * (classes - 1)))
  writeFileSync(`${folder}/target.i32`, targets)
}

/** A smooth image in [0, 1], and the same with noise. */
function writeImages(/** @type {() => number} */ random, /** @type {number[]} */ [height, width], /** @type {string} */ folder) {
  const clean = Float32Array.from({ length: height * width }, (_, i) => 0.5 + 0.4 * Math.sin((i % width) / 20) * Math.cos(i / width / 30))
  writeFileSync(`${folder}/target.f32`, clean)
  const noisy = clean.map((value) => Math.min(1, Math.max(0, value + 0.1 * (random() - 0.5))))
  writeFileSync(`${folder}/input.f32`, noisy)
}

/** mulberry32: uniform in [0, 1). */
function generator(/** @type {number} */ seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Near enough to normal for a benchmark: the sum of four uniforms, scaled to the standard deviation. */
function normals(/** @type {() => number} */ random, /** @type {number} */ count, /** @type {number} */ deviation) {
  const values = new Float32Array(count)
  const scale = deviation * Math.sqrt(3)
  for (let i = 0; i < count; i++) values[i] = (random() + random() + random() + random() - 2) * scale
  return values
}
