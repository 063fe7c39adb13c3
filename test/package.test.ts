import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
let work = ''

/** The package as it would be published, unpacked where a project would find it. */
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'surprisal-'))
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', work], { cwd: root, encoding: 'utf8' }).trim()
  const home = join(work, 'node_modules/surprisal')
  mkdirSync(home, { recursive: true })
  execFileSync('tar', ['-xzf', join(work, packed), '-C', home, '--strip-components=1'])
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const manifest = () => JSON.parse(readFileSync(join(work, 'node_modules/surprisal/package.json'), 'utf8'))

describe('the package as shipped', () => {
  test('depends on nothing at run time', () => {
    expect(manifest().dependencies ?? {}).toEqual({})
    expect(manifest().sideEffects).toBe(false)
  })

  test('has no fault that publint knows', async () => {
    const { messages } = await publint({ pkgDir: join(work, 'node_modules/surprisal'), pack: false })
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([])
  })

  test('runs where it is installed', () => {
    const code = `import { nn } from 'surprisal'; console.log(nn.MSELoss()([1, 2], [0, 0]).item())`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: work, encoding: 'utf8' })).toBe('2.5\n')
  })

  test('has types that a project can use under strict settings', () => {
    const code = `import { crossEntropy, nn, type Tensor } from 'surprisal'\nexport const loss: Tensor = nn.CrossEntropyLoss({ ignoreIndex: 255 })([[1, 2]], [0])\nexport const { grad } = crossEntropy.valueAndGrad([[1, 2]], [0])\n`
    execFileSync('node', ['-e', `require('fs').writeFileSync('use.mts', ${JSON.stringify(code)})`], { cwd: work })
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022']
    expect(execFileSync(process.execPath, [tsc, ...flags, 'use.mts'], { cwd: work, encoding: 'utf8' })).toBe('')
  })
})

/** Bundles `code` for a browser, as a project would, and gives its text. */
async function bundle(code: string): Promise<string> {
  const stdin = { contents: code, resolveDir: work }
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false, platform: 'browser' })
  return outputFiles[0].text
}

describe('what a page has to load', () => {
  // Raise a ceiling only with a reason in the commit: it is what every user downloads.
  test.each([
    [
      'one pointwise loss',
      `import { mseLoss } from 'surprisal'; console.log(mseLoss([1], [2]).item())`,
      26_500,
      ['log_softmax', 'CrossEntropyLoss', 'mergeReports', 'device-side assert', 'double-softmax-floor'],
    ],
    [
      'one softmax-row loss',
      `import { crossEntropy } from 'surprisal'; console.log(crossEntropy([[1, 2]], [0]).item())`,
      35_800,
      ['mse_loss', 'BCELoss', 'mergeReports', 'device-side assert', 'double-softmax-floor'],
    ],
    ['everything', `import * as surprisal from 'surprisal'; console.log(surprisal)`, 246_800, []],
  ])('%s stays below its ceiling', async (_, code, ceiling, absent) => {
    const text = await bundle(code)
    expect(gzipSync(text).length).toBeLessThan(ceiling)
    expect(absent.filter((name) => text.includes(name))).toEqual([])
  })

  test('nothing of Node is needed', async () => {
    const text = await bundle(`import * as surprisal from 'surprisal'; console.log(surprisal)`)
    expect(/(from|import)\s*\(?["'`]node:|require\(/.test(text)).toBe(false)
  })
})

test('the command of the workspace finds the library by its published name', () => {
  const linked = readFileSync(join(root, 'cli/package.json'), 'utf8')
  expect(JSON.parse(linked).dependencies.surprisal).toBeDefined()
  symlinkSync(join(root, 'examples'), join(work, 'examples'))
  const args = [join(root, 'cli/bin/surprisal.js'), '--version']
  expect(execFileSync(process.execPath, args, { cwd: work, encoding: 'utf8' })).toContain(manifest().version)
})
