import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exitCodes } from '../../cli/src/exit.ts'
import { main } from '../../cli/src/main.ts'
import { speller } from '../../cli/src/spelling.ts'
import { readArrayOption } from '../../cli/src/values.ts'
import { crossEntropy, diceLoss, poissonNllLoss } from '../../src/index.ts'
import { json, scratch, surprisal, unwrapped } from './support.ts'

const digits = ['digits/logits.npy', 'digits/labels.npy']
const coins = ['segmentation/logits.npy', 'segmentation/mask.npy']

const calls: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'the command line': [
    ['crossentropy', ...digits],
    ['help', 'crosentropy'],
    ['crosentropy', '--help'],
    digits,
    ['ce', digits[0]],
    ['ce', ...digits, 'more.npy'],
    ['ce', ...digits, '--reductoin', 'sum'],
    ['ce', ...digits, '--reduction', 'avg'],
    ['ce', ...digits, '--ignore-index', '0x10'],
    ['ce', ...digits, '--label-smoothing', 'some'],
    ['ce', ...digits, '--label-smoothing', '2'],
    ['ce', ...digits, '--reduce', 'no'],
    ['ce', ...digits, '--grad', '--force'],
    ['ce', ...digits, '--grad', 'gradient.txt'],
    ['ce', ...digits, '--grad', 'tagret=gradient.npy'],
    ['ce', ...digits, '--grad', 'target=gradient.npy'],
    ['ce', ...digits, '--grad', digits[0], '--force'],
    ['ce', '-', '-'],
    ['mse', ...digits, '--ignore-index', '3'],
    ['ce', 'digits/mixup-logits.npy', 'digits/mixup-targets.npy', '--ignore-index', '255'],
  ],
  'the arrays': [
    ['ce', ...coins],
    ['ce', digits[1], digits[0]],
    ['ce', digits[0], 'digits/eight-targets.npy'],
    ['ce', digits[0], coins[1]],
    ['ce', ...digits, '--weight', '1,2,3'],
    ['ce', ...digits, '--weight', 'segmentation/weights.npy'],
    ['bce', 'digits/eight-logits.npy', 'digits/eight-targets.npy'],
    ['bce', 'digits/eight-probabilities.npy', digits[1]],
    ['mse', digits[0], 'digits/weights.npy'],
    ['mse', 'denoising/noisy.npy', digits[1]],
    ['ce', 'LICENSES.md', digits[1]],
  ],
  files: [
    ['ce', 'lost.npy', digits[1]],
    ['ce', 'digits', digits[1]],
    ['ce', ...digits, '--weight', 'lost.npy'],
    ['ce', ...digits, '--out', 'nowhere/values.npy'],
    ['mse', digits[0], digits[0], '--out', digits[1]],
    ['examples', 'nowhere'],
  ],
}

const page = Object.entries(calls).map(([title, group]) => ({ title, group, outcomes: group.map((args) => surprisal(args)) }))

test('the page of errors', async () => {
  const sections = page.map(({ title, group, outcomes }) => {
    const texts = outcomes.map(({ stderr, exit }, i) => `$ surprisal ${group[i].join(' ')}\n${stderr}exit code ${exit}\n`)
    return `# ${title}\n\n${texts.join('\n')}`
  })
  await expect(sections.join('\n')).toMatchFileSnapshot('./errors.txt')
})

test('an error is on stderr alone, with its exit code and no stack', () => {
  const [usage, data, io] = page.map(({ outcomes }) => outcomes)
  for (const { stdout, stderr } of [...usage, ...data, ...io]) {
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error: /)
    expect(stderr).not.toMatch(/\n\s+at |\.js\b|node:/)
  }
  expect([usage, data, io].map((outcomes) => [...new Set(outcomes.map(({ exit }) => exit))])).toEqual([[2], [3], [4]])
})

test('a repair is something that can be typed: no JavaScript', () => {
  for (const { outcomes } of page)
    for (const { stderr } of outcomes)
      expect(stderr).not.toMatch(/Array\.from|tensor\(|reshape\(\w+,|\{ \w+:|(?<!-)\b[a-z]+[A-Z]\w+\b(?=.*\n {2}PyTorch)/)
})

test('a sentence of the library in the words of the command line', () => {
  const spell = speller(crossEntropy.spec.name)
  expect(spell('if 255 marks what is not counted: { ignoreIndex: 255 }')).toBe('if 255 marks what is not counted: --ignore-index 255')
  expect(spell('no ignoreIndex: a distribution has none')).toBe('no --ignore-index: a distribution has none')
  expect(spell("reduction: 'mean' (the default)")).toBe('--reduction mean (the default)')
  expect(spell("reshape(target, [4]), or tensor(target, { dtype: 'int64' })")).toBe(
    'in Python target.reshape(4), or in Python target.astype(np.int64)',
  )
  expect(spell('use binaryCrossEntropyWithLogits')).toBe('use binary-cross-entropy-with-logits')
})

test('a switch that is on if left out takes its word with it', () => {
  const spell = speller(diceLoss.spec.name)
  expect(spell('{ fromLogits: false }, or fromLogits: true')).toBe('--from-logits false, or --from-logits true')
  expect(spell('fromLogits')).toBe('--from-logits')
  expect(speller(poissonNllLoss.spec.name)('logInput: false, full: true')).toBe('--log-input false, --full')
  expect(speller(crossEntropy.spec.name)('sizeAverage: false')).toBe('--size-average false')
  expect(speller('mseLoss')('{ broadcast: true }, not broadcast: false')).toBe('--broadcast, not no --broadcast')
})

test('numbers with a slip among them are no file name', () => {
  for (const text of ['1,2,,4', '1,2,', ',1', '1,two,3', '0.5,1e'])
    expect(() => readArrayOption(text), text).toThrow(/^Expected numbers with commas between them, got /)
  for (const text of ['weights.npy', './1,2,,4', '1,2.npy', 'a,b', 'run-1,5/w.npy']) expect(readArrayOption(text)).toEqual({ file: text })
  expect(readArrayOption('1, 2,-.5')).toEqual([1, 2, -0.5])
  const { exit, stderr } = surprisal(['ce', ...digits, '--weight', '1,2,,4'])
  expect([exit, unwrapped(stderr.split('\n  help')[0])]).toEqual([
    2,
    "error: option '--weight <array>' argument '1,2,,4' is invalid. Expected numbers with commas between them, got nothing in place 3 (if it is a file: ./1,2,,4).",
  ])
})

test('a word that is a part of a name is looked for there first', () => {
  const said = (word: string) => surprisal([word, ...digits]).stderr.split('\n')[0]
  expect(said('nce')).toBe("error: unknown command 'nce'. Did you mean one of info-nce-loss, bce, ce?")
  expect(said('hinge')).toContain('Did you mean one of hinge-embedding-loss, lovasz-hinge-loss')
  expect(said('crossentropy')).toContain('Did you mean cross-entropy?')
  expect(said('xyzzy')).toBe("error: unknown command 'xyzzy'")
})

test('--json: one document on stdout, for errors too', () => {
  expect(json(['ce', ...coins]).error).toMatchObject({
    exit: 3,
    kind: 'data',
    code: 'target-range',
    argument: 'target',
    source: coins[1],
    pytorch: 'IndexError: Target 255 is out of bounds.',
  })
  expect(json(['ce', 'lost.npy', digits[1]]).error).toMatchObject({ exit: 4, kind: 'io', code: 'ENOENT', source: 'lost.npy' })
  expect(json(['ce', ...digits, '--reductoin', 'sum']).error).toMatchObject({ exit: 2, kind: 'usage' })
  expect(json(['ce', 'LICENSES.md', digits[1]]).error).toMatchObject({ exit: 3, code: 'format', argument: 'input', source: 'LICENSES.md' })
})

test('a damaged file is named, with the place', () => {
  const { save } = scratch()
  const whole = readFileSync(new URL('../../examples/digits/logits.npy', import.meta.url))
  const { exit, stderr } = surprisal(['ce', save('cut.npy', whole.subarray(0, 1000)), digits[1]])
  expect([exit, unwrapped(stderr.split('\n  expected')[0]).replace(/, \S*(?=cut)/, ', ')]).toMatchInlineSnapshot(`
    [
      3,
      "error: input, cut.npy, byte 1000: got 872 bytes of data after a header of 128",
    ]
  `)
})

test('a bug: exit code 70, with the stack and a request', async () => {
  const lines: string[] = []
  const { stderr, stdout } = process
  const write = stderr.write
  stderr.write = (text: string | Uint8Array) => lines.push(String(text)) > 0
  try {
    // what is not a word at all breaks the parser
    expect(await main([Symbol('word') as unknown as string])).toBe(exitCodes.bug[0])
  } finally {
    stderr.write = write
  }
  expect(stdout.listenerCount('error')).toBeGreaterThan(0)
  expect(lines.join('')).toMatch(/^error: this is a bug of surprisal .*report it[\s\S]*\n {2}stack {2}TypeError[\s\S]*\n\s+at /)
})
