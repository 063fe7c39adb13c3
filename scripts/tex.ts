/**
 * The formula of a loss, as its spec has it in Unicode, in TeX.
 *
 * Read are: products with ·, quotients with / (where blanks stand around it, of whole products), |x|, powers ² and ^p, indices x[t], x₁ and those
 * of Greek letters (μx, σxy), sums Σ, roots √, names of several letters, words between them, and two ways of telling cases:
 * 'a < b ? x : y, rest' and 'a: x; b: y'.
 */
export function texOf(formula: string): string {
  const [, condition, yes, no, rest = ''] = /^(.+?) \? (.+?) : (.+?)(, .*)?$/.exec(formula) ?? []
  if (condition !== undefined) return `${cases([yes, condition], [no, null])}${tex(rest)}`
  const branches = formula.split('; ').map((part) => /^([^:]+): (.+)$/.exec(part))
  if (branches.length > 1 && branches.every((branch) => branch !== null)) {
    return cases(...branches.map((branch): [string, string] => [branch?.[2] ?? '', branch?.[1] ?? '']))
  }
  return tex(formula)
}

const cases = (...rows: (readonly [value: string, when: string | null])[]): string =>
  `\\begin{cases} ${rows.map(([value, when]) => `${tex(value)} & ${when === null ? '\\text{else}' : tex(when)}`).join(' \\\\ ')} \\end{cases}`

const greek: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'varepsilon',
  θ: 'theta',
  λ: 'lambda',
  μ: 'mu',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  ω: 'omega',
}

const signs: Readonly<Record<string, string>> = {
  '−': '-',
  '·': '\\cdot ',
  Σ: '\\sum ',
  Π: '\\prod ',
  Δ: '\\Delta ',
  '∞': '\\infty ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '∈': '\\in ',
  '×': '\\times ',
  '∩': '\\cap ',
  '∪': '\\cup ',
  '→': '\\to ',
  '…': '\\dots ',
  '∇': '\\nabla ',
  '∗': '* ',
  '%': '\\% ',
  '½': '\\tfrac{1}{2}',
  '²': '^{2}',
  '³': '^{3}',
  ᵀ: '^{\\top}',
  '⁺': '^{+}',
  '⁻': '^{-}',
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉'
const letterSubscripts: Readonly<Record<string, string>> = {
  ᵢ: 'i',
  ⱼ: 'j',
  ₖ: 'k',
  ₙ: 'n',
  ₛ: 's',
  ₜ: 't',
  ₚ: 'p',
  ₓ: 'x',
  ₐ: 'a',
  '₊': '+',
  '₋': '-',
}

/** Functions that TeX has a command for. */
const commands = new Set(['log', 'exp', 'max', 'min', 'cos', 'sin', 'tan', 'arctan', 'tanh'])

/** Words between terms, with blanks around them. */
const words = new Set('over of and or where with else the other right for in all is if classes rows from to without'.split(' '))

const opening: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** What a piece of a formula is: an atom of TeX, or a sign that separates terms. */
interface Piece {
  readonly tex: string
  readonly kind: 'atom' | 'index' | 'sign' | 'times' | 'over' | 'blank' | 'word'
  /** Of an atom in parentheses: its inside, which needs none above or below a line. */
  readonly inside?: string
}

function tex(text: string): string {
  return joined(quotients(pieces(text)))
    .replace(/ \}\s*\\text\{ /g, ' ') // two words are one text
    .replace(/([,;]) (?=(?:\S+ )?=|\\text)/g, '$1\\quad ')
    .replace(/\s+/g, ' ')
    .trim()
}

function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let at = 0
  const after = (end: number): string => {
    const body = text.slice(at, end)
    at = end
    return body
  }
  while (at < text.length) {
    const letter = text[at]
    const rest = text.slice(at)
    if (opening[letter] !== undefined) {
      const end = closing(text, at)
      const inside = tex(text.slice(at + 1, end))
      at = end + 1
      const before = found.at(-1)
      if (letter === '[' && before?.kind === 'atom') found.push({ tex: `_{${inside}}`, kind: 'index' })
      else if (letter === '[') found.push({ tex: `\\left[ ${inside} \\right]`, kind: 'atom' })
      else if (/^\\frac\{\w+\}\{\w+\}$/.test(inside)) found.push({ tex: inside, kind: 'atom' })
      else found.push({ tex: /\\frac|\\sum|\\sqrt/.test(inside) ? `\\left( ${inside} \\right)` : `(${inside})`, kind: 'atom', inside })
    } else if (letter === '|' || letter === '‖') {
      const end = text.indexOf(letter, at + 1)
      const bar = letter === '|' ? 'vert' : 'Vert'
      found.push({ tex: `\\l${bar} ${tex(text.slice(at + 1, end))} \\r${bar} `, kind: 'atom' })
      at = end + 1
    } else if (letter === '^') {
      const [power] = /^\^(?:\([^)]*\)|[A-Za-zα-ω0-9][₀-₉ₐ-ₜᵢⱼ]*)/.exec(rest) ?? ['^']
      at += power.length
      found.push({ tex: `^{${tex(power.slice(1).replace(/^\((.*)\)$/, '$1'))}}`, kind: 'index' })
    } else if (letter === '_') {
      found.push({ tex: `_{${tex(rest[1] ?? '')}}`, kind: 'index' })
      at += 2
    } else if (letter === '√') {
      at++
      const end = opening[text[at]] === undefined ? at + (/^[A-Za-zα-ω0-9]+/.exec(text.slice(at))?.[0].length ?? 1) : closing(text, at) + 1
      found.push({ tex: `\\sqrt{${tex(after(end).replace(/^\((.*)\)$/, '$1'))}}`, kind: 'atom' })
    } else if (letter === '/') {
      found.push({ tex: '/', kind: 'over' })
      at++
    } else if (letter === ' ') {
      found.push({ tex: ' ', kind: 'blank' })
      at++
    } else if (/[A-Za-z]/.test(letter)) {
      const text = after(at + (/^[A-Za-z]+\d*/.exec(rest)?.[0].length ?? 1))
      found.push(name(text, rest[text.length] === '('))
    } else if (greek[letter] !== undefined) {
      // a letter after a Greek one is its index, unless it begins a name
      const [, index = ''] = /^.([a-z]{1,2})(?![A-Za-z(])/.exec(rest) ?? []
      at += 1 + index.length
      found.push({ tex: `\\${greek[letter]}${index === '' ? ' ' : `_{${index}}`}`, kind: 'atom' })
    } else if (/\d/.test(letter)) found.push({ tex: after(at + (/^\d+(\.\d+)?/.exec(rest)?.[0].length ?? 1)), kind: 'atom' })
    else {
      at++
      found.push(sign(letter))
    }
  }
  return found
}

function sign(letter: string): Piece {
  const digit = subscripts.indexOf(letter)
  if (digit >= 0) return { tex: `_{${digit}}`, kind: 'index' }
  if (letterSubscripts[letter] !== undefined) return { tex: `_{${letterSubscripts[letter]}}`, kind: 'index' }
  const text = signs[letter] ?? letter
  if (text.startsWith('^')) return { tex: text, kind: 'index' }
  if (letter === '·') return { tex: text, kind: 'times' }
  return { tex: text, kind: 'ΣΠΔ∞∇…½'.includes(letter) ? 'atom' : 'sign' }
}

/** A variable of one letter, with its number as an index; a function; a word; or a name of several letters. */
function name(text: string, called: boolean): Piece {
  if (words.has(text)) return { tex: `\\text{ ${text} }`, kind: 'word' }
  if (commands.has(text)) return { tex: `\\${text} `, kind: 'atom' }
  const [, letters = text, number = ''] = /^([A-Za-z]+?)(\d*)$/.exec(text) ?? []
  const index = number === '' ? '' : `_{${number}}`
  // two letters beside each other are two variables: Σpt
  if (letters.length === 1 || (letters.length === 2 && letters === letters.toLowerCase()))
    return { tex: `${[...letters].join(' ')}${index}`, kind: 'atom' }
  return { tex: `\\${called ? 'operatorname' : 'mathrm'}{${letters}}${index}`, kind: 'atom' }
}

function closing(text: string, start: number): number {
  const [open, close] = [text[start], opening[text[start]]]
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === open) depth++
    if (text[i] === close && --depth === 0) return i
  }
  return text.length
}

/** Puts what is divided above what it is divided by. */
function quotients(all: readonly Piece[]): Piece[] {
  const done: Piece[] = []
  for (let i = 0; i < all.length; i++) {
    if (all[i].kind !== 'over') {
      done.push(all[i])
      continue
    }
    const spaced = done.at(-1)?.kind === 'blank'
    while (done.at(-1)?.kind === 'blank') done.pop()
    const above = takeBack(done, spaced)
    while (all[i + 1]?.kind === 'blank') i++
    const below: Piece[] = []
    while (i + 1 < all.length && (below.length === 0 || all[i + 1].kind === 'index')) below.push(all[++i])
    done.push({ tex: `\\frac{${bare(above)}}{${bare(below)}}`, kind: 'atom' })
  }
  return done
}

/** The last factor with its indices, or the whole last product. */
function takeBack(done: Piece[], product: boolean): Piece[] {
  const taken: Piece[] = []
  const goesOn = ({ kind }: Piece) =>
    product ? kind !== 'sign' && kind !== 'word' : kind === 'index' || taken.every((piece) => piece.kind === 'index')
  for (let piece = done.at(-1); piece !== undefined && goesOn(piece); piece = done.at(-1)) {
    taken.unshift(piece)
    done.pop()
  }
  while (taken[0]?.kind === 'blank') done.push(taken.shift() as Piece)
  return taken
}

const bare = (all: readonly Piece[]): string => (all.length === 1 && all[0].inside !== undefined ? all[0].inside : joined(all).trim())

const joined = (all: readonly Piece[]): string => all.map((piece) => piece.tex).join('')
