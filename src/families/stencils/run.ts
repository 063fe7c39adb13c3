import type { Kernel, Outcome, Want } from '../../backends/backend.ts'
import { ExactSum } from '../../exact-sum.ts'
import { allocateNumbers, type Numbers } from '../../tensor/dtype.ts'
import { rowMajor } from '../../tensor/shape.ts'
import { numbersOf, type View } from '../../tensor/view.ts'
import type { PointwiseProblem } from '../pointwise/problem.ts'
import { operators } from './operators.ts'
import type { StencilsProblem } from './problem.ts'

const names = ['first', 'second'] as const

/** The kernel: the responses of one image at a time, in float64; the formula of each of its pixels, by the kernel `pointwise`; and back. */
export function runStencils(problem: StencilsProblem, want: Want, pointwise: Kernel<PointwiseProblem>['reference']): Outcome {
  const { formula, params, images, channels, height, width, compute } = problem
  const { responses, apply, adjoint } = operators[formula.operator(params)]
  const size = height * width
  const shape = [channels * size]
  const x = numbersOf(problem.input, compute)
  const y = problem.target === null ? null : numbersOf(problem.target, compute)
  const upstream = want.upstream === null ? null : numbersOf(want.upstream, compute)
  const values = want.values ? allocateNumbers(compute, images) : null
  const total = new ExactSum()
  const gradients: Record<string, Numbers> = {}
  for (const name of want.gradients) gradients[name] = allocateNumbers(compute, x.length)
  const found = names.slice(0, responses).map((name) => [name, new Float64Array(shape[0])] as const)
  const operands = Object.fromEntries(
    found.map(([name, data]): [string, View] => [name, { data, dtype: 'float64', shape, strides: rowMajor(shape), offset: 0 }]),
  )
  const count = formula.averaged ? shape[0] * responses : 1
  for (let image = 0; image < images; image++) {
    const planes = Array.from({ length: channels }, (_, channel) => {
      const start = (image * channels + channel) * size
      const pixels = Float64Array.from(x.subarray(start, start + size))
      if (y !== null) for (let i = 0; i < size; i++) pixels[i] -= y[start + i]
      return { pixels, height, width, start }
    })
    planes.forEach((plane, channel) => {
      for (const [k, response] of apply(plane).entries()) found[k][1].set(response, channel * size)
    })
    const scale = (want.scale * (upstream === null ? 1 : upstream[image])) / count
    const outcome = pointwise(
      { formula, params, shape, operands, compute: 'float64' },
      {
        values: false,
        total: true,
        gradients: want.gradients.length > 0 ? names.slice(0, responses) : [],
        scale,
        upstream: null,
        into: {},
      },
    )
    const value = outcome.total / count
    if (values !== null) values[image] = value
    total.add(value)
    if (want.gradients.length === 0) continue
    planes.forEach(({ pixels, start }, channel) => {
      const flowing = found.map(([name]) => outcome.gradients[name].subarray(channel * size, (channel + 1) * size) as Float64Array)
      adjoint(flowing, { pixels: pixels.fill(0), height, width })
      gradients.input?.set(pixels, start)
      const { target } = gradients
      if (target !== undefined) for (let i = 0; i < size; i++) target[start + i] = -pixels[i]
    })
  }
  return { values, total: total.value(), gradients }
}
