// jax-js, compiled: jit(valueAndGrad(loss)) on its wasm device (its workers need the web's Worker, so one thread in Node).
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax'

/**
 * @typedef {import('../worker.mjs').Case} Case
 * @typedef {import('../worker.mjs').Data} Data
 */
export async function open() {
  await init('wasm')
  defaultDevice('wasm')
  return {
    prepare(/** @type {Case} */ { op, shape }, /** @type {string} */ mode, /** @type {Data} */ data) {
      const x = np.array(data.input, { shape })
      const classes = op === 'ce'
      const t = np.array(data.target, { shape: classes ? [shape[0], 1, ...shape.slice(2)] : shape, dtype: classes ? np.int32 : np.float32 })
      const loss = /** @type {any} */ ({ ce: crossEntropy, bce, mse })[op]
      const release = () => {
        x.dispose()
        t.dispose()
      }
      if (mode === 'fwd') {
        const compiled = jit(loss)
        return { call: () => compiled(x.ref, t.ref).item(), release }
      }
      const both = jit(valueAndGrad(loss))
      return {
        call: () => {
          const [value, grad] = both(x.ref, t.ref)
          grad.dispose()
          return value.item()
        },
        gradient: () => {
          const [value, grad] = both(x.ref, t.ref)
          value.dispose()
          return grad.dataSync()
        },
        release,
      }
    },
  }
}

/** The fastest spelling found: a mask of the class numbers instead of a one-hot array. */
function crossEntropy(/** @type {any} */ x, /** @type {any} */ t) {
  const count = x.shape[1]
  const rows = x.shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1) / count
  const numbers = np.arange(count).reshape([1, count, ...x.shape.slice(2).map(() => 1)])
  const picked = np.where(np.equal(numbers, t), nn.logSoftmax(x, 1), 0)
  return np.sum(picked).mul(-1 / rows)
}

function bce(/** @type {any} */ x, /** @type {any} */ t) {
  const stable = np.log(np.exp(np.abs(x.ref).mul(-1)).add(1))
  return np.mean(np.maximum(x.ref, 0).sub(x.mul(t)).add(stable))
}

function mse(/** @type {any} */ x, /** @type {any} */ t) {
  return np.mean(np.square(x.sub(t)))
}
