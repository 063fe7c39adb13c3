// `node bench/crossover.mjs`, after a build: from how many elements on a second thread pays; calls back to back, and with 2 ms between them.
import { Arena, crossEntropy, init, mseLoss } from '../dist/index.js'

const classes = 1024
const sleep = (/** @type {number} */ ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** The median of value and gradient, in microseconds. @param {'mse' | 'ce'} op @param {number} count @param {number} gap @param {number} threads */
function median(op, count, gap, threads) {
  init({ threads })
  const arena = new Arena()
  const shape = op === 'ce' ? [count / classes, classes] : [count]
  const input = arena.tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
    { shape },
  )
  const into = arena.empty(shape)
  const target =
    op === 'ce' ? arena.tensor(new BigInt64Array(count / classes), { dtype: 'int64' }) : arena.tensor(new Float32Array(count), { shape })
  const call = () => (op === 'ce' ? crossEntropy : mseLoss).valueAndGrad(input, target, { into }).loss.item()
  for (let i = 0; i < 300; i++) call()
  const times = []
  for (let i = 0; i < (gap > 0 ? 150 : 1500); i++) {
    if (gap > 0) sleep(gap)
    const before = performance.now()
    call()
    times.push(1000 * (performance.now() - before))
  }
  return times.sort((a, b) => a - b)[times.length >> 1]
}

for (const gap of [0, 2]) {
  for (const op of /** @type {const} */ (['mse', 'ce'])) {
    for (const count of [65536, 131072, 262144, 1048576]) {
      const [one, two] = [1, 2].map((threads) => median(op, count, gap, threads))
      console.log(
        `${op} ${count}, ${gap} ms apart: ${one.toFixed(0)} µs on one thread, ${two.toFixed(0)} µs on two: ${(one / two).toFixed(2)}x`,
      )
    }
  }
}
process.exit(0)
