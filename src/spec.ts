import type { LossErrorFields } from './errors.ts'
import { snakeCase } from './names.ts'
import type { TensorLike } from './tensor/from.ts'
import type { Tensor } from './tensor/tensor.ts'

/** What a tensor argument holds; the checks, the docs and the random cases of the tests are made from it. */
export type Domain =
  | 'logits' // any real number, of which the loss itself takes softmax or sigmoid
  | 'probabilities' // [0, 1]
  | 'log-probabilities' // (−∞, 0], rows that are logarithms of distributions
  | 'real' // any real number
  | 'classes' // class indices in [0, C)
  | 'classes or probabilities' // class indices, or a distribution over the classes where the shape is the input's
  | 'masks' // what is true of pixels: class indices in [0, C), or numbers in [0, 1] for each class
  | 'weights' // any real number, usually positive
  | 'positive' // above 0: variances, counts, distances
  | 'signs' // −1 or 1
  | 'binary' // 0 or 1
  | 'labels' // the classes of a row, ended by −1 where they are fewer than its length
  | 'lengths' // how many elements of a row count
  | 'pixels' // values of an image, of a range of about `dataRange`
  | 'boxes' // rows x1, y1, x2, y2 with x2 > x1 and y2 > y1

/** Domains of integers, which stay exact however they are given. */
export const isIndexDomain = (domain: Domain): boolean => /^(classes|masks|labels|lengths)/.test(domain)

/**
 * The axes of an argument, in symbols: `'N C …'`, `'?N D'`, `'… 4'`, `'T ?N C'`.
 *
 * A letter is an extent that is the same in every argument which names it (`C`: the number of classes); a number is that extent; `?` marks
 * an axis that all arguments have or none; `…` are any further axes, the same everywhere. Of several alternatives each may come; among
 * those of 'classes or probabilities' the ones with `C` are probabilities.
 */
export type Axes = string | readonly string[]

export interface InputSpec<N extends string = string> {
  readonly name: N
  readonly domain: Domain
  /** What the argument means and which shapes it may have, in words. */
  readonly help: string
  /** Left out: the first argument's shape; for classes that shape without the class axis. */
  readonly axes?: Axes
  /** Whether PyTorch itself refuses values outside the domain. */
  readonly enforced?: true
  /** What PyTorch takes in place of a tensor: one number, or a list of them. Here every argument may be numbers; commands ask. */
  readonly plain?: 'number' | 'numbers'
  /** PyTorch has no gradient by this argument: it refuses to be asked for one, or ignores that. */
  readonly gradient?: false | 'ignored'
}

/** How the values of a loss become one number; 'batchmean' is their sum divided by the extent of the first axis. */
export type Reduction = 'none' | 'mean' | 'sum' | 'batchmean'

/** What a mean divides by. `reduce.ts` turns it into a number. */
export type Denominator =
  | 'elements' // the number of elements of the (broadcast) result
  | 'positions' // the number of samples or pixels: elements divided by classes
  | 'target weights' // the sum of the weights of the counted targets: their number where there are no weights
  | 'weights' // the sum of the given weights, or the number of elements where there are none
  | 'images' // the number of images
  | 'sequences' // the number of sequences, after each value is divided by the number of its labels
  | 'terms' // the number of terms: one per class, or per image and class
  | 'parts' // each part of the loss has a mean of its own
  | 'nothing' // there is no mean: the loss is one number as it is

/** The distribution whose −log p the value of a loss is, up to a constant. */
export type Likelihood =
  | 'categorical' // one class of several: cross-entropy
  | 'bernoulli' // yes or no: binary cross-entropy
  | 'normal' // a real number about the prediction: squared error
  | 'normal of any variance' // the same with a predicted variance
  | 'poisson' // a count

interface OptionFacts {
  /** One sentence for `--help`, the docs and hovers. */
  readonly help: string
  /** An option that PyTorch does not have. */
  readonly ours?: true
  /** An option of the function only, which PyTorch's module does not take. */
  readonly functional?: true
}

export type OptionSpec = OptionFacts &
  (
    | TensorOption
    | { readonly kind: 'number'; readonly default: number | null; readonly examples: readonly number[] }
    | { readonly kind: 'integer'; readonly default: number | null; readonly examples: readonly number[] }
    | { readonly kind: 'numbers'; readonly default: readonly number[] | null; readonly examples: readonly (readonly number[])[] }
    | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] }
    | { readonly kind: 'boolean'; readonly default: boolean }
    | { readonly kind: 'legacy' } // a boolean or nothing, which is not the same as false
    | FunctionOption
    | ReductionOption
  )

export interface TensorOption {
  readonly kind: 'tensor'
  readonly domain: Domain
  readonly shape: 'classes' | 'broadcast' | 'same'
  /** In place of `shape`, beside arguments of related shapes. */
  readonly axes?: Axes
  /** PyTorch has a gradient by it. */
  readonly gradient?: true
}

/** A function of two tensors that gives a third, made of the operations on the tape. */
export type Composition = (a: Tensor, b: Tensor) => Tensor

/** A function of the user's own. */
export interface FunctionOption {
  readonly kind: 'function'
  readonly default: null
  /** What is offered where there are names only: on the command line, and in the random cases of the tests. */
  readonly named: Readonly<Record<string, Composition>>
}

export interface ReductionOption {
  readonly kind: 'reduction'
  readonly choices: readonly Reduction[]
  /** Left out: 'mean'. */
  readonly default?: Reduction
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

type OptionValue<S extends OptionSpec> = S extends { kind: 'tensor' }
  ? TensorLike | null
  : S extends { kind: 'number' | 'integer'; default: infer D }
    ? number | (D extends null ? null : never)
    : S extends { kind: 'numbers'; default: infer D }
      ? readonly number[] | (D extends null ? null : never)
      : S extends { kind: 'reduction' | 'choice'; choices: readonly (infer C)[] }
        ? C
        : S extends { kind: 'legacy' }
          ? boolean | null
          : S extends { kind: 'function' }
            ? Composition | null
            : boolean

/** The options object of a loss, from its table. `null` stands for Python's `None`, where that is PyTorch's default. */
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]?: OptionValue<T[K]> }

/** What is wrong with an option, whichever function it was given to. */
export type Refusal = Omit<LossErrorFields, 'fn'>

/** Everything about a loss that is data: the public function, `nn`, the command line, the docs and the tests derive from it. */
export interface LossSpec<T extends OptionTable = OptionTable, N extends string = string> {
  /** The function's name here: PyTorch's in camelCase. */
  readonly name: string
  /** The function's name in Python, `torch.nn.functional.<pytorch>`; null where neither PyTorch nor the library has it. */
  readonly pytorch: string | null
  /** The library that has the function, where it is not torch.nn.functional; it has no module of it. */
  readonly library?: 'torchvision.ops'
  /** The criterion's name in `nn`: PyTorch's `torch.nn.<module>`, where PyTorch has one. */
  readonly module: string
  /** The module holds parameters and takes their sizes, so that `nn` cannot make it of these options (`parametric` in nn.ts). */
  readonly parametric?: true
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
  /** From it follow what a guess costs and what no prediction can go below; left out where the value is no −log p. */
  readonly likelihood?: Likelihood
  /** The least that a value can be, or the option that says it; left out where a likelihood says it, or nothing does. */
  readonly least?: number | string
  readonly inputs: readonly InputSpec<N>[]
  readonly options: T
  /**
   * Where PyTorch reduces in Python, and not in its C++ function: its text for a reduction that does not exist. There 'elementwise_mean' is
   * none. null for calls that it reduces in C++.
   */
  readonly reducedInPython?: (tensors: Readonly<Record<string, unknown>>) => ((given: unknown) => string) | null
  /**
   * What of the options no argument could make right, defaults among them. Every call refuses it; so does `nn` when it makes a module that
   * PyTorch does not have. What a module of PyTorch's own refuses is `made`.
   */
  readonly refuses?: (options: Readonly<Record<string, unknown>>) => Refusal | null
  /** What PyTorch's module refuses when it is made, in words of its own; whatever else is wrong it finds at the call. */
  readonly made?: {
    readonly refuses?: (options: Readonly<Record<string, unknown>>) => Refusal | null
    /** PyTorch's text for an option of another type, by Python's name of that type; null where that is taken. */
    readonly types?: Readonly<Record<string, (came: string) => string | null>>
  }
  /** PyTorch's C++ function with its arguments in order, as its TypeErrors name them; left out where there is none. */
  readonly native?: {
    readonly name: string
    readonly order: readonly string[]
    /** Arguments whose size PyTorch asks for in Python, before the C++ function can refuse their type. */
    readonly sized?: readonly string[]
    /** The same, where it is another attribute than `size`. */
    readonly asked?: Readonly<Record<string, string>>
    /** Arguments that Python itself, or another function, refuses by their type: its text, by Python's name of that type. */
    readonly types?: Readonly<Record<string, (came: string) => string>>
  }
}

/** The loss's own name as Python spells it: PyTorch's, where PyTorch has the loss. Goldens and commands are called by it. */
export const snakeName = ({ name }: Pick<LossSpec, 'name'>): string => snakeCase(name)

/** Whether an argument never has a gradient and may ask for one all the same. */
export const ignoresGradient = ({ inputs }: LossSpec, argument: string): boolean =>
  inputs.some(({ name, gradient }) => name === argument && gradient === 'ignored')

/** Where Python has the function, `torch.nn.functional.mse_loss`; null where neither PyTorch nor torchvision has it. */
export const pythonFunction = ({ pytorch, library }: LossSpec): string | null =>
  pytorch === null ? null : `${library ?? 'torch.nn.functional'}.${pytorch}`

/** Where PyTorch has the module, `torch.nn.MSELoss`; null where the module is ours alone. */
export const pythonModule = ({ pytorch, library, module }: LossSpec): string | null =>
  pytorch === null || library !== undefined ? null : `torch.nn.${module}`

/** The options that the module takes too. */
export type ModuleOptionsOf<T extends OptionTable> = OptionsOf<{
  [K in keyof T as T[K] extends { readonly functional: true } ? never : K]: T[K]
}>

/** The names of the options that the function alone takes. */
export const functionalOnly = ({ options }: LossSpec): readonly string[] => Object.keys(options).filter((name) => options[name].functional)

/** Options that most losses have. */
export const reductionOptions = {
  reduction: {
    kind: 'reduction',
    choices: ['none', 'mean', 'sum'],
    help: "'mean', 'sum', or 'none' for one value per element or row.",
  },
  sizeAverage: { kind: 'legacy', help: 'Deprecated: false means sum, true means mean; replaces reduction altogether.' },
  reduce: { kind: 'legacy', help: 'Deprecated: false means none; replaces reduction altogether.' },
} as const satisfies OptionTable

/** The reduction of losses that give one value per image. */
export const imageReduction = {
  ...reductionOptions.reduction,
  help: "'mean', 'sum', or 'none' for one value per image.",
} as const satisfies OptionSpec

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
  help: 'Compare every pair that broadcasting makes of unequal shapes, as PyTorch does, after a warning or in silence.',
} as const satisfies OptionSpec

export const elementWeightOption = {
  kind: 'tensor',
  domain: 'weights',
  shape: 'same',
  help: "A weight per element, of the input's shape; the mean divides by their sum.",
} as const satisfies OptionSpec
