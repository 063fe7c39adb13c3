import { expect, test } from 'vitest'
import { tensor } from '../../src/index.ts'
import { json, scratch, surprisal } from './support.ts'

const { save } = scratch()
const rates = save('rates.npy', tensor(Float32Array.of(0.5, 1.5, 2)))
const counts = save('counts.npy', tensor(Float32Array.of(1, 2, 3)))
const call = ['poisson', rates, counts]

test('what is on or off is said in every way, whatever its default', () => {
  const options = (...words: readonly string[]) => json([...call, ...words]).options
  // --log-input is on by default, --full is off
  for (const off of [['--no-log-input'], ['--log-input', 'false'], ['--log-input=false'], ['--log_input', 'False'], ['--no-logInput']])
    expect(options(...off), off.join(' ')).toEqual({ logInput: false })
  for (const on of [['--log-input'], ['--log-input', 'true'], ['--log-input=True']]) expect(options(...on)).toEqual({ logInput: true })
  for (const on of [['--full'], ['--full', 'true'], ['--full=true']]) expect(options(...on)).toEqual({ full: true })
  for (const off of [['--no-full'], ['--full', 'false'], ['--full=False']]) expect(options(...off)).toEqual({})
  expect(json(['poisson', '--no-log-input', rates, counts]).options).toEqual({ logInput: false })
  expect(json(['poisson', '--log-input', rates, counts]).options).toEqual({ logInput: true })
})

test('the same for check', () => {
  expect(json(['check', rates, counts, '--loss', 'poisson', '--no-log-input', '--full', 'true']).options).toEqual({
    logInput: false,
    full: true,
  })
})

test('what is neither is refused, and so is the flag of another loss, or of the command', () => {
  const said = (...words: readonly string[]) => {
    const { exit, stderr } = surprisal([...call, ...words])
    return `${exit} ${stderr.split('\n')[0]}`
  }
  expect(said('--log-input', 'perhaps')).toMatch(/^2 error: .* Expected true or false\.$/)
  expect(said('--no-normalize')).toBe("2 error: unknown option '--no-normalize'")
  expect(said('--no-json')).toContain("2 error: unknown option '--no-json'")
})

test('the help says how to turn off what is on', () => {
  expect(surprisal(['poisson', '--help']).stdout.replaceAll(/\s+/g, ' ')).toContain('(default: true; --no-log-input turns it off)')
})
