import { InvalidArgumentError } from 'commander'

/** An array from a file, as opposed to numbers on the command line. */
export interface FromFile {
  readonly file: string
}

export type Given = FromFile | readonly number[] | number | boolean | string

export const isFile = (given: Given): given is FromFile => typeof given === 'object' && 'file' in given

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A decimal number, spelled out whole: no hexadecimal, no blanks, no text after it. */
export function readNumber(text: string): number {
  if (DECIMAL.test(text) && Number.isFinite(Number(text))) return Number(text)
  throw new InvalidArgumentError('Expected a number such as 0.1 or -1e-3.')
}

export function readInteger(text: string): number {
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new InvalidArgumentError('Expected an integer such as 255 or -100.')
}

export const readBoolean = (text: string): boolean => {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new InvalidArgumentError('Expected true or false.')
}

/** Numbers with commas between them are an array; everything else names a file (a file called 1,2 is ./1,2). */
export function readArrayOption(text: string): FromFile | readonly number[] {
  const parts = text.split(',').map((part) => part.trim())
  const wrong = parts.findIndex((part) => !DECIMAL.test(part))
  if (wrong < 0) return parts.map(readNumber)
  if (!isNearlyList(text, parts)) return readInput(text)
  const part = parts[wrong] === '' ? 'nothing' : parts[wrong]
  const place = wrong + 1 === parts.length ? 'at the end' : `in place ${wrong + 1}`
  throw new InvalidArgumentError(`Expected numbers with commas between them, got ${part} ${place} (if it is a file: ./${text}).`)
}

/** Whether what is no list of numbers was meant as one: there are numbers between commas, and it does not look like a path. */
const isNearlyList = (text: string, parts: readonly string[]): boolean =>
  parts.length > 1 && parts.some((part) => DECIMAL.test(part)) && !/[/\\]|\.npy$/i.test(text)

/** A positional argument: a file, and where PyTorch takes numbers in place of a tensor, these. */
export function readPositional(plain: 'number' | 'numbers' | undefined): (text: string) => FromFile | readonly number[] | number {
  if (plain === 'number') return (text) => (DECIMAL.test(text) ? readNumber(text) : readInput(text))
  return plain === 'numbers' ? readArrayOption : readInput
}

/** Numbers with commas between them. */
export const readNumbers = (text: string): readonly number[] => text.split(',').map((part) => readNumber(part.trim()))

/** A file to read; `-` is standard input. */
export function readInput(text: string): FromFile {
  if (text === '') throw new InvalidArgumentError('Expected the name of a file.')
  if (text.length > 1 && text.startsWith('-')) throw new InvalidArgumentError(`Expected the name of a file (if that is one: ./${text}).`)
  return { file: text }
}

/** The name of a file to write: `.npy`, so that nothing else is written by a slip. */
export function readOutputPath(text: string): string {
  if (text.startsWith('-') || !/[^/\\]\.npy$/i.test(text)) throw new InvalidArgumentError('Expected a name that ends with .npy.')
  return text
}

export interface GradientRequest {
  readonly of: string
  readonly file: string
}

/** `FILE` or `ARGUMENT=FILE`, collected over several `--grad`. `argumentOf` finds an argument by any spelling of its name. */
export const readGradient =
  (names: readonly string[], argumentOf: (name: string) => string | undefined) =>
  (text: string, before: readonly GradientRequest[] = []): GradientRequest[] => {
    const [, prefix, rest] = /^([^=/\\]+)=(.*)$/.exec(text) ?? []
    const of = argumentOf(prefix ?? names[0])
    if (of === undefined) throw new InvalidArgumentError(`No argument is called ${prefix}: expected ${names.join(', ')}.`)
    const file = readOutputPath(rest ?? text)
    if (before.some((other) => other.of === of)) throw new InvalidArgumentError(`The gradient of ${of} is asked for twice.`)
    return [...before, { of, file }]
  }
