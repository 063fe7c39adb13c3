import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as losses from '../src/losses/index.ts'
import { type Answer, type Case, question } from './cases.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The Python that has PyTorch: `SURPRISAL_PYTHON`, or the repository's own environment. */
function python(): string {
  const own = `${root}.venv-oracle/bin/python`
  const found = process.env.SURPRISAL_PYTHON ?? (existsSync(own) ? own : undefined)
  if (found !== undefined) return found
  throw new Error(
    'No PyTorch: make an environment with\n  python3 -m venv .venv-oracle && .venv-oracle/bin/pip install torch==2.13.0 numpy\nor name a Python that has it in SURPRISAL_PYTHON.',
  )
}

/** A running PyTorch that answers cases in order. */
export class Torch {
  private constructor(
    readonly versions: { readonly torch: string; readonly numpy: string },
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
      this.child.stdin.write(some.map((c) => `${JSON.stringify(question(c, oursOf(c.loss)))}\n`).join(''))
      for (const _ of some) {
        const line = await this.lines.next()
        if (line.done) throw new Error('The Python of the oracle ended early.')
        answers.push(JSON.parse(line.value))
      }
    }
    return answers
  }

  stop(): void {
    this.child.stdin.end()
  }
}

/** The options of a loss that PyTorch does not have. */
function oursOf(pytorch: string): string[] {
  const loss = Object.values(losses).find(({ spec }) => spec.pytorch === pytorch)
  return Object.entries(loss?.spec.options ?? {}).flatMap(([name, option]) => ('ours' in option && option.ours ? [name] : []))
}
