import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandName, kebabCase, losses, otherNames, snakeName } from '../../cli/src/losses.ts'
import { ulpsBetween } from '../../cli/src/numbers.ts'
import { readInteger, readNumber } from '../../cli/src/values.ts'
import { nn } from '../../src/index.ts'
import { header, npy } from '../files/support.ts'
import { examples, json, scratch, surprisal } from './support.ts'

interface Example {
  readonly id: string
  readonly loss: string
  readonly inputs: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string | number>>
  readonly pytorch: { readonly value: number; readonly float64: number }
}

const list = JSON.parse(readFileSync(join(examples, 'examples.json'), 'utf8')) as Example[]
const digits = ['digits/logits.npy', 'digits/labels.npy']
const coins = ['segmentation/logits.npy', 'segmentation/mask.npy']
const { folder, save } = scratch()

test.each(list)('$id: PyTorch’s number, by PyTorch’s name', ({ loss, inputs, options, pytorch }) => {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${kebabCase(name)}`, String(value)])
  const { value, sum, denominator, reduction, loss: name } = json([loss, ...Object.values(inputs), ...flags])
  // each row is a float32, off by an ulp of its own, which may be several of the mean's; PyTorch's sum in float32 costs it as much again
  expect(ulpsBetween(value, Math.fround(pytorch.float64))).toBeLessThanOrEqual(4)
  expect(ulpsBetween(value, pytorch.value)).toBeLessThanOrEqual(4)
  expect(ulpsBetween(Math.fround(reduction === 'sum' ? sum : sum / denominator), value)).toBeLessThanOrEqual(1)
  expect(name).toBe(loss)
})

test('every loss of the library is a command, by all of its names', () => {
  const modules = losses.map(({ spec }) => spec.module)
  // a module that is no function, since it holds its parameters
  const criteria = Object.keys(nn).filter((name) => name.endsWith('Loss') && name !== 'AdaptiveLogSoftmaxWithLoss')
  expect(modules).toEqual(expect.arrayContaining(criteria))
  const { stdout } = surprisal(['--help'])
  for (const { spec } of losses) {
    expect(stdout).toContain(commandName(spec))
    for (const alias of spec.aliases) expect(stdout).toContain(`, ${alias}`)
    expect(otherNames(spec)).toEqual(expect.arrayContaining([...spec.aliases, snakeName(spec), spec.module, spec.name]))
  }
})

test.each(['cross-entropy', 'ce', 'cross_entropy', 'CrossEntropyLoss', 'crossEntropy'])('%s', (name) => {
  expect(surprisal([name, ...digits]).stdout).toContain('0.1412486')
})

test('the value, the sum, the denominator, counted and ignored', () => {
  const { stdout, stderr, exit } = surprisal(['ce', ...coins, '--ignore-index', '255', '--weight', 'segmentation/weights.npy'])
  expect(stdout).toMatchInlineSnapshot(`
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
                14.9091 at n 0, h 20, w 68: class 2, predicted 0
    "
  `)
  expect([exit, stderr]).toEqual([0, ''])
})

test('reduction none: what the values are, and their mean', () => {
  expect(surprisal(['ce', ...coins, '--ignore-index', '255', '--reduction', 'none']).stdout).toMatchInlineSnapshot(`
    "cross-entropy  PyTorch: F.cross_entropy, nn.CrossEntropyLoss

      input           segmentation/logits.npy  (2, 3, 56, 72)  float32
      target          segmentation/mask.npy    (2, 56, 72)     int64
      --ignore-index  255
      --reduction     none

      value     0.1504233
      made of   1046.49 / 6957, the number of counted pixels; 1107 pixels ignored, with which it would
                be 0.129774
      counted   6957 pixels, 1107 ignored
      values    (2, 56, 72) float32
      chance    1.09861 for a uniform guess, 1.02642 for one that knows the frequencies
      floor     0; the loss is 0.150423 above it
      accuracy  93.93 %, 6535 of 6957
      averages  0.150423 per value, 523.247 per sample, 1046.49 per batch; 0.1499 as the mean of 2
                samples
      surprise  0.217015 bits each, perplexity 1.16233 of all tokens
      worst     6.73643 at n 0, h 20, w 69: class 2, predicted 0
                6.70832 at n 0, h 19, w 67: class 2, predicted 0
                5.98573 at n 0, h 15, w 7: class 1, predicted 2
      range     0 to 6.736429

    note ignored-in-mean  reduction
      1,107 of 8,064 values are ignored rows and 0: the mean of the result divides by 8,064, the loss's
      own by 6957.
      evidence  ignored 1107, counted 6957, denominator 6957
      repair    surprisal cross-entropy segmentation/logits.npy segmentation/mask.npy --ignore-index 255
                # or div(sum(values), 6957)
      PyTorch   F.cross_entropy(input, target, ignore_index=255) # or values.sum() / 6957
                (says nothing)
    "
  `)
})

describe('options', () => {
  const value = (...options: string[]) => json(['ce', ...digits, ...options]).value

  test('PyTorch’s and the library’s spellings', () => {
    for (const flag of ['--label-smoothing', '--label_smoothing', '--labelSmoothing'])
      expect(value(flag, '0.1')).toBe(value('--label-smoothing=0.1'))
  })

  test('negative numbers', () => {
    expect(value('--ignore-index', '-100')).toBe(value())
    expect(value('--label-smoothing', '-1e-3')).toBe(value())
  })

  test('an array as numbers, like the same array from a file', () => {
    const weights = [1, 2, 1, 2, 1, 2, 1, 2, 1, 0.5]
    const file = save('weights.npy', { dtype: 'float32', shape: [10], data: Float32Array.from(weights) })
    expect(value('--weight', weights.join(','))).toBe(value('--weight', file))
    expect(json(['ce', ...digits, '--weight', weights.join(',')]).options).toEqual({ weight: weights })
    expect(json(['bce-with-logits', 'digits/eight-logits.npy', 'digits/eight-targets.npy', '--pos-weight', '2']).options).toEqual({
      posWeight: [2],
    })
  })

  test('numbers are read strictly', () => {
    for (const text of ['0x10', '', '1e', '1e3', '1.5', ' 1', 'ten', '9007199254740993'])
      expect(() => readInteger(text)).toThrow('an integer such as')
    for (const text of ['0x1', '', '1e', '.', '1_000', 'Infinity', '1e999']) expect(() => readNumber(text)).toThrow('a number such as')
    expect(['255', '-100', '+3'].map(readInteger)).toEqual([255, -100, 3])
    expect(['.5', '1.', '-1e-3', '1E2', '0'].map(readNumber)).toEqual([0.5, 1, -0.001, 100, 0])
    for (const text of ['0x10', '']) expect(surprisal(['ce', ...digits, '--ignore-index', text])).toMatchObject({ exit: 2, stdout: '' })
  })

  test('deprecated ones work, and warn on stderr', () => {
    const { exit, stderr } = surprisal(['ce', ...digits, '--size-average', 'false'])
    expect(exit).toBe(0)
    expect(stderr).toBe(
      "warning: --size-average and --reduce will be deprecated, please use --reduction sum instead\n  PyTorch  size_average and reduce args will be deprecated, please use reduction='sum' instead.\n",
    )
    expect(json(['ce', ...digits, '--size-average', 'false'])).toMatchObject({
      reduction: 'sum',
      value: json(['ce', ...digits, '--reduction', 'sum']).value,
    })
    expect(json(['ce', ...digits, '--reduce', 'false'])).toMatchObject({ reduction: 'none', shape: [360] })
  })

  test('a flag', () => {
    const [row, rows] = [npy(header("'<f4'", '(2,)'), new Uint8Array(8)), npy(header("'<f4'", '(3, 2)'), new Uint8Array(24))]
    const call = ['mse', save('rows.npy', rows), save('row.npy', row)]
    expect(surprisal(call).exit).toBe(3)
    expect(json([...call, '--broadcast'])).toMatchObject({ value: 0, counted: 6, options: { broadcast: true } })
  })
})

describe('numbers where PyTorch takes them in place of a tensor', () => {
  const vector = (name: string, ...values: number[]) =>
    save(name, { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) })
  const [x, t] = [vector('x.npy', 1, 2, 4), vector('t.npy', 0, 2, 3)]

  test('the variance of gaussian-nll-loss', () => {
    const result = json(['gaussian-nll-loss', x, t, '0.25', '--full'])
    // torch 2.13.0: F.gaussian_nll_loss(x, t, 0.25, full=True)
    expect(result.value).toBeCloseTo(1.5591248273849487, 6)
    expect(result.inputs.var).toBe(0.25)
    expect(surprisal(['gaussian-nll-loss', x, t, '0.25']).stdout).toMatch(/^ {2}var +0\.25$/m)
    expect(json(['gaussian-nll-loss', x, t, vector('var.npy', 0.25, 0.25, 0.25), '--full']).value).toBe(result.value)
    expect(surprisal(['gaussian-nll-loss', x, t, '1,2,3'])).toMatchObject({ exit: 4, stdout: '' })
  })

  test('the lengths of ctc-loss', () => {
    const logs = save('logs.npy', { dtype: 'float32', shape: [3, 1, 2], data: new Float32Array(6).fill(Math.log(0.5)) })
    const labels = save('spelled.npy', { dtype: 'int64', shape: [1, 1], data: BigInt64Array.of(1n) })
    const [three, one] = [3, 1].map((n) => save(`${n}.npy`, { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(n)) }))
    const { value, inputs } = json(['ctc', logs, labels, '3', '1'])
    // torch 2.13.0: F.ctc_loss(logs, labels, (3,), (1,))
    expect(value).toBeCloseTo(0.28768205642700195, 6)
    expect(inputs).toMatchObject({ inputLengths: [3], targetLengths: [1] })
    expect(json(['ctc', logs, labels, three, one]).value).toBe(value)
  })

  test('and nowhere else', () => {
    expect(surprisal(['mse', x, '1'])).toMatchObject({ exit: 4, stderr: expect.stringContaining('target, 1: cannot read it') })
  })
})

describe('arrays', () => {
  const logits = [0.5, -1, 2, 1.5, 0.25, -3]
  const labels = save('labels.npy', { dtype: 'int64', shape: [2], data: BigInt64Array.of(2n, 0n) })
  const bytes = (write: (view: DataView, i: number) => void, size: number) => {
    const view = new DataView(new ArrayBuffer(6 * size))
    for (let i = 0; i < 6; i++) write(view, i)
    return new Uint8Array(view.buffer)
  }
  const column = (i: number) => logits[(i % 2) * 3 + Math.floor(i / 2)]
  const f64 = bytes((view, i) => view.setFloat64(8 * i, logits[i], true), 8)
  const variants = {
    float64: [npy(header("'<f8'", '(2, 3)'), f64), 'float64'],
    'big-endian': [
      npy(
        header("'>f4'", '(2, 3)'),
        bytes((view, i) => view.setFloat32(4 * i, logits[i], false), 4),
      ),
      'float32',
    ],
    'Fortran order': [
      npy(
        header("'<f4'", '(2, 3)', 'True'),
        bytes((view, i) => view.setFloat32(4 * i, column(i), true), 4),
      ),
      'float32',
    ],
  } as const

  test.each(Object.entries(variants))('%s', (_, [file, dtype]) => {
    const expected = json(['ce', save('float64.npy', variants.float64[0]), labels])
    const result = json(['ce', save('logits.npy', file), labels])
    expect(result).toMatchObject({ dtype, inputs: { input: { dtype, shape: [2, 3] } } })
    expect(result.value).toBeCloseTo(expected.value, 6)
  })

  test('float64 keeps its digits', () => {
    const { value } = json(['ce', save('float64.npy', variants.float64[0]), labels])
    expect(Math.fround(value)).not.toBe(value)
    expect(surprisal(['ce', save('float64.npy', variants.float64[0]), labels]).stdout).toContain(String(value))
  })

  test('standard input, once', () => {
    const input = readFileSync(join(examples, digits[1]))
    expect(json(['ce', digits[0], '-'], { input })).toMatchObject({
      value: json(['ce', ...digits]).value,
      inputs: { target: { file: 'standard input' } },
    })
    expect(surprisal(['ce', '-', '-'], { input }).exit).toBe(2)
  })

  test('nothing counted is NaN, which JSON has as a string', () => {
    const void255 = save('void.npy', { dtype: 'int64', shape: [360], data: new BigInt64Array(360).fill(255n) })
    expect(json(['ce', digits[0], void255, '--ignore-index', '255'])).toMatchObject({
      value: 'NaN',
      sum: 0,
      denominator: 0,
      counted: 0,
      ignored: 360,
    })
    expect(surprisal(['ce', digits[0], void255, '--ignore-index', '255']).stdout).toContain(
      '0 / 0: nothing is counted, 360 samples ignored',
    )
  })
})

describe('examples', () => {
  test('each beside PyTorch’s number', () => {
    const { exit, stdout } = surprisal(['examples', '.'])
    expect(exit).toBe(0)
    expect(stdout.match(/^✓/gm)).toHaveLength(list.length)
    expect(stdout).toContain(`${list.length} of ${list.length} agree`)
  })

  test('one that differs: exit code 1', () => {
    const [{ inputs, pytorch, ...example }] = list
    const copies = Object.entries(inputs).map(([name, path]) => [name, basename(save(basename(path), readFileSync(join(examples, path))))])
    save(
      'examples.json',
      Buffer.from(JSON.stringify([{ ...example, inputs: Object.fromEntries(copies), pytorch: { ...pytorch, value: 0.15 } }])),
    )
    const { exit, stdout } = surprisal(['examples', folder])
    expect([exit, stdout.match(/^[✓✗]/gm)]).toEqual([1, ['✗']])
  })
})

test('what the mean divides by: weights are those of the loss, not every array', () => {
  const scores = save('input.npy', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) })
  const layer = save('layer.npy', { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
  const labels = save('classes.npy', { dtype: 'int64', shape: [2], data: BigInt64Array.of(2n, 0n) })
  const call = ['linear-ce', scores, layer, labels]
  expect(surprisal([...call, '--linear-bias', '1,2,3']).stdout).toMatch(/made of +\S+ \/ 2, the number of counted samples$/m)
  expect(surprisal([...call, '--weight', '1,2,3']).stdout).toMatch(
    /made of +\S+ \/ 4, the sum of the weights of 2 samples; the plain mean would be \S+$/m,
  )
})

test('a distance by its name; others are for the library', () => {
  const vectors = (name: string, data: number[]) => save(`${name}.npy`, { dtype: 'float32', shape: [1, 2], data: Float32Array.from(data) })
  const triple = [vectors('anchor', [3, 4]), vectors('positive', [4, 3]), vectors('negative', [0, 1])]
  const call = ['triplet-margin-with-distance', ...triple, '--margin', '0.5', '--distance-function']
  const { value, options } = json([...call, 'cosine'])
  expect(value).toBeCloseTo(0.34, 6)
  expect(options).toEqual({ margin: 0.5, distanceFunction: 'cosine' })
  const { exit, stderr } = surprisal([...call, 'hamming'])
  expect(exit).toBe(2)
  expect(stderr).toContain('euclidean, manhattan, chebyshev, cosine')
})
