import { down, high, Lattice, low, none, shifted, step, unit, up } from './lattice.ts'

/** How large a log-probability may be in a sequence of so many steps: exponents stay below 2^27. */
const limit = (steps: number): number => 5e9 / steps

/**
 * All alignments of a sequence's steps with its labels at once: the likelihood of the labels, and how likely each is at each step.
 *
 * An alignment walks through the states blank, label 0, blank, label 1, …, blank: at each step it stays, goes on by one, or passes over a
 * blank that stands between two different labels. `forward` sums the probabilities of all ways to a state, `backward` those of all ways
 * from it to the end. States that cannot be reached, or from which the end cannot be reached, are left out.
 *
 * What is summed are probabilities with the range of logarithms (see `Lattice`), so that there is neither an exp nor a log in the loops.
 * Buffers are kept from sequence to sequence.
 *
 * Source: A. Graves et al., "Connectionist Temporal Classification", ICML 2006, equations 6 to 16,
 * https://www.cs.toronto.edu/~graves/icml_2006.pdf
 */
export class Alignments {
  /** After `forward`: the logarithm of the labels' likelihood; −∞ where they cannot be aligned. */
  logLikelihood = 0
  /** In `backward`: by slot, the probability that the current step is aligned with the slot's class. */
  readonly shares: Float64Array
  private steps = 0
  private slots = 0
  private count = 0
  /** By label: the slot of its class (the blank's is 0), and 1 where a way leads to it from the label before, over the blank. */
  private readonly slotOf: Int32Array
  private readonly passes: Float64Array
  /** The probability of each slot's class at each step; and the steps at which it has an exponent beside it. */
  private readonly likely: Float64Array
  private readonly likelyExponent: Int32Array
  private readonly noExponent: Int32Array
  private readonly far: Uint8Array
  /** The sums of the ways to each state, of all steps; and of those from it, of the current step and the next. */
  private readonly ways: Lattice
  private readonly rest: Lattice
  /** The likelihood is mantissa·2^(64·exponent), with a mantissa from 1 to 2^64. */
  private mantissa = 0
  private exponent = 0

  /** For sequences of up to `steps` steps and `labels` labels, of `classes` classes. */
  constructor(steps: number, labels: number, classes: number) {
    const slots = Math.min(labels + 1, classes)
    this.shares = new Float64Array(slots)
    this.slotOf = new Int32Array(labels)
    this.passes = new Float64Array(labels + 1)
    this.likely = new Float64Array(steps * slots)
    this.likelyExponent = new Int32Array(steps * slots)
    this.noExponent = new Int32Array(steps * slots)
    this.far = new Uint8Array(steps)
    this.ways = new Lattice(steps, 2 * labels + 1)
    this.rest = new Lattice(2, 2 * labels + 1)
  }

  /** Begins a sequence of at least one step; `slotOf` are the slots of its labels' classes. */
  begin(steps: number, slots: number, slotOf: Int32Array): void {
    this.steps = steps
    this.slots = slots
    this.count = slotOf.length
    this.far.fill(0)
    this.slotOf.set(slotOf)
    for (let i = 0; i < slotOf.length; i++) this.passes[i] = i > 0 && slotOf[i] !== slotOf[i - 1] ? 1 : 0
    this.passes[slotOf.length] = 0
  }

  /** Takes the probabilities at a step, by slot: none is 0, nor its logarithm larger than `reach` in size. */
  take(step: number, probabilities: Float64Array): void {
    const { slots, likely } = this
    for (let k = 0, at = step * slots; k < slots; k++, at++) likely[at] = probabilities[k]
  }

  /** Takes the logarithms of probabilities at a step, by slot. False where one is NaN, ∞, or too far from 0. */
  takeLogarithms(step: number, scores: Float64Array): boolean {
    const { slots, likely, likelyExponent } = this
    const most = limit(this.steps)
    this.far[step] = 1
    for (let k = 0, at = step * slots; k < slots; k++, at++) {
      const score = scores[k]
      if (!(score >= -most && score <= most) && score !== -Infinity) return false
      const units = score === -Infinity ? 0 : Math.round(score / unit)
      likely[at] = Math.exp(score - units * unit)
      likelyExponent[at] = units
    }
    return true
  }

  /** The probability of a slot's class at a step. */
  probability(step: number, slot: number): number {
    const at = step * this.slots + slot
    return this.far[step] === 0 ? this.likely[at] : this.likely[at] * 2 ** (64 * this.likelyExponent[at])
  }

  forward(): void {
    const { steps, count, far, ways, likely, likelyExponent } = this
    ways.clear(0)
    for (let s = 0; s < Math.min(2 * count + 1, 2); s++) {
      const slot = s === 0 ? 0 : this.slotOf[0]
      ways.put(0, s, likely[slot], far[0] === 0 ? 0 : likelyExponent[slot])
    }
    ways.unite(0)
    for (let t = 1; t < steps; t++) {
      if (far[t] === 1 || ways.mixed[t - 1] === 1 || !this.plainWays(t)) this.mixedWays(t)
    }
    ways.spread(steps - 1)
    const { numbers, exponents } = ways
    const end = ways.at(steps - 1) + 2 * count
    const e = Math.max(exponents[end], exponents[end - 1])
    const sum = shifted(numbers[end], exponents[end] - e) + shifted(numbers[end - 1], exponents[end - 1] - e)
    const units = sum === 0 ? 0 : Math.floor(Math.log2(sum) / 64)
    this.mantissa = shifted(sum, -units)
    this.exponent = e + units
    this.logLikelihood = sum === 0 ? -Infinity : Math.log(this.mantissa) + this.exponent * unit
  }

  /** After `forward`, where the likelihood is not 0: calls `visit` for each step, from the last to the first, with its `shares`. */
  backward(visit: (step: number) => void): void {
    const { steps, far, ways, rest } = this
    rest.clear(0)
    rest.clear(1)
    // as if one more step followed, at the last blank
    rest.put(steps & 1, 2 * this.count, 1, 0)
    rest.unite(steps & 1)
    for (let t = steps - 1; t >= 0; t--) {
      if (far[t] === 1 || ways.mixed[t] === 1 || rest.mixed[(t + 1) & 1] === 1 || !this.plainRest(t)) this.mixedRest(t)
      visit(t)
    }
  }

  /** The first label from which the end can still be reached. */
  private firstLabel(t: number): number {
    return Math.max(0, this.count - this.steps + t)
  }

  /** The end of the labels that can be reached. */
  private endLabel(t: number): number {
    return Math.min(this.count, t + 1)
  }

  /** The sums of the ways to the states of a step; false where they span more than a plain row. */
  private plainWays(t: number): boolean {
    const { count, slotOf, passes, likely, ways } = this
    const { numbers } = ways
    const first = this.firstLabel(t)
    const end = this.endLabel(t)
    const y = t * this.slots
    const blank = likely[y]
    let inRange = true
    let before = ways.at(t - 1) + 2 * first
    let now = ways.at(t) + 2 * first
    let labelBefore = numbers[before - 1]
    for (let i = first; i < end; i++) {
      const stay = numbers[before]
      const label = numbers[before + 1]
      const toBlank = (stay + labelBefore) * blank
      const toLabel = (stay + label + passes[i] * labelBefore) * likely[y + slotOf[i]]
      numbers[now] = toBlank
      numbers[now + 1] = toLabel
      if (toBlank < low || toBlank > high || toLabel < low || toLabel > high) inRange = false
      labelBefore = label
      before += 2
      now += 2
    }
    const last = t >= count ? (numbers[before] + labelBefore) * blank : 0
    numbers[now] = last
    numbers[now + 1] = 0
    if (last !== 0 && (last < low || last > high)) inRange = false
    return ways.settle(t, ways.row[t - 1], inRange, ways.at(t) + 2 * first, now + 1)
  }

  /** The same, with an exponent for each number. */
  private mixedWays(t: number): void {
    const { count, slotOf, passes, likely, ways } = this
    const { numbers, exponents } = ways
    const likelyExponent = this.far[t] === 1 ? this.likelyExponent : this.noExponent
    const first = this.firstLabel(t)
    const end = this.endLabel(t)
    const y = t * this.slots
    const lastBlank = t >= count ? count : -1
    ways.spread(t - 1)
    let before = ways.at(t - 1) + 2 * first
    let now = ways.at(t) + 2 * first
    let m1 = numbers[before - 1]
    let e1 = exponents[before - 1]
    for (let i = first; i < end || i === lastBlank; i++) {
      const m0 = numbers[before]
      const e0 = exponents[before]
      let e = e0 > e1 ? e0 : e1
      let sum = e0 === e1 ? m0 + m1 : shifted(m0, e0 - e) + shifted(m1, e1 - e)
      sum *= likely[y]
      e += likelyExponent[y]
      if (sum < low || sum > high) {
        e = sum === 0 ? none : sum < low ? e - step : e + step
        sum *= sum < low ? up : down
      }
      numbers[now] = sum
      exponents[now] = e
      if (i === lastBlank) break

      const m2 = numbers[before + 1]
      const e2 = exponents[before + 1]
      e = e0 > e2 ? e0 : e2
      sum = e0 === e2 ? m0 + m2 : shifted(m0, e0 - e) + shifted(m2, e2 - e)
      if (passes[i] === 1) {
        if (e1 === e) sum += m1
        else if (e1 < e) sum += shifted(m1, e1 - e)
        else {
          sum = shifted(sum, e - e1) + m1
          e = e1
        }
      }
      const k = y + slotOf[i]
      sum *= likely[k]
      e += likelyExponent[k]
      if (sum < low || sum > high) {
        e = sum === 0 ? none : sum < low ? e - step : e + step
        sum *= sum < low ? up : down
      }
      numbers[now + 1] = sum
      exponents[now + 1] = e
      m1 = m2
      e1 = e2
      before += 2
      now += 2
    }
    // what the next step finds beyond
    if (t < count) ways.put(t, 2 * end, 0, none)
    ways.put(t, 2 * end + 1, 0, none)
    ways.put(t, -1, 0, none)
    ways.mixed[t] = 1
    if ((t & 7) === 0) ways.unite(t)
  }

  /** The sums of the ways to the end from the states of a step, and its shares; false where they span more than a plain row. */
  private plainRest(t: number): boolean {
    const { count, slotOf, passes, likely, ways, rest, shares } = this
    const { numbers } = rest
    const waysHere = ways.numbers
    const first = this.firstLabel(t)
    const end = this.endLabel(t)
    const y = t * this.slots
    const blank = likely[y]
    let inRange = true
    let blankShare = 0
    // of the last blank, or of the last label
    let at = ways.at(t) + 2 * end
    let now = rest.at(t & 1) + 2 * end
    let after = rest.at((t + 1) & 1) + 2 * end
    let blankAfter = numbers[after]
    let labelAfter = numbers[after + 1]
    if (t >= count) {
      blankShare = waysHere[at] * blankAfter
      numbers[now] = blankAfter * blank
      if (numbers[now] !== 0 && (numbers[now] < low || numbers[now] > high)) inRange = false
    }
    const top = t >= count ? now + 1 : now
    shares.fill(0, 0, this.slots)
    for (let i = end - 1; i >= first; i--) {
      at -= 2
      now -= 2
      after -= 2
      const label = numbers[after + 1]
      const stay = numbers[after]
      const fromLabel = label + blankAfter + passes[i + 1] * labelAfter
      const fromBlank = stay + label
      const slot = slotOf[i]
      shares[slot] += waysHere[at + 1] * fromLabel
      blankShare += waysHere[at] * fromBlank
      const throughLabel = fromLabel * likely[y + slot]
      const throughBlank = fromBlank * blank
      numbers[now + 1] = throughLabel
      numbers[now] = throughBlank
      if (throughLabel < low || throughLabel > high || throughBlank < low || throughBlank > high) inRange = false
      blankAfter = stay
      labelAfter = label
    }
    if (first > 0) numbers.fill(0, now - 2, now)
    shares[0] += blankShare
    const exponent = rest.row[(t + 1) & 1]
    const units = ways.row[t] + exponent - this.exponent
    const scale = (units === 0 ? 1 : 2 ** (64 * units)) / this.mantissa
    for (let k = 0; k < this.slots; k++) shares[k] *= scale
    return rest.settle(t & 1, exponent, inRange, now, top)
  }

  /** The same, with an exponent for each number. */
  private mixedRest(t: number): void {
    const { slotOf, passes, likely, ways, rest, shares } = this
    const { numbers, exponents } = rest
    const likelyExponent = this.far[t] === 1 ? this.likelyExponent : this.noExponent
    const first = this.firstLabel(t)
    const end = this.endLabel(t)
    const y = t * this.slots
    const perLikelihood = 1 / this.mantissa
    ways.spread(t)
    rest.spread((t + 1) & 1)
    shares.fill(0, 0, this.slots)
    let at = ways.at(t) + 2 * end
    let now = rest.at(t & 1) + 2 * end
    let after = rest.at((t + 1) & 1) + 2 * end
    // of the label after, and of the blank after it
    let m3 = 0
    let e3 = none
    let m2 = numbers[after + 1]
    let e2 = exponents[after + 1]
    for (let i = end; i >= first; i--) {
      // the blank before label i, of which there is none at step t if it is not reached
      const m0 = numbers[after]
      const e0 = exponents[after]
      let e = e0 > e2 ? e0 : e2
      let sum = e0 === e2 ? m0 + m2 : shifted(m0, e0 - e) + shifted(m2, e2 - e)
      shares[0] += shifted(ways.numbers[at] * perLikelihood * sum, ways.exponents[at] + e - this.exponent)
      sum *= likely[y]
      e += likelyExponent[y]
      if (sum < low || sum > high) {
        e = sum === 0 ? none : sum < low ? e - step : e + step
        sum *= sum < low ? up : down
      }
      numbers[now] = sum
      exponents[now] = e
      m3 = m2
      e3 = e2
      if (i === first) break

      const m1 = numbers[after - 1]
      const e1 = exponents[after - 1]
      e = e0 > e1 ? e0 : e1
      sum = e0 === e1 ? m0 + m1 : shifted(m0, e0 - e) + shifted(m1, e1 - e)
      if (passes[i] === 1) {
        if (e3 === e) sum += m3
        else if (e3 < e) sum += shifted(m3, e3 - e)
        else {
          sum = shifted(sum, e - e3) + m3
          e = e3
        }
      }
      const slot = slotOf[i - 1]
      shares[slot] += shifted(ways.numbers[at - 1] * perLikelihood * sum, ways.exponents[at - 1] + e - this.exponent)
      sum *= likely[y + slot]
      e += likelyExponent[y + slot]
      if (sum < low || sum > high) {
        e = sum === 0 ? none : sum < low ? e - step : e + step
        sum *= sum < low ? up : down
      }
      numbers[now - 1] = sum
      exponents[now - 1] = e
      m2 = m1
      e2 = e1
      at -= 2
      now -= 2
      after -= 2
    }
    for (let s = 2 * first - 1; s >= Math.max(2 * first - 2, 0); s--) rest.put(t & 1, s, 0, none)
    rest.mixed[t & 1] = 1
    if ((t & 7) === 0) rest.unite(t & 1)
  }
}
