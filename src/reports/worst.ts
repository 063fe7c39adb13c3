import type { Numbers } from '../tensor/dtype.ts'
import type { Shape } from '../tensor/shape.ts'
import type { Facets } from './facets.ts'
import { type Identity, type Kept, spell } from './totals.ts'
import type { ReportOptions } from './types.ts'

/** How many of the worst are kept. */
export const topOf = ({ top = 5 }: ReportOptions): number => top

/** Positions of the largest of many values that are offered one after the other; NaN is the largest, and of equal ones the first stays. */
export class Largest {
  private readonly at: number[] = []
  private readonly values: number[] = []
  private readonly top: number
  /** Only what is not ≤ this needs to be offered. */
  bar = Number.NEGATIVE_INFINITY
  private full = false

  constructor(top: number) {
    this.top = top
    if (top === 0) this.bar = Infinity
  }

  offer(value: number, position: number): void {
    const { at, values, top } = this
    if (top === 0 || (this.full && !isLarger(value, values[top - 1]))) return
    let place = values.length
    while (place > 0 && isLarger(value, values[place - 1])) place--
    values.splice(place, 0, value)
    at.splice(place, 0, position)
    if (values.length > top) {
      values.pop()
      at.pop()
    }
    this.full = values.length === top
    // −∞ is offered until there are enough
    this.bar = !this.full ? Number.NaN : Number.isNaN(values[top - 1]) ? Infinity : values[top - 1]
  }

  read(): readonly (readonly [value: number, position: number])[] {
    return this.values.map((value, i) => [value, this.at[i]] as const)
  }
}

const isLarger = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b))

/** The largest values of a result, with where they are and whose. */
export function keepWorst(values: Numbers, facets: Facets, of: Identity, shape: Shape, given: ReportOptions): Kept[] {
  const { groups, labels, predicted } = facets
  const largest = new Largest(topOf(given))
  largest.bar = Number.NaN
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] <= largest.bar) && (groups === null || groups[i] >= 0)) largest.offer(values[i], i)
  }
  return largest.read().map(([value, at]) => ({
    value: spell(value),
    index: indexOf(at, shape, of, given),
    ...(groups === null || of.axes.includes('c') ? {} : { target: labels === null ? groups[at] : labels[groups[at]] }),
    ...(predicted === null ? {} : { predicted: predicted(at) }),
    ...(given.source === undefined ? {} : { source: given.source }),
  }))
}

/** The index by axis; samples count from `first`. */
function indexOf(position: number, shape: Shape, { axes }: Identity, { first = 0 }: ReportOptions): number[] {
  const index = new Array<number>(shape.length)
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
    if (axis === 0 && axes[0] === 'n') index[axis] += first
  }
  return index
}
