import type { Random } from '../../../oracle/random.ts'
import { crossEntropy, logSoftmax, nllLoss, type Tensor } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

/** Scores (rows, c, length) that know the label `by` places further on, by a margin. */
function knowing(random: Random, labels: Tensor, c: number, by: number, margin: number): Tensor {
  const [rows, length] = labels.shape
  return floats([rows, c, length], (i) => {
    const [row, k, place] = [Math.floor(i / (c * length)), Math.floor(i / length) % c, i % length]
    const known = place + by >= 0 && place + by < length ? Number(labels.data[row * length + place + by]) : -1
    return random.normal() + (known === k ? margin : 0)
  })
}

export const labelShift: Scene = {
  code: 'label-shift',
  mistaken: {
    'not shifted': (random) => {
      const labels = classes(random, [6, 24], 20)
      return call(crossEntropy, knowing(random, labels, 20, 1, 5), labels)
    },
    'shifted twice': (random) => {
      const labels = classes(random, [6, 24], 20)
      return call(crossEntropy, knowing(random, labels, 20, -1, 5), labels)
    },
    'not shifted, of log-probabilities': (random) => {
      const labels = classes(random, [6, 24], 20)
      return call(nllLoss, logSoftmax(knowing(random, labels, 20, 1, 5), 1), labels)
    },
    'rows that are off by one': (random) => {
      const labels = classes(random, [200], 10)
      const margins = floats([200, 10], (i) => random.normal() + (Number(labels.data[Math.floor(i / 10) + 1] ?? -1) === i % 10 ? 4 : 0))
      return call(crossEntropy, margins, labels)
    },
  },
  honest: {
    trained: (random) => {
      const labels = classes(random, [6, 24], 20)
      return call(crossEntropy, knowing(random, labels, 20, 0, 6 * random.uniform()), labels)
    },
    untrained: (random) => call(crossEntropy, normals(random, [6, 20, 24], 3 * random.uniform()), classes(random, [6, 24], 20)),
    'one label everywhere': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 5, 24], 3),
        longs([6, 24], () => 2),
      ),
    'long runs of a label, found a place late': (random) => {
      const labels = longs([6, 40], (i) => Math.floor((i % 40) / 10) % 3)
      return call(crossEntropy, knowing(random, labels, 3, -1, 6), labels)
    },
    'two classes in turn': (random) => {
      const labels = longs([6, 40], (i) => i % 2)
      return call(crossEntropy, knowing(random, labels, 2, 0, 3), labels)
    },
    'samples sorted by class': (random) =>
      call(
        crossEntropy,
        normals(random, [200, 4], 2),
        longs([200], (i) => Math.floor(i / 50)),
      ),
  },
}
