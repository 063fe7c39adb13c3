import { broadcastOption, elementWeightOption, reductionOptions } from '../../spec.ts'
import { broadcastWarning, noMean, promoted } from './check.ts'

/** What the losses that compare real values have in common: their arguments, and PyTorch's warning before it broadcasts them. */
export const realValues = {
  inside: 'nothing',
  inputs: [
    { name: 'input', domain: 'real', help: 'the prediction, any shape' },
    { name: 'target', domain: 'real', help: "the truth, the input's shape" },
  ],
  says: { shapes: broadcastWarning },
} as const

/** How PyTorch refuses a reduction where there is a weight: it then reduces in Python. */
export const reducedWithWeight = ({ weight }: Readonly<Record<string, unknown>>) =>
  weight === undefined
    ? null
    : (given: unknown) => `ValueError: Invalid reduction mode: ${given ?? 'None'}. Expected one of 'none', 'mean', 'sum'.`

/**
 * The losses of real values whose mean is over the sum of `weight`, which only the function takes. `native` is PyTorch's function.
 */
export const regression = (native: string) =>
  ({
    ...realValues,
    mean: 'weights',
    options: { ...reductionOptions, weight: { ...elementWeightOption, functional: true }, broadcast: broadcastOption },
    differentiable: ['weight'],
    reducedInPython: reducedWithWeight,
    native: {
      name: native,
      order: ['input', 'target', 'sizeAverage', 'reduce', 'reduction', 'weight'],
      sized: ['input', 'target', 'weight'],
    },
  }) as const

/** The dtype of an absolute difference: PyTorch subtracts integers too, and refuses their mean. */
export const absoluteError = promoted((dtype, reduction) => (reduction === 'mean' ? noMean(dtype) : null), true)
