// This library, from ../dist. Arena: tensors live in kernel memory. Copying: plain typed arrays, as they come from elsewhere.
import { peakOver } from '../peak.mjs'

/**
 * @typedef {import('../worker.mjs').Case} Case
 * @typedef {import('../worker.mjs').Data} Data
 * @param {{ placement: 'arena' | 'copying', threads: number, fma: boolean }} options
 */
export async function open({ placement, threads, fma }) {
  const library = await import('../../dist/index.js')
  const { init, Arena } = library
  const inUse = init({ threads, fma })
  if (inUse.simd !== true || inUse.threads !== threads || inUse.fma !== fma) {
    throw new Error(`asked for SIMD, ${threads} threads, FMA ${fma}; in use: ${JSON.stringify(inUse)}`)
  }
  const memory = () => (placement === 'arena' ? inArena(new Arena()) : onHeap(library))
  return {
    prepare: (/** @type {Case} */ test, /** @type {string} */ mode, /** @type {Data} */ data) =>
      prepareOf(test.op)(library, memory(), test, data, mode),
    peak: (/** @type {Case} */ test, /** @type {Data} */ data) => {
      const small = { ...test, shape: [32, 500], features: 64 } // makes and compiles the kernels
      linear(library, memory(), small, { ...data, target: new Int32Array(32) }).call()
      return peakOver(linear(library, memory(), test, data).call)
    },
  }
}

const prepareOf = (/** @type {Case['op']} */ op) => ({ linear, ctc, ssim, ce: loss, bce: loss, mse: loss })[op]

/** @param {any} library @param {Memory} _ @param {Case} test @param {Data} data */
function ctc({ ctcLoss }, _, { shape: [steps, sequences, classes] }, { input, target }) {
  const logProbs = { data: input, shape: [steps, sequences, classes] }
  const labels = target.length / sequences
  const targets = { data: BigInt64Array.from(target, BigInt), shape: [sequences, labels] }
  const [inputLengths, targetLengths] = [steps, labels].map((length) => new BigInt64Array(sequences).fill(BigInt(length)))
  /** @type {any} */
  let grad
  return {
    call: () => {
      const result = ctcLoss.valueAndGrad(logProbs, targets, inputLengths, targetLengths, { wrt: 'logProbs' })
      grad = result.grad
      return result.loss.item()
    },
    gradient: () => grad.data,
  }
}

/** @param {any} library @param {Memory} _ @param {Case} test @param {Data} data */
function ssim({ ssimLoss }, _, { shape }, { input, target }) {
  return { call: () => ssimLoss({ data: input, shape }, { data: target, shape }).item() }
}

/** @typedef {{ floats(values: Float32Array, shape: number[]): any, classes(values: Int32Array, shape: number[]): any, empty(shape: number[]): any }} Memory */

/** @param {any} arena @returns {Memory} */
const inArena = (arena) => ({
  floats: (values, shape) => arena.tensor(values, { shape, dtype: 'float32' }),
  classes: (values, shape) => arena.tensor(BigInt64Array.from(values, BigInt), { shape, dtype: 'int64' }),
  empty: (shape) => arena.empty(shape, 'float32'),
})

/** @param {any} library @returns {Memory} */
const onHeap = ({ tensor }) => ({
  floats: (data, shape) => ({ data, shape }),
  classes: (values, shape) => ({ data: BigInt64Array.from(values, BigInt), shape }),
  empty: (shape) => tensor(new Float32Array(shape.reduce((product, n) => product * n, 1)), { shape }),
})

/** @param {any} library @param {Memory} memory @param {Case} test @param {Data} data @param {string} mode */
function loss(library, memory, { op, shape, latency }, data, mode) {
  const { crossEntropy, binaryCrossEntropyWithLogits, mseLoss } = library
  const criterion = op === 'ce' ? crossEntropy : op === 'bce' ? binaryCrossEntropyWithLogits : mseLoss
  const input = memory.floats(data.input, shape)
  const target =
    data.target instanceof Int32Array ? memory.classes(data.target, [shape[0], ...shape.slice(2)]) : memory.floats(data.target, shape)
  if (mode === 'fwd') return { call: () => criterion(input, target).item() }
  const options = latency === true ? undefined : { into: memory.empty(shape) }
  /** @type {any} */
  let grad
  return {
    call: () => {
      const result = criterion.valueAndGrad(input, target, options)
      grad = result.grad
      return result.loss.item()
    },
    gradient: () => grad.data,
  }
}

/** @param {any} library @param {Memory} memory @param {Case} test @param {Data} data */
function linear({ linearCrossEntropy }, memory, { shape: [rows, classes], features = 0 }, data) {
  if (linearCrossEntropy === undefined) throw new Error('this build of surprisal has no linearCrossEntropy')
  const [first, second] = linearCrossEntropy.spec.inputs.map((/** @type {{ name: string }} */ input) => input.name)
  const input = memory.floats(data.input.subarray(0, rows * features), [rows, features])
  const weight = memory.floats(data.weight.subarray(0, classes * features), [classes, features])
  const target = memory.classes(data.target.subarray(0, rows), [rows])
  const into = { [first]: memory.empty([rows, features]), [second]: memory.empty([classes, features]) }
  // its pages have to exist before the peak is measured
  for (const tensor of Object.values(into)) tensor.data.fill(1)
  const options = { wrt: [first, second], into }
  /** @type {any} */
  let grad
  return {
    call: () => {
      const result = linearCrossEntropy.valueAndGrad(input, weight, target, options)
      grad = result.grad
      return result.loss.item()
    },
    gradient: () => grad[first].data,
  }
}
