/** What kind of thing is wrong with a file, for programs; the texts are for people and may change. */
export type FileErrorCode =
  | 'argument' // the call is wrong, not the file
  | 'format' // another kind of file, or an unknown one
  | 'version' // the right kind, in a version that does not exist
  | 'header' // the description of the array cannot be understood
  | 'dtype' // the element type has no counterpart here
  | 'shape' // a shape that no array has
  | 'truncated' // the file ends too early
  | 'trailing' // the file goes on after the array

export interface FileErrorParts {
  readonly code: FileErrorCode
  /** The name the caller gave, for messages only. */
  readonly file: string
  /** Where in the file the trouble starts, in bytes, when there is such a place. */
  readonly offset?: number
  readonly received: string
  readonly expected: string
  /** One thing to do about it, in NumPy's words where NumPy can do it. */
  readonly repair: string
}

/** The repair when a file says something that no writer says. */
export const COPY_AGAIN = 'the file is damaged, or its writer is wrong: copy or download it again, or save it again with np.save'

/**
 * The only error that readers and writers of array files throw: what came, what was expected, and the repair, as data and as a text.
 *
 * @example
 * try { readNpy(bytes, 'labels.npy') } catch (error) {
 *   if (error instanceof FileError && error.code === 'dtype') console.error(error.repair)
 * }
 */
export class FileError extends Error implements FileErrorParts {
  override readonly name = 'FileError'
  readonly code: FileErrorCode
  readonly file: string
  readonly offset?: number
  readonly received: string
  readonly expected: string
  readonly repair: string

  constructor(parts: FileErrorParts) {
    const where = parts.offset === undefined ? parts.file : `${parts.file}, byte ${parts.offset}`
    super(`${where}: received ${parts.received}\n  expected ${parts.expected}\n  repair: ${parts.repair}`)
    this.code = parts.code
    this.file = parts.file
    this.offset = parts.offset
    this.received = parts.received
    this.expected = parts.expected
    this.repair = parts.repair
  }
}
