import { listOf, rowMajor, sameShape, sizeOf, tupleOf } from '../../tensor/shape.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { ClassCall } from '../classes.ts'
import { indexOf } from '../extent.ts'
import type { State, Step } from './step.ts'

/** Resizes a mask to the height and width of the scores, each pixel the nearest of the old ones, so that no class is invented. */
export function resizeSteps({ tensors }: State, { target: name, wanted }: ClassCall): Step[] {
  const { shape } = tensors[name]
  if (wanted.length < 3 || shape.length !== wanted.length || shape[0] !== wanted[0] || sameShape(shape, wanted)) return []
  if (sizeOf(wanted) === 0 || sizeOf(shape) === 0) return []
  const size = tupleOf(wanted.slice(1))
  const torch = (code: string) => `F.interpolate(${code}[:, None].float(), size=${size})[:, 0].long()`
  const says = `the ${name} is of another height and width than the scores: ${tupleOf(shape.slice(1))}, not ${size}`
  const guess = 'by nearest neighbour: a mask that is resized bilinearly has classes that never were'
  const ours = (code: string) => `${nested(code, shape, wanted)}`
  return [{ kind: 'resize', cost: 4, says, guess, tensors: { [name]: { to: nearest(tensors[name], wanted), ours, torch } } }]
}

/** The code of the nearest neighbours along all axes but the first. */
function nested(code: string, from: readonly number[], to: readonly number[]): string {
  const names = ['y', 'x', 'z']
  const at = to.slice(1).map((extent, axis) => `[Math.floor((${names[axis]} * ${from[axis + 1]}) / ${extent})]`)
  const rows = to
    .slice(1)
    .reduceRight((inner, extent, axis) => `Array.from({ length: ${extent} }, (_, ${names[axis]}) => ${inner})`, `mask${at.join('')}`)
  return `tensor(${code}).toArray().map((mask) => ${rows})`
}

function nearest(x: Tensor, wanted: readonly number[]): Tensor {
  const old = numbersOf(x, 'float64')
  const strides = rowMajor(x.shape)
  const data = new Float64Array(sizeOf(wanted))
  for (let at = 0; at < data.length; at++) {
    const index = indexOf(at, wanted)
    data[at] = old[index.reduce((sum, i, axis) => sum + Math.floor((i * x.shape[axis]) / wanted[axis]) * strides[axis], 0)]
  }
  return asIndices(data, wanted)
}

/** A picture with colours for classes: its palette index is what is wanted. */
export function colourSteps({ tensors }: State, { target: name, wanted, count }: ClassCall): Step[] {
  const target = tensors[name]
  const axis = target.shape.findIndex(
    (extent, at) =>
      (extent === 3 || extent === 4) &&
      sameShape(
        target.shape.filter((_, other) => other !== at),
        wanted,
      ),
  )
  if (axis < 0) return []
  const values = numbersOf(target, 'float64')
  const channels = target.shape[axis]
  const inner = sizeOf(target.shape.slice(axis + 1))
  const palette = new Map<string, number>()
  const data = new Float64Array(sizeOf(wanted))
  let grey = true
  for (let at = 0; at < data.length; at++) {
    const start = Math.floor(at / inner) * channels * inner + (at % inner)
    const colour = Array.from({ length: 3 }, (_, c) => values[start + c * inner])
    grey &&= colour[0] === colour[1] && colour[0] === colour[2]
    const key = colour.join(', ')
    const index = palette.get(key) ?? palette.size
    palette.set(key, index)
    if (palette.size > 256) return []
    data[at] = index
  }
  // each pixel's channels as a plain array
  const pixels = (code: string) => {
    const order = [...target.shape.keys()].filter((each) => each !== axis)
    const last = axis === target.shape.length - 1 ? `tensor(${code})` : `permute(${code}, ${listOf([...order, axis])})`
    return `${last}.toArray()${wanted.length > 1 ? `.flat(${wanted.length - 1})` : ''}`
  }
  const shaped = (code: string) => `tensor(reshape(${code}, ${listOf(wanted)}), { dtype: 'int64' })`
  const slice = axis === target.shape.length - 1 ? '[..., 0]' : `[${':, '.repeat(axis)}0]`
  if (grey) {
    const first = Float64Array.from(data, (_, at) => values[Math.floor(at / inner) * channels * inner + (at % inner)])
    const ours = (code: string) => shaped(`${pixels(code)}.map(([grey]) => grey)`)
    const change = { to: asIndices(first, wanted), ours, torch: (code: string) => `${code}${slice}` }
    const says = `the ${name} has ${channels} channels that are equal: one of them is the mask`
    return [{ kind: 'colours', cost: 3, says, guess: 'one of the channels, which are equal', tensors: { [name]: change } }]
  }
  if (palette.size > count) return []
  const says = `the ${name} is a picture of ${palette.size} colours, where the index of each pixel's class is wanted`
  const guess = 'the colours in the order of your classes'
  const last = axis === target.shape.length - 1 ? (code: string) => code : (code: string) => `${code}.movedim(${axis}, -1)`
  const colours = [...palette.keys()]
  const list = `[${colours.map((colour) => `'${colour.replaceAll(' ', '')}'`).join(', ')}]`
  const ours = (code: string) => shaped(`${pixels(code)}.map((pixel) => ${list}.indexOf(String(pixel.slice(0, 3))))`)
  const tuples = `[${colours.map((colour) => `[${colour}]`).join(', ')}]`
  const torch = (code: string) => `sum(i * (${last(code)}[..., :3] == torch.tensor(c)).all(-1) for i, c in enumerate(${tuples}))`
  return [{ kind: 'colours', cost: 3, says, guess, tensors: { [name]: { to: asIndices(data, wanted), ours, torch } } }]
}

/** Class indices as int64; what is no integer stays a number. */
export const asIndices = (data: Float64Array, shape: readonly number[]): Tensor =>
  data.every(Number.isSafeInteger)
    ? new Tensor({ data: BigInt64Array.from(data, BigInt), dtype: 'int64', shape })
    : new Tensor({ data, dtype: 'float64', shape })
