import { expect, test } from 'vitest'
import { kebabCase } from '../../cli/src/losses.ts'
import { table } from '../../src/decoder/signatures/index.ts'
import { why, whyFacts } from '../../src/index.ts'
import { json, surprisal } from './support.ts'

test('why 0.7437 --classes 4', () => {
  const { stdout, stderr, exit } = surprisal(['why', '0.7437', '--classes', '4'])
  expect([exit, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^0\.7437 {2}±0\.00005, classes 4\n\n1\. Softmax before a loss that has one: perfect answers {2}strong, \d+ %\n/)
  expect(stdout).toContain('ln(e + 4 − 1) − 1 = 0.7436684: agrees with 0.7437 in all digits')
  expect(stdout).toContain('here     crossEntropy(scores, target) // without softmax(scores)')
  // typed on the command line, the loss is called so there
  expect(surprisal(['why', '0.7437', '--loss', 'ce']).stdout.split('\n')[0]).toBe('0.7437  ±0.00005, cross-entropy')
  expect(stdout).toContain('compute  crossEntropy([[1, ...Array(3).fill(0)]], [0]).item()')
})

test('every fact of the library has a flag, in both spellings, and the help fits', () => {
  const help = surprisal(['help', 'why']).stdout
  for (const [name, { help: text }] of Object.entries(whyFacts)) {
    expect(help).toContain(`--${kebabCase(name)} `)
    expect(help.replace(/\s+/g, ' ')).toContain(text)
  }
  expect(help.split('\n').filter((line) => line.length > 100)).toEqual([])
  const given = ['--label_smoothing', '0.1', '--frequencies', '5,3,2', '--reduction', 'sum', '--loss', 'ce']
  expect(json(['why', '0.5', ...given]).known).toEqual({
    loss: 'crossEntropy',
    labelSmoothing: 0.1,
    frequencies: [5, 3, 2],
    reduction: 'sum',
  })
})

test('--json is what the library gives', () => {
  for (const value of ['0.6931', 'nan', '-inf', 'inf', '-87.08', '0.0000', 'tensor(2.3026)']) {
    const { schema, surprisal: version, ...decoded } = json(['why', value, '--loss', 'bce-with-logits'])
    expect([schema, typeof version]).toEqual([1, 'string'])
    expect(decoded).toEqual(why(value, { loss: 'bce-with-logits' }))
  }
})

test('no line is wider than 100 columns, for any signature, but for a word that is', () => {
  const wide = (text: string) =>
    text.split('\n').filter(
      (line) =>
        line.length > 100 &&
        line
          .trim()
          .split(' ')
          .some((word) => word.length < 60),
    )
  for (const value of ['nan', 'inf', '-inf', '0', '1', '-0.5', '0.6931', '3.1416', '5.5452', '100']) {
    const { stdout, exit } = surprisal(['why', value, '--long'])
    expect(exit).toBe(0)
    expect(wide(stdout), value).toEqual([])
  }
  for (const { title } of table) expect(title.length).toBeLessThan(100)
})

test('three in full, the others by name; --long has all', () => {
  const short = surprisal(['why', 'nan']).stdout
  const long = surprisal(['why', 'nan', '--long']).stdout
  expect(short.match(/be sure/g)).toHaveLength(3)
  expect(short).toContain('--long explains these too.')
  expect(long.match(/be sure/g)).toHaveLength(8)
})

test('where nothing matches it says so, with marks and what else to say', () => {
  const { stdout, exit } = surprisal(['why', '7.12', '--loss', 'ce', '--classes', '10'])
  expect(exit).toBe(0)
  expect(stdout).toContain('Nothing explains it')
  expect(stdout).toContain('2.30259 = ln 10: Chance: every class is equally likely')
  expect(stdout).toContain('--label-smoothing')
  expect(stdout).toContain('type 7.1200.')
})

test.each([
  [['abc'], 'value: got "abc"', 'surprisal why 0.7437'],
  [['0.5', '--positives', '3'], '--positives: got 3', '--positives 0.5'],
  [['0.5', '--loss', 'crosentropy'], "--loss: got 'crosentropy'", '--loss crossEntropy'],
  [['0.5', '--classes', '2.5'], "option '--classes <integer>' argument '2.5' is invalid", ''],
  [[], 'missing required argument', ''],
  [['1', '2'], 'too many arguments', ''],
  [['0.5', '--clases', '3'], "unknown option '--clases'", '--classes'],
])('why %j is refused', (args, message, repair) => {
  const { exit, stderr, stdout } = surprisal(['why', ...args])
  expect([exit, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toContain(repair)
  expect(json(['why', ...args]).error).toMatchObject({ exit: 2, kind: 'usage' })
})
