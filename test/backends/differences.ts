import { type Difference, hasInfinite } from './conformance.ts'

/** Where the SIMD kernels differ from PyTorch, whether with FMA or without. */
export const wasmDifferences: readonly Difference[] = [
  {
    reason: 'an ignored row is not read, so scores in it that are not finite leave its gradient 0',
    applies: ({ case: c }, failure) => c.loss === 'cross_entropy' && /gradient of input .*PyTorch NaN, ours 0$/m.test(failure),
  },
  {
    reason: 'Σ y·(x − max) − Σ y·log Σ e^(x − max) is ∞ − ∞ where a target or a weight is infinite',
    applies: (golden, failure) =>
      (hasInfinite(golden, 'target') || hasInfinite(golden, 'weight')) && /PyTorch -?Infinity, ours NaN$/m.test(failure),
  },
]
