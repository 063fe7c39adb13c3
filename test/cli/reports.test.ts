import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readNpy } from '../../files/src/index.ts'
import { examples, json, scratch, surprisal, unwrapped } from './support.ts'

const { path, save } = scratch()
const coins = ['segmentation/logits.npy', 'segmentation/mask.npy']
const digits = ['digits/logits.npy', 'digits/labels.npy']
const array = (file: string) => readNpy(readFileSync(join(examples, file)))

test('a loss with what it is made of', () => {
  const call = ['ce', ...coins, '--ignore-index', '255', '--weight', 'segmentation/weights.npy', '--per', 'class', '--top', '2']
  expect(surprisal(call).stdout).toMatchInlineSnapshot(`
    "cross-entropy  PyTorch: F.cross_entropy, nn.CrossEntropyLoss

      input           segmentation/logits.npy   (2, 3, 56, 72)  float32
      target          segmentation/mask.npy     (2, 56, 72)     int64
      --weight        segmentation/weights.npy  (3,)            float32
      --ignore-index  255

      value     0.24699768
      made of   2364.01 / 9571, the sum of the weights of 6957 pixels; the plain mean would be 0.339804;
                1107 pixels ignored
      counted   6957 pixels, 1107 ignored
      chance    1.09861 for a uniform guess, 1.02544 for one that knows the frequencies
      floor     0; the loss is 0.246998 above it
      accuracy  93.93 %, 6535 of 6957
      averages  0.339804 per value, 1182.01 per sample, 2364.01 per batch; 0.338973 as the mean of 2
                samples
      worst     20.9944 at n 0, h 20, w 69: class 2, predicted 0
                20.9068 at n 0, h 19, w 67: class 2, predicted 0

      class  count        mean  share of sum  accuracy
          0   3309  0.00017818     0.01188 %     100 %
          1   2425    0.265501       46.98 %    89.9 %
          2   1223    0.328752       53.01 %   85.53 %
    "
  `)
})

test('samples, the worst first, and PSNR', () => {
  const { stdout } = surprisal(['ce', ...digits, '--per', 'sample', '--top', '4'])
  expect(stdout.slice(stdout.indexOf('  sample  '))).toMatchInlineSnapshot(`
    "  sample     mean
          56  8.16536
         242  4.18345
         209  4.16674
         333  3.21668
    "
  `)
  const { perSample } = json(['ce', ...digits, '--per', 'sample'])
  expect(perSample.values).toHaveLength(360)
  expect(json(['ce', ...digits]).perSample.values).toBeNull()
  const { psnr } = json(['mse', 'denoising/noisy.npy', 'denoising/clean.npy', '--data-range', '1'])
  expect(psnr.ofMeanError).toBeCloseTo(20.0196, 4)
})

describe('merge', () => {
  /** The examples' images, cut along the first axis. */
  const part = (name: string, start: number, end: number): string => {
    const { dtype, shape, data } = array(name)
    const length = data.length / shape[0]
    return save(`${start}-${name.replace('/', '-')}`, {
      dtype,
      shape: [end - start, ...shape.slice(1)],
      data: data.slice(start * length, end * length),
    })
  }
  const saved = (name: string, args: readonly string[]): string => {
    expect(surprisal([...args, '--save', path(name), '--force']).exit).toBe(0)
    return path(name)
  }
  const options = ['--ignore-index', '255', '--weight', 'segmentation/weights.npy']
  const of = (start: number, end: number) =>
    saved(`${start}-${end}.json`, ['ce', part(coins[0], start, end), part(coins[1], start, end), ...options])

  test('is what the whole gives, digit by digit, in whatever order', () => {
    const whole = json(['ce', ...coins, ...options])
    const files = [of(0, 1), of(1, 2)]
    for (const order of [files, [...files].reverse()]) {
      const merged = json(['merge', ...order])
      for (const field of [
        'value',
        'sum',
        'denominator',
        'mean',
        'made',
        'counted',
        'ignored',
        'chance',
        'floor',
        'gap',
        'accuracy',
        'perClass',
        'dtype',
      ]) {
        expect(merged[field], field).toEqual(whole[field])
      }
      expect(merged).toMatchObject({ loss: 'cross_entropy', parts: 2, reports: order })
      expect(merged.worst[0]).toMatchObject({ value: whole.worst[0].value, source: expect.stringMatching(/segmentation-logits\.npy$/) })
    }
    const { stdout, stderr } = surprisal(['merge', ...files, '--per', 'class', '--save', path('both.json')])
    expect([stdout.split('\n')[0], stderr]).toEqual(['cross-entropy  of 2 reports', ''])
    expect(stdout).toContain(`report  → ${path('both.json')}`)
    // a merged report is a report
    expect(json(['merge', path('both.json')])).toMatchObject({ value: whole.value, parts: 2 })
  })

  test('the same report twice is warned of', () => {
    const file = of(0, 1)
    const { exit, stderr } = surprisal(['merge', file, file])
    expect([exit, unwrapped(stderr)]).toEqual([0, `warning: ${file} is the same report as ${file}, and counts again\n`])
  })

  test('what is no report, another loss, a missing file, an output that exists', () => {
    const file = of(0, 1)
    const other = saved('mse.json', ['mse', 'denoising/noisy.npy', 'denoising/clean.npy'])
    const strange = surprisal(['merge', file, other])
    expect([strange.exit, strange.stdout]).toEqual([3, ''])
    expect(strange.stderr).toContain(`${other}: got the loss "mseLoss"`)
    expect(surprisal(['merge', save('no.json', Buffer.from('{'))]).stderr).toMatch(/no\.json: is no JSON/)
    expect(surprisal(['merge', save('empty.json', Buffer.from('{}'))]).exit).toBe(3)
    expect(surprisal(['merge', save('null.json', Buffer.from('null'))]).exit).toBe(3)
    expect(surprisal(['merge', path('nowhere.json')]).exit).toBe(4)
    expect(surprisal(['merge', file, '--save', other]).exit).toBe(4)
    expect(surprisal(['merge', file, '--save', file, '--force']).exit).toBe(2)
    expect(surprisal(['merge']).exit).toBe(2)
    expect(json(['merge', file, other]).error).toMatchObject({ kind: 'data', code: 'report', source: other })
  })

  test('NaN and infinities go through files', () => {
    const input = save('odd.npy', { dtype: 'float32', shape: [3], data: Float32Array.of(Infinity, Number.NaN, 1) })
    const target = save('zero.npy', { dtype: 'float32', shape: [3], data: new Float32Array(3) })
    const file = saved('odd.json', ['mse', input, target])
    const { value, worst } = json(['merge', file])
    expect([value, worst.map((one: { value: unknown }) => one.value)]).toEqual(['NaN', ['NaN', 'Infinity', 1]])
  })
})

test('options of the report are read as all others', () => {
  const refused = [
    ['--top', '-1'],
    ['--top', 'many'],
    ['--per', 'pixel'],
    ['--save', 'report.npy'],
    ['--data-range', '1'],
    ['--bytes', '0'],
  ]
  for (const flags of refused) expect(surprisal(['ce', ...digits, ...flags]).exit, flags.join(' ')).toBe(2)
  expect(json(['ce', ...digits, '--bytes', '100']).information.bitsPerByte).toBeCloseTo(50.8495066 / Math.LN2 / 100, 6)
})

test('findings stand below the numbers', () => {
  const { stdout } = surprisal(['ce', save('soft.npy', softmaxed()), digits[1]])
  expect(stdout).toMatch(/softmax-twice/)
})

/** The examples' scores after a softmax. */
function softmaxed() {
  const { dtype, shape, data } = array(digits[0])
  const [n, classes] = shape
  const soft = Float32Array.from(data as Float32Array, Math.exp)
  for (let i = 0; i < n; i++) {
    const row = soft.subarray(i * classes, (i + 1) * classes)
    const sum = row.reduce((a, b) => a + b, 0)
    for (let c = 0; c < classes; c++) row[c] /= sum
  }
  return { dtype, shape, data: soft }
}
