import { isWord, type Token } from './tokens.ts'

/** What a hole of a pattern may hold, and what is read from it. */
export interface HoleTypes {
  /** A number, as Python or C++ prints it. */
  readonly number: number
  /** `[2, 3]`, `(2, 3)`, `torch.Size([2, 3])`, `[2 x 3]`. */
  readonly shape: readonly number[]
  /** A shape that PyTorch prints as a tuple, `(2, 3)`. */
  readonly tuple: readonly number[]
  /** `Long`, `short int`, `c10::Half`, `torch.cuda.FloatTensor`. */
  readonly dtype: string
  /** Anything without a blank. */
  readonly word: string
  /** Anything up to what follows in the pattern, or to the end of the line. */
  readonly text: string
  /** The name of a loss of PyTorch, or of its module. */
  readonly loss: string
  /** A kernel of PyTorch that losses run. */
  readonly kernel: string
}

export type HoleKind = keyof HoleTypes
export type HoleValue = HoleTypes[HoleKind]

export interface Read {
  readonly value: HoleValue
  /** The index of the first token behind it. */
  readonly end: number
}

/** The kernels that PyTorch's texts about missing dtypes name, by the loss (or the layer) that runs them. */
export const kernels: Readonly<Record<string, string>> = {
  log_softmax_lastdim_kernel_impl: 'crossEntropy',
  log_softmax_kernel_impl: 'crossEntropy',
  softmax_lastdim_kernel_impl: 'softmax',
  nll_loss_out_frame: 'nllLoss',
  nll_loss2d_forward_out_frame: 'nllLoss',
  log_sigmoid_cpu: 'binaryCrossEntropyWithLogits',
  mse_cpu: 'mseLoss',
  smooth_l1_cpu: 'smoothL1Loss',
  huber_cpu: 'huberLoss',
  binary_cross_entropy: 'binaryCrossEntropy',
  ctc_loss_cpu: 'ctcLoss',
  multi_margin_loss_cpu_kernel: 'multiMarginLoss',
  multilabel_margin_loss_forward_out_frame: 'multilabelMarginLoss',
  addmm_impl_cpu_: 'matmul',
  addmv_impl_cpu: 'matmul',
  dot: 'matmul',
  abs_cpu: 'abs',
}

/** By its name alone, so that the index needs no list of losses; a test holds every loss of the table to it. */
export const isLossName = (name: string): boolean => /loss|cross_entropy|kl_div|nll/i.test(name)

const dtypeName = /^(?:c10::)?(?:BFloat16|Half|Float|Double|Byte|Char|Short|Int|Long|Bool|ComplexFloat|ComplexDouble)$/i
const cppName = /^(?:unsigned char|signed char|short int|long int|int|bool|float|double)/i

/** Reads what a hole holds from token `at` on; null where it holds something else. */
export function readHole(kind: HoleKind, tokens: readonly Token[], at: number, text: string): Read | null {
  if (kind === 'number') return readNumber(tokens, at)
  if (kind === 'shape' || kind === 'tuple') return readShape(tokens, at)
  if (kind === 'dtype') return readDType(tokens, at, text)
  const end = endOfWord(tokens, at, kind === 'word' ? /^[\p{L}\p{N}_.:+-]/u : /^[\p{L}\p{N}_.]/u)
  if (end === at) return null
  const value = text.slice(tokens[at].start, tokens[end - 1].end)
  if (kind === 'loss' && !isLossName(value)) return null
  if (kind !== 'kernel') return { value, end }
  const kernel = value.toLowerCase()
  return Object.hasOwn(kernels, kernel) ? { value: kernel, end } : null
}

function readNumber(tokens: readonly Token[], at: number): Read | null {
  const negative = tokens[at]?.text === '-' && tokens[at + 1]?.glued === true
  const token = tokens[negative ? at + 1 : at]
  if (token === undefined || !/^(?:\d|inf$|nan$)/.test(token.text)) return null
  const value = { inf: Infinity, nan: Number.NaN }[token.text] ?? Number(token.text)
  return { value: negative ? -value : value, end: at + (negative ? 2 : 1) }
}

function readShape(tokens: readonly Token[], at: number): Read | null {
  const sized = tokens[at]?.text === 'torch' && tokens[at + 2]?.text === 'size' && tokens[at + 3]?.text === '('
  let end = sized ? at + 4 : at
  const close = { '[': ']', '(': ')' }[tokens[end]?.text ?? '']
  if (close === undefined) return null
  const value: number[] = []
  for (end++; end < tokens.length && tokens[end].text !== close; end++) {
    const { text } = tokens[end]
    if (/^\d+$/.test(text)) value.push(Number(text))
    else if (text !== ',' && text !== 'x' && text !== '-') return null
  }
  if (end === tokens.length) return null
  return { value, end: end + (sized && tokens[end + 1]?.text === ')' ? 2 : 1) }
}

function readDType(tokens: readonly Token[], at: number, text: string): Read | null {
  if (at >= tokens.length) return null
  const spelled = cppName.exec(text.slice(tokens[at].start))?.[0]
  let end = endOfWord(tokens, at, /^[\p{L}\p{N}_.:]/u)
  if (spelled?.includes(' ')) end = at + 2
  if (end === at) return null
  const raw = text.slice(tokens[at].start, tokens[end - 1].end).replace(/[.:]+$/, '')
  const value = raw.replace(/^torch\.(?:cuda\.)?(\w+)Tensor$/, '$1')
  if (!dtypeName.test(value) && cppName.exec(value)?.[0] !== value) return null
  return { value, end }
}

/** The end of a run of tokens with nothing between them; a mark that ends it belongs to the sentence. */
function endOfWord(tokens: readonly Token[], at: number, allowed: RegExp): number {
  let end = at
  while (end < tokens.length && allowed.test(tokens[end].text) && (end === at || tokens[end].glued)) end++
  while (end > at && !isWord(tokens[end - 1]) && !/^\d/.test(tokens[end - 1].text)) end--
  return end
}
