import type { OptionTable } from '../../spec.ts'

/** How the classes of a pixel are related. */
export const modeOption = {
  kind: 'choice',
  default: 'multiclass',
  choices: ['multiclass', 'multilabel', 'binary'],
  help: "'multiclass': one class per pixel, softmax; 'multilabel': each class for itself, sigmoid; 'binary': one class, sigmoid.",
} as const

/** Options that all losses of segmentation have. */
export const pixelOptions = {
  ignoreIndex: {
    kind: 'integer',
    default: null,
    examples: [-100, 0, 255],
    help: 'A target value whose pixels are not counted: no part in any sum, no gradient.',
  },
  perImage: {
    kind: 'boolean',
    default: false,
    help: 'Compare image by image, then average; otherwise the batch is compared as one large image.',
  },
} as const satisfies OptionTable

export const fromLogitsOption = {
  kind: 'boolean',
  default: true,
  help: 'The input is raw scores; false: it is probabilities already.',
} as const

const classesOption = {
  kind: 'numbers',
  default: null,
  examples: [[1], [0, 1]],
  help: 'The classes that have a term; left out: all. [1, 2] leaves out a background of class 0.',
} as const

/** What becomes of a class that no pixel has. */
const absentOption = <D extends 'zero' | 'skip'>(usual: D) =>
  ({
    kind: 'choice',
    default: usual,
    choices: ['zero', 'keep', 'skip'],
    help: "A class that is true nowhere: 'zero': its term is 0, but counts in the mean; 'keep': as any other; 'skip': no part in the mean.",
  }) as const

/** Options that losses of the overlap of classes have. */
export const overlapOptions = {
  reduction: {
    kind: 'reduction',
    choices: ['none', 'mean', 'sum'],
    help: "'mean' or 'sum' over the terms, or 'none' for one term per class (with perImage per image and class).",
  },
  mode: modeOption,
  classes: classesOption,
  fromLogits: fromLogitsOption,
  ...pixelOptions,
  absent: absentOption('zero'),
  smooth: { kind: 'number', default: 0, examples: [0, 1, 1e-5], help: 'Added to the numerator and to the denominator of the score.' },
  smoothDenominator: {
    kind: 'number',
    default: null,
    examples: [0, 1, 1e-5],
    help: 'Added to the denominator in place of smooth.',
  },
  eps: { kind: 'number', default: 1e-7, examples: [1e-7, 0, 0.5], help: 'The least denominator, and the least score in a logarithm.' },
} as const satisfies OptionTable

export const logLossOption = {
  kind: 'boolean',
  default: false,
  help: '−log of the score in place of 1 − score.',
} as const

export const squaredOption = {
  kind: 'boolean',
  default: false,
  help: 'Squares in the denominator: Σp² + Σt² in place of Σp + Σt.',
} as const

/** The weights of Tversky's index. */
export const tverskyOptions = <A extends number, B extends number>(alpha: A, beta: B) =>
  ({
    alpha: { kind: 'number', default: alpha, examples: [0.5, 0.3, 1], help: 'The weight of false positives: predicted, but not true.' },
    beta: { kind: 'number', default: beta, examples: [0.5, 0.7, 1], help: 'The weight of false negatives: true, but not predicted.' },
  }) as const satisfies OptionTable

/** Options of the Lovász losses, whose values are of images and not of classes. */
const imageReduction = {
  kind: 'reduction',
  choices: ['none', 'mean', 'sum'],
  help: "With perImage 'mean' or 'sum' over the images, or 'none' for one value per image.",
} as const

export const lovaszOptions = { reduction: imageReduction, ...pixelOptions } as const satisfies OptionTable

export const lovaszClassOptions = {
  ...lovaszOptions,
  classes: classesOption,
  fromLogits: fromLogitsOption,
  absent: absentOption('skip'),
} as const satisfies OptionTable
