import type { Verdict } from './compare.ts'

/** What many verdicts amount to: the worst differences by loss and dtype, and what was different on purpose. */
export class Tally {
  private readonly worst = new Map<string, { relative: number; share: number; compared: number }>()
  private readonly exceptions = new Map<string, number>()
  private cases = 0

  add(loss: string, { worst, exception }: Verdict): void {
    this.cases++
    if (exception !== null) this.exceptions.set(exception, (this.exceptions.get(exception) ?? 0) + 1)
    if (worst === null) return
    const key = `${loss} ${worst.dtype}`
    const so = this.worst.get(key) ?? { relative: 0, share: 0, compared: 0 }
    this.worst.set(key, {
      relative: Math.max(so.relative, worst.relative),
      share: Math.max(so.share, worst.share),
      compared: so.compared + 1,
    })
  }

  summary(): string {
    const rows = [...this.worst]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { relative, share, compared }]) => {
        return `  ${key.padEnd(44)} ${relative.toExponential(2)} relative, ${(100 * share).toFixed(0)}% of the tolerance (${compared} cases not bit-equal)`
      })
    const exceptions = [...this.exceptions].map(([name, count]) => `  ${String(count).padStart(5)} ${name}`)
    return [`${this.cases} cases; worst differences:`, ...rows, 'different on purpose:', ...exceptions].join('\n')
  }
}
