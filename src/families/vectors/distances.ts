import { cosineSimilarity, pairwiseDistance, sub } from '../../ops/index.ts'
import type { Composition } from '../../spec.ts'

/** Distances of vectors on the last axis, by the names under which they are offered where a function cannot be given. */
export const distances = {
  euclidean: (a, b) => pairwiseDistance(a, b),
  manhattan: (a, b) => pairwiseDistance(a, b, { p: 1 }),
  chebyshev: (a, b) => pairwiseDistance(a, b, { p: Number.POSITIVE_INFINITY }),
  cosine: (a, b) => sub(1, cosineSimilarity(a, b, { dim: -1 })),
} as const satisfies Readonly<Record<string, Composition>>
