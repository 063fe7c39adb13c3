import type { LossError } from '../src/errors.ts'
import { type DType, dtypes, isFloating } from '../src/tensor/dtype.ts'
import { sameShape, tupleOf } from '../src/tensor/shape.ts'
import type { Answer, Case, CaseTensor } from './cases.ts'
import { storageOf, valuesOf } from './cases.ts'
import { drawers } from './drawers.ts'
import { Disagreement, lossOf, type Ours, runCase } from './run-case.ts'
import { coarsest, isHalf, type SizesOf, sizeOfTerms, tolerances } from './tolerance.ts'

/** One way in which we differ from PyTorch. */
export interface Failure {
  readonly kind: 'value' | 'special' | 'dtype' | 'shape' | 'gradients' | 'error' | 'no error' | 'error text' | 'warning' | 'ways' | 'crash'
  readonly text: string
}

export interface Verdict {
  readonly failure: Failure | null
  /** The largest difference in this case, relative to max(|PyTorch's|, size of the terms), and as a share of what is tolerated. */
  readonly worst: { readonly dtype: DType; readonly relative: number; readonly share: number } | null
  /** A difference that is on purpose, by name. */
  readonly exception: string | null
}

/** Calls that we refuse and PyTorch does not, on purpose: `code`, or `code argument`. */
const louder: ReadonlySet<string> = new Set([
  'shape-broadcast',
  'value-unsafe',
  'shape weight',
  'shape target',
  'dtype input',
  'dtype input1',
  'option-type full',
  'option-type swap',
  'dtype target',
  'dtype posWeight',
  'dtype var',
  'target-range target',
  'dtype boxes2',
])

/** What PyTorch takes forwards and refuses backwards: operands of two dtypes; a target of shape (1) for one sample; empty uint8 classes. */
const onlyForwards =
  /^Found dtype \w+ but expected \w+$|^size mismatch \(got input: \[\d+\], target: \[1\]\)$|^expected scalar type Long but found Byte$/

/** Runs a case through the library and compares with PyTorch's answer. */
export function judge(c: Case, answer: Answer): Verdict {
  let ours: Ours
  try {
    ours = runCase(c)
  } catch (error) {
    const ways = error instanceof Disagreement
    return failed(ways ? 'ways' : 'crash', ways ? error.message : error instanceof Error ? (error.stack ?? '') : String(error))
  }
  if (ours.error !== undefined) return judgeError(c, ours.error, answer)
  if (answer.error !== undefined) return failed('no error', `PyTorch: ${answer.error.class}: ${answer.error.message}\nours: no error`)
  return judgeValues(c, ours, answer)
}

const fine: Verdict = { failure: null, worst: null, exception: null }
const failed = (kind: Failure['kind'], text: string): Verdict => ({ ...fine, failure: { kind, text } })

function judgeError(c: Case, error: LossError, { error: theirs, loss, warnings = [] }: Answer): Verdict {
  const name = `${error.code} ${error.argument}`
  const onPurpose =
    (louder.has(name) || louder.has(error.code)) &&
    (error.pytorch === null || warnings.some((text) => error.pytorch === `UserWarning: ${text}`))
  if (theirs === undefined) {
    if (loss !== undefined && onPurpose) return { ...fine, exception: `louder on purpose: ${name}` }
    return failed('error', `PyTorch: no error\nours: ${error.pytorch}   (${name})`)
  }
  const text = `${theirs.class}: ${theirs.message}`
  if (lossOf(c.loss).spec.pytorch === null) return { ...fine, exception: 'both refuse, a formula in words of its own' }
  if (error.pytorch?.split('\n')[0] === text) return fine
  if (lossOf(c.loss).spec.pytorch === null) return { ...fine, exception: "both refuse it; there are no words of PyTorch's" }
  const exception = onPurpose ? 'two mistakes: ours is one that PyTorch has not' : textException(c, error, text)
  if (exception !== null) return { ...fine, exception }
  return failed('error text', `PyTorch: ${text}\nours:    ${error.pytorch}   (${name})`)
}

/** Where both refuse a call, but we do not repeat PyTorch's words. */
function textException(c: Case, error: LossError, theirs: string): string | null {
  // C++ prints a uint8 as a character, which may not even be text
  if (
    error.code === 'target-range' &&
    c.tensors.target?.dtype === 'uint8' &&
    /^UnicodeDecodeError|is out of bounds\.$|^IndexError: Target $/.test(theirs)
  ) {
    return 'PyTorch prints a uint8 class as a character'
  }
  if (/ is not differentiable with respect to argument /.test(theirs)) return 'two mistakes: PyTorch first names what has no gradient'
  if (error.code === 'shape' && /^NotImplementedError|: Found dtype|: Subtraction|: result type/.test(theirs))
    return 'two mistakes: PyTorch first names the dtype'
  if (error.code === 'reduction' && !theirs.includes('reduction')) return 'two mistakes: we first name the reduction'
  if (error.code === 'option-type' && error.pytorch === null && theirs.startsWith('TypeError: unsupported operand')) {
    return "PyTorch's Python refuses an option's type in the arithmetic where it meets it"
  }
  if (error.code.endsWith('-type') && !/^(Type|Attribute)Error/.test(theirs)) return 'two mistakes: we first read all arguments'
  return null
}

function judgeValues(c: Case, ours: Ours, answer: Answer): Verdict {
  const pairs: [string, CaseTensor | undefined, CaseTensor | undefined][] = [['loss', ours.loss, answer.loss]]
  const refused = answer.backwardError !== undefined
  if (!refused) {
    for (const name of c.requires) pairs.push([name, ours.grads?.[name], answer.grads?.[name]])
  }
  if (refused && !onlyForwards.test(answer.backwardError.message)) {
    return failed('no error', `PyTorch, in backward: ${answer.backwardError.class}: ${answer.backwardError.message}`)
  }
  let exception = refused ? 'PyTorch refuses backwards what it takes forwards; ours has the gradient' : null
  let worst: Verdict['worst'] = null
  let sizes: SizesOf | null = null
  for (const [name, mine, theirs] of pairs) {
    if (mine === undefined || theirs === undefined) {
      if (mine === theirs) continue
      if (mine !== undefined && valuesOf(mine).every((value) => value === 0)) {
        exception ??= 'PyTorch has no gradient where ours is 0'
        continue
      }
      return failed('gradients', `${name}: ${mine === undefined ? 'only PyTorch has' : 'only we have'} a gradient`)
    }
    if (mine.dtype !== theirs.dtype) return failed('dtype', `${name}: PyTorch ${theirs.dtype}, ours ${mine.dtype}`)
    if (!sameShape(mine.shape, theirs.shape))
      return failed('shape', `${name}: PyTorch ${tupleOf(theirs.shape)}, ours ${tupleOf(mine.shape)}`)
    if (mine.data === theirs.data) continue
    sizes ??= sizeOfTerms(c)
    const found = compareTensors(c, name, mine, theirs, sizes(name, theirs.shape))
    if (found.failure !== null) return found
    exception ??= found.exception
    if (found.worst !== null && (worst === null || found.worst.share > worst.share)) worst = found.worst
  }
  for (const warning of answer.warnings ?? []) {
    if (warning.startsWith('Using a target size') || ours.warnings.some((text) => text.includes(warning))) continue
    return failed('warning', `PyTorch warns: ${warning}\nours: ${ours.warnings.join('\n') || 'nothing'}`)
  }
  return { failure: null, worst, exception }
}

function compareTensors(c: Case, name: string, mine: CaseTensor, theirs: CaseTensor, sizes: ArrayLike<number>): Verdict {
  const dtype = coarsest(c, theirs.dtype)
  const { relative, epsilon, steps, tiny } = tolerances[dtype]
  const a = valuesOf(mine)
  const b = valuesOf(theirs)
  let worst = { dtype, relative: 0, share: 0 }
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue
    if (!Number.isFinite(a[i]) || !Number.isFinite(b[i])) {
      const overflow = overflows(c, a[i], b[i], theirs.dtype)
      if (overflow !== null) return { ...fine, exception: overflow }
      return failed('special', at(name, i, mine, theirs, Number.NaN))
    }
    const tolerance = relative * Math.abs(b[i]) + steps * (epsilon * sizes[i] + tiny)
    const difference = Math.abs(a[i] - b[i])
    if (!(difference <= tolerance)) {
      const exception = excuseOf(c, a[i], b[i])
      return exception === null ? failed('value', at(name, i, mine, theirs, tolerance)) : { ...fine, exception }
    }
    const share = difference / tolerance
    if (share > worst.share) worst = { dtype, relative: difference / Math.max(Math.abs(b[i]), sizes[i]), share }
  }
  return { failure: null, worst, exception: null }
}

/** Why a loss's numbers may be others than PyTorch's, by what its drawer says. */
const excuseOf = (c: Case, ours: number, theirs: number): string | null =>
  drawers[lossOf(c.loss).spec.name]?.excuse?.(c, ours, theirs) ?? null

/**
 * Whether two evaluations may differ in what overflows, since only one of them rounds there; the name of the reason, or null.
 *
 * float16: PyTorch rounds each intermediate result to at most 65504, and its constant 1e-12 to 0; we round at the end. Of two dtypes,
 * PyTorch squares what two narrow arguments make in theirs. Near the largest float32 it depends on whether a factor or a division comes
 * first. And a factor that is 0, or barely not, times an infinite weight or target is NaN or infinite. Logits and real arguments may well
 * be infinite: there nothing is excused.
 */
function overflows(c: Case, ours: number, theirs: number, result: DType): string | null {
  const { spec } = lossOf(c.loss)
  const excuse = excuseOf(c, ours, theirs)
  if (excuse !== null) return excuse
  const has = (test: (size: number) => boolean, among = Object.values(c.tensors)) =>
    among.some((t) => valuesOf(t).some((v) => test(Math.abs(v))))
  if (has((size) => size > 2 ** 121 && size < 2 ** 128)) return 'an argument near the largest float32'
  const dtypesOf = [result, ...Object.values(c.tensors).map(({ dtype }) => dtype)]
  const mixed = new Set(dtypesOf.filter(isFloating)).size > 1
  // of e^x for x > 80 a part overflows in the narrower dtype, a part does not
  if (mixed && !Number.isFinite(ours) && !Number.isFinite(theirs) && has((size) => size > 80))
    return 'mixed dtypes: infinity against infinity'
  if (c.upstream?.includes('NaN') && Number.isNaN(ours) && theirs === 0)
    return 'a NaN flows into a flat part: PyTorch stops it, we multiply it'
  if (Number.isNaN(ours)) return null
  const factors = Object.entries(c.tensors).filter(
    ([name]) => !spec.inputs.some((input) => input.name === name && /^(logits|real|log-prob)/.test(input.domain)),
  )
  const infinite = has(
    (size) => size === Infinity,
    factors.map(([, t]) => t),
  )
  // a sum within PyTorch's own roundings of the largest float16
  if (result === 'float16' && Math.abs(ours) === Infinity && Math.sign(ours) * theirs > 65504 * (1 - 6 * 2 ** -11)) {
    return "float16: PyTorch's roundings keep it just below infinity"
  }
  if (dtypesOf.includes('float16') && !Number.isFinite(theirs)) return "float16: PyTorch's intermediate overflows"
  if (dtypesOf.some(isHalf) && infinite && Number.isNaN(theirs)) return "16 bits: PyTorch's intermediate is 0, times infinity"
  if (infinite && !Number.isFinite(ours) && !Number.isFinite(theirs)) return 'an infinite factor of what may round to 0'
  if (mixed && !Number.isFinite(theirs) && has((size) => size > 2 ** 63)) {
    return "mixed dtypes: PyTorch's intermediate overflows in the narrower one"
  }
  return null
}

function at(name: string, index: number, mine: CaseTensor, theirs: CaseTensor, tolerance: number): string {
  const what = name === 'loss' ? 'loss' : `gradient of ${name}`
  const [a, b] = [valuesOf(mine)[index], valuesOf(theirs)[index]]
  const distance = Number.isNaN(tolerance) ? '' : `, ${ulps(mine, theirs, index)} ulp apart, tolerance ${tolerance.toExponential(3)}`
  return `${what} [${index}] of ${tupleOf(theirs.shape)} ${theirs.dtype}: PyTorch ${b}, ours ${a}${distance}`
}

/** How many numbers of the dtype lie between two of them. */
function ulps(a: CaseTensor, b: CaseTensor, index: number): bigint {
  const [x, y] = [a, b].map((t) => {
    const storage = storageOf(t)
    const { bytes } = dtypes[t.dtype]
    const view = new DataView(storage.buffer, index * bytes, bytes)
    const bits = bytes === 8 ? view.getBigInt64(0, true) : bytes === 4 ? BigInt(view.getInt32(0, true)) : BigInt(view.getInt16(0, true))
    // the order of the bits of negative numbers runs backwards
    return bits < 0n ? -(bits & ((1n << BigInt(8 * bytes - 1)) - 1n)) : bits
  })
  return x > y ? x - y : y - x
}
