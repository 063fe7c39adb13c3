import type { Random } from '../../../oracle/random.ts'
import { crossEntropy, nllLoss, permute, type Tensor, tensor } from '../../../src/index.ts'
import { classes, floats, normals, untrained } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

/** Labels, and scores of a trained network for them: a margin for the right class. Classes are axis 1. */
function trained(random: Random, [n, ...places]: readonly number[], c: number, margin: number): { scores: Tensor; labels: Tensor } {
  const labels = classes(random, [n, ...places], c)
  const inner = places.reduce((size, extent) => size * extent, 1)
  const scores = floats([n, c, ...places], (i) => {
    const [sample, k, place] = [Math.floor(i / (c * inner)), Math.floor(i / inner) % c, i % inner]
    return random.normal() + (Number(labels.data[sample * inner + place]) === k ? margin : 0)
  })
  return { scores, labels }
}

/** A tensor in row-major order of its own. */
const laidOut = (x: Tensor): Tensor => tensor(Float32Array.from((x.toArray() as number[]).flat(9) as number[]), { shape: x.shape })

export const classAxis: Scene = {
  code: 'class-axis',
  mistaken: {
    'channels-last images': (random) => call(crossEntropy, normals(random, [2, 4, 5, 3]), classes(random, [2, 4, 5], 3)),
    'a language model': (random) => call(random.pick([crossEntropy, nllLoss]), normals(random, [2, 6, 9]), classes(random, [2, 6], 9)),
    'a matrix that is transposed': (random) => call(crossEntropy, normals(random, [4, 9]), classes(random, [9], 4)),
    'channels-last with a column of masks': (random) => call(crossEntropy, normals(random, [2, 4, 5, 3]), classes(random, [2, 1, 4, 5], 3)),
    'a trained language model, as long as there are classes': (random) => {
      const { scores, labels } = trained(random, [8, 16], 16, 6)
      return call(crossEntropy, laidOut(permute(scores, [0, 2, 1])), labels)
    },
    'trained channels-last images, as wide and high as there are classes': (random) => {
      const { scores, labels } = trained(random, [4, 8, 8], 8, 5)
      return call(crossEntropy, laidOut(permute(scores, [0, 2, 3, 1])), labels)
    },
  },
  honest: {
    'equal sizes, trained': (random) => {
      const { scores, labels } = trained(random, [4, 8, 8], 8, 1 + 5 * random.uniform())
      return call(crossEntropy, scores, labels)
    },
    'equal sizes, random scores': (random) =>
      call(crossEntropy, normals(random, [4, 8, 8], 4 * random.uniform()), classes(random, [4, 8], 8)),
    'equal sizes, an untrained head': (random) => call(crossEntropy, untrained(random, [2, 4, 4, 4]), classes(random, [2, 4, 4], 4)),
    'equal sizes, one label, and a bias for another': (random) => {
      const label = random.integer(8)
      return call(
        crossEntropy,
        floats([4, 8, 8], (i) => (Math.floor(i / 8) % 8 === 3 ? 6 : 0) + random.normal()),
        classes(random, [4, 8], 1 + label),
      )
    },
    'equal sizes, scores that depend on the place alone': (random) => {
      const places = Array.from({ length: 64 }, () => 4 * random.normal())
      return call(
        crossEntropy,
        floats([4, 8, 8], (i) => places[i % 64]),
        classes(random, [4, 8], 8),
      )
    },
  },
}
