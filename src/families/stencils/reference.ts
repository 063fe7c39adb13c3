import { float64 } from '../../algebra/number.ts'
import type { Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { numbersOf } from '../../tensor/view.ts'
import { operators } from './operators.ts'
import type { StencilsProblem } from './problem.ts'

/** The kernel on plain numbers: the responses of one plane at a time, in float64; the formula of each pixel; and back to the pixels. */
export function referenceStencils(problem: StencilsProblem, want: Want): Outcome {
  const { formula, params, images, channels, height, width, compute } = problem
  const operator = operators[formula.operator(params)]
  const size = height * width
  const x = numbersOf(problem.input, compute)
  const y = problem.target === null ? null : numbersOf(problem.target, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, images) : null
  const total = new ExactSum()
  const gradients: Record<string, Numbers> = {}
  for (const name of want.gradients) gradients[name] = allocateNumbers(compute, x.length)
  const share = formula.averaged ? 1 / (channels * size * operator.responses) : 1
  const at = new Array<number>(operator.responses)
  for (let image = 0; image < images; image++) {
    const factor = want.scale * (upstream === null ? 1 : upstream[image]) * share
    let sum = 0
    for (let channel = 0; channel < channels; channel++) {
      const start = (image * channels + channel) * size
      const pixels = Float64Array.from(x.subarray(start, start + size))
      if (y !== null) for (let i = 0; i < size; i++) pixels[i] -= y[start + i]
      const responses = operator.apply({ pixels, height, width })
      for (let i = 0; i < size; i++) {
        for (let k = 0; k < at.length; k++) at[k] = responses[k][i]
        sum += formula.value(float64, at, params)
        if (want.gradients.length === 0) continue
        const slopes = formula.slopes(float64, at, params)
        for (let k = 0; k < at.length; k++) responses[k][i] = slopes[k]
      }
      if (want.gradients.length === 0) continue
      pixels.fill(0)
      operator.adjoint(responses, { pixels, height, width })
      for (const [name, gradient] of Object.entries(gradients)) {
        const sign = name === 'target' ? -factor : factor
        for (let i = 0; i < size; i++) gradient[start + i] = sign * pixels[i]
      }
    }
    // an image without pixels has no mean, but a sum
    const value = formula.averaged ? sum / (channels * size * operator.responses) : sum
    if (values !== null) values[image] = value
    total.add(value)
  }
  return { values, total: total.value(), gradients }
}
