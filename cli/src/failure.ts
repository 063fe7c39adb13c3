import type { FileError } from '@surprisal/files'
import type { LossError, LossErrorCode } from 'surprisal'
import type { Exit } from './exit.ts'
import { speller } from './spelling.ts'

/** Something that went wrong outside this program, ready to be printed; whatever else is thrown is a bug. */
export class Failure extends Error {
  readonly exit: Exit
  /** Lines below the message, each with its label. */
  readonly details: readonly (readonly [label: string, text: string])[]
  /** What `--json` adds to exit code and message. */
  readonly data: Readonly<Record<string, unknown>>

  constructor(exit: Exit, message: string, details: Failure['details'] = [], data: Failure['data'] = {}) {
    super(message)
    this.name = 'Failure'
    this.exit = exit
    this.details = details
    this.data = data
  }
}

/** A wrong command line; `hint` says what to type to learn more. */
export const usageFailure = (message: string, hint?: string): Failure =>
  new Failure('usage', message, hint === undefined ? [] : [['help', hint]])

/** The codes of a LossError that are about an option's value, not about an array. */
const aboutOptions: readonly LossErrorCode[] = ['option-range', 'option-type', 'option-unknown', 'reduction']

/** What a loss refuses. `label` is the argument as the user gave it, its name or its flag; `source` its file, where it has one. */
export function lossFailure(error: LossError, label: string, source: string | null): Failure {
  const { code, fn, argument, pytorch } = error
  const spell = speller(fn)
  const [received, expected, repair] = [error.received, error.expected, error.repair].map(spell)
  const data = { code, fn, argument, source, received, expected, repair, pytorch }
  const says: [string, string] = ['PyTorch', pytorch ?? 'says nothing here']
  if (code === 'not-differentiable') return new Failure('usage', `--grad: the loss has no gradient of ${spell(argument)}`, [says], data)
  const details: [string, string][] = [['expected', expected], ['repair', repair], says]
  const where = source === null ? label : `${label}, ${source}`
  return new Failure(aboutOptions.includes(code) ? 'usage' : 'data', `${where}: got ${received}`, details, data)
}

/** What is wrong with the contents of a file. */
export function fileFailure(error: FileError, argument: string): Failure {
  const { code, file, offset, received, expected, repair } = error
  const where = offset === undefined ? file : `${file}, byte ${offset}`
  const details: [string, string][] = [
    ['expected', expected],
    ['repair', repair],
  ]
  const data = { code, argument, source: file, offset: offset ?? null, received, expected, repair }
  return new Failure('data', `${argument}, ${where}: got ${received}`, details, data)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a folder, not a file',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file is too large for this system',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
}

/** What the operating system refuses; `doing` is 'read' or 'write'. */
export function systemFailure(error: NodeJS.ErrnoException, doing: string, argument: string, path: string): Failure {
  const code = error.code ?? 'unknown'
  const data = { code, argument, source: path }
  return new Failure('io', `${argument}, ${path}: cannot ${doing} it: ${reasons[code] ?? error.message}`, [], data)
}

export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error
