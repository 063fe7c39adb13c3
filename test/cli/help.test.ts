import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exitCodes } from '../../cli/src/exit.ts'
import { commandName, kebabCase, losses } from '../../cli/src/losses.ts'
import { surprisal } from './support.ts'

const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

test('the help', async () => {
  const { exit, stdout, stderr } = surprisal([])
  // without the losses and the width of their column, so that a new loss leaves the text as it is
  const text = stdout.replace(/(?<=Losses:\n)( {2}.*\n)+/, '  …\n').replace(/(?<=\S) {3,}/g, '  ')
  await expect(text).toMatchFileSnapshot('./help.txt')
  expect([exit, stderr]).toEqual([0, ''])
  for (const args of [['--help'], ['-h'], ['help']]) expect(surprisal(args)).toEqual({ exit, stdout, stderr })
})

test('the help of a loss', async () => {
  const { exit, stdout, stderr } = surprisal(['ce', '--help'])
  await expect(stdout).toMatchFileSnapshot('./help-cross-entropy.txt')
  expect([exit, stderr]).toEqual([0, ''])
  for (const args of [
    ['help', 'ce'],
    ['cross_entropy', '-h'],
    ['ce', 'input.npy', '--help'],
  ])
    expect(surprisal(args)).toEqual({ exit, stdout, stderr })
})

test.each(losses.map(({ spec }) => spec))('the help of $name has all that its table has', (spec) => {
  const words = surprisal(['help', commandName(spec)]).stdout.replace(/\s+/g, ' ')
  for (const text of [spec.summary, spec.formula, spec.inside, spec.module, ...spec.aliases]) expect(words).toContain(text)
  for (const { name, help } of spec.inputs) expect(words).toContain(`${name} ${help}`)
  for (const [name, { help }] of Object.entries(spec.options)) {
    expect(words).toContain(`--${kebabCase(name)} `)
    expect(words).toContain(help)
  }
  for (const [code, meaning] of [exitCodes.ok, exitCodes.usage, exitCodes.data, exitCodes.io, exitCodes.bug])
    expect(words).toContain(`${code} ${meaning}`)
})

test('no line of a help is wider than 80 columns, but for the examples and the names of three arguments and more', () => {
  const lines = losses.flatMap(({ spec }) => surprisal(['help', commandName(spec)]).stdout.split('\n'))
  expect(lines.filter((line) => line.length > 80 && !/^( {2}surprisal |Usage:(.*>){3})/.test(line))).toEqual([])
})

test('--version is the library’s', () => {
  const { version } = readJson('../../package.json')
  expect(surprisal(['--version'])).toEqual({ exit: 0, stdout: `${version}\n`, stderr: '' })
  expect(readJson('../../cli/package.json').version).toBe(version)
})

test('colour: NO_COLOR, then FORCE_COLOR, then the terminal', () => {
  const coloured = (env: Record<string, string>) =>
    [['ce', 'digits/logits.npy', 'digits/labels.npy'], ['--help'], ['ce']].map((args) => {
      const { stdout, stderr } = surprisal(args, { env })
      return (stdout + stderr).includes('\x1b[')
    })
  expect(coloured({})).toEqual([false, false, false])
  expect(coloured({ FORCE_COLOR: '1' })).toEqual([true, true, true])
  expect(coloured({ FORCE_COLOR: '0' })).toEqual([false, false, false])
  expect(coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toEqual([false, false, false])
})
