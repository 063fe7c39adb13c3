import { describe, expect, test } from 'vitest'
import { kebabCase } from '../../cli/src/losses.ts'
import { Random, seedOf } from '../../oracle/random.ts'
import { detectors } from '../../src/findings/index.ts'
import {
  check,
  crossEntropy,
  Meter,
  mergeReports,
  mseLoss,
  nn,
  type OptionsOf,
  type OptionTable,
  report,
  type Tensor,
  tensor,
} from '../../src/index.ts'
import { scratch, surprisal } from '../cli/support.ts'
import { classes, longs, normals } from './batches.ts'
import { mistakes } from './mistakes.ts'
import { type Committed, committed } from './thirty.ts'

/**
 * Each of the thirty mistakes, committed as a user does, once through the library and once on saved files, and named both times.
 */
const { path, save } = scratch()

/** The command line of a call: arrays as files, options as flags. */
function commandLine({ loss, inputs, options = {} }: Committed, name: string): string[] {
  const saved = (array: Tensor, as: string) => save(`${name}-${as}.npy`, array)
  const flags = Object.entries(options).flatMap(([option, value]) => {
    const flag = `--${kebabCase(option)}`
    if (value === true) return [flag]
    return [flag, typeof value === 'object' ? saved(tensor(value as number[]), option) : String(value)]
  })
  return ['check', ...inputs.map((input, i) => saved(input, String(i))), '--loss', loss.spec.name, ...flags, '--json', '--level', 'note']
}

describe.each(mistakes)('$number: $title', ({ number, codes }) => {
  const ways = Object.entries(committed[number] ?? {})

  test('is committed, and by a check that exists', () => {
    expect(ways.length).toBeGreaterThan(0)
    expect(codes.filter((code) => detectors.every((detector) => detector.code !== code))).toEqual([])
  })

  test.each(ways)('%s', (way, commit) => {
    const call = commit(new Random(seedOf(`thirty ${number} ${way}`)))
    const expected = call.codes ?? codes
    const findings = check(call.loss, ...call.inputs, (call.options ?? {}) as OptionsOf<OptionTable>)
    const named = findings.filter(({ code }) => expected.includes(code))
    const states = findings.checks.filter(
      ({ code, state, reason }) => expected.includes(code) && state === 'not possible' && !/ refuses the /.test(reason ?? ''),
    )
    expect([...named, ...states].map(({ code }) => code)).toEqual(expect.arrayContaining([expect.any(String)]))
    // the same through files
    const { stdout, exit } = surprisal(commandLine(call, `${number}-${ways.findIndex(([other]) => other === way)}`))
    const document = JSON.parse(stdout)
    expect(document.findings.map(({ code }: { code: string }) => code)).toEqual(findings.map(({ code }) => code))
    expect(document.checks).toEqual(JSON.parse(JSON.stringify(findings.checks)))
    expect(exit).toBe(findings.length === 0 ? 0 : 1)
  })
})

/** The document of a command on files. */
const computed = (...args: string[]) => JSON.parse(surprisal([...args, '--json']).stdout)

describe('what no single call shows is told by the report', () => {
  const random = new Random(10)
  const batches = [90, 90, 10].map((rows) => [normals(random, [rows, 5], rows === 10 ? 3 : 1), classes(random, [rows], 5)] as const)

  test('10: a mean of means is not the mean; Meter, mergeReports and surprisal merge add exactly', () => {
    const meter = new Meter()
    for (const batch of batches) meter.add(nn.CrossEntropyLoss(), ...batch)
    const means = batches.map((batch) => crossEntropy(...batch).item())
    const [all, target] = [0, 1].map((i) => batches.flatMap((batch) => batch[i].toArray() as number[]))
    const whole = report(crossEntropy, all, tensor(target.map(Number), { dtype: 'int64' }))
    expect(meter.report().value).toBe(whole.value)
    expect(mergeReports(...batches.map((batch) => report(crossEntropy, ...batch))).sum).toBe(whole.sum)
    expect(Math.abs(means.reduce((sum, mean) => sum + mean) / 3 - whole.value)).toBeGreaterThan(0.01)
    const saved = batches.map(([x, t], i) => {
      const file = path(`batch-${i}.json`)
      expect(surprisal(['ce', save(`x-${i}.npy`, x), save(`t-${i}.npy`, t), '--save', file]).exit).toBe(0)
      return file
    })
    expect(computed('merge', ...saved).value).toBe(whole.value)
  })

  test('20: perplexity of what is counted', () => {
    const padded = longs([90], (i) => (i % 3 === 0 ? -100 : i % 5))
    const { information } = report(crossEntropy, batches[0][0], padded)
    expect(information?.perplexity?.ofTokens).toBeCloseTo(Math.exp(crossEntropy(batches[0][0], padded).item()), 5)
    expect(computed('ce', save('x.npy', batches[0][0]), save('padded.npy', padded)).information.perplexity).toEqual(information?.perplexity)
  })

  test('26: the denominator is the number of counted pixels, and what the other would give stands beside it', () => {
    const [x, t] = [normals(random, [2, 3, 4, 4]), longs([2, 4, 4], (i) => (i % 2 ? 255 : 1))]
    const values = crossEntropy(x, t, { ignoreIndex: 255, reduction: 'none' }).toArray() as number[][][]
    const mean = values.flat(2).reduce((sum, value) => sum + value, 0) / 32
    const { value, denominator, made } = report(crossEntropy, x, t, { ignoreIndex: 255 })
    expect([denominator, value / mean]).toEqual([16, expect.closeTo(2, 5)])
    expect(made).toContain('16 pixels ignored, with which it would be')
    expect(computed('ce', save('image.npy', x), save('mask.npy', t), '--ignore-index', '255').made).toBe(made)
  })

  test('27: the sum, the mean, and what papers divide by, side by side', () => {
    const [x, t] = [normals(random, [4, 8]), normals(random, [4, 8])]
    const { sum, denominator, averages } = report(mseLoss, x, t, { reduction: 'sum' })
    expect([denominator, averages.perValue, averages.perSample]).toEqual([32, sum / 32, sum / 4])
    expect(computed('mse', save('a.npy', x), save('b.npy', t), '--reduction', 'sum').averages).toEqual(averages)
  })

  test('30: chance and floor beside the value', () => {
    const [scores, target] = [normals(random, [64, 10]), longs([64], (i) => i % 10)]
    const { chance, floor } = report(crossEntropy, scores, target, { labelSmoothing: 0.1 })
    expect([chance.uniform, floor.value]).toEqual([expect.closeTo(Math.log(10), 10), expect.closeTo(0.5003, 4)])
    const document = computed('ce', save('scores.npy', scores), save('labels.npy', target), '--label-smoothing', '0.1')
    expect([document.chance.uniform, document.floor.value]).toEqual([chance.uniform, floor.value])
  })
})
