import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InitOptions } from '../../src/index.ts'
import { type Work, work } from './work.ts'

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const isolating = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
const script = "import { work } from './work.ts'\nself.run = (options) => work(options)"
const start = `run(JSON.parse(decodeURIComponent(location.hash.slice(1)))).then(JSON.stringify, (error) => 'failed: ' + error.stack).then((body) => fetch('/done', { method: 'POST', body }))`

let code = ''
let server: Server
let headers: Record<string, string> = {}
let done: (body: string) => void
const profile = mkdtempSync(join(tmpdir(), 'surprisal-browser-'))

beforeAll(async () => {
  const stdin = {
    contents: `${script}\n${start.replace('run(', 'self.run(')}`,
    resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    loader: 'ts' as const,
  }
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false, platform: 'browser', target: 'es2022' })
  code = outputFiles[0].text
  server = createServer(async (request, response) => {
    if (request.url === '/done') {
      done(await textOf(request))
      response.end()
      return
    }
    const script = request.url === '/page.js'
    response.writeHead(200, { ...headers, 'content-type': script ? 'text/javascript' : 'text/html' })
    response.end(script ? code : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(() => {
  server.close()
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
})

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += part
  return text
}

/** The same work on a page that is sent with these headers. */
async function onPage(sent: Record<string, string>, options: InitOptions): Promise<Work> {
  headers = sent
  const result = new Promise<string>((resolve) => {
    done = resolve
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/#${encodeURIComponent(JSON.stringify(options))}`
  const browser: ChildProcess = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
  })
  const ended = new Promise<string>((resolve) => browser.once('exit', (status) => resolve(`failed: the browser ended with ${status}`)))
  const body = await Promise.race([result, ended])
  browser.kill()
  await ended
  if (body.startsWith('failed')) throw new Error(body)
  return JSON.parse(body) as Work
}

// a browser cannot be installed by npm: where there is none (CHROMIUM names another), nothing about pages can be tested
describe.skipIf(!existsSync(chromium))('in Chromium', () => {
  test('the bits are those of Node, without FMA', async () => {
    const here = await work({ fma: false, threads: 1 })
    const there = await onPage({}, { fma: false, threads: 1 })
    expect(there.isolated).toBe(false)
    expect(there.engine).toEqual({ simd: true, fma: false, threads: 1 })
    expect(there.bits).toEqual(here.bits)
  })

  test('threads run on a cross-origin isolated page, with the same bits', async () => {
    const here = await work({ fma: false, threads: 1 })
    const there = await onPage(isolating, { fma: false, threads: 2 })
    expect(there.isolated).toBe(true)
    expect(there.engine).toEqual({ simd: true, fma: false, threads: 2 })
    expect(there.bits).toEqual(here.bits)
  })

  test('where the policy forbids WebAssembly, plain JavaScript computes the same to rounding', async () => {
    const here = await work({ fma: false, threads: 1 })
    const there = await onPage({ 'content-security-policy': "default-src 'self'" }, {})
    expect(there.engine).toEqual({ simd: false, fma: false, threads: 1 })
    const losses = (bits: Work['bits']) => Object.values(bits).map((text) => Number(text.split(' ')[0]))
    const [ours, theirs] = [losses(here.bits), losses(there.bits)]
    for (const [i, loss] of ours.entries()) expect(Math.abs(theirs[i] - loss)).toBeLessThan(4e-7 * loss)
  })
})

test('an arena whose memory cannot grow without losing views has ordinary tensors', async () => {
  // as on a page that is not isolated, in an engine without resizable memory
  const code = `delete globalThis.SharedArrayBuffer; delete WebAssembly.Memory.prototype.toResizableBuffer
    const { work } = await import(${JSON.stringify(new URL('./work.ts', import.meta.url).href)})
    console.log(JSON.stringify(await work({ fma: false, threads: 1 })))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
  let out = ''
  let complaints = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (complaints += text))
  await new Promise((resolve) => child.once('close', resolve))
  expect(complaints).toBe('')
  expect((JSON.parse(out) as Work).bits).toEqual((await work({ fma: false, threads: 1 })).bits)
})
