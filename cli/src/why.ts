import { Argument, Command, Option } from 'commander'
import { type Decoded, type Known, LossError, type Meaning, why, whyFacts } from 'surprisal'
import { type Paint, paintFor } from './colour.ts'
import { Failure } from './failure.ts'
import { printed, version } from './json.ts'
import { kebabCase } from './losses.ts'
import * as read from './values.ts'
import { WIDTH, wrap } from './wrap.ts'

/** `surprisal why 0.7437 --classes 4`: what a loss means; the flags are the facts of the library's table. */
export function whyCommand(): Command {
  const command = new Command('why')
    .summary('Say what a loss means: the number that training is stuck at.')
    .description(
      'Explains a loss by its value: chance, a softmax too many, a sum in place of a mean, a clamp, NaN.\nRanked by how exactly the number agrees, and how little has to be assumed. docs/why.md has them all.',
    )
    .addArgument(new Argument('<value>', "the loss as it was printed, with its zeros; also nan, inf, -inf, 'tensor(0.7437)'"))
    .option('--loss <name>', 'The loss, by any of its names: ce, CrossEntropyLoss, cross_entropy.')
  for (const [name, { kind, help, ...rest }] of Object.entries(whyFacts)) {
    const option = new Option(`--${kebabCase(name)} <${kind === 'choice' ? 'which' : kind}>`, help)
    command.addOption('choices' in rest ? option.choices(rest.choices) : option.argParser(readers[kind]))
  }
  return command
    .option('--long', 'Explain all that is found, not only the best three.')
    .option('--json', 'Print one JSON document, described in cli/README.md.')
    .helpOption('-h, --help', 'Print this.')
    .addHelpText('after', examples)
    .action((value: string, { json, long, ...known }: { json?: true; long?: true } & Known) => {
      const decoded = decode(value, known)
      process.stdout.write(json ? printed(whyDocument(decoded)) : explained(decoded, long === true, paintFor(process.stdout)))
    })
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  integer: read.readInteger,
  number: read.readNumber,
  numbers: read.readNumbers,
}

const examples = `
Examples:
  surprisal why 0.7437 --loss ce --classes 4
  surprisal why 0.6931
  surprisal why 33.3333 --loss bce --elements 4096
  surprisal why 22.18 --batch 32
  surprisal why 0.1347 --loss bce-with-logits --positives 0.03
  surprisal why nan --loss ctc
  surprisal why -87.08 --loss BCEWithLogitsLoss --json
`

export interface WhyDocument extends Decoded {
  readonly schema: 1
  readonly surprisal: string
}

const whyDocument = (decoded: Decoded): WhyDocument => ({ schema: 1, surprisal: version, ...decoded })

function decode(value: string, known: Known): Decoded {
  try {
    return why(value, known)
  } catch (error) {
    if (!(error instanceof LossError)) throw error
    const { code, argument, received, expected } = error
    const label = argument === 'value' ? 'value' : `--${kebabCase(argument)}`
    const repair =
      argument === 'value'
        ? 'surprisal why 0.7437'
        : error.repair.replace(/^\w+: \[?(.*?)\]?$/, (_, text: string) => `${label} ${text.replaceAll("'", '')}`)
    const details: [string, string][] = [
      ['expected', expected],
      ['repair', repair],
    ]
    throw new Failure('usage', `${label}: got ${received}`, details, { code, argument, received, expected, repair })
  }
}

/** Explanations that are shown in full. */
const FULL = 3

/** The result for people: the number with what is known, then the explanations, the best in full. */
function explained(decoded: Decoded, long: boolean, paint: Paint): string {
  const { explanations, more } = decoded
  const full = explanations.slice(0, long ? explanations.length : FULL)
  const brief = explanations.slice(full.length)
  const blocks = [
    ...full.map((each, i) => inFull(each, i + 1, decoded, paint)),
    ...(brief.length === 0
      ? []
      : [`${brief.map((each, i) => inBrief(each, full.length + i + 1, paint)).join('')}${paint.dim('--long explains these too.')}\n`]),
  ]
  if (explanations.length === 0) blocks.push(nothing(decoded, paint))
  const rest = more === 0 ? [] : [`${more} more agree, but say less.`]
  const closing = [...rest, ...hints(decoded)].flatMap((text) => wrap(text, WIDTH)).map((line) => `${paint.dim(line)}\n`)
  return [heading(decoded, paint), ...blocks, ...(closing.length > 0 ? [closing.join('')] : [])].join('\n')
}

function heading({ text, within, known }: Decoded, { bold, dim }: Paint): string {
  const given = Object.entries(known).map(([name, value]) => (name === 'loss' ? kebabCase(String(value)) : `${kebabCase(name)} ${value}`))
  const exact = within > 0 ? [`±${Number(within.toPrecision(2))}`] : []
  const [first, ...lines] = wrap([...exact, ...given].join(', '), WIDTH - text.length - 2)
  return `${bold(text)}${first === '' ? '' : `  ${dim(first)}`}\n${lines.map((line) => `  ${dim(line)}\n`).join('')}`
}

function inFull(each: Meaning, rank: number, decoded: Decoded, paint: Paint): string {
  const { title, means, sure, repair, run } = each
  const rows: (readonly [string, string])[] = [
    ['be sure', sure],
    ['here', repair.here],
    ['PyTorch', repair.torch],
    ['compute', run],
  ]
  return [
    ...titled(rank, title, each, paint),
    ...wrap(`${agreement(each, decoded)}${assumed(each)}`, WIDTH - 3).map((line) => `   ${line}`),
    ...wrap(means, WIDTH - 3).map((line) => `   ${line}`),
    ...rows.flatMap(([label, text]) =>
      wrap(text, WIDTH - 12).map((line, i) => `   ${paint.dim((i === 0 ? label : '').padEnd(7))}  ${line}`),
    ),
    '',
  ].join('\n')
}

function inBrief(each: Meaning, rank: number, paint: Paint): string {
  const lines = [
    ...titled(rank, each.title, each, paint),
    ...wrap(`${each.derivation}${assumed(each)}`, WIDTH - 3).map((line) => `   ${paint.dim(line)}`),
  ]
  return `${lines.join('\n')}\n`
}

function titled(rank: number, title: string, { strength, share }: Meaning, { bold, green, yellow, dim }: Paint): string[] {
  const colour = { strong: green, likely: yellow, weak: dim }[strength]
  const [first, ...rest] = wrap(title, WIDTH - 20)
  const tail = `${strength}, ${share < 0.01 ? '<1' : Math.round(share * 100)} %`
  return [`${`${rank}.`.padEnd(2)} ${bold(first)}  ${colour(tail)}`, ...rest.map((line) => `   ${bold(line)}`)]
}

/** `ln 10 = 2.302585, in all digits`. */
function agreement({ derivation, predicted, match, difference }: Meaning, { text }: Decoded): string {
  if (predicted === null) return `${derivation}: this explains where the number lies, not how large it is`
  if (typeof predicted === 'string' || predicted === 0) return derivation
  const shown = Number(predicted.toPrecision(7))
  const value = String(shown).replace('-', '−') === derivation ? derivation : `${derivation} = ${shown}`
  const relative = `${Math.abs(difference) < 0.001 ? (Math.abs(difference) * 100).toPrecision(1) : (Math.abs(difference) * 100).toPrecision(2)} %`
  const how = {
    digits: `agrees with ${text} in all digits`,
    cut: `agrees with ${text} if that was cut off, not rounded`,
    near: `${text} is ${relative} ${difference > 0 ? 'above' : 'below'}`,
  }[match]
  return `${value}: ${how}`
}

function assumed({ assumes, note }: Meaning): string {
  const given = Object.entries(assumes).map(([name, value]) => `${name === 'classes' ? 'C' : name} = ${value}`)
  const all = [...(given.length > 0 ? [`if ${given.join(', ')}`] : []), ...(note === null ? [] : [note])]
  return all.length === 0 ? '' : ` (${all.join('; ')})`
}

function nothing({ landmarks }: Decoded, { dim }: Paint): string {
  const marks = landmarks.flatMap(({ title, derivation, value }) =>
    wrap(`${Number(value.toPrecision(6))} = ${derivation}: ${title}`, WIDTH - 4),
  )
  const list = marks.length === 0 ? '' : `\nFor comparison, with what is known:\n${marks.map((line) => `  ${dim(line)}\n`).join('')}`
  return `Nothing explains it: as far as is known here, it is an ordinary loss.\n${list}`
}

/** What else to type, to learn more. */
function hints({ text, value, explanations, untried, known }: Decoded): string[] {
  const decimals = /^-?\d*\.(\d+)$/.exec(text)?.[1].length ?? 4
  const zero = value === 0 ? ['Print more digits: 0.0000 may be a small number.'] : []
  const short =
    decimals < 4 && explanations[0]?.strength !== 'strong' ? [`Few digits: if it was printed so, type ${Number(text).toFixed(4)}.`] : []
  const names = [...new Set(untried.flatMap(({ needs }) => needs))].map((name) => `--${kebabCase(name)}`)
  const loss = known.loss === undefined ? ['--loss'] : []
  const classes = known.classes === undefined && !names.includes('--classes') ? ['--classes'] : []
  const more = [...loss, ...classes, ...names]
  return [...zero, ...short, ...(more.length === 0 ? [] : [`Say more, and more can be tried: ${more.join(', ')}.`])]
}
