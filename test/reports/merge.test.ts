import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossEntropy, diceLoss, LossError, mergeReports, mseLoss, nn, type Report, report } from '../../src/index.ts'
import { scenes } from './scenes.ts'

/** All of a report that a cut must not change: everything but how many parts there were. */
function bitsOf({ totals, parts: _, averages, ...rest }: Report): string {
  const { perBatch: __, ...others } = averages
  const { parts: ___, ...numbers } = totals.numbers
  return JSON.stringify({ ...rest, averages: others, totals: { ...totals, numbers } }, (_name, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
}

/** Where a scene is cut, in which order the parts are merged and how they are nested, and which of them go through JSON. */
const plans = fc.record({
  cuts: fc.array(fc.nat(), { maxLength: 5 }),
  order: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  nesting: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  filed: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
})

describe('any cut, in any order and nesting, gives the same 64 bits in every number', () => {
  test.each(scenes)('$name', ({ size, part }) => {
    const whole = bitsOf(part(0, size))
    fc.assert(
      fc.property(plans, ({ cuts, order, nesting, filed }) => {
        const ends = [...new Set([...cuts.map((cut) => cut % size), size])].filter((end) => end > 0).sort((a, b) => a - b)
        let reports = ends.map((end, i) => {
          const one = part(i === 0 ? 0 : ends[i - 1], end)
          return filed[i] ? (JSON.parse(JSON.stringify(one)) as Report) : one
        })
        reports = reports
          .map((one, i) => ({ one, by: order[i] }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one)
        for (let i = 0; reports.length > 1; i++) {
          const at = nesting[i] % (reports.length - 1)
          reports.splice(at, 2, mergeReports(reports[at], reports[at + 1]))
        }
        expect(bitsOf(mergeReports(reports[0]))).toBe(whole)
      }),
      { numRuns: 25 },
    )
  })
})

test('all at once is as one after the other', () => {
  const { part } = scenes[0]
  const parts = [part(0, 5), part(5, 6), part(6, 37)]
  expect(bitsOf(mergeReports(...parts))).toBe(bitsOf(mergeReports(mergeReports(parts[2], parts[0]), parts[1])))
})

test('a batch of which nothing is counted adds nothing, and is NaN alone as in PyTorch', () => {
  const empty = report(
    crossEntropy,
    [
      [1, 2],
      [3, 4],
    ],
    [-100, -100],
  )
  expect(empty.value).toBeNaN()
  expect(empty).toMatchObject({ sum: 0, denominator: 0, counted: 0, ignored: 2, made: '0 / 0: nothing is counted, 2 samples ignored' })
  const some = report(crossEntropy, [[1, 2]], [0])
  expect(mergeReports(empty, some, empty)).toMatchObject({ value: some.value, sum: some.sum, counted: 1, ignored: 4, parts: 3 })
})

test('the mean of means is what it does not give', () => {
  const [a, b] = [report(mseLoss, [3, 3, 3], [0, 0, 0]), report(mseLoss, [0], [0])]
  expect((a.value + b.value) / 2).toBe(4.5)
  expect(mergeReports(a, b).value).toBe(6.75)
})

test('NaN and infinities come back from JSON', () => {
  const one = report(mseLoss, [Infinity, Number.NaN, 1], [0, 0, 0])
  const read = mergeReports(JSON.parse(JSON.stringify(one)))
  expect(read).toEqual(one)
  expect(read.worst.map(({ value }) => value)).toEqual([Number.NaN, Infinity, 1])
})

test('the worst of the whole have their place in it', () => {
  const parts = [
    report(mseLoss, [1, 5], [0, 0], {}, { top: 2 }),
    report(mseLoss, [7, 2], [0, 0], {}, { top: 2, first: 2, source: 'b.npy' }),
  ]
  expect(mergeReports(...parts).worst).toEqual([
    { value: 49, index: { n: 2 }, source: 'b.npy' },
    { value: 25, index: { n: 1 } },
  ])
})

describe('what does not belong together is refused', () => {
  const ce = (options = {}) => report(crossEntropy, [[1, 2]], [0], options)
  const refusals: [string, () => unknown, RegExp][] = [
    [
      'losses',
      () => mergeReports(ce(), report(mseLoss, [1], [2])),
      /the same loss in all of them: "crossEntropy", .*got the loss "mseLoss"/,
    ],
    [
      'options',
      () => mergeReports(ce(), ce({ labelSmoothing: 0.1 })),
      /the same option labelSmoothing in all of them: 0, .*got the option labelSmoothing 0.1/,
    ],
    ['weights', () => mergeReports(ce({ weight: [1, 2] }), ce({ weight: [1, 3] })), /option weight in all of them: \[1,2\], .*\[1,3\]/],
    ['reductions', () => mergeReports(ce(), ce({ reduction: 'sum' })), /the same reduction/],
    ['dtypes', () => mergeReports(ce(), report(crossEntropy, new Float64Array(2), 0)), /the same dtype/],
    ['classes', () => mergeReports(ce(), report(crossEntropy, [[1, 2, 3]], [0])), /the same classes in all of them: 2/],
    ['nothing', () => mergeReports(), /got none/],
    ['a number', () => mergeReports(3 as never), /got a number without totals/],
    ['another version', () => mergeReports({ totals: { schema: 0 } } as never), /version 0/],
    [
      'a damaged sum',
      () => mergeReports({ ...ce(), totals: { ...ce().totals, sums: { sum: 'x', denominator: '1p0' } } }),
      /got the sum "x"/,
    ],
  ]
  test.each(refusals)('%s', (_, merge, text) => {
    expect(merge).toThrow(LossError)
    expect(merge).toThrow(text)
  })

  test('a loss of the regions of a whole batch', () => {
    const dice = (perImage: boolean) =>
      report(
        diceLoss,
        [
          [
            [1, 2],
            [3, 1],
          ],
        ],
        [[0, 1]],
        { perImage },
      )
    expect(() => mergeReports(dice(false), dice(false))).toThrow(/whose whole is the sum of its parts.*unless perImage is true/)
    expect(mergeReports(dice(true), dice(true)).counted).toBe(4)
  })
})

test('findings of the parts are kept once for each check', () => {
  const softmaxed = (first: number) =>
    nn.CrossEntropyLoss().report(
      [
        [first, 1 - first],
        [0.5, 0.5],
      ],
      [0, 1],
    )
  const [a, b] = [softmaxed(0.25), softmaxed(0.75)]
  expect(a.findings.map(({ code }) => code)).toContain('softmax-twice')
  const codes = mergeReports(a, b).findings.map(({ code }) => code)
  expect(codes).toEqual([...new Set(codes)])
  expect(mergeReports(a, b).findings).toEqual(mergeReports(b, a).findings)
})
