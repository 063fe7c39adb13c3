import type { Call } from '../check.ts'
import type { PointwiseProblem } from '../families/pointwise/problem.ts'
import type { Plan } from '../loss.ts'
import { sizeOf } from '../tensor/shape.ts'
import type { Unit } from './types.ts'

/** Names of the axes of results that have one value per position: samples first, then places. */
const places: readonly (readonly string[])[] = [[], ['n'], ['n', 'l'], ['n', 'h', 'w'], ['n', 'd', 'h', 'w']]
/** Of results with one value per element: channels, or classes, come second. */
const elements: readonly (readonly string[])[] = [[], ['n'], ['n', 'c'], ['n', 'c', 'l'], ['n', 'c', 'h', 'w'], ['n', 'c', 'd', 'h', 'w']]

/** What the axes of the unreduced result are called. */
export function axesOf({ spec, tensors }: Call, { kernel, shape }: Plan): readonly string[] {
  const rank = shape.length
  if (kernel.family === 'overlap') return rank === 2 ? ['n', 'c'] : rank === 1 ? ['c'] : []
  const whole = kernel.family === 'pointwise' && tensors[spec.inputs[0].name].shape.length <= rank
  return (whole ? elements : places)[rank] ?? ['n', ...Array.from({ length: rank - 1 }, (_, i) => `d${i + 1}`)]
}

/** What is counted. */
export function unitOf({ spec }: Call, { kernel, problem, shape, counted }: Plan): Unit {
  if (kernel.family === 'overlap' || kernel.family === 'lovasz') return 'pixel'
  if (spec.mean === 'images') return 'image'
  if (spec.mean === 'sequences') return 'sequence'
  if (spec.inputs[0].domain === 'boxes') return 'pair'
  if (kernel.family === 'pointwise' && counted === sizeOf((problem as PointwiseProblem).shape)) return 'element'
  return shape.length <= 1 ? 'sample' : shape.length === 2 ? 'position' : 'pixel'
}
