import { expect, test } from 'vitest'
import { check, crossEntropy, explain, klDiv, LossError, softmax, tensor } from '../../src/index.ts'

const scores = tensor(
  Float32Array.from({ length: 48 }, (_, i) => ((i * 37) % 23) / 4 - 3),
  { shape: [12, 4] },
)
const labels = (first: number) => Array.from({ length: 12 }, (_, i) => BigInt(first + (i % 4)))
const states = (target: unknown) => {
  const { checks } = check(crossEntropy, scores, target as never)
  return Object.fromEntries(checks.map(({ code, state }) => [code, state]))
}

test('what a refusal hides is not called clear', () => {
  const column = states(tensor(BigInt64Array.from(labels(1)), { shape: [12, 1] }))
  expect(column).toMatchObject({ 'target-shape': 'found', 'softmax-twice': 'clear' })
  for (const hidden of ['class-out-of-range', 'scores-not-finite', 'overflow', 'label-shift', 'against-chance'])
    expect(column[hidden], hidden).toBe('not possible')
  const shifted = states(tensor(BigInt64Array.from(labels(1))))
  expect(shifted).toMatchObject({ 'class-out-of-range': 'found', 'target-shape': 'clear', 'wrong-dtype': 'clear' })
  expect(shifted['scores-not-finite']).toBe('not possible')
  expect(states(tensor(BigInt64Array.from(labels(0))))['scores-not-finite']).toBe('clear')
})

test('the reason says what to do', () => {
  const { checks } = check(crossEntropy, scores, tensor(BigInt64Array.from(labels(1))))
  expect(checks.find(({ code }) => code === 'overflow')?.reason).toBe('crossEntropy refuses the target: check again when that is repaired')
})

test('a softmax of 16 bits that was saved as float32 is seen in eight rows or more', () => {
  const target = tensor(BigInt64Array.from(labels(0)))
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const rounded = tensor(tensor(softmax(scores, 1), { dtype }), { dtype: 'float32' })
    expect(check(crossEntropy, rounded, target).map(({ code }) => code)).toContain('softmax-twice')
  }
})

test('where no repair is found by search, PyTorch’s line is in Python', () => {
  const [found] = check(klDiv, scores, tensor(new BigInt64Array(0)))
  expect(found.code).toBe('wrong-dtype')
  expect(found.repair.pytorch).toBe('target.float()')
})

test('explain refuses what is no text', () => {
  expect(() => explain(null as never)).toThrow(LossError)
  expect(() => explain(new Error('Target 7 is out of bounds.') as never)).toThrow(/explain\(String\(error\)\)/)
})
