// `npm run alarms`: how often each check is wrong, over 10,000 honest batches, and how often it is right, over mistaken ones; `npm run alarms -- CODE` of one check.
import { writeFileSync } from 'node:fs'
import { Random, seedOf } from '../oracle/random.ts'
import { check } from '../src/index.ts'
import type { SceneCall } from '../test/findings/scene.ts'
import { scenes } from '../test/findings/scenes/index.ts'
import { findingsFolder, type Measured, readMeasured } from './finding-pages.ts'

const batches = 10_000
const only = process.argv[2]

/** How often a check speaks, out of how many batches: all ways of drawing them in equal parts. */
function spoken(code: string, draws: Readonly<Record<string, (random: Random) => SceneCall>>, count: number): [number, number] {
  const ways = Object.entries(draws)
  const each = Math.ceil(count / Math.max(ways.length, 1))
  let found = 0
  for (const [name, draw] of ways) {
    const random = new Random(seedOf(`alarms ${code} ${name}`))
    for (let i = 0; i < each; i++) {
      const { loss, args } = draw(random)
      if (check(loss, ...args).some((finding) => finding.code === code)) found++
    }
  }
  return [found, each * ways.length]
}

const measured: Record<string, Measured> = { ...readMeasured() }
for (const { code, honest, mistaken } of scenes) {
  if (only !== undefined && code !== only) continue
  measured[code] = { honest: spoken(code, honest, batches), mistaken: spoken(code, mistaken, batches / 10) }
  const { honest: quiet, mistaken: loud } = measured[code]
  console.log(`${code}: ${quiet[0]} false alarms in ${quiet[1]} honest batches; ${loud[0]} of ${loud[1]} mistaken ones found`)
}
const known = scenes.flatMap(({ code }) => (measured[code] === undefined ? [] : [[code, measured[code]]]))
writeFileSync(new URL('measured.json', findingsFolder), `${JSON.stringify(Object.fromEntries(known.sort()), null, 1)}\n`)
