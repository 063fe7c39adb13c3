import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as surprisal from '../../src/index.ts'

/** A text in the page is what the call in the comment above it gives, after the code above that. */
test('docs/reports.md shows reports as they are printed', () => {
  const page = readFileSync(new URL('../../docs/reports.md', import.meta.url), 'utf8')
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```\n+<!-- (.*?) -->\n```text\n([\s\S]*?)```/g)]
  expect(shown).toHaveLength(1)
  for (const [, code, call, text] of shown) {
    const body = `${code.replace(/^import .*$/gm, '')}\nreturn ${call}`
    const printed: unknown = new Function(...Object.keys(surprisal), body)(...Object.values(surprisal))
    expect(`${printed}\n`).toBe(text)
  }
})
