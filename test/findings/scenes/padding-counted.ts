import type { Random } from '../../../oracle/random.ts'
import { crossEntropy, nllLoss, type Tensor } from '../../../src/index.ts'
import { classes, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

/** Sequences of several lengths, of tokens from 2 on, filled up with one id; the first is the longest, the second the shortest. */
function padded(random: Random, rows: number, length: number, id: number, atStart = false): Tensor {
  const lengths = Array.from({ length: rows }, (_, row) => (row === 0 ? length : row === 1 ? 3 : 3 + random.integer(length - 4)))
  return longs([rows, length], (i) => {
    const [row, place] = [Math.floor(i / length), i % length]
    return (atStart ? length - 1 - place : place) < lengths[row] ? 2 + random.integer(40) : id
  })
}

export const paddingCounted: Scene = {
  code: 'padding-counted',
  mistaken: {
    'an id of its own': (random) => call(random.pick([crossEntropy, nllLoss]), normals(random, [6, 42, 12]), padded(random, 6, 12, 1)),
    'at the start, as decoders are fed': (random) => call(crossEntropy, normals(random, [6, 42, 12]), padded(random, 6, 12, 1, true)),
    'id 0, beside the ignoreIndex that is not used': (random) => call(crossEntropy, normals(random, [8, 42, 16]), padded(random, 8, 16, 0)),
  },
  honest: {
    'padding that is ignored': (random) => call(crossEntropy, normals(random, [6, 42, 12]), padded(random, 6, 12, -100)),
    'full rows': (random) => call(crossEntropy, normals(random, [6, 42, 12]), classes(random, [6, 12], 42)),
    'few classes': (random) => call(crossEntropy, normals(random, [3, 3, 8]), classes(random, [3, 8], 3)),
    'sentences that end in one token': (random) =>
      call(
        crossEntropy,
        normals(random, [6, 42, 12]),
        longs([6, 12], (i) => (i % 12 === 11 ? 1 : 2 + random.integer(40))),
      ),
    'a signal that begins and ends at rest': (random) =>
      call(
        crossEntropy,
        normals(random, [4, 3, 20]),
        longs([4, 20], (i) => (i % 20 < 3 || i % 20 > 14 - (Math.floor(i / 20) % 3) ? 0 : 1 + random.integer(2))),
      ),
    'a mask of pixels': (random) =>
      call(
        crossEntropy,
        normals(random, [2, 3, 8, 8]),
        longs([2, 8, 8], (i) => (i % 8 < 3 ? 1 : 0)),
      ),
  },
}
