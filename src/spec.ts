import type { TensorLike } from './tensor/from.ts'

/** What a tensor argument holds; the checks, the docs and the random cases of the tests are made from it. */
export type Domain =
  | 'logits' // any real number, of which the loss itself takes softmax or sigmoid
  | 'probabilities' // [0, 1]
  | 'log-probabilities' // (−∞, 0], rows that are logarithms of distributions
  | 'real' // any real number
  | 'classes' // class indices in [0, C)
  | 'classes or probabilities' // class indices, or a distribution over the classes where the shape is the input's
  | 'weights' // any real number, usually positive

export interface InputSpec {
  readonly name: string
  readonly domain: Domain
  /** What the argument means and which shapes it may have, in words. */
  readonly help: string
  /** Whether PyTorch itself refuses values outside the domain. */
  readonly enforced?: true
}

/** What a mean divides by. `reduce.ts` turns it into a number. */
export type Denominator =
  | 'elements' // the number of elements of the (broadcast) result
  | 'positions' // the number of samples or pixels: elements divided by classes
  | 'target weights' // the sum of the weights of the counted targets: their number where there are no weights
  | 'weights' // the sum of the given weights, or the number of elements where there are none

interface OptionFacts {
  /** One sentence for `--help`, the docs and hovers. */
  readonly help: string
  /** An option that PyTorch does not have. */
  readonly ours?: true
}

export type OptionSpec = OptionFacts &
  (
    | { readonly kind: 'tensor'; readonly domain: Domain; readonly shape: 'classes' | 'broadcast' | 'same' }
    | { readonly kind: 'number'; readonly default: number; readonly examples: readonly number[] }
    | { readonly kind: 'integer'; readonly default: number | null; readonly examples: readonly number[] }
    | { readonly kind: 'boolean'; readonly default: boolean }
    | { readonly kind: 'legacy' } // a boolean or nothing, which is not the same as false
    | { readonly kind: 'reduction'; readonly choices: readonly string[] }
  )

export type OptionTable = Readonly<Record<string, OptionSpec>>

type OptionValue<S extends OptionSpec> = S extends { kind: 'integer'; default: null }
  ? number | null
  : S extends { kind: 'tensor' }
    ? TensorLike | null
    : S extends { kind: 'number' | 'integer' }
      ? number
      : S extends { kind: 'reduction'; choices: readonly (infer C)[] }
        ? C
        : S extends { kind: 'legacy' }
          ? boolean | null
          : boolean

/** The options object of a loss, from its table. `null` stands for Python's `None`, where that is PyTorch's default. */
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]?: OptionValue<T[K]> }

/** Everything about a loss that is data: the public function, `nn`, the command line, the docs and the tests derive from it. */
export interface LossSpec<T extends OptionTable = OptionTable> {
  /** The function's name here: PyTorch's in camelCase. */
  readonly name: string
  /** PyTorch's functional name: `torch.nn.functional.<pytorch>`. */
  readonly pytorch: string
  /** PyTorch's module name: `torch.nn.<module>`. */
  readonly module: string
  /** Short names on the command line. */
  readonly aliases: readonly string[]
  /** One line: what it measures. */
  readonly summary: string
  /** The value of one element or row. */
  readonly formula: string
  /** What is inside the function, so that it must not be done before it. */
  readonly inside: string
  /** What `mean` divides by. */
  readonly mean: Denominator
  readonly inputs: readonly InputSpec[]
  readonly options: T
  /** Options of the functional form only, which PyTorch's module does not take. */
  readonly functionalOnly?: readonly (keyof T & string)[]
  /**
   * Where PyTorch reduces in Python, and not in its C++ function: its text for a reduction that does not exist. There 'elementwise_mean' is
   * none. null for calls that it reduces in C++.
   */
  readonly reducedInPython?: (tensors: Readonly<Record<string, unknown>>) => ((given: unknown) => string) | null
  /** PyTorch's C++ function with its arguments in order, as its TypeErrors name them. */
  readonly native: {
    readonly name: string
    readonly order: readonly string[]
    /** Arguments whose size PyTorch asks for in Python, before the C++ function can refuse their type. */
    readonly sized?: readonly string[]
  }
}

/** Options that every loss has. */
export const reductionOptions = {
  reduction: {
    kind: 'reduction',
    choices: ['none', 'mean', 'sum'],
    help: "'mean', 'sum', or 'none' for one value per element or row.",
  },
  sizeAverage: { kind: 'legacy', help: 'Deprecated: false means sum, true means mean; replaces reduction altogether.' },
  reduce: { kind: 'legacy', help: 'Deprecated: false means none; replaces reduction altogether.' },
} as const satisfies OptionTable

/** Options of losses whose target is a class index. */
export const classOptions = {
  weight: { kind: 'tensor', domain: 'weights', shape: 'classes', help: 'A weight per class, shape (C).' },
  ignoreIndex: {
    kind: 'integer',
    default: -100,
    examples: [-100, 0, 255],
    help: 'A class index that is not counted: no loss, no gradient, no part in the mean.',
  },
} as const satisfies OptionTable

/** Unequal shapes are refused unless this is set: the pairs that PyTorch makes of them are seldom meant. */
export const broadcastOption = {
  kind: 'boolean',
  default: false,
  ours: true,
  help: 'Compare every pair that broadcasting makes of unequal shapes, as PyTorch does after a warning.',
} as const satisfies OptionSpec

export const elementWeightOption = {
  kind: 'tensor',
  domain: 'weights',
  shape: 'same',
  help: "A weight per element, of the input's shape; the mean divides by their sum.",
} as const satisfies OptionSpec
