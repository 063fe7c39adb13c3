import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { check, crossEntropy, type Finding, nn, onWarning, pointwise, softmax, tensor, type WarningHandler } from '../../src/index.ts'
import { refused } from '../support.ts'

/** Of every criterion the same: a softmax before the loss that takes it itself. */
const probabilities = softmax(
  [
    [2, 1, 0.1],
    [0.5, 2.5, -1],
  ],
  1,
)
const target = [0, 1]

let said: string[] = []
let before: WarningHandler
beforeEach(() => {
  said = []
  before = onWarning((message) => said.push(message))
})
afterEach(() => {
  onWarning(before)
})

describe('a criterion looks at its first batch', () => {
  test('and warns once, in one text that can be acted on', () => {
    const criterion = nn.CrossEntropyLoss()
    const values = [1, 2, 3].map(() => criterion(probabilities, target).item())
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(
      /^surprisal: nn\.CrossEntropyLoss: warning softmax-twice: The input is a softmax already.*\n {2}Repair: .*\n {2}PyTorch says nothing here\./,
    )
    // the value is that of the function
    expect(new Set(values)).toEqual(new Set([crossEntropy(probabilities, target).item()]))
  })

  test('and not at the second: a mistake that begins later is not seen', () => {
    const criterion = nn.CrossEntropyLoss()
    criterion([[2, -1, 0.1]], [0])
    criterion(probabilities, target)
    expect(said).toEqual([])
  })

  test('the first batch is the first that has a value', () => {
    const criterion = nn.CrossEntropyLoss()
    refused(() => criterion(probabilities, [0]))
    expect(said).toEqual([])
    criterion(probabilities, target)
    expect(said).toHaveLength(1)
  })

  test('each criterion has its own first batch; many alike are not heard for ever', () => {
    for (let i = 0; i < 10; i++) nn.NLLLoss()(probabilities, target)
    const once = said.length
    nn.NLLLoss()(probabilities, target)
    expect(said).toHaveLength(once)
    const kinds = new Set(said.map((text) => text.split(':').slice(0, 3).join()))
    expect(once).toBeLessThanOrEqual(3 * kinds.size)
  })

  test('the gradient flows as without checks', () => {
    const grads = (['first', 'always', 'off'] as const).map((checks) => {
      const input = tensor([[2, 1, 0.1]], { requiresGrad: true })
      nn.CrossEntropyLoss({ checks })(input, [0]).backward()
      return input.grad?.toArray()
    })
    expect(grads[0]).toBeDefined()
    expect(grads).toEqual([grads[0], grads[0], grads[0]])
  })
})

describe('checks', () => {
  test("'always' looks at each, and says each kind of finding once", () => {
    const criterion = nn.CrossEntropyLoss({ checks: 'always' })
    criterion(
      [
        [2, -1, 0.1],
        [0.3, 4, -2],
      ],
      target,
    )
    expect(said).toEqual([])
    for (let i = 0; i < 3; i++) criterion(probabilities, target)
    expect(said).toHaveLength(1)
  })

  test("'off' looks at nothing, and a refusal is the function's own", () => {
    const criterion = nn.CrossEntropyLoss({ checks: 'off' })
    criterion(probabilities, target)
    expect(said).toEqual([])
    const error = refused(() => criterion(probabilities, [0]))
    expect(error.toJSON()).toEqual(refused(() => crossEntropy(probabilities, [0])).toJSON())
    expect([error.findings, error.drawing]).toEqual([undefined, undefined])
  })

  test('functions never check', () => {
    crossEntropy(probabilities, target)
    crossEntropy.valueAndGrad(probabilities, target)
    expect(said).toEqual([])
  })

  test('another word is refused, and so is a hook that is none', () => {
    expect(refused(() => nn.MSELoss({ checks: 'never' as 'off' }))).toMatchObject({
      code: 'option-range',
      argument: 'checks',
      repair: expect.stringContaining("'first'"),
    })
    expect(refused(() => nn.MSELoss({ onFinding: true as never }))).toMatchObject({ code: 'option-type', argument: 'onFinding' })
    expect(refused(() => nn.MSELoss({ check: 'off' } as never)).repair).toBe('did you mean checks?')
  })
})

describe('onFinding', () => {
  test('takes the findings as data, and nothing is warned', () => {
    const heard: Finding[] = []
    const criterion = nn.CrossEntropyLoss({ onFinding: (finding) => heard.push(finding) })
    for (let i = 0; i < 2; i++) criterion(probabilities, target)
    expect(said).toEqual([])
    expect(heard).toEqual([...check(crossEntropy, probabilities, target)])
    expect(heard.map(({ code }) => code)).toContain('softmax-twice')
  })

  test('what it throws reaches the caller: a finding can be made an error; the next call has its value', () => {
    const strict = (checks: 'first' | 'always') =>
      nn.CrossEntropyLoss({
        checks,
        onFinding: ({ code, level }) => {
          if (level !== 'note') throw new RangeError(code)
        },
      })
    for (const checks of ['first', 'always'] as const) {
      const criterion = strict(checks)
      expect(() => criterion(probabilities, target)).toThrow(new RangeError('softmax-twice'))
      // each finding is said once
      expect(criterion(probabilities, target).item()).toBe(crossEntropy(probabilities, target).item())
    }
    expect(said).toEqual([])
  })

  test('is no option of the loss', () => {
    expect(nn.MSELoss({ onFinding: () => {}, checks: 'always', reduction: 'sum' }).options).toEqual({ reduction: 'sum' })
  })
})

describe('batches that count differently', () => {
  const scores = (rows: number) =>
    tensor(
      Float32Array.from({ length: 3 * rows }, (_, i) => (i % 5) - 2),
      { shape: [rows, 3] },
    )
  const run = (criterion: (input: never, target: never) => unknown, sizes: readonly number[]) => {
    for (const rows of sizes) criterion(scores(rows) as never, Array.from({ length: rows }, (_, i) => i % 3) as never)
  }

  test("'always' says once that the mean of their means is not the mean", () => {
    run(nn.CrossEntropyLoss({ checks: 'always' }), [9, 9, 1, 9, 2])
    const about = said.filter((text) => text.includes('mean-of-means'))
    expect(about).toHaveLength(1)
    expect(about[0]).toContain('divided by 1, the one before by 9')
    expect(about[0]).toMatch(/Repair: .*mergeReports.*Meter/)
  })

  test('not of equal batches, of sums, or of a first batch alone', () => {
    run(nn.CrossEntropyLoss({ checks: 'always' }), [9, 9, 9])
    run(nn.CrossEntropyLoss({ checks: 'always', reduction: 'sum' }), [9, 1])
    run(nn.CrossEntropyLoss(), [9, 1])
    expect(said.filter((text) => text.includes('mean-of-means'))).toEqual([])
  })
})

describe('a refused call', () => {
  test('carries what the checks say and the shapes drawn', () => {
    const error = refused(() =>
      nn.CrossEntropyLoss()(tensor(new Float32Array(120), { shape: [2, 4, 5, 3] }), tensor(new BigInt64Array(40), { shape: [2, 4, 5] })),
    )
    expect(error.findings?.length).toBeGreaterThan(0)
    expect(error.drawing?.join('\n')).toMatchInlineSnapshot(`
      "          N   C   H   W
        input   2   4   5   3
        target  2       4   5   wanted (2, 5, 3) or (2, 4, 5, 3)
                        ^   ^"
    `)
    for (const line of error.drawing ?? []) expect(error.message).toContain(line)
    expect(JSON.parse(JSON.stringify(error)).drawing).toEqual(error.drawing)
  })

  test('after the first batch too', () => {
    const criterion = nn.MSELoss()
    criterion([1, 2], [1, 2])
    const error = refused(() => criterion([[1], [2]], [1, 2]))
    expect([error.code, error.findings?.length, error.drawing?.length]).toEqual(['shape-broadcast', 1, 5])
  })

  test('of no call at all is the refusal as it is', () => {
    expect(refused(() => (nn.MSELoss() as unknown as (input: unknown) => unknown)([1])).findings).toBeUndefined()
    expect(refused(() => nn.MSELoss()([[1], [2, 3]] as never, [1])).findings).toBeUndefined()
  })
})

describe('check', () => {
  test('takes a criterion, which has one of its own', () => {
    const criterion = nn.CrossEntropyLoss({ checks: 'off', labelSmoothing: 0.1 })
    const findings = check(crossEntropy, probabilities, target, { labelSmoothing: 0.1 })
    expect(findings.length).toBeGreaterThan(0)
    expect([...criterion.check(probabilities, target)]).toEqual([...findings])
    expect([...check(criterion, probabilities, target)]).toEqual([...findings])
    expect(check(criterion, probabilities, target).checks).toEqual(findings.checks)
  })

  test('of the linear layer with its cross-entropy', () => {
    const criterion = nn.LinearCrossEntropyLoss(3, 4, { random: () => 0.25, checks: 'always' })
    expect(check(criterion, [[1, 2, 3]], [2]).checks.length).toBeGreaterThan(0)
    const error = refused(() => criterion([[1, 2, 3]], [4]))
    expect([error.code, error.findings?.[0].level]).toEqual(['target-range', 'error'])
    expect(criterion([[1, 2, 3]], [2]).shape).toEqual([])
  })

  test('of a loss of your own', () => {
    const absolute = pointwise({
      name: 'absolute',
      value: (m, { input, target }) => m.abs(m.sub(input, target)),
      slope: {},
    })
    const [finding] = check(absolute, [[1], [2]], [1, 2])
    expect([finding.level, finding.drawing?.at(-2)]).toEqual(['error', expect.stringMatching(/pairs +2 +2 +4, of 2 and 2 values/)])
  })
})
