import { sigmoidFocalLoss } from '../../../src/index.ts'
import { binary, floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const focalConstants: Scene = {
  code: 'focal-constants',
  mistaken: {
    'alpha as a factor': (random) => call(sigmoidFocalLoss, normals(random, [32]), binary(random, [32]), { alpha: 2 + random.integer(8) }),
    'no focus and no weight': (random) => call(sigmoidFocalLoss, normals(random, [32]), binary(random, [32]), { alpha: -1, gamma: 0 }),
    'a mean over mostly background': (random) =>
      call(
        sigmoidFocalLoss,
        normals(random, [4000]),
        floats([4000], (i) => Number(i % 1000 === 0)),
        { reduction: 'mean' },
      ),
  },
  honest: {
    'the paper’s constants': (random) => call(sigmoidFocalLoss, normals(random, [32]), binary(random, [32], random.uniform())),
    'a mean over labels that are about even': (random) =>
      call(sigmoidFocalLoss, normals(random, [1200]), binary(random, [1200], 0.1), { reduction: 'mean' }),
    'no weight, but a focus': (random) => call(sigmoidFocalLoss, normals(random, [32]), binary(random, [32]), { alpha: -1 }),
    'a sum over mostly background': (random) =>
      call(
        sigmoidFocalLoss,
        normals(random, [4000]),
        floats([4000], (i) => Number(i % 1000 === 0)),
        { reduction: 'sum' },
      ),
  },
}
