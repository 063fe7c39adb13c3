import { readdirSync, readFileSync } from 'node:fs'

const src = new URL('../../src/', import.meta.url)

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(new URL(folder, src), { withFileTypes: true })) {
    if (entry.name === 'error-index') continue
    if (entry.isDirectory()) yield* files(`${folder}${entry.name}/`)
    else if (entry.name.endsWith('.ts')) yield `${folder}${entry.name}`
  }
}

/** What the code puts into its messages, by what the expression calls: a value of that kind. */
const values: readonly (readonly [RegExp, string])[] = [
  [/given\.length/, '2'],
  [/extremes/, '[1, 9]'],
  [/adaptive.* (says|rest)$/, 'cutoffs should be a sequence of'],
  [/adaptive.* text$/, 'int'],
  [/listOf|partly|\bmask\b|\bindexed\b/, '[2, 3]'],
  [/tupleOf/, '(2, 3)'],
  [/torchSize/, 'torch.Size([2, 3])'],
  [/kernelOf/, '"dot"'],
  [/kernel/, 'mse_cpu'],
  [/cppNames|cNames/, 'long int'],
  [/torchName|\bdtype\b/, 'Long'],
  [/constructorOf|spec\.module/, 'MSELoss.__init__'],
  [/native\.name|\bpytorch\b/, 'nll_loss'],
  [/native|snakeCase\(fn\)/, 'softmax_loss'],
  [/inputLengths/, 'input_lengths'],
  [/missing/, "missing 1 required positional argument: 'target'"],
  [/\bcame\b|\btype\b|pythonType/, 'str'],
  [/layers.* module$/, 'Linear'],
  [/module/, 'Sigmoid'],
  [/ops.distances.* fn$/, 'cosine_similarity'],
  [/ops.* fn$/, 'sum'],
  [/named/, "'input' (position 1)"],
  [/softmax-rows.* wanted$/, 'all 3 classes or no classes but got weight tensor of shape: [2]'],
  [/softmax-rows.* classes$/, '3'],
  [/ops.* rank$/, '0D and 2D'],
  [/sequence.* says$/, 'Expected input_lengths to have value at most 3, but got value 5'],
  [/join\('x'\)/, '2x3'],
  [/given|reduction/, 'average'],
  [/attribute/, 'size'],
  [/pointwise.* name$/, 'input'],
  [/snakeCase|option|argument/, 'weight'],
]

const sampled = (file: string, expression: string): string => values.find(([pattern]) => pattern.test(`${file} ${expression}`))?.[1] ?? '3'

/** Every text of the code that begins with an exception of Python, with values in place of its expressions. */
export function textsOfSources(): { where: string; text: string; fixed: number }[] {
  const start = /(['"`])((?:\w+Error|UserWarning): )/g
  return [...files('')].flatMap((file) => {
    const code = readFileSync(new URL(file, src), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    return [...code.matchAll(start)].map(({ 1: quote, index }) => {
      const where = `src/${file}:${code.slice(0, index).split('\n').length}`
      return { where, ...literal(file, code, index + 1, quote) }
    })
  })
}

/** The text from `at` to its closing quote, and how many letters of it are fixed. */
function literal(file: string, code: string, at: number, quote: string): { text: string; fixed: number } {
  let text = ''
  let fixed = 0
  for (let i = at; code[i] !== quote; i++) {
    if (code[i] === '\\') text += code[++i] === 'n' ? '\n' : code[i]
    else if (quote === '`' && code.startsWith('${', i)) {
      const from = i + 2
      for (let depth = 1; depth > 0; i++) depth += { '{': 1, '}': -1 }[code[i + 2]] ?? 0
      text += sampled(file, code.slice(from, i + 1))
      i++
    } else {
      text += code[i]
      if (/[a-z]/i.test(code[i])) fixed++
    }
  }
  return { text, fixed }
}
