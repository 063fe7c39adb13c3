import type { LossFunction } from './loss.ts'
import { type Axes, type Denominator, type Domain, pythonFunction, pythonModule } from './spec.ts'

/** The contract of a loss in words: what ends the confusion about shapes, ranges, and what is inside. */
export interface Card {
  readonly function: string
  readonly module: string
  /** The same in Python, as PyTorch or torchvision has it; null where they have none. */
  readonly python: { readonly function: string | null; readonly module: string | null }
  readonly summary: string
  readonly formula: string
  /** The shape of loss that it is one of, and that in words. */
  readonly family: { readonly name: string; readonly about: string }
  /** Which arithmetic a backend does faster than plain JavaScript; 16 bits are computed in float32. */
  readonly accelerated: { readonly wasm?: readonly string[] }
  /** What the loss does itself, so that it must not be done before it. */
  readonly inside: string
  /** What each positional argument means, its shape, and the range of its values. */
  readonly inputs: readonly {
    readonly name: string
    readonly help: string
    readonly axes: string | null
    readonly range: string
    readonly enforced: boolean
  }[]
  /** What `mean` divides by. */
  readonly mean: string
}

/**
 * The contract card of a loss, from its own data.
 *
 * @example
 * card(crossEntropy).inside // => 'softmax'
 * card(mseLoss).mean // => 'the number of elements; with weights their sum'
 */
export function card({ spec, family }: Pick<LossFunction, 'spec' | 'family'>): Card {
  const { name, module, summary, formula, inside, inputs } = spec
  const { simd = [] } = family
  const distributions = inputs.some(({ domain }) => domain === 'classes or probabilities')
  return {
    function: name,
    module: `nn.${module}`,
    python: { function: pythonFunction(spec), module: pythonModule(spec) },
    summary,
    formula,
    family: { name: family.family, about: family.about },
    accelerated: simd.length === 0 ? {} : { wasm: simd },
    inside,
    inputs: inputCards(spec),
    mean: denominators[spec.mean] + (distributions ? '; with probabilities the number of rows' : ''),
  }
}

/** What the arguments of a loss or of a measure may hold. */
export function inputCards({ inputs, options }: Pick<LossFunction['spec'], 'inputs' | 'options'>): Card['inputs'] {
  return inputs.map(({ name, help, domain, enforced, axes }) => ({
    name,
    help,
    axes: axes === undefined ? null : axesText(axes),
    range: 'ignoreIndex' in options ? ranges[domain] : ranges[domain].replace(', or ignoreIndex', ''),
    enforced: enforced === true || domain === 'classes' || domain === 'labels',
  }))
}

/** `'?N C …'` → `(C, …) or (N, C, …)`. */
export function axesText(axes: Axes): string {
  const all = [axes].flat().flatMap((text) => {
    const tokens = text.split(' ').filter((token) => token !== '')
    const whole = tokens.map((token) => token.replace('?', ''))
    const least = tokens.filter((token) => !token.startsWith('?'))
    return least.length < whole.length ? [least, whole] : [whole]
  })
  return [...new Set(all.map((tokens) => `(${tokens.join(', ')})`))].join(' or ')
}

const ranges: Readonly<Record<Domain, string>> = {
  logits: 'any real number',
  probabilities: '[0, 1]',
  'log-probabilities': '(−∞, 0]',
  real: 'any real number',
  classes: 'integers 0 … C − 1, or ignoreIndex',
  'classes or probabilities': 'integers 0 … C − 1, or ignoreIndex (others are refused); probabilities (not checked)',
  masks: 'integers 0 … C − 1, or [0, 1] for each class; or ignoreIndex',
  weights: 'any real number',
  positive: 'above 0',
  signs: '−1 or 1',
  binary: '0 or 1',
  labels: 'integers 0 … C − 1, ended by −1',
  lengths: 'integers from 0',
  pixels: 'values of a range of about dataRange',
  boxes: 'x1 < x2, y1 < y2',
}

const denominators: Readonly<Record<Denominator, string>> = {
  elements: 'the number of elements',
  positions: 'the number of rows',
  'target weights': 'the number of counted targets; with weights the sum of their weights',
  weights: 'the number of elements; with weights their sum',
  images: 'the number of images',
  sequences: 'the number of sequences, and each value first by the number of its labels',
  terms: 'the number of classes; with perImage of images and classes',
  parts: 'each part by its own: the number of classes, and that of pixels; with weights the sum of the weights of the true classes',
  nothing: 'nothing: the loss is one number as it is',
}
