import { tupleOf } from '../tensor/shape.ts'
import { indexOf } from './extent.ts'

/** A number as a sentence shows it: five digits that matter. */
export const figure = (x: number): string => String(Number(x.toPrecision(5)))

/** "1 value", "1,024 values". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`

/** 10000 as "10,000". */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** Where a position in row-major order lies: "at (1, 2)"; nothing for a single number. */
export const place = (position: number, shape: readonly number[]): string =>
  shape.length === 0 ? '' : ` at ${tupleOf(indexOf(position, shape))}`
