import { broadcastOption, elementWeightOption, reductionOptions } from '../../spec.ts'
import { broadcastWarning } from './check.ts'

/**
 * What the losses that compare real values have in common: their arguments and options, a mean over the sum of `weight`, which only the
 * function takes, and PyTorch's warning before it broadcasts. `native` is PyTorch's function.
 */
export const regression = (native: string) =>
  ({
    inside: 'nothing',
    mean: 'weights',
    inputs: [
      { name: 'input', domain: 'real', help: 'the prediction, any shape' },
      { name: 'target', domain: 'real', help: "the truth, the input's shape" },
    ],
    options: { ...reductionOptions, weight: elementWeightOption, broadcast: broadcastOption },
    functionalOnly: ['weight'],
    differentiable: ['weight'],
    native: {
      name: native,
      order: ['input', 'target', 'sizeAverage', 'reduce', 'reduction', 'weight'],
      sized: ['input', 'target', 'weight'],
    },
    says: { shapes: broadcastWarning },
  }) as const
