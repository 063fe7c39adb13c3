import { gaussianNllLoss, poissonNllLoss } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const notPositive: Scene = {
  code: 'not-positive',
  aboutNaN: true,
  mistaken: {
    'logarithms of variances': (random) => call(gaussianNllLoss, normals(random, [32]), normals(random, [32]), normals(random, [32])),
    'logarithms of rates, said to be rates': (random) =>
      call(
        poissonNllLoss,
        normals(random, [32]),
        floats([32], () => random.integer(6)),
        { logInput: false },
      ),
    'counts that were standardised': (random) => call(poissonNllLoss, normals(random, [32]), normals(random, [32])),
  },
  honest: {
    variances: (random) =>
      call(
        gaussianNllLoss,
        normals(random, [8]),
        normals(random, [8]),
        floats([8], () => Math.exp(random.normal())),
      ),
    'variances of 0, which eps bounds': (random) =>
      call(
        gaussianNllLoss,
        normals(random, [8]),
        normals(random, [8]),
        floats([8], () => random.integer(2)),
      ),
    'counts and logarithms of rates': (random) =>
      call(
        poissonNllLoss,
        normals(random, [32]),
        floats([32], () => random.integer(6)),
      ),
    'counts and rates': (random) =>
      call(
        poissonNllLoss,
        floats([32], () => 5 * random.uniform()),
        floats([32], () => random.integer(6)),
        { logInput: false },
      ),
  },
}
