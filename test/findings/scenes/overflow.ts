import { crossEntropy, tensor } from '../../../src/index.ts'
import { classes, floats, longs, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const overflow: Scene = {
  code: 'overflow',
  mistaken: {
    'a sum in float16': (random) =>
      call(crossEntropy, tensor(normals(random, [600, 3], 300), { dtype: 'float16' }), classes(random, [600], 3), { reduction: 'sum' }),
    'scores too far apart': () =>
      call(
        crossEntropy,
        floats([4, 2], (i) => (i % 2 === 0 ? 3e38 : -3e38)),
        longs([4], () => 1),
      ),
  },
  honest: {
    'a mean in float16': (random) =>
      call(crossEntropy, tensor(normals(random, [400, 3], 300), { dtype: 'float16' }), classes(random, [400], 3)),
    'a sum in bfloat16, which reaches as far as float32': (random) =>
      call(crossEntropy, tensor(normals(random, [600, 3], 300), { dtype: 'bfloat16' }), classes(random, [600], 3), { reduction: 'sum' }),
    'a sum in float16 that fits': (random) =>
      call(crossEntropy, tensor(normals(random, [60, 3], 30), { dtype: 'float16' }), classes(random, [60], 3), { reduction: 'sum' }),
  },
}
