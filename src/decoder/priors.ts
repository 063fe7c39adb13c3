import type { Checked } from './facts.ts'
import type { Signature } from './signature.ts'

/** A value of a parameter that nobody told us, and what it costs to name it, in bits. */
export interface Choice {
  readonly of: number
  readonly bits: number
  readonly note?: string
}

/** How much more often than the other losses these are used. */
const popularity: Readonly<Record<string, number>> = {
  crossEntropy: 40,
  binaryCrossEntropyWithLogits: 20,
  mseLoss: 20,
  binaryCrossEntropy: 12,
  l1Loss: 8,
  nllLoss: 8,
  diceLoss: 6,
  klDiv: 4,
  tripletMarginLoss: 3,
  smoothL1Loss: 3,
  sigmoidFocalLoss: 3,
  ctcLoss: 3,
}

/**
 * What naming each signature costs, in bits. A loss is drawn by its popularity, if it is not known, and then a signature of it by its
 * weight: the probabilities add up to 1.
 */
export function bitsOfSignatures(rows: readonly Signature[], loss: string | undefined): ReadonlyMap<Signature, number> {
  const names = loss === undefined ? [...new Set(rows.flatMap(({ losses }) => losses))] : [loss]
  const all = names.reduce((sum, name) => sum + (popularity[name] ?? 1), 0)
  const probability = new Map(rows.map((row) => [row, 0]))
  for (const name of names) {
    const own = rows.filter(({ losses }) => losses.length === 0 || losses.includes(name))
    const weights = own.reduce((sum, { weight }) => sum + weight, 0)
    for (const row of own) {
      const more = ((popularity[name] ?? 1) / all) * (row.weight / weights)
      probability.set(row, (probability.get(row) ?? 0) + more)
    }
  }
  return new Map([...probability].map(([row, p]) => [row, -Math.log2(p)]))
}

/** Largest number of classes that is looked for. */
const MOST_CLASSES = 300_000

/** Numbers of classes that many people have, with a weight and whose they are. */
const famous: Readonly<Record<number, readonly [weight: number, note: string]>> = {
  2: [12, 'two classes'],
  3: [4, 'three classes'],
  4: [2, 'four classes'],
  5: [2, 'five classes'],
  6: [1, 'six classes'],
  7: [1, 'seven classes'],
  8: [1, 'eight classes'],
  9: [1, 'nine classes'],
  10: [10, 'MNIST, CIFAR-10'],
  11: [1, 'ten classes and a background'],
  19: [2, 'Cityscapes'],
  20: [2, 'VOC without background'],
  21: [3, 'VOC with background'],
  26: [1, 'letters'],
  27: [1, 'letters and a blank'],
  37: [1, 'Oxford pets'],
  50: [1, 'ESC-50'],
  65: [1, 'characters of tiny Shakespeare'],
  80: [2, 'COCO'],
  81: [1, 'COCO with background'],
  91: [1, "COCO's category ids"],
  100: [4, 'CIFAR-100'],
  101: [1, 'UCF-101, Food-101'],
  102: [1, 'Oxford flowers'],
  128: [1, 'ASCII'],
  150: [1, 'ADE20K'],
  151: [1, 'ADE20K with background'],
  171: [1, 'COCO-Stuff'],
  200: [1, 'CUB, Tiny ImageNet'],
  256: [2, 'bytes or grey levels'],
  365: [1, 'Places365'],
  400: [1, 'Kinetics-400'],
  1000: [6, 'ImageNet'],
  1001: [1, 'ImageNet with background'],
  8192: [1, 'a codebook of 8192'],
  10000: [1, 'Penn Treebank'],
  16384: [1, 'a codebook of 16384'],
  21841: [1, 'ImageNet-22k'],
  21843: [1, 'ImageNet-21k'],
  30522: [2, "BERT's vocabulary"],
  32000: [2, "Llama 2's vocabulary"],
  32128: [1, "T5's vocabulary"],
  50257: [3, "GPT-2's vocabulary"],
  50265: [1, "RoBERTa's vocabulary"],
  50304: [2, "GPT-2's vocabulary, padded to a multiple of 64"],
  51865: [1, "Whisper's vocabulary"],
  100277: [1, "cl100k's vocabulary"],
  128256: [2, "Llama 3's vocabulary"],
  151936: [1, "Qwen 2's vocabulary"],
  250002: [1, "XLM-R's vocabulary"],
  256000: [1, "Gemma's vocabulary"],
}
const counts = Object.keys(famous).map(Number)
const allWeights = counts.reduce((sum, count) => sum + famous[count][0], 0)

/** Half of all networks have a famous number of classes; of the rest P(C) = ln 2·(1/ln C − 1/ln(C + 1)), which adds up to 1 over C ≥ 2. */
export function bitsOfClasses(C: number): number {
  const others = Math.LN2 * (1 / Math.log(C) - 1 / Math.log(C + 1))
  return -Math.log2(0.5 * ((famous[C]?.[0] ?? 0) / allWeights) + 0.5 * others)
}

export const noteOfClasses = (C: number): string | undefined => (C > 9 ? famous[C]?.[1] : undefined)

/** How near to the number the value of a famous C has to be, to be looked at. */
const NEARBY = 0.06

/**
 * The numbers of classes for which a monotone `value(C)` may be what somebody saw: the one that is known; else the whole numbers on both
 * sides of the solution, and famous ones nearby.
 */
export function classCounts({ classes }: Checked, near: number, value: (C: number) => number): Choice[] {
  if (classes !== undefined) return classes < 2 ? [] : [{ of: classes, bits: 0, note: noteOfClasses(classes) }]
  return searchedCounts(near, value)
}

export function searchedCounts(near: number, value: (C: number) => number): Choice[] {
  if (!Number.isFinite(near)) return []
  const rising = value(3) > value(2)
  let [low, high] = [2, MOST_CLASSES]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (value(middle) < near === rising) low = middle
    else high = middle
  }
  const close = counts.filter((C) => Math.abs(value(C) - near) <= NEARBY * Math.abs(near))
  return [...new Set([low, high, ...close])].map((of) => ({ of, bits: bitsOfClasses(of), note: noteOfClasses(of) }))
}

/** The choices of a table of weights, or the one that is known. */
export function choicesOf(weights: Readonly<Record<string, number>>, known?: number): Choice[] {
  if (known !== undefined) return [{ of: known, bits: 0 }]
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  return Object.entries(weights).map(([of, weight]) => ({ of: Number(of), bits: -Math.log2(weight / total) }))
}

/** Batch sizes and numbers of summed terms that people have. */
export const usualCounts: Readonly<Record<string, number>> = {
  2: 3,
  3: 1,
  4: 4,
  6: 1,
  8: 5,
  10: 2,
  12: 1,
  16: 6,
  20: 1,
  24: 1,
  32: 8,
  48: 1,
  50: 2,
  64: 8,
  100: 3,
  128: 6,
  256: 4,
  512: 3,
  784: 2,
  1024: 2,
  2048: 1,
  4096: 1,
}

/** Label smoothings that people take. */
export const usualSmoothings: Readonly<Record<string, number>> = { 0.1: 12, 0.05: 2, 0.2: 3, 0.01: 1, 0.15: 1, 0.3: 1 }

/** Whether a fraction is in its lowest terms. */
export const coprime = (a: number, b: number): boolean => (b === 0 ? a === 1 : coprime(b, a % b))
