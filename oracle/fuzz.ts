// Random cases against a live PyTorch: npm run test:torch -- --cases 20000 --seed 7 [--loss mse_loss] [--backend wasm]
// What users run is asked, the SIMD kernels where the engine has them; --backend reference asks plain numbers.
import { parseArgs } from 'node:util'
import { type BackendName, useBackend } from '../src/backends/choose.ts'
import * as losses from '../src/losses/index.ts'
import { type LossSpec, snakeName } from '../src/spec.ts'
import type { Case } from './cases.ts'
import { type Failure, judge } from './compare.ts'
import { drawCase } from './generate.ts'
import { Random } from './random.ts'
import { shrink } from './shrink.ts'
import { pythonOf, typescriptOf } from './snippets.ts'
import { Tally } from './tally.ts'
import { Torch } from './torch.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    loss: { type: 'string' },
    backend: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
})
const specs = Object.values<{ readonly spec: LossSpec }>(losses)
  .map(({ spec }) => spec)
  .filter((spec) => values.loss === undefined || values.loss === snakeName(spec) || values.loss === spec.name)
if (specs.length === 0) throw new Error(`no loss ${values.loss}; there are ${Object.keys(losses)}`)
const total = Number(values.cases)
const seed = Number(values.seed)
if (!Number.isInteger(total) || !Number.isInteger(seed)) throw new Error('--cases and --seed are integers')

useBackend((values.backend as BackendName | undefined) ?? null)
const torch = await Torch.start()
const random = new Random(seed)
const tally = new Tally()
let failures = 0
process.stderr.write(`PyTorch ${torch.versions.torch}; ${total} cases of ${specs.map(snakeName).join(', ')}; seed ${seed}\n`)
for (let done = 0; done < total; ) {
  const batch: Case[] = []
  for (; batch.length < 500 && done < total; done++) batch.push(drawCase(specs[done % specs.length], random, `seed ${seed}, case ${done}`))
  const answers = await torch.ask(batch)
  for (const [i, c] of batch.entries()) {
    const verdict = judge(c, answers[i])
    tally.add(c.loss, verdict)
    if (verdict.failure === null) continue
    failures++
    await show(c, verdict.failure)
    if (!values['keep-going']) {
      done = total
      break
    }
  }
  process.stderr.write(`\r${Math.min(done, total)} cases, ${failures} failures `)
}
torch.stop()
process.stderr.write('\n')
process.stdout.write(`${tally.summary()}\n`)
process.exitCode = failures > 0 ? 1 : 0

async function show(c: Case, { kind, text }: Failure): Promise<void> {
  const small = await shrink(c, async (cases) => {
    const answers = await torch.ask(cases)
    return cases.map((candidate, i) => judge(candidate, answers[i]).failure?.kind === kind)
  })
  const again = judge(small, (await torch.ask([small]))[0]).failure
  process.stdout.write(
    `\n${c.loss}, ${c.id}: ${kind}\n${text}\n\nshrunk: ${again?.text ?? '(it does not fail again)'}\n\n${typescriptOf(small)}\n\n${pythonOf(small)}\n`,
  )
}
