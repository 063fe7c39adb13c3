import { describe, expect, test } from 'vitest'
import { Random } from '../../oracle/random.ts'
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  check,
  crossEntropy,
  type Finding,
  type Findings,
  klDiv,
  mseLoss,
  nn,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import { scratch, surprisal } from '../cli/support.ts'
import { refused } from '../support.ts'
import { binary, classes, floats, longs, normals } from './batches.ts'

const { save } = scratch()
const random = new Random(21)

const codesOf = (findings: readonly Finding[]): string[] => findings.filter(({ level }) => level !== 'note').map(({ code }) => code)
const find = (findings: Findings, code: string): Finding | undefined => findings.find((finding) => finding.code === code)
const stateOf = (findings: Findings, code: string) => findings.checks.find((check) => check.code === code)

/** The code of a repair, run with the arguments under their names; `check(` in place of the call itself. */
function run(code: string, scope: Readonly<Record<string, unknown>>): unknown {
  const all = { check, crossEntropy, binaryCrossEntropy, ...operations, ...scope }
  return new Function(...Object.keys(all), `return ${code}`)(...Object.values(all))
}
const operations = await import('../../src/ops/index.ts').then((ops) => ({ ...ops, tensor }))

describe('what is behind a refusal is found, once the call is repaired', () => {
  test('labels of 1 to C in a column', () => {
    const [input, target] = [normals(random, [12, 3]), longs([12, 1], (i) => 1 + (i % 3))]
    const findings = check(crossEntropy, input, target)
    expect(codesOf(findings)).toEqual(['target-shape', 'class-out-of-range'])
    const behind = find(findings, 'class-out-of-range')
    expect(behind?.message).toMatch(/^Once the target is squeezed: 4 of 12 labels are no class of 0 to 2/)
    expect(behind?.evidence).toMatchObject({ once: 'the target is squeezed', classes: 3, least: 1, most: 3 })
    expect(behind?.pytorch).toBe('IndexError: Target 3 is out of bounds.')
    // both repairs are the whole call, which runs and is clear
    for (const { repair } of findings.slice(0, 2))
      expect(codesOf(run(repair.surprisal.replace('crossEntropy(', 'check(crossEntropy, '), { input, target }) as Findings)).toEqual([])
    // the same on saved files
    const { stdout, exit } = surprisal(['check', save('scores.npy', input), save('column.npy', target), '--loss', 'ce'])
    expect(exit).toBe(1)
    expect(stdout).toMatch(/error target-shape[\s\S]*error class-out-of-range[\s\S]*Once the target is squeezed/)
    expect(stdout).toMatch(/^clear once the target is squeezed and holds classes \(\d+\): /m)
  })

  test('a label that no repair is known of, in a column', () => {
    const findings = check(crossEntropy, normals(random, [4, 3]), tensor([[0n], [1n], [9n], [3n]]))
    expect(codesOf(findings)).toEqual(['target-shape', 'class-out-of-range'])
    expect(find(findings, 'target-shape')?.repair.pytorch).toBe('F.cross_entropy(input, target.squeeze(1))')
    expect(stateOf(findings, 'overflow')?.state).toBe('not possible')
  })

  test('a softmax beside labels of int32, with one repair for both', () => {
    const input = softmax(normals(random, [8, 4]), 1)
    const target = tensor(classes(random, [8], 4), { dtype: 'int32' })
    const findings = check(crossEntropy, input, target)
    expect(codesOf(findings)).toEqual(['wrong-dtype', 'softmax-twice'])
    const twice = find(findings, 'softmax-twice')
    expect(twice?.message).toMatch(/^The input is a softmax/)
    expect(twice?.repair.surprisal).toContain("crossEntropy(log(input), tensor(target, { dtype: 'int64' }))")
    expect(twice?.repair.pytorch).toContain('F.cross_entropy(input.log(), target.long())')
  })

  test('scores beside a row of labels, in a loss of probabilities', () => {
    const findings = check(binaryCrossEntropy, normals(random, [16, 1], 3), binary(random, [16]))
    expect(codesOf(findings)).toEqual(['refused', 'logits-as-probabilities'])
    const behind = find(findings, 'logits-as-probabilities')
    expect(behind?.message).toMatch(/^input holds no probabilities/)
    expect(behind?.repair.surprisal).toContain('binaryCrossEntropyWithLogits(input, reshape(target, [16, 1]))')
  })

  test('NaN among scores, whatever is refused before', () => {
    const input = floats([6, 3], (i) => (i === 7 ? Number.NaN : random.normal()))
    for (const target of [longs([6, 1], () => 1), longs([5], () => 1), floats([6], () => 1), longs([6], () => 7)])
      expect(codesOf(check(crossEntropy, input, target))).toContain('scores-not-finite')
    const one = floats([6], (i) => (i === 2 ? Number.NaN : 0.5))
    for (const target of [longs([6], () => 1), floats([5], () => 1), floats([6, 1], () => 1), floats([6], () => 2)])
      expect(codesOf(check(binaryCrossEntropy, one, target)), String(target.shape)).toContain('not-finite')
    for (const target of [longs([6], () => 1), floats([5], () => 1), floats([6, 1], () => 1)])
      expect(codesOf(check(mseLoss, one, target)), String(target.shape)).toContain('not-finite')
  })

  test('channels last, a softmax along them, and an axis too many', () => {
    const findings = check(crossEntropy, softmax(normals(random, [2, 6, 5, 3]), 3), classes(random, [2, 1, 6, 5], 3))
    expect(codesOf(findings).slice(1)).toEqual(['softmax-twice'])
    expect(find(findings, 'softmax-twice')?.message).toMatch(/^Once the .* along axis 1 /)
  })

  test('in the error of a criterion', () => {
    const error = refused(() => nn.CrossEntropyLoss()(softmax(normals(random, [8, 4]), 1), classes(random, [8, 1], 4)))
    expect(error.findings?.map(({ code }) => code)).toEqual(expect.arrayContaining(['target-shape', 'softmax-twice']))
    expect(error.message).toContain('softmax-twice: The input is a softmax already')
  })
})

describe('an option that is refused', () => {
  const [input, target] = [softmax(normals(random, [12, 4]), 1), classes(random, [12, 1], 4)]

  test('is left out for what does not depend on it', () => {
    const findings = check(crossEntropy, input, target, { labelSmoothing: 1.5 })
    expect(codesOf(findings)).toEqual(expect.arrayContaining(['refused', 'target-shape', 'softmax-twice']))
    const weighted = check(crossEntropy, input, target, { weight: [1, 2] })
    expect(codesOf(weighted)).toEqual(expect.arrayContaining(['refused', 'target-shape', 'softmax-twice']))
    expect(stateOf(weighted, 'weighted-mean')).toMatchObject({
      state: 'not possible',
      reason: expect.stringContaining('weight is refused'),
    })
  })
})

describe('two repairs', () => {
  test('what both show is found, and what one of them shows is not', () => {
    // 255 may be the foreground, or void: then half of the pixels are ignored
    const target = longs([2, 1, 8, 8], (i) => 255 * (i % 2))
    const findings = check(crossEntropy, softmax(normals(random, [2, 2, 8, 8]), 1), target, { reduction: 'none' })
    expect(codesOf(findings)).toEqual(['target-shape', 'mask-of-greys', 'softmax-twice'])
    const state = stateOf(findings, 'ignored-in-mean')
    expect([state?.state, state?.reason]).toEqual(['not possible', expect.stringMatching(/ignoreIndex is 255, and not where/)])
  })
})

describe('silence', () => {
  test('of an honest call with one slip nothing else is said', () => {
    const column = (x: Tensor) => tensor(x, { shape: [x.size, 1] } as never)
    const slips: [string, Findings][] = [
      ['column', check(crossEntropy, normals(random, [64, 5], 2), classes(random, [64, 1], 5))],
      ['int32', check(crossEntropy, normals(random, [64, 5], 2), tensor(classes(random, [64], 5), { dtype: 'int32' }))],
      ['float', check(crossEntropy, normals(random, [64, 5], 2), tensor(classes(random, [64], 5), { dtype: 'float32' }))],
      [
        'long',
        check(
          binaryCrossEntropyWithLogits,
          normals(random, [64], 2),
          longs([64], () => random.integer(2)),
        ),
      ],
      ['double', check(binaryCrossEntropy, sigmoid(normals(random, [64], 2)), tensor(binary(random, [64]), { dtype: 'float64' }))],
      [
        'kl',
        check(
          klDiv,
          floats([4, 5], () => Math.log(0.2)),
          tensor(new Float64Array(20).fill(0.2), { shape: [4, 5, 1] }),
        ),
      ],
    ]
    expect(column(tensor([1, 2])).shape.length).toBeGreaterThan(0)
    for (const [name, findings] of slips) expect(codesOf(findings), name).toHaveLength(1)
  })
})

describe('what follows from another finding', () => {
  test('is left out beside an error, with a reason', () => {
    const [labels, scores] = [binary(random, [64]), normals(random, [64], 2)]
    const findings = check(binaryCrossEntropyWithLogits, labels, scores)
    expect(findings.map(({ code, level }) => `${level} ${code}`)).toEqual(['error swapped-arguments'])
    expect(stateOf(findings, 'impossible-target')).toMatchObject({
      state: 'not possible',
      reason: 'what it finds follows from swapped-arguments: check again when that is repaired',
    })
    // scores where probabilities are refused: the exchange explains the refusal
    const swapped = check(binaryCrossEntropy, labels, scores)
    expect(codesOf(swapped)).toEqual(['swapped-arguments'])
    expect(swapped[0].pytorch).toBe('RuntimeError: all elements of target should be between 0 and 1')
    // an impossible target alone is named as before
    const bytes = floats([64], () => 255 * random.integer(2))
    expect(codesOf(check(binaryCrossEntropyWithLogits, scores, bytes))).toContain('impossible-target')
  })

  test('is a note beside a warning', () => {
    const findings = check(binaryCrossEntropy, binary(random, [64]), sigmoid(normals(random, [64], 2)))
    expect(codesOf(findings)).toEqual(['swapped-arguments'])
    expect(find(findings, 'saturated')?.level).toBe('note')
    expect(stateOf(findings, 'saturated')).toMatchObject({ state: 'found', reason: 'a note, since it follows from swapped-arguments' })
    const oneHot = floats([32, 4], (i) => Number(i % 4 === Math.floor(i / 4) % 4))
    expect(codesOf(check(crossEntropy, oneHot, classes(random, [32], 4)))).toEqual(['integer-scores'])
  })
})
