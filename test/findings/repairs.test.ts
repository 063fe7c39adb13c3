import { describe, expect, test } from 'vitest'
import { Random, seedOf } from '../../oracle/random.ts'
import * as surprisal from '../../src/index.ts'
import { check, type Finding } from '../../src/index.ts'
import type { SceneCall } from './scene.ts'
import { scenes } from './scenes/index.ts'

const draws = 6

/** What the code of repairs may name besides the library and the arguments: what only the user has. */
const unknown = /\b(?:scores|features|mask|values)\b|^mergeReports/

/** The code without the remark behind it. */
const codeOf = (repair: string, mark: '//' | '  #'): string => repair.split(` ${mark.trimStart()} `)[0].trimEnd()

/** What is typed as a repair, run as it is typed: with the arguments of the call under their names. */
function typed(code: string, { loss: { spec }, args }: SceneCall): unknown {
  const options = (args[spec.inputs.length] ?? {}) as Record<string, unknown>
  const names = Object.fromEntries(spec.inputs.map(({ name }, i) => [name === 'var' ? 'variance' : name, args[i]]))
  const scope = { ...surprisal, ...options, ...names }
  return new Function(...Object.keys(scope), code.startsWith('const ') ? code : `return ${code}`)(...Object.values(scope))
}

/** Codes of which the repair takes the finding away, and how many of them are calls of the loss itself. */
const gone: Readonly<Record<string, number>> = {
  'target-shape': 0.8,
  'class-axis': 1,
  'wrong-dtype': 1,
  'class-out-of-range': 0.6,
  'mask-of-greys': 1,
  'damaged-mask': 0.5,
  'several-classes': 1,
  'not-log-probabilities': 1,
  'padding-counted': 1,
  'impossible-target': 0.6,
  'label-shift': 1,
  'not-signs': 1,
  'not-positive': 1,
  'broadcast-pairs': 0.8,
  'degenerate-boxes': 0.7,
  'data-range': 1,
  'divergence-mean': 1,
  'swapped-arguments': 1,
  'rates-as-logarithms': 1,
}

describe.each(scenes)('$code', ({ code, mistaken }) => {
  test('every repair is a line of code in both languages; what it names is there, and the finding is gone', () => {
    let [calls, all] = [0, 0]
    for (const [name, draw] of Object.entries(mistaken)) {
      const random = new Random(seedOf(`repairs ${code} ${name}`))
      for (let i = 0; i < draws; i++) {
        const call = draw(random)
        for (const finding of check(call.loss, ...call.args)) {
          const { surprisal: ours, pytorch } = finding.repair
          expect(() => new Function(ours), `${name}: ${ours}`).not.toThrow()
          expect(notPython(pytorch), `${name}: ${pytorch}`).toBeNull()
          expect(`${ours}${pytorch}`).not.toMatch(/\n|undefined|\[object/)
          const run = codeOf(ours, '//')
          if (!unknown.test(run)) expect(() => typed(run, call), `${name}: ${run}`).not.toThrow()
          if (finding.code !== code) continue
          all++
          if (isCall(run) && code in gone && again(run, call, finding, name)) calls++
        }
      }
    }
    expect(all === 0 ? 1 : calls / all).toBeGreaterThanOrEqual(gone[code] ?? 0)
  })
})

/** Whether it is the call of a loss, the same one or another. */
const isCall = (code: string): boolean => losses.has(/^(\w+)\(/.exec(code)?.[1] ?? '') && !unknown.test(code)

const losses = new Set(Object.entries(surprisal).flatMap(([name, each]) => (typeof each === 'function' && 'spec' in each ? [name] : [])))

/** The repaired call is looked at again. */
function again(run: string, call: SceneCall, { code }: Finding, name: string): true {
  const findings = typed(run.replace(/^(\w+)\(/, 'check($1, '), call) as surprisal.Findings
  expect(
    findings.map((finding) => finding.code),
    `${name}: ${run}`,
  ).not.toContain(code)
  return true
}

const pythonWords = new Set(['for', 'in', 'if', 'else', 'is', 'not', 'and', 'or', 'lambda'])

/** What tells that a line is no Python; null where nothing does. */
function notPython(line: string): string | null {
  const code = codeOf(line, '  #').replace(/'[^']*'/g, "''")
  if (code === '') return 'no code'
  if (/[{}]|=>|===|\b(?:const|new|null|true|false|NaN|Infinity)\b/.test(code)) return 'JavaScript'
  const camel = /\b[a-z]+[A-Z]\w*/.exec(code)
  if (camel !== null) return `${camel[0]} is no name of Python`
  const words = [...code.matchAll(/([A-Za-z_]\w*) (?=([A-Za-z_]\w*))/g)].find(([, a, b]) => !pythonWords.has(a) && !pythonWords.has(b))
  if (words !== undefined) return `prose: ${words[0]}${words[2]}`
  const open: string[] = []
  for (const character of code) {
    if ('(['.includes(character)) open.push(character)
    else if (')]'.includes(character) && open.pop() !== (character === ')' ? '(' : '[')) return 'brackets'
  }
  return open.length === 0 ? null : 'brackets'
}

test('prose and JavaScript are told from Python', () => {
  for (const good of [
    "F.nll_loss(input.log(), target, reduction='sum')",
    'target = target.squeeze(1)',
    'a = b; c = d  # a remark',
    'x[:, :-1]',
  ])
    expect(notPython(good)).toBeNull()
  for (const bad of ['give the scores', 'nllLoss(a, b)', 'f(x, { weight })', 'f(x, ignoreIndex=1)', 'f(x, 2', '# only a remark'])
    expect(notPython(bad), bad).not.toBeNull()
})

test('PyTorch’s line of a repair names the arguments as Python does', () => {
  const input = surprisal.tensor(new Float32Array(12), { shape: [4, 3] })
  const [found] = check(surprisal.crossEntropy, input, surprisal.tensor([[0n], [1n], [2n], [0n]]), {
    labelSmoothing: 0.1,
    reduction: 'sum',
  })
  expect(found.repair.pytorch).toBe(`F.cross_entropy(input, target.squeeze(1), reduction='sum', label_smoothing=0.1)`)
  expect(found.repair.surprisal).toBe(`crossEntropy(input, reshape(target, [4]), { reduction: 'sum', labelSmoothing: 0.1 })`)
})
