import { mseLoss } from '../../../src/index.ts'
import { normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const sumOrMean: Scene = {
  code: 'sum-or-mean',
  // a sum and a mean are both right: the report shows which one it is
  mistaken: {},
  honest: { 'a sum': (random) => call(mseLoss, normals(random, [3, 4]), normals(random, [3, 4]), { reduction: 'sum' }) },
}
