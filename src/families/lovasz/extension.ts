import { Descending } from './sort.ts'

/**
 * The Lovász extension of the Jaccard loss: the errors of pixels, sorted, each times what it adds to 1 − IoU when it joins those before it.
 *
 * An error of 0 or less adds nothing, and is not kept. Source: M. Berman et al., Algorithm 1, https://arxiv.org/abs/1705.08790
 */
export class Extension {
  private readonly errors: Float64Array
  private readonly at: Int32Array
  private readonly isTrue: Uint8Array
  private readonly sorter: Descending
  private count = 0
  /** How many pixels are true, whatever their errors. */
  private truths = 0

  constructor(capacity: number, compute: 'float64' | 'float32') {
    this.errors = new Float64Array(capacity)
    this.at = new Int32Array(capacity)
    this.isTrue = new Uint8Array(capacity)
    this.sorter = new Descending(capacity, compute === 'float32')
  }

  clear(): void {
    this.count = 0
    this.truths = 0
  }

  /** Adds a pixel, with the place of its element. */
  add(error: number, isTrue: boolean, at: number): void {
    if (isTrue) this.truths++
    if (error <= 0) return
    this.errors[this.count] = error
    this.isTrue[this.count] = isTrue ? 1 : 0
    this.at[this.count++] = at
  }

  /** The value. Adds the slopes by each error, times a factor, to `slopes`, where there are such, negative for a true pixel. */
  evaluate(factor: number, slopes: Float64Array | null): number {
    const { errors, isTrue, at, truths, count } = this
    const order = this.sorter.sort(errors, count)
    let value = 0
    let hits = truths
    let union = truths
    for (let i = 0; i < count; i++) {
      const k = order[i]
      let step: number
      if (isTrue[k] === 1) {
        step = 1 / union
        hits--
      } else {
        // a class that is true nowhere is as wrong as can be with its first error
        step = union === 0 ? 1 : hits / (union * (union + 1))
        union++
      }
      value += errors[k] * step
      if (slopes !== null) slopes[at[k]] += isTrue[k] === 1 ? -factor * step : factor * step
    }
    return value
  }
}
