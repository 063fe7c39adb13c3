import { poissonNllLoss } from '../../../src/index.ts'
import { floats, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const ratesAsLogarithms: Scene = {
  code: 'rates-as-logarithms',
  aboutNaN: true,
  mistaken: {
    'rates of a softplus': (random) =>
      call(
        poissonNllLoss,
        floats([32], () => 9 + 3 * random.normal() ** 2),
        floats([32], () => 8 + random.integer(6)),
      ),
    'logarithms, said to be rates': (random) =>
      call(
        poissonNllLoss,
        floats([32], () => 5 + 0.1 * random.uniform()),
        floats([32], () => 140 + random.integer(30)),
        { logInput: false },
      ),
  },
  honest: {
    'logarithms of a trained network': (random) =>
      call(
        poissonNllLoss,
        floats([32], () => Math.log(9 + 3 * random.uniform())),
        floats([32], () => 8 + random.integer(6)),
      ),
    'an untrained network': (random) =>
      call(
        poissonNllLoss,
        normals(random, [32], 2 * random.uniform()),
        floats([32], () => random.integer(20)),
      ),
    'small counts': (random) =>
      call(
        poissonNllLoss,
        floats([32], () => random.uniform()),
        floats([32], () => random.integer(3)),
        { logInput: random.chance(0.5) },
      ),
    rates: (random) =>
      call(
        poissonNllLoss,
        floats([32], () => 9 + 3 * random.uniform()),
        floats([32], () => 8 + random.integer(6)),
        { logInput: false },
      ),
  },
}
