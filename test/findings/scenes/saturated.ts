import { binaryCrossEntropy, sigmoid, tensor } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const saturated: Scene = {
  code: 'saturated',
  mistaken: {
    'scores beyond what float32 tells from certainty': (random) =>
      call(
        binaryCrossEntropy,
        sigmoid(floats([16], () => 18 + 10 * random.uniform())),
        floats([16], (i) => (i === 4 ? 0 : random.integer(2))),
      ),
    'probabilities in float16': (random) =>
      call(
        binaryCrossEntropy,
        tensor(sigmoid(normals(random, [16])), { dtype: 'float16' }),
        tensor(binary(random, [16]), { dtype: 'float16' }),
      ),
    'decisions that are wrong somewhere': (random) =>
      call(
        binaryCrossEntropy,
        floats([16], (i) => (i === 2 ? 1 : random.integer(2))),
        floats([16], (i) => (i === 2 ? 0 : random.integer(2))),
      ),
  },
  honest: {
    probabilities: (random) => call(binaryCrossEntropy, sigmoid(normals(random, [32], 3)), binary(random, [32])),
    'certainty that is right': (random) => {
      const target = binary(random, [32])
      return call(binaryCrossEntropy, target, target)
    },
  },
}
