import { readdirSync } from 'node:fs'
import { type Provenance, readGoldens } from '../oracle/goldens.ts'

/** The page on accuracy. */
export const accuracyPage = new URL('../docs/accuracy.md', import.meta.url)

const marks = /(<!-- goldens:[^>]*-->\n)[\s\S]*?(<!-- \/goldens -->)/

/** The page with the kept answers as they are counted now. */
export const withCounts = (text: string): string => text.replace(marks, (_, open: string, close: string) => `${open}${counts()}\n${close}`)

const answerers = ['PyTorch', 'torchvision', 'second implementations'] as const

const answererOf = ({ source, torchvision }: Provenance): (typeof answerers)[number] =>
  source !== undefined ? 'second implementations' : torchvision !== undefined ? 'torchvision' : 'PyTorch'

function counts(): string {
  const names = readdirSync(new URL('../oracle/goldens/', import.meta.url)).flatMap((file) => /^(\w+)\.jsonl\.gz$/.exec(file)?.[1] ?? [])
  const files = names.map((name) => {
    const { provenance, goldens } = readGoldens(name)
    return { by: answererOf(provenance), cases: goldens.length }
  })
  const sum = (some: typeof files) => some.reduce((total, { cases }) => total + cases, 0).toLocaleString('en')
  const parts = answerers.map((who) => {
    const own = files.filter(({ by }) => by === who)
    return `${sum(own)} of ${who} (${own.length} losses)`
  })
  return `${sum(files)} answers are kept, of ${files.length} losses: ${parts.join(', ')}.`
}
