import type { Call } from '../../check.ts'
import { LossError } from '../../errors.ts'
import { outside } from '../../refusals.ts'
import type { Refusal } from '../../spec.ts'
import { shortest } from '../../tensor/print.ts'
import { numbersOf } from '../../tensor/view.ts'
import type { Images } from '../images.ts'
import type { Border, Comparison } from './problem.ts'
import { gaussianWindow, uniformWindow } from './window.ts'

type Options = Readonly<Record<string, unknown>>

/** What no images make right: a window that is none, constants outside their range, exponents that are no such. */
export function refusesOptions(options: Options): Refusal | null {
  const number = (name: string) => Number(options[name])
  const [size, sigma, range] = [number('windowSize'), number('sigma'), number('dataRange')]
  if (!(size >= 1 && size % 2 === 1)) return outside(options, 'windowSize', 'an odd number of pixels', '11')
  if (options.window === 'gaussian' && !(sigma > 0 && sigma < Infinity)) return outside(options, 'sigma', 'a number above 0', '1.5')
  if (!(range > 0 && range < Infinity)) return outside(options, 'dataRange', 'a number above 0', '1 for images in [0, 1], 255 for bytes')
  for (const [name, usual] of [['k1', '0.01'] as const, ['k2', '0.03'] as const]) {
    if (!(number(name) >= 0 && number(name) < Infinity)) return outside(options, name, 'a number from 0', usual)
  }
  if (options.sampleCovariance === true && size === 1) {
    const wanted = 'a window of several pixels: one pixel has no sample covariance'
    return { ...outside(options, 'sampleCovariance', wanted, ''), repair: 'windowSize: 7' }
  }
  const betas = options.betas as readonly number[] | undefined
  if (betas === undefined || (betas.length > 0 && betas.every((beta) => beta >= 0 && beta < Infinity))) return null
  return outside(options, 'betas', 'one exponent from 0 for each scale', '[0.0448, 0.2856, 0.3001, 0.2363, 0.1333]')
}

/** The window and its constants that a call's options ask for. */
export function comparisonOf({ values }: Call): Comparison {
  const [size, sigma, range, k1, k2] = ['windowSize', 'sigma', 'dataRange', 'k1', 'k2'].map((name) => Number(values[name]))
  return {
    weights: values.window === 'gaussian' ? gaussianWindow(size, sigma) : uniformWindow(size),
    border: values.border as Border,
    c1: (k1 * range) ** 2,
    c2: (k2 * range) ** 2,
    spread: values.sampleCovariance === true ? size ** 2 / (size ** 2 - 1) : 1,
  }
}

/** The exponents of the scales; null for a loss that has but one. */
export const betasOf = ({ spec, values }: Call): readonly number[] | null =>
  'betas' in spec.options ? (values.betas as readonly number[]) : null

/** Refuses images that are smaller than what is laid on them, at the coarsest of the scales. */
export function checkFit(call: Call, { height, width }: Images, comparison: Comparison, scales: number): void {
  const { weights, border } = comparison
  const halvings = 2 ** (scales - 1)
  const least = (border === 'valid' ? weights.length : (weights.length + 1) / 2) * halvings
  if (Math.min(height, width) >= least) return
  const room = Math.floor(Math.min(height, width) / halvings)
  const largest = border === 'valid' ? room - 1 + (room % 2) : 2 * room - 1
  const few = Math.floor(Math.log2((Math.min(height, width) * halvings) / least)) + 1
  const ways = [
    ...(largest >= 3 ? [`windowSize: ${largest}`] : []),
    ...(scales > 1 && few >= 1 ? [`${few} of the betas, which then should sum to 1 again`] : []),
  ]
  throw new LossError({
    code: 'shape',
    fn: call.spec.name,
    argument: 'input',
    received: `images of ${height}×${width}`,
    expected: `at least ${least}×${least} pixels, for a window of ${weights.length}×${weights.length}${scales > 1 ? ` at ${scales} scales` : ''}`,
    repair: ways.join(', or ') || 'larger images',
    pytorch: null,
  })
}

/**
 * Refuses a target of another scale than `dataRange`, as bytes beside a range of 1.
 *
 * A training target may well be noisy, and so wider than its range; but not eight times.
 */
export function checkRange(call: Call, widest = 8): void {
  const { target } = call.tensors
  const range = Number(call.values.dataRange)
  let low = Infinity
  let high = -Infinity
  const numbers = numbersOf(target)
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]
    if (value < low && value > -Infinity) low = value
    if (value > high && value < Infinity) high = value
  }
  if (!(high - low > widest * range)) return
  throw new LossError({
    code: 'target-range',
    fn: call.spec.name,
    argument: 'target',
    received: `values from ${shortest(low, target.dtype)} to ${shortest(high, target.dtype)}`,
    expected: `values of a range of about ${range}, the dataRange`,
    repair: low >= 0 && high <= 255 ? 'dataRange: 255, or divide both images by 255' : `dataRange: the range that your images can have`,
    pytorch: null,
  })
}
