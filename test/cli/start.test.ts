import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
/** Where package-lock.json has changed since the last installation, `npm start` installs: not under the feet of the other tests. */
const stale = statSync(root('package-lock.json')).mtimeMs > statSync(root('node_modules/.package-lock.json')).mtimeMs

/** As `npm start` runs it: in the root folder, told where it was called. */
const start = (args: readonly string[], from: string) =>
  spawnSync(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: root(''),
    env: { PATH: process.env.PATH, INIT_CWD: root(from) },
    encoding: 'utf8',
  })

describe.skipIf(stale)('npm start', () => {
  test('computes the examples, and says what to run next', () => {
    const { status, stdout } = start([], '')
    expect(status).toBe(0)
    expect(stdout).not.toContain('✗')
    const next = /npm start -- (ce \S+logits\.npy .*)/.exec(stdout)?.[1] ?? ''
    expect(start(next.split(' '), '')).toMatchObject({ status: 0, stdout: expect.stringContaining('0.1504233') })
  })

  test('runs on files, relative to where it was called; stdout has nothing else, and the exit code is passed on', () => {
    const { status, stdout } = start(['ce', 'logits.npy', 'labels.npy', '--json'], 'examples/digits')
    expect([status, JSON.parse(stdout).inputs.target.file]).toEqual([0, 'labels.npy'])
    expect(start(['ce', 'logits.npy', 'lost.npy'], 'examples/digits').status).toBe(4)
  })
})
