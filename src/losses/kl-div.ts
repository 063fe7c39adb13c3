import type { Call } from '../check.ts'
import { wrongDType } from '../check.ts'
import { floats, notBroadcast } from '../families/pointwise/check.ts'
import { pointwise } from '../families/pointwise/family.ts'
import { legacyReduction } from '../reduce.ts'
import { broadcastOption, reductionOptions } from '../spec.ts'
import { isFloating, resultType } from '../tensor/dtype.ts'
import { warn } from '../warn.ts'

/**
 * Kullback-Leibler divergence: how far the input, given as log-probabilities, is from the target distribution. Of distillation.
 *
 * l = t·(log t − x), 0 where t is 0; with `logTarget` the target holds logarithms: exp(t)·(t − x)
 *
 * Shapes: input and target of one shape, any rank, the batch first. Unequal shapes are an error unless `broadcast: true` (PyTorch compares
 * every pair, in silence). dtypes: floating-point; the result is of the promoted type. `mean` divides by the number of elements, and warns, as
 * PyTorch does; the divergence as it is defined is what 'batchmean' gives, the sum divided by the length of the first axis. Gradients:
 * input, target; that of the target is NaN where t is 0.
 *
 * Throws LossError for unequal shapes and for integers.
 *
 * Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.KLDivLoss.html
 *
 * @example
 * const loss = klDiv(log([[0.5, 0.5]]), [[0.25, 0.75]], { reduction: 'batchmean' })
 * loss.item() // ≈ 0.130812
 */
export const klDiv = pointwise({
  name: 'klDiv',
  pytorch: 'kl_div',
  module: 'KLDivLoss',
  aliases: ['kl'],
  summary: 'Kullback-Leibler divergence of log-probabilities from a target distribution.',
  formula: 't·(log t − x)',
  least: 0,
  inside: 'nothing: put a log-softmax before it',
  mean: 'elements',
  inputs: [
    { name: 'input', domain: 'log-probabilities', help: 'log-probabilities, any shape' },
    { name: 'target', domain: 'probabilities', help: "probabilities, or with logTarget their logarithms, the input's shape" },
  ],
  options: {
    ...reductionOptions,
    reduction: {
      ...reductionOptions.reduction,
      choices: ['none', 'mean', 'sum', 'batchmean'],
      help: "'mean', 'sum', 'none' for one value per element, or 'batchmean': the sum divided by the number of samples.",
    },
    logTarget: { kind: 'boolean', default: false, help: 'The target holds log-probabilities, too.' },
    broadcast: broadcastOption,
  },
  native: {
    name: 'kl_div',
    order: ['input', 'target', 'reduction'],
    types: { logTarget: (came) => `TypeError: kl_div(): argument 'log_target' must be bool, not ${came}` },
  },
  first: (call) => {
    warnOfMean(call)
    for (const name of ['input', 'target']) {
      if (isFloating(call.tensors[name].dtype)) continue
      throw wrongDType(call, name, floats, `tensor(${name}, { dtype: 'float32' })`, 'RuntimeError: kl_div: Integral inputs not supported.')
    }
  },
  dtype: ({ tensors: { input, target } }) => resultType([input, target]),
  says: { shapes: (input, target) => notBroadcast(target, input) },
  // beside the deprecated options, which replace it, PyTorch divides by the batch all the same
  grouping: ({ tensors, values }) =>
    values.reduction === 'batchmean' && legacyReduction(values) !== null ? { rows: false, divisor: tensors.input.shape[0] ?? 1 } : null,

  value: (m, { input: x, target: t }, { logTarget }) =>
    logTarget ? m.mul(m.exp(t), m.sub(t, x)) : m.sub(m.select(m.eq(t, 0), 0, m.mul(t, m.log(t))), m.mul(t, x)),
  slope: {
    input: (m, { target: t }, { logTarget }) => m.neg(logTarget ? m.exp(t) : t),
    target: (m, { input: x, target: t }, { logTarget }) =>
      logTarget
        ? m.add(m.mul(m.exp(t), m.sub(t, x)), m.exp(t))
        : // t / t is 1, but NaN for 0: PyTorch's derivative of t·log t
          m.sub(m.add(m.log(t), m.div(t, t)), x),
  },
})

function warnOfMean({ spec, values }: Call): void {
  if (values.reduction !== undefined && values.reduction !== 'mean') return
  if (legacyReduction(values) !== null) return
  warn(
    spec.name,
    "reduction 'mean' divides by the number of elements; the divergence is what 'batchmean' gives (PyTorch: reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.)",
  )
}
