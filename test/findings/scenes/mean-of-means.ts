import { crossEntropy } from '../../../src/index.ts'
import { classes, normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const meanOfMeans: Scene = {
  code: 'mean-of-means',
  // no single call has it: test/findings/watch.test.ts gives a criterion batches
  mistaken: {},
  honest: { 'a last batch of another size': (random) => call(crossEntropy, normals(random, [3, 4]), classes(random, [3], 4)) },
}
