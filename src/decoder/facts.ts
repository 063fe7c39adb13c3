import { closest } from '../check.ts'
import { LossError } from '../errors.ts'
import * as losses from '../losses/index.ts'
import * as measures from '../measures/index.ts'
import { camelCase } from '../names.ts'
import type { LossSpec } from '../spec.ts'
import type { Bounds } from './score.ts'

interface Fact {
  readonly kind: 'integer' | 'number' | 'numbers' | 'choice'
  /** One sentence, for hovers, the command line and the docs. */
  readonly help: string
  readonly least?: number
  readonly most?: number
  readonly choices?: readonly string[]
}

/** What may be known of a loss beside its value: everything here is optional. The command line has a flag for each. */
export const facts = {
  classes: { kind: 'integer', least: 1, help: 'The number of classes C: channels of the output, size of the vocabulary.' },
  batch: { kind: 'integer', least: 1, help: 'The number of samples in a batch.' },
  elements: { kind: 'integer', least: 1, help: 'How many values the mean is over: pixels, tokens, elements.' },
  reduction: { kind: 'choice', choices: ['mean', 'sum', 'none', 'batchmean'], help: 'The reduction that was asked for.' },
  labelSmoothing: { kind: 'number', least: 0, most: 1, help: 'The label smoothing ε.' },
  frequencies: { kind: 'numbers', least: 0, help: 'How often each class comes: counts or shares.' },
  positives: { kind: 'number', least: 0, most: 1, help: 'The share of positive targets (foreground pixels), from 0 to 1.' },
  weight: { kind: 'numbers', least: 0, help: 'The weights: one per class, or one for all.' },
  posWeight: { kind: 'number', least: 0, help: 'The weight of positives.' },
  ignored: { kind: 'number', least: 0, most: 1, help: 'The share of targets that ignoreIndex takes out, from 0 to 1.' },
  gamma: { kind: 'number', least: 0, help: 'The exponent of a focal loss.' },
  alpha: { kind: 'number', least: -1, most: 1, help: 'The weight of positives in a focal loss, −1 for none.' },
  margin: { kind: 'number', help: 'The margin of a margin loss.' },
  variance: { kind: 'number', least: 0, help: 'The variance of the targets of a regression.' },
  noise: { kind: 'number', least: 0, help: 'The standard deviation of the noise of a denoising task, in units of 0 … 255.' },
  dataRange: { kind: 'number', least: 0, help: 'The range of the pixels: 1 for [0, 1], 2 for [−1, 1], 255.' },
  steps: { kind: 'integer', least: 1, help: 'The number of steps of gradient accumulation, of processes, or of summed outputs.' },
  frames: { kind: 'integer', least: 1, help: 'The number of time steps T that CTC gets.' },
  labels: { kind: 'integer', least: 0, help: 'The number of labels in a sequence of CTC.' },
  dtype: { kind: 'choice', choices: ['float32', 'float64', 'float16', 'bfloat16'], help: 'What the loss was computed in.' },
} as const satisfies Readonly<Record<string, Fact>>

export type FactName = keyof typeof facts

type FactValue<F> = F extends { kind: 'numbers' } ? readonly number[] : F extends { choices: readonly (infer C)[] } ? C : number

/** What is known of a loss beside its value. */
export type Known = { readonly [K in FactName]?: FactValue<(typeof facts)[K]> } & {
  /** The loss (or measure): any of its names, PyTorch's or ours, or the function itself. */
  readonly loss?: string | { readonly spec: { readonly name: string } }
}

/** The same, checked, with the loss by its name here. */
export type Checked = { readonly [K in FactName]?: FactValue<(typeof facts)[K]> } & { readonly loss?: string }

/** Reads what the caller knows; whatever cannot be true is refused. */
export function readKnown(known: Known): Checked {
  if (typeof known !== 'object' || known === null || Array.isArray(known))
    throw refusal('known', 'argument-type', String(known), 'an object of facts', "{ loss: 'cross-entropy', classes: 10 }")
  const checked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(known)) {
    if (value === undefined || value === null) continue
    if (name === 'loss') checked.loss = lossName(value as Known['loss'])
    else if (Object.hasOwn(facts, name)) checked[name] = readFact(name, facts[name as FactName], value)
    else throw unknownFact(name)
  }
  return checked
}

/** What a known loss cannot be: below 0, or an error of pixels larger than their range. */
export function boundsOf({ loss, dataRange = Infinity }: Checked): Bounds {
  const spec = Object.values<unknown>(losses)
    .map((each) => (each as { readonly spec: LossSpec }).spec)
    .find(({ name }) => name === loss)
  const positive = spec?.least !== undefined || ['categorical', 'bernoulli', 'normal'].includes(spec?.likelihood ?? '')
  const most = loss === 'mseLoss' ? dataRange ** 2 : loss === 'l1Loss' ? dataRange : Infinity
  return { least: positive ? 0 : -Infinity, most }
}

function readFact(name: string, fact: Fact, value: unknown): unknown {
  const { kind, least = -Infinity, most = Infinity, choices = [] } = fact
  const text = typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
  if (kind === 'choice') {
    if (choices.includes(String(value))) return value
    const guess = closest(String(value), choices) ?? choices[0]
    throw refusal(name, 'option-range', text, `one of ${choices.join(', ')}`, `${name}: '${guess}'`)
  }
  const good = (each: unknown) =>
    typeof each === 'number' && Number.isFinite(each) && each >= least && each <= most && (kind !== 'integer' || Number.isInteger(each))
  const bounds = `${least > -Infinity ? ` of at least ${least}` : ''}${most < Infinity ? ` and at most ${most}` : ''}`
  if (kind === 'numbers') {
    const list = typeof value === 'number' ? [value] : value
    if (Array.isArray(list) && list.length > 0 && list.every(good) && list.some((each) => each > 0)) return list
    throw refusal(name, 'option-range', text, `numbers${bounds}, not all 0`, `${name}: [0.9, 0.1]`)
  }
  if (good(value)) return value
  const example = kind === 'integer' ? Math.max(least, 10) : Math.min(most, 0.5)
  throw refusal(
    name,
    typeof value === 'number' ? 'option-range' : 'option-type',
    text,
    `${kind === 'integer' ? 'an integer' : 'a number'}${bounds}`,
    `${name}: ${example}`,
  )
}

/** The name here of a loss that is called by any of its names: `ce`, `CrossEntropyLoss`, `F.cross_entropy`, `cross-entropy`. */
function lossName(given: Known['loss']): string {
  const name = typeof given === 'string' ? given : given?.spec?.name
  if (typeof name !== 'string')
    throw refusal('loss', 'option-type', String(given), 'the name of a loss, or the loss', "loss: 'cross-entropy'")
  const specs = Object.values<unknown>({ ...losses, ...measures }).map((loss) => (loss as { readonly spec: Named }).spec)
  const found = specs.find((spec) => namesOf(spec).has(key(name)))
  if (found !== undefined) return found.name
  const guess = closest(
    key(name),
    specs.flatMap((spec) => [...namesOf(spec)]),
  )
  const meant = specs.find((spec) => guess !== null && namesOf(spec).has(guess))
  throw refusal('loss', 'option-range', `'${name}'`, 'the name of a loss, PyTorch’s or ours', `loss: '${(meant ?? specs[0]).name}'`)
}

type Named = Pick<LossSpec, 'name' | 'aliases'> & Partial<Pick<LossSpec, 'pytorch' | 'module'>>

const namesOf = ({ name, pytorch, module, aliases }: Named): Set<string> =>
  new Set([name, pytorch ?? name, module ?? name, ...aliases].map(key))

/** A name without what differs between spellings. */
const key = (name: string): string =>
  name
    .replace(/^.*\./, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/loss$/, '')

function unknownFact(name: string): LossError {
  const all = ['loss', ...Object.keys(facts)]
  const guess = closest(camelCase(name), all)
  const repair = guess === null ? 'leave it out' : `did you mean ${guess}?`
  return refusal(name, 'option-unknown', 'a fact of that name', `one of ${all.join(', ')}`, repair)
}

export const refusal = (argument: string, code: LossError['code'], received: string, expected: string, repair: string): LossError =>
  new LossError({ code, fn: 'why', argument, received, expected, repair, pytorch: null })
