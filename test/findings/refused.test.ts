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

test('what a refusal hides is not called clear, unless the repair is known', () => {
  // one label short: nothing repairs that
  const short = states(tensor(BigInt64Array.from(labels(0).slice(1))))
  expect(short).toMatchObject({ 'target-shape': 'found', 'softmax-twice': 'clear' })
  for (const hidden of ['overflow', 'label-shift', 'against-chance', 'nothing-counted']) expect(short[hidden], hidden).toBe('not possible')
  const column = states(tensor(BigInt64Array.from(labels(1)), { shape: [12, 1] }))
  expect(column).toMatchObject({ 'target-shape': 'found', 'class-out-of-range': 'found', 'scores-not-finite': 'clear' })
  const shifted = states(tensor(BigInt64Array.from(labels(1))))
  expect(shifted).toMatchObject({ 'class-out-of-range': 'found', 'target-shape': 'clear', 'wrong-dtype': 'clear' })
})

test('the reason says what to do, or what was repaired', () => {
  const reasonOf = (target: bigint[]) =>
    check(crossEntropy, scores, tensor(BigInt64Array.from(target))).checks.find(({ code }) => code === 'overflow')?.reason
  expect(reasonOf(labels(0).slice(1))).toBe('crossEntropy refuses the target: check again when that is repaired')
  expect(reasonOf(labels(1))).toBe('once the target holds classes')
})

test('a softmax of 16 bits that was saved as float32 is seen in eight rows or more', () => {
  const target = tensor(BigInt64Array.from(labels(0)))
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const rounded = tensor(tensor(softmax(scores, 1), { dtype }), { dtype: 'float32' })
    expect(check(crossEntropy, rounded, target).map(({ code }) => code)).toContain('softmax-twice')
  }
})

test('a dtype is repaired although the shape cannot be', () => {
  const findings = check(klDiv, scores, tensor(new BigInt64Array(0)))
  expect([findings[0].code, findings[0].repair.pytorch]).toEqual(['wrong-dtype', 'F.kl_div(input, target.float())'])
  expect(findings.find(({ code }) => code === 'refused')?.evidence.once).toBe('the target is float32')
})

test('explain refuses what is no text', () => {
  expect(() => explain(null as never)).toThrow(LossError)
  expect(() => explain(new Error('Target 7 is out of bounds.') as never)).toThrow(/explain\(String\(error\)\)/)
})
