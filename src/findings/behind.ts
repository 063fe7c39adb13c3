import type { Call } from '../check.ts'
import { snakeCase } from '../names.ts'
import { sameShape } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { repairsOf, statesOf } from './repairs.ts'
import type { State, Step } from './steps/step.ts'
import { type Subject, subjectOfCall } from './subject.ts'
import type { Typed } from './typed.ts'

/** A refused call after a part of its repair: what the refusal hid can be looked at. */
export interface Stage {
  readonly subject: Subject
  /** What has been done by then, as the end of a sentence: "the target is squeezed"; in parts, and together. */
  readonly done: readonly string[]
  readonly once: string
  /** The code of arguments that have been changed, to be put for their names. */
  readonly typed: Readonly<Record<string, Typed>>
  /** The options that have been left out, because they were refused. */
  readonly without: readonly string[]
  /** The arguments whose values are a guess now: nothing is to be said of them. */
  readonly guessed: readonly string[]
}

/** How many refusals one behind the other are looked behind. */
const deepest = 4

/**
 * The stages of each way to repair a refused call, from the first step to the last; ways that come to the same numbers are one. An option
 * that is refused is left out. Empty where no repair is known.
 */
export function waysBehind(subject: Subject): readonly (readonly Stage[])[] {
  const ways = further({ subject, done: [], once: '', typed: {}, without: [], guessed: [] }, deepest)
  return ways.filter((way, i) => ways.findIndex((other) => isSame(other, way)) === i)
}

function further(stage: Stage, depth: number): Stage[][] {
  const { subject } = stage
  const { refusal, spec } = subject
  if (refusal === null || depth === 0) return []
  const repairs = repairsOf(subject)
  const ways = repairs.map((repair) => stagesOf(stage, statesOf(subject, repair)))
  if (ways.length === 0 && Object.hasOwn(spec.options, refusal.argument)) ways.push([leftOut(stage, refusal.argument)])
  return ways.flatMap((way) => {
    const last = way[way.length - 1]
    const rest = further(last, depth - 1)
    return rest.length === 0 ? [way] : rest.map((more) => [...way, ...more])
  })
}

function stagesOf(before: Stage, states: readonly State[]): Stage[] {
  const done = [...before.done]
  const guessed = [...before.guessed]
  return states.map((state) => {
    const step = state.steps[state.steps.length - 1]
    const names = Object.keys(step.tensors ?? {})
    const deed = deedOf(step, names[0] ?? '')
    if (!done.includes(deed)) done.push(deed)
    if (step.guess !== undefined) guessed.push(...names)
    return {
      subject: subjectOfCall(before.subject.loss, callOf(before.subject, state)),
      done: [...done],
      once: listed(done),
      typed: composed(before.typed, state.typed),
      without: before.without,
      guessed: [...guessed],
    }
  })
}

const callOf = ({ call }: Subject, { tensors, values }: Pick<State, 'tensors' | 'values'>): Call => ({ ...call, tensors, values })

function leftOut(before: Stage, name: string): Stage {
  const { subject } = before
  const { [name]: _, ...tensors } = subject.tensors
  const option = subject.spec.options[name]
  const values = option.kind === 'tensor' ? subject.values : { ...subject.values, [name]: 'default' in option ? option.default : undefined }
  const done = [...before.done, `${name} is left out`]
  return {
    ...before,
    subject: subjectOfCall(subject.loss, callOf(subject, { tensors, values })),
    done,
    once: listed(done),
    without: [...before.without, name],
  }
}

/** "the target is squeezed and holds classes": what is said of one argument twice in a row is short the second time. */
function listed(parts: readonly string[]): string {
  const nameOf = (part: string | undefined) => /^the \S+ /.exec(part ?? '')?.[0]
  return parts
    .map((part, i) => (i > 0 && nameOf(part) === nameOf(parts[i - 1]) ? part.replace(nameOf(part) ?? '', '') : part))
    .join(' and ')
}

/** What a step has done to an argument. */
function deedOf({ kind, tensors, values }: Step, name: string): string {
  const deeds: Readonly<Record<Step['kind'], string>> = {
    squeeze: `the ${name} is squeezed`,
    permute: `the ${name} is permuted`,
    argmax: `the ${name} is its argmax`,
    batch: 'there is a batch axis',
    flatten: `the ${name} is flattened`,
    cast: `the ${name} is ${tensors?.[name]?.to.dtype}`,
    swap: 'the arguments are exchanged',
    resize: `the ${name} is resized`,
    colours: `the ${name} holds class indices`,
    remap: `the ${name} holds classes`,
    ignore: `ignoreIndex is ${values?.ignoreIndex}`,
  }
  return deeds[kind]
}

function composed(before: Stage['typed'], now: Stage['typed']): Stage['typed'] {
  const all = { ...before }
  for (const [name, typed] of Object.entries(now)) all[name] = spelledIn(typed, before)
  return all
}

/** Code in which the changed arguments stand for their names. What is behind `//` or `#` is no code. */
export const spelledIn = ({ ours, torch }: Typed, typed: Stage['typed']): Typed => ({
  ours: inCode(
    ours,
    '//',
    typed,
    ({ ours }) => ours,
    (name) => name,
  ),
  torch: inCode(torch, '#', typed, ({ torch }) => torch, snakeCase),
})

function inCode(text: string, mark: string, typed: Stage['typed'], of: (typed: Typed) => string, spell: (name: string) => string): string {
  const names = new Map(Object.entries(typed).map(([name, code]) => [spell(name), of(code)]))
  if (names.size === 0) return text
  const [code, ...comment] = text.split(` ${mark} `)
  // a name that is no property, no key of an object, no keyword; `{ weight }` is short for `{ weight: weight }`
  const pattern = new RegExp(`(?<![.\\w'])(${[...names.keys()].join('|')})(?![\\w'])(?!\\s*:)(?!=[^=])`, 'g')
  const put = code.replace(pattern, (name, _, at: number) => {
    const short = mark === '//' && /[{,] $/.test(code.slice(0, at)) && isInBraces(code, at)
    const whole = names.get(name) as string
    if (short) return `${name}: ${whole}`
    // what is computed wants brackets, unless it is a whole argument
    const alone = /[(=]$|[,=] $/.test(code.slice(0, at)) && /^[,)]/.test(code.slice(at + name.length))
    return alone || !/ [-+*/]{1,2} /.test(whole.replace(/\(.*\)/g, '')) ? whole : `(${whole})`
  })
  return [put, ...comment].join(` ${mark} `)
}

/** Whether the innermost bracket that is open at a place is one of an object. */
function isInBraces(code: string, at: number): boolean {
  const open: string[] = []
  for (const character of code.slice(0, at)) {
    if ('([{'.includes(character)) open.push(character)
    else if (')]}'.includes(character)) open.pop()
  }
  return open.at(-1) === '{'
}

/** Whether two ways end in the same call. */
function isSame(one: readonly Stage[], other: readonly Stage[]): boolean {
  const [a, b] = [one, other].map((way) => way[way.length - 1].subject)
  const names = Object.keys(a.tensors)
  if (JSON.stringify(a.values) !== JSON.stringify(b.values) || names.length !== Object.keys(b.tensors).length) return false
  return names.every((name) => b.tensors[name] !== undefined && isSameTensor(a.tensors[name], b.tensors[name]))
}

function isSameTensor(a: Tensor, b: Tensor): boolean {
  if (a === b) return true
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return false
  const [x, y] = [numbersOf(a, 'float64'), numbersOf(b, 'float64')]
  return x.every((value, i) => Object.is(value, y[i]))
}
