import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commandName, kebabCase, losses, measures, otherNames } from '../../cli/src/losses.ts'
import { readArray } from '../../files/src/index.ts'
import { psnr, ssim, tensor } from '../../src/index.ts'
import * as table from '../../src/measures/index.ts'
import { json, scratch, surprisal } from './support.ts'

const images = ['denoising/noisy.npy', 'denoising/clean.npy']
const { path, save } = scratch()
const float32 = (shape: readonly number[], ...values: number[]) => ({ dtype: 'float32', shape, data: Float32Array.from(values) }) as const

test('every measure of the library is a command, and no name is one of two', () => {
  expect(measures.map(({ spec }) => spec.name).sort()).toEqual(Object.keys(table).sort())
  const names = [...losses, ...measures].flatMap(({ spec }) => [commandName(spec), ...otherNames(spec)])
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  const { stdout } = surprisal(['--help'])
  for (const { spec } of measures) expect(stdout.split('Measures:')[1]).toContain(`\n  ${[commandName(spec), ...spec.aliases].join(', ')} `)
})

test.each(measures.map(({ spec }) => spec))('the help of $name has all that its spec has, within 80 columns', (spec) => {
  const { stdout } = surprisal(['help', commandName(spec)])
  const words = stdout.replace(/\s+/g, ' ')
  for (const text of [spec.summary, spec.formula, ...spec.aliases, ...Object.values<string>({ ...spec.gives })])
    expect(words).toContain(text)
  for (const { name, help } of spec.inputs) expect(words).toContain(`${name} ${help}`)
  for (const name of Object.keys(spec.options)) expect(words).toContain(`--${kebabCase(name)} `)
  expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  surprisal '))).toEqual([])
})

describe('psnr', () => {
  test('both averages, with what they are', () => {
    const [x, y] = [save('x.npy', float32([2, 1, 1, 1], 0.5, 0.875)), save('y.npy', float32([2, 1, 1, 1], 0.5, 0.75))]
    expect(surprisal(['psnr', x, y, '--data-range', '1']).stdout.replaceAll(path(''), '')).toMatchInlineSnapshot(`
      "psnr  Peak signal-to-noise ratio of images, in decibels.

        input         /x.npy  (2, 1, 1, 1)  float32
        target        /y.npy  (2, 1, 1, 1)  float32
        --data-range  1

        mean of images  Infinity               dB: the mean of the images' PSNRs; ∞ as soon as one image
                                               is perfect
        of mean error   21.0720997             dB: the PSNR of the mean squared error of all pixels of all
                                               images
        images          Infinity, 18.06179974  dB: the PSNR of each image
        mse             0.0078125              the mean squared error of all pixels
      "
    `)
    expect(json(['psnr', x, y, '--data-range', '1'])).toEqual({
      schema: 1,
      surprisal: expect.any(String),
      measure: 'psnr',
      result: { meanOfImages: 'Infinity', ofMeanError: 10 * Math.log10(128), images: ['Infinity', 10 * Math.log10(64)], mse: 0.0078125 },
      inputs: { input: { file: x, dtype: 'float32', shape: [2, 1, 1, 1] }, target: { file: y, dtype: 'float32', shape: [2, 1, 1, 1] } },
      options: { dataRange: 1 },
    })
  })

  test('is the library’s', () => {
    const [x, y] = images.map((file) => tensor(readArray(readFileSync(new URL(`../../examples/${file}`, import.meta.url)), file)))
    expect(json(['psnr', ...images, '--data_range=2']).result).toEqual(psnr(x, y, { dataRange: 2 }))
  })

  test('its data range has to be given', () => {
    const { exit, stderr } = surprisal(['psnr', ...images])
    expect(exit).toBe(2)
    expect(stderr).toMatchInlineSnapshot(`
      "error: --data-range: got none
        expected  a number above 0
        repair    --data-range 1 for images in [0, 1], 255 for bytes
        PyTorch   says nothing here
      "
    `)
  })
})

describe('ssim', () => {
  test('is SSIM, and not the loss', () => {
    const { result } = json(['ssim', ...images])
    expect(result.mean).toBeCloseTo(1 - json(['ssim-loss', ...images]).value, 6)
    expect(Object.keys(result)).toEqual(['mean', 'images'])
  })

  test('--map writes the map, once', () => {
    const file = path('map.npy')
    const { result } = json(['ssim', ...images, '--map', file])
    expect(result.map).toEqual({ file, dtype: 'float64', shape: [1, 3, 54, 54] })
    const [x, y] = images.map((name) => tensor(readArray(readFileSync(new URL(`../../examples/${name}`, import.meta.url)), name)))
    expect(readArray(readFileSync(file), file).data).toEqual(ssim(x, y, { map: true }).map?.data)
    expect(surprisal(['ssim', ...images, '--map', file])).toMatchObject({ exit: 4, stdout: '' })
    expect(surprisal(['ssim', ...images, '--map', file, '--force']).exit).toBe(0)
    expect(surprisal(['ssim', ...images, '--map', 'map.txt']).exit).toBe(2)
  })
})

describe('perplexity', () => {
  test('of scores and of log-probabilities', () => {
    const scores = save('scores.npy', float32([3, 2], 0, 0, 0, 0, 9, 0))
    const tokens = save('tokens.npy', { dtype: 'int64', shape: [3], data: BigInt64Array.of(0n, 1n, 7n) })
    expect(json(['ppl', scores, tokens, '--ignore-index', '7']).result).toMatchObject({
      counted: 2,
      ignored: 1,
      bits: expect.closeTo(1, 6),
    })
    const logs = save('logs.npy', float32([3], -1, -1, 5))
    expect(json(['perplexity_of_log_probabilities', logs, '--target', tokens, '--ignoreIndex', '7']).result).toMatchObject({
      nats: 1,
      counted: 2,
    })
  })

  test('many sequences are cut short for people', () => {
    const logs = save('many.npy', float32([6, 1], 0, 0, 0, 0, 0, -Infinity))
    expect(surprisal(['ppl-of-logp', logs]).stdout).toMatch(/^ {2}sequences +1, 1, 1, 1, … \(6\) +the perplexity of each/m)
    expect(json(['ppl-of-logp', logs]).result.sequences).toEqual([1, 1, 1, 1, 1, 'Infinity'])
  })

  test('an error in the words of the command line', () => {
    const { exit, stderr } = surprisal(['perplexity', 'digits/logits.npy', 'digits/logits.npy'])
    expect(exit).toBe(3)
    expect(stderr).toContain('perplexity-of-log-probabilities, if the input holds')
  })
})

test('the list has them too', () => {
  const { stdout } = surprisal(['list'])
  for (const { spec } of measures) expect(stdout).toContain(`\n  ${commandName(spec)}\n    ${spec.summary}\n`)
  const { measures: listed } = JSON.parse(surprisal(['list', '--json']).stdout)
  expect(listed.map((each: { command: string }) => each.command)).toEqual(measures.map(({ spec }) => commandName(spec)))
  expect(listed[2].gives).toEqual(measures[2].spec.gives)
})

test('of nothing a measure is NaN, and says why', () => {
  const none = save('no-images.npy', tensor(new Float32Array(0), { shape: [0, 3, 16, 16] }))
  for (const measure of ['psnr', 'ssim']) {
    const { exit, stdout } = surprisal([measure, none, none, '--data-range', '1'])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^ {2}images +none /m)
    expect(stdout).toMatch(/\nnothing is counted: input has no elements, shape \(0, 3, 16, 16\)\n$/)
  }
  const ignored = save('ignored.npy', tensor(BigInt64Array.of(-100n, -100n)))
  const scores = save('two-scores.npy', tensor(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] }))
  expect(surprisal(['perplexity', scores, ignored]).stdout).toMatch(/\nnothing is counted: every token is ignored\n$/)
})
