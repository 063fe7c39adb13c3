import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type LossSpec, snakeName } from '../src/spec.ts'
import { type Answer, type Case, question, sourceOf } from './cases.ts'
import type { Versions } from './goldens.ts'
import { lossOf } from './run-case.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The Python that has PyTorch: `SURPRISAL_PYTHON`, or the repository's own environment. */
function python(): string {
  const own = `${root}.venv-oracle/bin/python`
  const found = process.env.SURPRISAL_PYTHON ?? (existsSync(own) ? own : undefined)
  if (found !== undefined) return found
  throw new Error(
    'No PyTorch: make an environment with\n  python3 -m venv .venv-oracle && .venv-oracle/bin/pip install -r oracle/requirements.txt\nor name a Python that has it in SURPRISAL_PYTHON.',
  )
}

/** A running PyTorch that answers cases in order. */
export class Torch {
  private constructor(
    readonly versions: Versions,
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(): Promise<Torch> {
    const child = spawn(python(), [fileURLToPath(new URL('torch_oracle.py', import.meta.url))])
    child.stderr.pipe(process.stderr)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error('The Python of the oracle did not start: is torch installed there?')
    return new Torch(JSON.parse(first.value), child, lines)
  }

  async ask(cases: readonly Case[]): Promise<Answer[]> {
    const answers: Answer[] = []
    // as many at a time as fit into the pipes on both sides
    for (let start = 0; start < cases.length; start += 64) {
      const some = cases.slice(start, start + 64)
      this.child.stdin.write(some.map((c) => `${JSON.stringify(question(c, lossOf(c.loss).spec))}\n`).join(''))
      for (const _ of some) {
        const line = await this.lines.next()
        if (line.done) throw new Error('The Python of the oracle ended early.')
        answers.push(JSON.parse(line.value))
      }
    }
    return answers
  }

  /** The versions of what answers for a loss, and the source of a formula of our own. */
  async provenance(spec: LossSpec): Promise<Versions> {
    this.child.stdin.write(`${JSON.stringify({ provenance: snakeName(spec), from: sourceOf(spec) })}\n`)
    const line = await this.lines.next()
    if (line.done) throw new Error(`The Python of the oracle does not have ${sourceOf(spec)}.${snakeName(spec)}.`)
    return { ...this.versions, ...JSON.parse(line.value) }
  }

  stop(): void {
    this.child.stdin.end()
  }
}
