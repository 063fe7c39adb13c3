// TensorFlow.js on its wasm backend (XNNPACK SIMD; it reports no threads in Node). Class indices as a one-hot array made beforehand.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/**
 * @typedef {import('../worker.mjs').Case} Case
 * @typedef {import('../worker.mjs').Data} Data
 */
export async function open() {
  const require = createRequire(import.meta.url)
  const tf = require('@tensorflow/tfjs') // tfjs-core alone registers no gradients
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  await tf.setBackend('wasm')
  await tf.ready()
  return {
    prepare(/** @type {Case} */ { op, shape }, /** @type {string} */ mode, /** @type {Data} */ data) {
      const input = tf.tensor(data.input, shape)
      const target = op === 'ce' ? oneHot(tf, data.target, shape[1]) : tf.tensor(data.target, shape)
      const loss = (/** @type {any} */ x) =>
        op === 'ce'
          ? tf.losses.softmaxCrossEntropy(target, x)
          : op === 'bce'
            ? tf.losses.sigmoidCrossEntropy(target, x)
            : tf.losses.meanSquaredError(target, x)
      const release = () => tf.dispose([input, target])
      if (mode === 'fwd') return { call: () => tf.tidy(() => loss(input).dataSync()[0]), release }
      const both = tf.valueAndGrad(loss)
      return {
        call: () => tf.tidy(() => both(input).value.dataSync()[0]),
        gradient: () => {
          const grad = tf.tidy(() => both(input).grad)
          const values = grad.dataSync() // not inside tidy, which walks through all that it returns
          grad.dispose()
          return values
        },
        release,
      }
    },
  }
}

/** @param {any} tf @param {ArrayLike<number>} classes @param {number} count */
const oneHot = (tf, classes, count) => tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(classes), 'int32'), count), 'float32'))
