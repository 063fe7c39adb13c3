// Asks the live PyTorch every golden case again: npm run goldens
import * as losses from '../src/losses/index.ts'
import { type LossSpec, snakeName } from '../src/spec.ts'
import { goldenCases, seed, version } from './chapters.ts'
import { writeGoldens } from './goldens.ts'
import { Torch } from './torch.ts'

const only = process.argv.slice(2)
const torch = await Torch.start()
for (const { spec } of Object.values<{ readonly spec: LossSpec }>(losses)) {
  const name = snakeName(spec)
  if (only.length > 0 && !only.includes(name)) continue
  const cases = goldenCases(spec)
  const answers = await torch.ask(cases)
  const provenance = { ...(await torch.provenance(spec)), seed, generator: version, cases: cases.length }
  const bytes = writeGoldens(
    name,
    provenance,
    cases.map((c, i) => ({ case: c, answer: answers[i] })),
  )
  const errors = answers.filter(({ error }) => error !== undefined).length
  process.stdout.write(`${name}: ${cases.length} cases, ${errors} of them errors, ${bytes} bytes\n`)
}
torch.stop()
