import type { Domain } from '../../src/spec.ts'
import { type Shape, sizeOf } from '../../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, type Layout, valuesOf } from '../cases.ts'
import type { Draft, Drawer } from '../drawers.ts'
import type { Random } from '../random.ts'
import { drawValues } from '../values.ts'

/**
 * Scores with class indices, and sometimes a weight per class, of one dtype. What the checks of class indices refuse is the cross-entropy's
 * to show, in PyTorch's words; a formula has none.
 */
export const classRows: Drawer = {
  share: 0.5,
  excuse: infiniteWeight,
  draw: (draft) => {
    const { spec, random, mood, dtype } = draft
    const classes = random.chance(0.05) ? 1 : 2 + random.integer(5)
    const batch = drawBatch(random)
    const { target, ignoreIndex } = drawTarget(random, batch, classes)
    const tensors: Record<string, CaseTensor> = { input: drawScores(draft, batch, classes, spec.inputs[0].domain), target }
    if ('weight' in spec.options && random.chance(0.35)) {
      tensors.weight = encode(dtype, [classes], drawValues(random, 'weights', classes, dtype, mood, classes))
    }
    return { tensors, options: { ignoreIndex } }
  },
}

/** An infinite weight times a probability so small that one exponential rounds it to 0 and another does not: NaN or infinity. */
function infiniteWeight({ tensors: { input, weight } }: Case, ours: number, theirs: number): string | null {
  if (weight === undefined || Number.isFinite(ours) || Number.isFinite(theirs)) return null
  const x = valuesOf(input).filter(Number.isFinite)
  const spread = x.reduce((max, v) => Math.max(max, v), -Infinity) - x.reduce((min, v) => Math.min(min, v), Infinity)
  // e^−87 is near the smallest normal float32
  return spread > 87 && valuesOf(weight).includes(Infinity) ? 'an infinite weight of a probability that may round to 0' : null
}

/** Scores, and sometimes a target of which only the ignored rows matter. */
export const scores: Drawer = {
  share: 0.5,
  draw: (draft) => {
    const { random } = draft
    const classes = random.chance(0.02) ? 0 : 1 + random.integer(6)
    const batch = drawBatch(random)
    const tensors: Record<string, CaseTensor> = { input: drawScores(draft, batch, classes, 'logits') }
    if (classes === 0 || random.chance(0.5)) return { tensors }
    const { target, ignoreIndex } = drawTarget(random, batch, classes)
    return { tensors: { ...tensors, target }, options: { ignoreIndex } }
  },
}

function drawBatch(random: Random): Shape {
  const extent = () => (random.chance(0.03) ? 0 : 1 + random.integer(5))
  return random.pick([[], [extent()], [extent()], [extent()], [extent(), extent()], [extent(), 2, extent()], [extent(), 1, 2, 2]])
}

function drawScores({ random, mood, dtype }: Draft, batch: Shape, classes: number, domain: Domain): CaseTensor {
  const shape = batch.length === 0 ? [classes] : [batch[0], classes, ...batch.slice(1)]
  const layout = random.chance(0.2)
    ? random.pick(['transposed', 'sliced', 'reversed', 'offset'] as const satisfies readonly Layout[])
    : undefined
  return encode(dtype, shape, drawValues(random, domain, sizeOf(shape), dtype, mood, classes), layout)
}

function drawTarget(random: Random, batch: Shape, classes: number): { target: CaseTensor; ignoreIndex: number } {
  const ignoreIndex = random.pick([-100, -100, 0, 255, -1])
  const share = random.pick([0, 0, 0.3, 0.3, 1])
  const target = Array.from({ length: sizeOf(batch) }, () => (random.chance(share) ? ignoreIndex : random.integer(classes)))
  return { target: encode('int64', batch, target), ignoreIndex }
}
