import { divides } from '../../src/reduce.ts'
import { type DType, isFloating } from '../../src/tensor/dtype.ts'
import { type Shape, sizeOf } from '../../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, type Layout, numberOf, valuesOf } from '../cases.ts'
import type { Draft, Drawer } from '../drawers.ts'
import type { Random } from '../random.ts'
import { finite, largest, planOf, type SizesOf } from '../tolerance.ts'

/** Two images, and a window that fits on them, at every scale where there are several. */
export const windowImages: Drawer = {
  share: 0.15,
  sizes: windowSizes,
  draw: ({ spec, random, mood, dtype, uniform }) => {
    const multiscale = 'betas' in spec.options
    const betas = random.pick([[0.0448, 0.2856, 0.3001, 0.2363, 0.1333], [0.5, 0.5], [0.3, 0, 0.7], [0.25, 0.75, 0], [1], [2, 0.5]])
    const scales = multiscale ? betas.length : 1
    const windowSize = scales > 3 ? 1 : random.pick(scales > 1 ? [1, 3, 3] : [3, 3, 5, 7, 11, 1])
    const border = random.pick(['valid', 'valid', 'reflect'])
    const least = (border === 'valid' ? windowSize : (windowSize + 1) / 2) * 2 ** (scales - 1)
    const [height, width] = [least + random.integer(4), least + random.integer(4)]
    const shape = drawShape(random, height, width, sizeOf([height, width]) > 100)
    const dataRange = random.pick([1, 1, 1, 2, 255])
    const sampleCovariance = windowSize > 1 && random.chance(0.25)
    const [x, y] = drawPair({ random, mood, shape, range: dataRange })
    const [input, target] = drawDTypes(random, dtype, uniform)
    return {
      tensors: { input: laid(random, input, shape, x), target: laid(random, target, shape, y) },
      options: {
        windowSize,
        border,
        sampleCovariance,
        dataRange,
        sigma: random.pick([1.5, 0.5, 1, 0.9]),
        // without them 0/0 where both images are flat, or dark
        k1: random.pick([0.01, 0.01, 0.1, 1]),
        k2: random.pick([0.03, 0.03, 0.1, 1]),
        ...(multiscale ? { betas } : {}),
      },
    }
  },
}

/**
 * The sizes of the terms of SSIM and its slopes.
 *
 * A variance is the difference of two moments, of the size of a square M² of the values, and is divided by at least c2 = (k2·dataRange)²; a
 * slope is the difference of two terms of the size M/c2, shared among the windows. The luminance is a quotient of the size of 1, whose slope
 * is a difference of two terms of at most m/(m² + c1/2), for a mean m up to M. Over the scales they are multiplied by what the other
 * factors leave, at most by β/(1 − their unlikeness).
 */
function windowSizes(c: Case): SizesOf {
  const { input, target } = c.tensors
  const option = (name: string, usual: number) => Number(c.options[name] ?? usual)
  const c2 = (option('k2', 0.03) * option('dataRange', 1)) ** 2
  const c1 = (option('k1', 0.01) * option('dataRange', 1)) ** 2
  const most = Math.max(largest(valuesOf(input)), largest(valuesOf(target)), 1e-30)
  const mean = Math.min(most, Math.sqrt(c1 / 2))
  const luminance = mean / (mean ** 2 + c1 / 2)
  const [width, height, channels = 1] = [...input.shape].reverse()
  const plan = planOf(c)
  const upstream = Math.max(...(c.upstream ?? [1]).map((u) => finite(numberOf(u))))
  const scales = (c.options.betas as readonly number[] | undefined)?.length ?? 1
  const lost = c.options.border === 'reflect' ? 0 : option('windowSize', 11) - 1
  const windows = (s: number) => ((height >> s) - lost) * ((width >> s) - lost)
  const shares = Array.from({ length: scales }, (_, s) => 4 ** -s / Math.max(windows(s), 1)).reduce((a, b) => a + b, 0)
  const each = divides(plan.reduction) ? 1 / Math.max(plan.denominator, 1) : 1
  return (output, shape) => {
    const size =
      output === 'loss'
        ? (1 + most ** 2 / c2) * (shape.length > 0 ? 1 : plan.counted * each)
        : (luminance + most / c2) * upstream * each * (shares / channels)
    return new Float64Array(sizeOf(shape)).fill(size)
  }
}

/** One image, or two, of any values. */
export const plainImages: Drawer = {
  share: 0.3,
  draw: ({ spec, random, mood, dtype, uniform }) => {
    const [height, width] = [drawExtent(random), drawExtent(random)]
    const shape = drawShape(random, height, width, false)
    const [input, target] = drawDTypes(random, dtype, uniform)
    const operator = random.pick(['pyramid', 'pyramid', 'laplacian', 'sobel', 'difference'])
    const pair = drawPair({ random, mood, shape, range: 8 })
    // the pyramid's weights are no sums of powers of two: what is 0 on the grid of the values is a rounding above or below it, and has a slope
    const [x, y] = operator === 'pyramid' ? [pair[0].map((value) => value + random.uniform() / 8), pair[1]] : pair
    const single = spec.inputs.length === 1
    const tensors: Record<string, CaseTensor> = { input: laid(random, single ? dtype : input, shape, x) }
    if (!single) tensors.target = laid(random, target, shape, y)
    return { tensors, options: single ? {} : { operator, eps: random.pick([1e-3, 0.1, 0, 1]) } }
  },
}

const drawExtent = (random: Random): number => (random.chance(0.02) ? 0 : 1 + random.integer(6))

/** (H, W), (C, H, W) or (N, C, H, W); large planes come alone. */
function drawShape(random: Random, height: number, width: number, alone: boolean): Shape {
  const few = () => (random.chance(0.02) ? 0 : alone ? 1 : 1 + random.integer(3))
  return random.pick<() => Shape>([
    () => [height, width],
    () => [few(), height, width],
    () => [few(), few(), height, width],
    () => [few(), few(), height, width],
  ])()
}

/** A true image, and one that is it, or near it, or unlike it, or its negative. */
function drawPair({ random, mood, shape, range }: { random: Random; mood: Draft['mood']; shape: Shape; range: number }): number[][] {
  const steps = mood === 'ties' ? 2 : 64
  const odd = mood === 'special' ? random.pick([0.02, 0.1, 0.5]) : 0
  const step = () => Math.round((random.integer(steps + 1) / steps) * range * 64) / 64
  const target = Array.from({ length: sizeOf(shape) }, step)
  const kind = random.pick(['equal', 'near', 'near', 'near', 'other', 'other', 'negative'])
  const input = target.map((value) => {
    if (kind === 'near') return value + ((random.integer(17) - 8) / 64) * range
    return kind === 'equal' ? value : kind === 'negative' ? range - value : step()
  })
  const spoil = (values: number[]) =>
    values.map((value) => (random.chance(odd) ? random.pick([Number.NaN, Infinity, -Infinity, 0, -0, range, -range, 1e-8, 1e-30]) : value))
  return [spoil(input), spoil(target)]
}

/** Mostly the case's own dtype twice; sometimes another one beside it, bytes too. */
function drawDTypes(random: Random, dtype: DType, uniform: boolean): [DType, DType] {
  if (uniform || random.chance(0.85)) return [dtype, dtype]
  const other = random.pick(['float32', 'float64', 'bfloat16', 'float16', 'uint8', 'int64'] as const)
  return random.chance(0.5) ? [dtype, other] : [other, dtype]
}

function laid(random: Random, dtype: DType, shape: Shape, values: readonly number[]): CaseTensor {
  const layouts: readonly Layout[] = ['transposed', 'sliced', 'reversed', 'offset']
  const held = isFloating(dtype) ? values : values.map((value) => (Number.isFinite(value) ? Math.max(Math.round(value), 0) : 1))
  return encode(dtype, shape, held, random.chance(0.2) ? random.pick(layouts) : undefined)
}
