import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNpy } from '../../files/src/index.ts'
import { check, crossEntropy, logSoftmax, softmax, tensor } from '../../src/index.ts'
import { examples, json, scratch, surprisal } from './support.ts'

const { save } = scratch()
const digits = ['digits/logits.npy', 'digits/labels.npy']
const coins = ['segmentation/logits.npy', 'segmentation/mask.npy']
const cat = ['denoising/noisy.npy', 'denoising/clean.npy']
const array = (file: string) => readNpy(readFileSync(join(examples, file)))

/** The logits of the digits after a softmax: the mistake that most people make. */
const softmaxed = () => save('softmax.npy', softmax(tensor(array(digits[0])), 1))
/** Predictions in a column, truths in a row. */
const hundred = Float32Array.from({ length: 100 }, (_, i) => ((i * 37) % 19) - 9.5)
const column = () => save('column.npy', tensor(hundred, { shape: [100, 1] }))
const row = () => save('row.npy', tensor(hundred, { shape: [100] }))

const calls: readonly (readonly string[])[] = [
  digits,
  [...digits, '--loss', 'ce', '--label-smoothing', '0.1'],
  coins,
  [...coins, '--ignore-index', '255'],
  cat,
  [...digits].reverse(),
  [...digits, '--loss', 'mse'],
  ['digits/eight-logits.npy', 'digits/eight-targets.npy', '--loss', 'bce'],
]

test('the page of checks', async () => {
  const all = [...calls, [softmaxed(), digits[1]], [column(), row()]]
  const sections = all.map((args) => {
    const { stdout, stderr, exit } = surprisal(['check', ...args])
    const names = args.map((arg) => arg.replace(/^.*\/(?=(softmax|column|row)\.npy)/, ''))
    // without the lists of checks, which grow with every check
    const text = stdout
      .replace(/^clear \(\d+\)[\s\S]*?\n\n|^not possible \(\d+\)[\s\S]*?\n\n/gm, '')
      .replaceAll(/\S*\/(?=(softmax|column|row)\.npy)/g, '')
    return `$ surprisal check ${names.join(' ')}\n${stderr}${text}exit code ${exit}\n`
  })
  await expect(sections.join('\n')).toMatchFileSnapshot('./check.txt')
  for (const line of sections.join('\n').split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
})

test('the help', async () => {
  await expect(surprisal(['check', '--help']).stdout).toMatchFileSnapshot('./help-check.txt')
})

test('exit codes: 1 for an error, for a warning with --level warning, 2 for a wrong command line', () => {
  const exit = (...args: string[]) => surprisal(['check', ...args]).exit
  expect(exit(...digits)).toBe(0)
  expect(exit(...coins)).toBe(1)
  expect(exit(...coins, '--ignore-index', '255')).toBe(0)
  expect(exit(softmaxed(), digits[1])).toBe(0)
  expect(exit(softmaxed(), digits[1], '--level', 'warning')).toBe(1)
  expect(exit(...digits, '--level', 'warning')).toBe(0)
  for (const wrong of [
    ['--loss', 'lost'],
    ['--level', 'high'],
    ['--loss', 'mse', '--ignore-index', '3'],
    ['--loss', 'gaussian-nll'],
    ['--no-such-option'],
  ])
    expect([wrong, exit(...digits, ...wrong)]).toEqual([wrong, 2])
  expect(exit('-', '-')).toBe(2)
  expect(exit(...digits, ...digits, ...digits)).toBe(2)
  expect(exit('lost.npy', digits[1])).toBe(4)
  expect(exit('LICENSES.md', digits[1])).toBe(3)
})

test('--json has what the library says, and the fields that cli/README.md lists', () => {
  const file = softmaxed()
  const document = json(['check', file, digits[1], '--label-smoothing', '0.1'])
  const findings = check(crossEntropy, softmax(tensor(array(digits[0])), 1), tensor(array(digits[1])), { labelSmoothing: 0.1 })
  expect(document.findings).toEqual(JSON.parse(JSON.stringify(findings)))
  expect(document.checks).toEqual(findings.checks)
  expect(document).toMatchObject({
    schema: 1,
    loss: 'cross_entropy',
    exit: 0,
    options: { labelSmoothing: 0.1 },
    inputs: { input: { file } },
  })
  expect(document.fits[0]).toEqual({ loss: 'cross_entropy', fits: true, why: null })
  expect(json(['check', ...digits, '--loss', 'nll']).fits).toBeUndefined()
  const readme = readFileSync(new URL('../../cli/README.md', import.meta.url), 'utf8')
  for (const field of [...Object.keys(document), ...Object.keys(document.findings[0]), ...Object.keys(document.checks[0])])
    expect(readme).toContain(`\`${field}\``)
})

test('standard input, and an array as an option', () => {
  const bytes = readFileSync(join(examples, digits[0]))
  const { exit, stdout } = surprisal(['check', '-', digits[1], '--weight', 'digits/weights.npy'], { input: bytes })
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^ {2}input +standard input +\(360, 10\) +float32$/m)
  expect(stdout).toMatch(/^ {2}--weight +digits\/weights\.npy +\(10,\) +float32$/m)
})

test('the loss that is guessed, and what is said beside it', () => {
  const scores = tensor([
    [2, -1, 0.5, 0.25],
    [0.5, 2.5, -1, 0],
    [1, 0, -0.5, 2],
    [-1, 0.25, 1, 0],
  ])
  const half = save('scores-16.npy', tensor(scores, { dtype: 'float16' }))
  const logs = save('log-probabilities.npy', logSoftmax(scores, 1))
  const guess = (...files: readonly string[]) => surprisal(['check', ...files])
  const fromOne = guess(half, save('from-one.npy', tensor(BigInt64Array.of(1n, 2n, 4n, 3n))))
  expect([fromOne.exit, fromOne.stderr]).toEqual([1, ''])
  expect(fromOne.stdout).toMatch(/^no loss fits as it is; looked at as cross-entropy\n/)
  expect(fromOne.stdout).toContain('the labels run from 1 to 4, and the classes from 0 to')
  // no warning of a loss that is only tried
  const none = guess(logs, save('no-labels.npy', tensor(new BigInt64Array(0))))
  expect([none.exit, none.stderr]).toEqual([1, ''])
  expect(none.stdout).toMatch(/^no loss fits as it is; looked at as nll-loss\n/)
  const turned = guess(digits[1], digits[0])
  expect(turned.stdout).toMatch(/^no loss fits as it is; looked at as cross-entropy\n/)
  expect(turned.stdout).toContain(`repair    surprisal cross-entropy ${digits.join(' ')}`)
})

test('a repair is a command line where it can be one, else code under its own label; no sentence mixes the two', () => {
  const of = (...args: readonly string[]) => surprisal(['check', ...args]).stdout
  const mask = of(...coins, '--label-smoothing', '0.1', '--weight', '1,1,4')
  expect(mask).toMatch(
    / {2}repair +surprisal cross-entropy segmentation\/logits.npy segmentation\/mask.npy\n? +--weight 1,1,4\s+--ignore-index 255\s+--label-smoothing 0.1\n/,
  )
  expect(mask).toMatch(/^clear once --ignore-index is 255 /m)
  const labels = save('one-to-ten.npy', tensor(BigInt64Array.from({ length: 360 }, (_, i) => BigInt(1 + (i % 10)))))
  expect(of(digits[0], labels)).toContain("  here      crossEntropy(input, tensor(sub(target, 1), { dtype: 'int64' }))\n")
  const pages = [mask, of(digits[0], labels), of(softmaxed(), digits[1]), of(column(), row()), of(...digits, '--loss', 'bce'), of(...cat)]
  pages.push(of(...digits, '--loss', 'nll'))
  expect(pages.at(-1)).toContain('  repair    surprisal nll-loss --help # what it takes, beside the ranges of both arrays\n')
  const spaced = save("it's here.npy", tensor(array(digits[0])))
  pages.push(of(digits[1], spaced))
  expect(pages.at(-1)).toContain("it'\\''s here.npy'")
  for (const page of pages) {
    // what a call of code is called, what only the library has, and a flag within code
    // (the samples that cost most are named by code, under the label of code)
    expect(page.replace(/^ {2}here +report\(/gm, '')).not.toMatch(/-(loss|entropy|logits)\(|mergeReports|Meter\b|checks: '|report\(/)
    for (const line of page.split('\n')) if (/^ {2}(here|PyTorch) /.test(line)) expect(line).not.toMatch(/ --[a-z]/)
    for (const line of page.split('\n')) if (/^ {2}repair /.test(line)) expect(line).not.toMatch(/[A-Za-z]\(/)
  }
})

test('colour for the eyes alone', () => {
  const { stdout } = surprisal(['check', ...coins], { env: { FORCE_COLOR: '1' } })
  expect(stdout).toContain('\x1b[31merror ')
  expect(surprisal(['check', ...coins]).stdout).not.toContain('\x1b')
})
