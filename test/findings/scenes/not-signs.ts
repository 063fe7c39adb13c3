import { cosineEmbeddingLoss, hingeEmbeddingLoss, marginRankingLoss, softMarginLoss } from '../../../src/index.ts'
import { binary, floats, normals, signs } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

export const notSigns: Scene = {
  code: 'not-signs',
  mistaken: {
    'pairs labelled 0 and 1': (random) =>
      call(cosineEmbeddingLoss, normals(random, [32, 4]), normals(random, [32, 4]), binary(random, [32])),
    'distances of pairs labelled 0 and 1': (random) => call(hingeEmbeddingLoss, normals(random, [32]), binary(random, [32])),
    'rankings of 0 and 1': (random) => call(marginRankingLoss, normals(random, [32]), normals(random, [32]), binary(random, [32])),
    'scores labelled 0 and 1': (random) => call(softMarginLoss, normals(random, [32, 2]), binary(random, [32, 2])),
    'similarities in place of labels': (random) =>
      call(
        cosineEmbeddingLoss,
        normals(random, [8, 4]),
        normals(random, [8, 4]),
        floats([8], () => random.uniform()),
      ),
    'labels as bytes, where −1 would be 255': (random) =>
      call(hingeEmbeddingLoss, normals(random, [16]), {
        data: Uint8Array.from({ length: 16 }, (_, i) => (i === 3 ? 0 : random.integer(2))),
        shape: [16],
      }),
  },
  honest: {
    'labels −1 and 1': (random) => call(cosineEmbeddingLoss, normals(random, [8, 4]), normals(random, [8, 4]), signs(random, [8])),
    'all of one kind': (random) => {
      const sign = random.pick([-1, 1])
      return call(
        hingeEmbeddingLoss,
        normals(random, [8]),
        floats([8], () => sign),
      )
    },
    'one label': (random) => call(marginRankingLoss, normals(random, [1]), normals(random, [1]), signs(random, [1])),
    'integers, as labels come from files': (random) =>
      call(softMarginLoss, normals(random, [16]), {
        data: BigInt64Array.from({ length: 16 }, () => (random.chance(0.5) ? 1n : -1n)),
        shape: [16],
      }),
  },
}
