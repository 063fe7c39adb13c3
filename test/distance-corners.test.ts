import { describe, expect, test } from 'vitest'
import { cosineSimilarity, pairwiseDistance, type Tensor, tensor } from '../src/index.ts'

const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [Number(values)])

describe('corners of 16 bits, and vectors without a length', () => {
  const typed = (values: readonly (readonly number[])[], dtype: 'float16' | 'bfloat16' | 'float32') =>
    tensor(values as number[][], { dtype, requiresGrad: true })
  const slopes = (t: Tensor) => flat(t.grad?.toArray())

  // torch 2.13.0: all NaN, since the length is divided by, and times 0 where it is 0
  test.each([
    ['float16', 1e-8],
    ['float32', 0],
  ] as const)('cosineSimilarity of %s, eps %d, with a vector of zeros', (dtype, eps) => {
    // biome-ignore format: one line
    const [a, b] = [typed([[0, -0.5]], dtype), typed([[0, 0]], dtype)]
    cosineSimilarity(a, b, { eps }).backward(tensor([-2], { dtype }))
    expect([slopes(a), slopes(b)]).toEqual([[NaN, NaN], [NaN, NaN]]) // biome-ignore format: one line
  })

  // torch 2.13.0: eps is of the tensors' dtype before it is added, so that it is what it stands against
  test.each(['float16', 'bfloat16'] as const)('eps of pairwiseDistance in %s', (dtype) => {
    expect(pairwiseDistance(typed([[0]], dtype), typed([[1e-3]], dtype), { eps: 1e-3, p: 1 }).toArray()).toEqual([0])
  })

  // torch 2.13.0: each step of the gradient is rounded, and 1e-6 to the second power is 0 in float16
  test('a third power that vanishes in float16', () => {
    const [a, b] = [typed([[1e-6]], 'float16'), typed([[0]], 'float16')]
    pairwiseDistance(a, b, { p: 3, eps: 0 }).backward(tensor([-2], { dtype: 'float16' }))
    expect([slopes(a), slopes(b)]).toEqual([[NaN], [NaN]])
  })
})
