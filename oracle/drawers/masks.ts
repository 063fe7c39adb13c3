import type { Domain } from '../../src/spec.ts'
import { type DType, isFloating } from '../../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, type Layout, valuesOf } from '../cases.ts'
import type { Draft } from '../drawers.ts'
import { runCase } from '../run-case.ts'
import { coarsest, tolerances } from '../tolerance.ts'
import { drawValues } from '../values.ts'

interface Drawn {
  readonly tensors: Readonly<Record<string, CaseTensor>>
  readonly options: Readonly<Record<string, unknown>>
}

const modes = ['multiclass', 'multilabel', 'binary'] as const
const layouts: readonly Layout[] = ['transposed', 'sliced', 'reversed', 'offset']

/**
 * Predicted and true masks. What a loss refuses is not drawn, since nobody else has words for it: scores that are no probabilities where
 * those are wanted, classes that do not exist, values that are neither yes nor no nor ignored.
 */
export function drawMasks(draft: Draft): Drawn {
  const { spec, random, option } = draft
  const pinned = (name: string): unknown => (option?.[0] === name ? option[1] : undefined)
  const has = (name: string): boolean => name in spec.options
  const someClasses = pinned('classes') as readonly number[] | undefined
  const mode = has('mode') ? ((pinned('mode') as string) ?? random.pick(modes.slice(0, someClasses === undefined ? 3 : 2))) : modeOf(draft)
  const shape = drawShape(draft, mode)
  const classes = mode === 'binary' ? 1 : shape[1]
  const fromLogits = !has('fromLogits') || random.chance(0.75)
  const whole = mode === 'multiclass' && takesDistributions(draft) && random.chance(0.25)
  const ignoreIndex = whole ? undefined : (pinned('ignoreIndex') ?? (random.chance(0.4) ? random.pick([-100, 0, 255, -1]) : undefined))
  const input = drawInput(draft, shape, fromLogits)
  const target = drawTarget(draft, mode, shape, classes, whole, ignoreIndex as number | undefined)
  const weighted = has('weight') && mode === 'multiclass' && random.chance(0.5)
  return {
    tensors: weighted ? { input, target, weight: drawWeight(draft, classes) } : { input, target },
    options: {
      ...(has('mode') ? { mode } : {}),
      ...(has('fromLogits') ? { fromLogits } : {}),
      ...(has('classes') ? { classes: mode === 'binary' ? undefined : (someClasses ?? chosen(draft, classes)) } : {}),
      ignoreIndex,
    },
  }
}

/** With a weight below 0 and no floor the denominator may be 0: there is no slope there, and the order of the products decides its sort. */
export const atPole = ({ options: { eps, alpha, beta } }: Case, ours: number, theirs: number): string | null =>
  eps === 0 && (Number(alpha) < 0 || Number(beta) < 0) && !Number.isFinite(ours) && !Number.isFinite(theirs)
    ? 'a denominator of 0: infinity against NaN'
    : null

/**
 * A power of 1 − score, whose digits cancel where the score is near 1: a rounding ε of the score is ε/(1 − score) of that, relatively, and as much
 * of the power and of its slope, times the exponent. Tversky's loss is 1 − score itself.
 */
export function atPowers(c: Case, ours: number, theirs: number): string | null {
  const { gamma = 0.75, ...options } = c.options
  const { loss } = runCase({ ...c, loss: 'tversky_loss', options: { ...options, reduction: 'none' }, requires: [] })
  if (loss === undefined) return null
  const { epsilon, steps } = tolerances[coarsest(c, loss.dtype)]
  const unlike = Math.min(...valuesOf(loss).filter((value) => value > 0), 1)
  const relative = (steps * epsilon * (1 + Math.abs(Number(gamma)))) / unlike
  const near = Math.abs(ours - theirs) <= relative * Math.max(Math.abs(ours), Math.abs(theirs))
  return near ? 'digits of 1 − score that cancelled, to a power' : atPole(c, ours, theirs)
}

/** Losses without a mode have one of their own. */
const modeOf = ({ spec, random }: Draft): string => ('classes' in spec.options ? 'multiclass' : random.pick(['multilabel', 'binary']))

/** A target of probabilities, and not of classes alone. */
const takesDistributions = ({ spec }: Draft): boolean => spec.inputs[1].domain === 'masks'

function drawShape({ random }: Draft, mode: string): Shape {
  const images = random.chance(0.04) ? 0 : 1 + random.integer(3)
  const classes = 2 + random.integer(3)
  const further = random.chance(0.05) ? [0] : random.pick([[], [5], [7], [2, 3], [3, 4], [1, 2, 3]])
  return mode === 'binary' ? [images, ...(random.chance(0.5) ? [1] : []), ...further] : [images, classes, ...further]
}

function drawInput({ spec, random, mood, dtype, uniform }: Draft, shape: Shape, fromLogits: boolean): CaseTensor {
  const size = sizeOf(shape)
  // a mask of integers may be compared, but not taken for scores
  const own = !fromLogits && !uniform && random.chance(0.1) ? random.pick(['uint8', 'bool', 'int64'] as const) : dtype
  const domain: Domain = !fromLogits ? (isFloating(own) ? 'probabilities' : 'binary') : 'logits'
  const values = drawValues(random, domain, size, own, mood === 'special' && spec.name.startsWith('lovasz') ? 'plain' : mood, 2)
  const moved = spec.name.startsWith('lovasz') ? values.map((value) => inGeneralPosition(value, domain, random.uniform())) : values
  return encode(own, shape, moved, random.chance(0.2) ? random.pick(layouts) : undefined)
}

/** Errors of equal size are sorted one way or the other, and the gradient depends on it: there are to be none that are nearly equal. */
const inGeneralPosition = (value: number, domain: Domain, by: number): number =>
  domain === 'probabilities' ? 0.02 + 0.9 * value + by / 16 : value + by / 8

function drawTarget(
  { spec, random, mood, dtype }: Draft,
  mode: string,
  shape: Shape,
  classes: number,
  whole: boolean,
  ignoreIndex: number | undefined,
): CaseTensor {
  const layout = random.chance(0.2) ? random.pick(layouts) : undefined
  const unsigned = ignoreIndex === undefined || ignoreIndex >= 0
  const integers: readonly DType[] = ['int64', 'int32', ...(unsigned ? (['uint8'] as const) : [])]
  const share = random.pick([0, 0.2, 0.5, 1])
  const sow = (values: readonly number[]) => values.map((v) => (ignoreIndex !== undefined && random.chance(share) ? ignoreIndex : v))
  if (mode === 'multiclass' && !whole) {
    const pixels = shape.filter((_, axis) => axis !== 1)
    // often some class is true nowhere
    const labels = drawValues(random, 'classes', sizeOf(pixels), 'int64', 'plain', random.chance(0.3) ? 1 : classes)
    return encode(random.pick(integers), pixels, sow(labels), layout)
  }
  if (mode === 'multiclass')
    return encode(
      dtype,
      shape,
      distributions(random.chance(0.5), shape, () => random.integer(9)),
      layout,
    )
  const soft = spec.inputs[1].domain !== 'binary' && ignoreIndex === undefined && random.chance(0.3)
  const own = soft ? dtype : random.pick([...integers, dtype, ...(ignoreIndex === undefined ? (['bool'] as const) : [])])
  const all = drawValues(random, soft ? 'probabilities' : 'binary', sizeOf(shape), own, mood === 'special' && soft ? 'special' : 'plain', 2)
  return encode(own, shape, sow(random.chance(0.1) ? all.map(() => 0) : all), layout)
}

/** One-hot classes, or probabilities in sixteenths that add up to 1; the axis of classes is axis 1. */
function distributions(hard: boolean, shape: Shape, draw: () => number): number[] {
  const classes = shape[1]
  const inner = sizeOf(shape.slice(2))
  const values = new Array<number>(sizeOf(shape)).fill(0)
  for (let pixel = 0; pixel * classes < values.length; pixel++) {
    const first = Math.floor(pixel / inner) * classes * inner + (pixel % inner)
    if (hard) values[first + (draw() % classes) * inner] = 1
    else for (let left = 16; left > 0; left--) values[first + (draw() % classes) * inner] += 1 / 16
  }
  return values
}

function chosen({ random }: Draft, classes: number): readonly number[] | undefined {
  if (random.chance(0.6)) return undefined
  return Array.from({ length: 1 + random.integer(classes) }, () => random.integer(classes))
}

const drawWeight = ({ random, dtype, mood }: Draft, classes: number): CaseTensor =>
  encode(dtype, [classes], drawValues(random, 'weights', classes, dtype, mood === 'special' ? 'plain' : mood, classes))
