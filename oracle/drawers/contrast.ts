import type { ContrastProblem } from '../../src/families/contrast/problem.ts'
import { divides } from '../../src/reduce.ts'
import { sizeOf } from '../../src/tensor/shape.ts'
import { type Case, numberOf, valuesOf } from '../cases.ts'
import { finite, largest, meanFactor, planOf, type SizesOf } from '../tolerance.ts'

/**
 * The sizes of the terms of a contrastive loss. A similarity is at most 1, or a product, over the temperature; a loss is at most twice that and the
 * logarithm of the candidates. What is uncertain of a similarity is so, times it, of a softmax. A gradient is a sum of vectors, one for each pair,
 * and is divided by the length of its own.
 */
export function contrastSizes(c: Case): SizesOf {
  const plan = planOf(c)
  const { operands, rows, width, temperature, normalize } = plan.problem as ContrastProblem
  const most = Math.max(1, ...Object.keys(operands).map((name) => largest(valuesOf(c.tensors[name]))))
  const candidates = Object.keys(operands).reduce((sum, name) => sum + sizeOf(c.tensors[name].shape.slice(0, -1)), 1)
  const score = (normalize ? 1 : width * most * most) / temperature
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const factor = divides(plan.reduction) ? meanFactor(c, plan) : 1
  return (output, shape) => {
    if (output === 'loss')
      return new Float64Array(sizeOf(shape)).fill(factor * (plan.reduction === 'none' ? 1 : rows) * (2 * score + Math.log(candidates)))
    const slope = (factor * upstream * (rows + candidates) * (1 + score) * (normalize ? 1 : most)) / temperature
    const x = valuesOf(c.tensors[output])
    return Float64Array.from(x, (_, i) => slope / (normalize ? lengthOf(x, i - (i % width), width) : 1))
  }
}

function lengthOf(x: Float64Array, start: number, width: number): number {
  let squares = 0
  for (let i = start; i < start + width; i++) squares += finite(x[i]) ** 2
  return Math.max(Math.sqrt(squares), 1e-12)
}
