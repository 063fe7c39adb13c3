import type { Numbers } from '../tensor/dtype.ts'

/** The position of the first NaN or infinity from `from` on; −1 where there is none. */
export function firstNotFinite(values: Numbers, from = 0): number {
  for (let i = from; i < values.length; i++) if (!Number.isFinite(values[i])) return i
  return -1
}
