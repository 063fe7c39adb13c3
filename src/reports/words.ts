import type { Totals } from './totals.ts'
import type { Unit } from './types.ts'

/** A number for a sentence: six digits, and no more than it has. */
export const short = (value: number): string => String(Number(value.toPrecision(6)))

/** `1 sample`, `2 samples`. */
export const many = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`

/** Where a value comes from, with the numbers: `20.54 / 18, the sum of the weights of 4 samples; the plain mean would be 5.135`. */
export function madeOf(totals: Totals, sum: number, denominator: number, isMean: boolean): string {
  const { of, numbers } = totals
  const { counted, ignored, values } = numbers
  if (of.mean === 'nothing') return 'one number as it is: this loss has no mean'
  if (counted === 0)
    return `${short(sum)} / ${short(denominator)}: nothing is counted${ignored > 0 ? `, ${many(ignored, of.unit)} ignored` : ''}`
  const quotient = `${short(sum)} / ${short(denominator)}, ${divisorOf(totals)}`
  const notes: string[] = []
  if (of.mean === 'target weights' && of.weighted) notes.push(`the plain mean would be ${short(sum / counted)}`)
  if (of.mean === 'rows' && of.weighted) notes.push('with probabilities the weights are not divided by')
  if (ignored > 0)
    notes.push(
      `${many(ignored, of.unit)} ignored${of.weighted || !perUnit(totals) ? '' : `, with which it would be ${short(sum / (values + ignored))}`}`,
    )
  const rest = notes.map((note) => `; ${note}`).join('')
  return isMean
    ? `${quotient}${rest}`
    : `the sum ${short(sum)}, not divided; the mean would be ${short(sum / denominator)} = ${quotient}${rest}`
}

/** Whether there is a value for each of what is counted. */
const perUnit = ({ numbers }: Totals): boolean => numbers.values === numbers.counted

function divisorOf({ of, numbers }: Totals): string {
  const all = plural(of.unit)
  const whatever = of.weighted ? ', whatever the weights' : ''
  switch (of.mean) {
    case 'target weights':
      return of.weighted ? `the sum of the weights of ${many(numbers.counted, of.unit)}` : `the number of counted ${all}`
    case 'weights':
      return of.weighted ? `the sum of the weights of ${many(numbers.counted, of.unit)}` : `the number of ${all}`
    case 'rows':
      return `the number of rows${whatever}`
    case 'batch':
      return 'the batch size: the extent of the first axis'
    case 'elements':
    case 'positions':
      return `the number of ${all}${whatever}`
    case 'images':
      return of.unit === 'pixel' ? 'the number of images, or 1 for the batch as a whole' : 'the number of images'
    case 'sequences':
      return 'the number of sequences, each of whose losses is divided by its number of labels first'
    case 'terms':
      return 'the number of terms: classes, or images and classes'
    case 'parts':
      return 'since each part has been divided by its own number already'
    case 'nothing':
      return 'nothing'
  }
}

const plural = (unit: Unit): string => `${unit}s`
