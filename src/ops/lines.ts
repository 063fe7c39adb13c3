import { LossError } from '../errors.ts'

/** The axis that `dim` names of a tensor of `rank` axes, from the end where it is negative. A 0-D tensor counts as one of a single entry. */
export function axisOf(fn: string, dim: number, rank: number): number {
  const axes = Math.max(rank, 1)
  const axis = dim < 0 ? dim + axes : dim
  if (Number.isInteger(dim) && axis >= 0 && axis < axes) return axis
  throw new LossError({
    code: 'option-range',
    fn,
    argument: 'dim',
    received: String(dim),
    expected: `an axis in [${-axes}, ${axes - 1}]`,
    repair: 'dim: 1 for the classes of (N, C) and (N, C, d1, …), dim: -1 for the last axis',
    pytorch: Number.isInteger(dim)
      ? `IndexError: Dimension out of range (expected to be in range of [${-axes}, ${axes - 1}], but got ${dim})`
      : null,
  })
}

/** Calls `visit` with where each line of `count` elements starts; its elements lie `inner` apart. */
export function forEachLine(size: number, count: number, inner: number, visit: (start: number, line: number) => void): void {
  if (size === 0) return
  let line = 0
  for (let outer = 0; outer < size; outer += count * inner) for (let i = 0; i < inner; i++) visit(outer + i, line++)
}
