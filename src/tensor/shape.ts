export type Shape = readonly number[]

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1)

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((extent, axis) => extent === b[axis])

/** Strides, in elements, of a row-major array. */
export function rowMajor(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= Math.max(shape[axis], 1)
  }
  return strides
}

/** The shape that two shapes broadcast to (aligned at the right), or the axis of the result at which they do not. */
export function broadcastShapes(a: Shape, b: Shape): { shape: number[] } | { axis: number } {
  const rank = Math.max(a.length, b.length)
  const shape = new Array<number>(rank)
  for (let axis = rank - 1; axis >= 0; axis--) {
    const one = a[axis - rank + a.length] ?? 1
    const other = b[axis - rank + b.length] ?? 1
    if (one !== other && one !== 1 && other !== 1) return { axis }
    shape[axis] = one === 1 ? other : one
  }
  return { shape }
}

/** The reshape or transposition that gives a tensor the shape `wanted`, in words; null where neither can. */
export function repairShape(name: string, shape: Shape, wanted: Shape): string | null {
  const longer = (extents: Shape) => extents.filter((extent) => extent !== 1)
  if (sameShape(longer(shape), longer(wanted))) return `reshape(${name}, [${wanted.join(', ')}])`
  const sorted = (extents: Shape) => [...extents].sort((a, b) => a - b)
  if (sameShape(sorted(shape), sorted(wanted))) return `the axes of ${name} are in another order: transpose it to ${tupleOf(wanted)}`
  return null
}

/** `[2, 3]`, as PyTorch's C++ messages print a shape. */
export const listOf = (shape: Shape): string => `[${shape.join(', ')}]`

/** `torch.Size([2, 3])`, as PyTorch's Python messages print a shape. */
export const torchSize = (shape: Shape): string => `torch.Size(${listOf(shape)})`

/** `(2, 3)`, as our own messages and print-outs show a shape. */
export const tupleOf = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`
