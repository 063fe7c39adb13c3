import { checkBytes, type NdArray } from './array.ts'
import { FileError } from './errors.ts'
import { isNpy, readNpy } from './npy.ts'
import { sniff } from './sniff.ts'

export type { ArrayDType, NdArray } from './array.ts'
export { FileError, type FileErrorCode } from './errors.ts'
export { readNpy, writeNpy } from './npy.ts'

interface Format {
  readonly title: string
  /** Whether the file opens as this format does; left out by formats that have no mark. */
  readonly is?: (bytes: Uint8Array) => boolean
  readonly read: (bytes: Uint8Array, name: string) => NdArray
}

/** Every format that is read, by extension: the only list of formats. */
const FORMATS: Readonly<Record<string, Format>> = {
  npy: { title: 'NumPy array', is: isNpy, read: readNpy },
}

/**
 * The array in a file of any format that is read: the first bytes decide, then the extension of `name`.
 *
 * Throws a FileError if neither is known, or whatever the format's reader throws.
 * @example readArray(await readFile('labels.npy'), 'labels.npy').shape
 */
export function readArray(bytes: Uint8Array, name: string): NdArray {
  checkBytes(bytes, name)
  const extension = /\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? ''
  const byMagic = Object.values(FORMATS).find((format) => format.is?.(bytes))
  const byExtension = Object.hasOwn(FORMATS, extension) ? FORMATS[extension] : undefined
  const format = byMagic ?? byExtension
  if (format !== undefined) return format.read(bytes, name)
  const { what, repair } = sniff(bytes)
  const known = Object.entries(FORMATS).map(([known, { title }]) => `.${known} (${title})`)
  throw new FileError({ code: 'format', file: name, received: what, expected: `one of ${known.join(', ')}`, repair })
}
