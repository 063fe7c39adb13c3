import { constants } from 'node:buffer'
import { existsSync, lstatSync, realpathSync, rmSync, statSync } from 'node:fs'
import { access, type FileHandle, constants as modes, open, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileError, type NdArray, readArray, writeNpy } from '@surprisal/files'
import { Failure, fileFailure, isSystemError, systemFailure } from './failure.ts'

/** The array in a file; `-` is standard input. `argument` is what the file is given for. */
export async function readInput(path: string, argument: string): Promise<NdArray> {
  const name = path === '-' ? 'standard input' : path
  try {
    return readArray(path === '-' ? await readStream(process.stdin) : await readWhole(path), name)
  } catch (error) {
    if (error instanceof FileError) throw fileFailure(error, argument)
    if (isSystemError(error)) throw systemFailure(error, 'read', argument, name)
    throw error
  }
}

/** A text file; `-` is standard input. */
export async function readText(path: string, argument: string): Promise<string> {
  try {
    return Buffer.from(path === '-' ? await readStream(process.stdin) : await readWhole(path)).toString('utf8')
  } catch (error) {
    if (isSystemError(error)) throw systemFailure(error, 'read', argument, path)
    throw error
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const stat = await file.stat()
    if (!stat.isFile()) return await file.readFile()
    if (stat.size > constants.MAX_LENGTH) {
      throw new Failure('io', `${path}: ${stat.size} bytes are more than this version of Node.js can hold (${constants.MAX_LENGTH})`)
    }
    return await readBytes(file, stat.size)
  } finally {
    await file.close()
  }
}

/** In pieces, because one read of Node.js ends at 2 GiB. */
async function readBytes(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let end = 0
  while (end < size) {
    const { bytesRead } = await file.read(bytes, end, Math.min(size - end, 2 ** 30), end)
    if (bytesRead === 0) break
    end += bytesRead
  }
  return bytes.subarray(0, end)
}

async function readStream(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export interface Output {
  readonly path: string
  /** The flag that asked for it, for messages. */
  readonly flag: string
}

/** Refuses, before anything is computed, every output that could not be written or would destroy something. */
export async function checkOutputs(outputs: readonly Output[], inputs: readonly string[], force: boolean): Promise<void> {
  const taken = new Map(inputs.filter(existsSync).map((path) => [realpathSync(path), 'an input of the same call']))
  for (const { path, flag } of outputs) {
    const real = targetOf(path, flag)
    const other = taken.get(real)
    if (other !== undefined) throw new Failure('usage', `${flag}, ${path}: is also ${other}`, [['repair', 'choose another name']])
    taken.set(real, 'another output of the same call')
    refuseExisting(path, flag, force)
    await access(dirname(real), modes.W_OK).catch((error: NodeJS.ErrnoException) => {
      throw systemFailure(error, 'write', flag, path)
    })
  }
}

function refuseExisting(path: string, flag: string, force: boolean): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isSymbolicLink() && !stat.isFile()) throw new Failure('io', `${flag}, ${path}: exists, and is not a plain file`)
  if (!force) throw new Failure('io', `${flag}, ${path}: the file exists`, [['repair', 'another name, or --force to overwrite it']])
}

/** The file that a path leads to, through symbolic links. */
function targetOf(path: string, flag: string): string {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return join(realpathSync(dirname(path)), basename(path))
    const real = realpathSync(path)
    if (statSync(real).isFile()) return real
  } catch (error) {
    throw systemFailure(error as NodeJS.ErrnoException, 'write', flag, path)
  }
  throw new Failure('io', `${flag}, ${path}: exists, and is not a plain file`)
}

/** An array, or a file as it is to be. */
type Contents = { readonly array: NdArray } | { readonly bytes: Uint8Array }

/** Writes all files or none: under temporary names first, renamed when all are complete. */
export async function writeOutputs(outputs: readonly (Output & Contents)[], force: boolean): Promise<void> {
  const finished = outputs.map(({ path, flag, ...contents }, i) => {
    const real = targetOf(path, flag)
    return {
      path,
      flag,
      real,
      temporary: join(dirname(real), `.surprisal-${process.pid}-${i}.tmp`),
      bytes: 'array' in contents ? writeNpy(contents.array) : contents.bytes,
    }
  })
  const remove = () => {
    for (const { temporary } of finished) rmSync(temporary, { force: true })
  }
  const interrupted = (_: NodeJS.Signals, signal: number) => {
    remove()
    process.exit(128 + signal)
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  try {
    for (const { path, flag, temporary, bytes } of finished) await attempt(path, flag, writeFile(temporary, bytes))
    for (const { path, flag, temporary, real } of finished) {
      refuseExisting(path, flag, force)
      await attempt(path, flag, rename(temporary, real))
    }
  } finally {
    remove()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

async function attempt(path: string, flag: string, work: Promise<void>): Promise<void> {
  await work.catch((error: NodeJS.ErrnoException) => {
    throw systemFailure(error, 'write', flag, path)
  })
}
