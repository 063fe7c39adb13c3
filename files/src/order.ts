/** Side of the square tiles that are transposed at a time, so that both sides of the copy stay in the first-level cache. */
const TILE = 32

/**
 * Elements in Fortran order (the first index varies fastest) brought into C order (the last does), for any number of dimensions.
 *
 * `bytes` holds exactly the elements, of `size` bytes each (1, 2, 4 or 8), at a multiple of `size`; it is left as it is, and given back where the
 * two orders are the same. Bits are moved, not numbers, so NaN payloads survive.
 */
export function fortranToC(bytes: Uint8Array, size: number, shape: readonly number[]): Uint8Array {
  // Dimensions of length 1 have no order. Without them the rank is at most log2 of the count, which bounds the walk below.
  const dims = shape.filter((length) => length !== 1)
  if (dims.length < 2 || bytes.length === 0) return bytes
  const copy = new Uint8Array(bytes.length)
  const sourceStrides = strides(dims)
  const targetStrides = strides([...dims].reverse()).reverse()
  const last = dims.length - 1
  const move = transposer(bytes, copy, size, dims[0], dims[last], targetStrides[0], sourceStrides[last])
  const index = new Array<number>(dims.length).fill(0)
  let source = 0
  let target = 0
  let axis: number
  do {
    move(source, target)
    for (axis = 1; axis < last; axis++) {
      source += sourceStrides[axis]
      target += targetStrides[axis]
      if (++index[axis] < dims[axis]) break
      source -= dims[axis] * sourceStrides[axis]
      target -= dims[axis] * targetStrides[axis]
      index[axis] = 0
    }
  } while (axis < last)
  return copy
}

/** In elements, the first axis fastest. */
function strides(dims: readonly number[]): number[] {
  const result: number[] = []
  let stride = 1
  for (const length of dims) {
    result.push(stride)
    stride *= length
  }
  return result
}

interface LaneType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Uint8Array | Uint16Array | Uint32Array
}

/** Moves one matrix of rows × columns, first axis × last axis: the source is contiguous along rows, the target along columns. */
function transposer(
  from: Uint8Array,
  to: Uint8Array,
  size: number,
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
) {
  // Eight bytes go as two words: a float64 may lose the payload of a NaN, a bigint may be allocated per element.
  const Lane: LaneType = size === 1 ? Uint8Array : size === 2 ? Uint16Array : Uint32Array
  const words = size / Lane.BYTES_PER_ELEMENT
  const input = new Lane(from.buffer, from.byteOffset, from.length / Lane.BYTES_PER_ELEMENT)
  const output = new Lane(to.buffer, to.byteOffset, to.length / Lane.BYTES_PER_ELEMENT)
  return (source: number, target: number): void => {
    for (let top = 0; top < rows; top += TILE) {
      const bottom = Math.min(top + TILE, rows)
      for (let left = 0; left < columns; left += TILE) {
        const right = Math.min(left + TILE, columns)
        for (let row = top; row < bottom; row++) {
          let read = (source + row + left * columnStride) * words
          let write = (target + row * rowStride + left) * words
          for (let column = left; column < right; column++) {
            output[write] = input[read]
            if (words === 2) output[write + 1] = input[read + 1]
            read += columnStride * words
            write += words
          }
        }
      }
    }
  }
}
