// The targets, each judged by the numbers of one run: best times, arena tensors, equal threads.
import { cases, elements, title } from './cases.mjs'

/**
 * @typedef {import('./session.mjs').Row} Row
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./cases.mjs').Mode} Mode
 * @typedef {{ against: string, what: string, target: string, measured: string, worst: string, reached: boolean | null }} Verdict
 */

/** Lookups in the rows of a run. */
export class Numbers {
  /** @param {Row[]} rows */
  constructor(rows) {
    this.rows = new Map(rows.map((row) => [`${row.case} ${row.mode} ${row.subject}`, row]))
  }

  /** Milliseconds of the best call, NaN where it was not measured. @param {Case} test @param {string} mode @param {string} subject */
  ms(test, mode, subject) {
    return this.rows.get(`${test.id} ${mode} ${subject}`)?.bestMs ?? Number.NaN
  }

  /** 1e9 elements a second. @param {Case} test @param {string} mode @param {string} subject */
  rate(test, mode, subject) {
    return elements(test) / (this.ms(test, mode, subject) * 1e6)
  }

  /** PyTorch's better time of defaults and tuned. @param {Case} test @param {string} mode @param {number} threads */
  bestTorch(test, mode, threads) {
    const times = ['default', 'tuned'].map((how) => this.ms(test, mode, `torch-${how}-${threads}`)).filter((ms) => ms > 0)
    return times.length > 0 ? Math.min(...times) : Number.NaN
  }
}

export const geometricMean = (/** @type {number[]} */ values) =>
  values.length === 0 ? Number.NaN : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

/** The rows of throughput. */
export const table = cases.filter((test) => test.single !== true)

const both = 'value and gradient'

/** @typedef {{ name: string, value: number }} Ratio */
/** @typedef {'plain' | 'relaxed'} Build */

/** @param {Row[]} rows @returns {Verdict[]} */
export function verdicts(rows) {
  const numbers = new Numbers(rows)
  const ours =
    (/** @type {Build} */ build, placement = 'arena') =>
    (/** @type {number} */ threads) =>
      `ours-${build}-${placement}-${threads}`
  /** Theirs over ours, over all sizes and both thread counts. @type {(build: Build, mode: Mode, theirs: (test: Case, threads: number) => number) => Ratio[]} */
  const ratios = (build, mode, theirs) =>
    measured(table, [1, 2], mode, (test, threads) => theirs(test, threads) / numbers.ms(test, mode, ours(build)(threads)))
  const defaults = (/** @type {Mode} */ mode) => (/** @type {Case} */ test, /** @type {number} */ threads) =>
    numbers.ms(test, mode, `torch-default-${threads}`)
  const best = (/** @type {Mode} */ mode) => (/** @type {Case} */ test, /** @type {number} */ threads) =>
    numbers.bestTorch(test, mode, threads)

  const relaxedDefaults = ratios('relaxed', 'fwdbwd', defaults('fwdbwd'))
  const relaxedBest = ratios('relaxed', 'fwdbwd', best('fwdbwd'))
  const peers = ['tfjs', 'jax'].map((peer) =>
    measured(table, [1], 'fwdbwd', (test) =>
      test.op === 'ce' ? numbers.ms(test, 'fwdbwd', peer) / numbers.ms(test, 'fwdbwd', ours('relaxed')(1)) : Number.NaN,
    ),
  )
  const copying = (/** @type {Build} */ build) =>
    measured(table, [1, 2], 'fwdbwd', (test, threads) =>
      test.op === 'ce'
        ? numbers.ms(test, 'fwdbwd', ours(build)(threads)) / numbers.ms(test, 'fwdbwd', ours(build, 'copying')(threads))
        : Number.NaN,
    )
  return [
    each('PyTorch, defaults', `${both}, relaxed SIMD`, relaxedDefaults, 1.5),
    mean('PyTorch, defaults', `${both}, relaxed SIMD`, relaxedDefaults, 4),
    each('PyTorch, defaults', `${both}, plain SIMD`, ratios('plain', 'fwdbwd', defaults('fwdbwd')), 1),
    mean('PyTorch, best of tuned and defaults', `${both}, relaxed SIMD`, relaxedBest, 2),
    each('PyTorch, best of tuned and defaults', `${both}, relaxed SIMD`, relaxedBest, 1),
    each('PyTorch, best of tuned and defaults', 'forward only, relaxed SIMD', ratios('relaxed', 'fwd', best('fwd')), 1.2),
    each('PyTorch, best of tuned and defaults', 'forward only, plain SIMD', ratios('plain', 'fwd', best('fwd')), 0.9),
    each('tfjs-wasm', `CE ${both}, one thread`, peers[0], 15),
    each('jax-js', `CE ${both}, one thread`, peers[1], 15),
    each('copy bandwidth', `MSE ${both} beyond cache, bytes read and written`, bandwidth(numbers), 0.85),
    each('our arena path', `copying, CE ${both}, relaxed SIMD`, copying('relaxed'), 0.6),
    each('our arena path', `copying, CE ${both}, plain SIMD`, copying('plain'), 0.6),
    ...latency(numbers),
    ...linear(numbers),
    sequences(numbers),
    images(numbers),
  ]
}

/** @param {Case[]} tests @param {number[]} threads @param {Mode} mode @param {(test: Case, threads: number) => number} ratio @returns {Ratio[]} */
function measured(tests, threads, mode, ratio) {
  return tests
    .flatMap((test) => threads.map((count) => ({ name: `${title(test, mode)}, ${count}T`, value: ratio(test, count) })))
    .filter(({ value }) => Number.isFinite(value))
}

/** MSE reads input and target and writes the gradient, 12 bytes an element; a copy reads and writes 8. */
function bandwidth(/** @type {Numbers} */ numbers) {
  return measured(table, [1, 2], 'fwdbwd', (test, threads) => {
    if (test.op !== 'mse') return Number.NaN
    return (12 * numbers.rate(test, 'fwdbwd', `ours-relaxed-arena-${threads}`)) / copyBandwidth(numbers, test, threads)
  })
}

/** GB/s, the best of the ways to copy. @param {Numbers} numbers @param {Case} test @param {number} threads */
export function copyBandwidth(numbers, test, threads) {
  const rates = (threads === 1 ? ['copy-js', 'copy-numpy-1'] : ['copy-numpy-2'])
    .map((id) => (8 * 2 ** 24) / (numbers.ms(test, 'fwdbwd', id) * 1e6))
    .filter((rate) => rate > 0)
  return rates.length > 0 ? Math.max(...rates) : Number.NaN
}

/** @param {Numbers} numbers @returns {Verdict[]} */
function latency(numbers) {
  const test = cases.find((one) => one.latency === true)
  if (test === undefined) return []
  const theirs = numbers.bestTorch(test, 'fwdbwd', 1)
  return /** @type {Build[]} */ (['relaxed', 'plain']).map((build) => {
    const ours = numbers.ms(test, 'fwdbwd', `ours-${build}-copying-1`)
    const name = `${micro(ours)} against ${micro(theirs)}`
    return most('PyTorch, best of tuned and defaults', `latency of a 32x10 call on typed arrays, ${build} SIMD`, {
      name,
      value: ours / theirs,
      limit: 1 / 3,
      target: '<= 1/3',
    })
  })
}

/** @param {Numbers} numbers @returns {Verdict[]} */
function linear(numbers) {
  const test = cases.find((one) => one.op === 'linear')
  if (test === undefined) return []
  const logits = elements(test) * 4
  const against = 'PyTorch, best of tuned and defaults'
  const speed = measured([test], [1, 2], 'fwdbwd', (one, threads) => {
    return numbers.bestTorch(one, 'fwdbwd', threads) / numbers.ms(one, 'fwdbwd', `ours-relaxed-arena-${threads}`)
  })
  const peaks = [1, 2].map((threads) => {
    const bytes = numbers.rows.get(`${test.id} peak ours-relaxed-arena-${threads}`)?.bytes ?? Number.NaN
    const share = bytes / logits
    const name = `${(bytes / 2 ** 20).toFixed(1)} of ${(logits / 2 ** 20).toFixed(0)} MiB`
    return most("the logits' size", `linear CE, peak memory over inputs and gradients, ${threads}T`, {
      name,
      value: share,
      limit: 0.05,
      target: '<= 0.05',
    })
  })
  return [...peaks, each(against, `linear CE, ${both}`, speed, 0.4)]
}

/** The better of our builds, on plain arrays, against the best of PyTorch on any threads. @param {Numbers} numbers @returns {Verdict} */
function sequences(numbers) {
  const found = cases.filter((one) => one.op === 'ctc')
  const speed = measured(found, [1], 'fwdbwd', (test) => {
    const theirs = [1, 2].map((threads) => numbers.bestTorch(test, 'fwdbwd', threads)).filter((ms) => ms > 0)
    return Math.min(...theirs) / numbers.ms(test, 'fwdbwd', 'ours-relaxed-copying-1')
  })
  return each('PyTorch, best of tuned and defaults, 1 or 2 threads', `CTC, ${both}, one thread`, speed, 1)
}

/** @param {Numbers} numbers @returns {Verdict} */
function images(numbers) {
  const found = cases.filter((one) => one.op === 'ssim')
  const speed = measured(
    found,
    [1],
    'fwd',
    (test) => numbers.ms(test, 'fwd', 'skimage') / numbers.ms(test, 'fwd', 'ours-relaxed-copying-1'),
  )
  return each('scikit-image', 'SSIM of two images, one thread', speed, 1)
}

/** Every ratio reaches the target. @param {string} against @param {string} what @param {Ratio[]} ratios @param {number} target @returns {Verdict} */
function each(against, what, ratios, target) {
  const sorted = [...ratios].sort((a, b) => a.value - b.value)
  const below = sorted.filter(({ value }) => value < target).map(({ name, value }) => `${name}: ${value.toFixed(2)}`)
  const { value } = sorted[0] ?? { value: Number.NaN }
  return {
    against,
    what,
    target: `>= ${target}x on each`,
    measured:
      sorted.length === 0
        ? 'not measured'
        : `least ${value.toFixed(2)}x, geometric mean ${geometricMean(ratios.map((r) => r.value)).toFixed(2)}x`,
    worst: below.length > 0 ? `below: ${below.join('; ')}` : '',
    reached: sorted.length === 0 ? null : below.length === 0,
  }
}

/** The geometric mean reaches the target. @param {string} against @param {string} what @param {Ratio[]} ratios @param {number} target @returns {Verdict} */
function mean(against, what, ratios, target) {
  const value = geometricMean(ratios.map((ratio) => ratio.value))
  const text = ratios.length === 0 ? 'not measured' : `${value.toFixed(2)}x over ${ratios.length}`
  return {
    against,
    what,
    target: `geometric mean >= ${target}x`,
    measured: text,
    worst: '',
    reached: ratios.length === 0 ? null : value >= target,
  }
}

/** @param {string} against @param {string} what @param {{ name: string, value: number, limit: number, target: string }} found @returns {Verdict} */
function most(against, what, { name, value, limit, target }) {
  const known = Number.isFinite(value)
  return {
    against,
    what,
    target,
    measured: known ? `${value.toFixed(3)} (${name})` : 'not measured',
    worst: '',
    reached: known ? value <= limit : null,
  }
}

export const micro = (/** @type {number} */ ms) => (Number.isFinite(ms) ? `${(ms * 1000).toFixed(2)} µs` : '-')
