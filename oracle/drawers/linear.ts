import { divides } from '../../src/reduce.ts'
import { isFloating } from '../../src/tensor/dtype.ts'
import { sizeOf } from '../../src/tensor/shape.ts'
import { type Case, numberOf, valuesOf } from '../cases.ts'
import { finite, largest, meanFactor, planOf, type SizesOf } from '../tolerance.ts'

/** PyTorch projects ignored tokens too, so that what is not finite in one becomes NaN in the gradients; we skip them. */
export function ignoredToken(c: Case, ours: number, theirs: number): string | null {
  const { target } = c.tensors
  const ignored = Number(c.options.ignoreIndex ?? -100)
  const infinite = (name: string) => valuesOf(c.tensors[name]).some((value) => !Number.isFinite(value) || Math.abs(value) > 1e15)
  const operands = ['input', 'linearWeight', 'linearBias'].some((name) => name in c.tensors && infinite(name))
  const skipped = !isFloating(target.dtype) && valuesOf(target).includes(ignored)
  return Number.isFinite(ours) && Number.isNaN(theirs) && skipped && operands ? 'an ignored token is never projected' : null
}

/**
 * The sizes of the terms of a cross-entropy of linear scores.
 *
 * A score is a sum of D products, and as uncertain as their sum of sizes; so is a row's loss, and each of its softmax's slopes, which add up
 * to at most 2. A gradient by the scores' operands is a sum of slopes times the other operand.
 */
export function linearSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const { input, linearWeight, linearBias, target } = c.tensors
  const features = input.shape[input.shape.length - 1]
  const [x, w] = [input, linearWeight].map(valuesOf)
  const outputs = linearWeight.shape.slice(0, -1)
  const bias = linearBias === undefined ? null : valuesOf(linearBias)
  let score = 1
  for (let n = 0; n * features < x.length; n++) {
    for (let o = 0; o < sizeOf(outputs); o++) {
      let size = bias === null ? 0 : finite(bias[o])
      for (let k = 0; k < features; k++) size += finite(x[n * features + k] * w[o * features + k])
      score = Math.max(score, size)
    }
  }
  const share = isFloating(target.dtype) ? outputs[0] * Math.max(1, largest(valuesOf(target))) : 1
  const weight = c.tensors.weight === undefined ? 1 : Math.max(1, largest(valuesOf(c.tensors.weight)))
  const row = score * share * weight
  const samples = input.shape.length === 1 ? 1 : input.shape[0]
  const inner = sizeOf(outputs.slice(1))
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  const terms: Readonly<Record<string, number>> = {
    loss: row * (plan.reduction === 'none' ? 1 : sizeOf(plan.shape)),
    input: 2 * inner * row * largest(w),
    linearWeight: samples * row * largest(x),
    linearBias: samples * row,
    target: score * weight,
    weight: samples * inner * score * share,
  }
  return (output, shape) => new Float64Array(sizeOf(shape)).fill(terms[output] * factor * (output === 'loss' ? 1 : upstream))
}
