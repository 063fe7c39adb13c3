import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readNpy } from '../../files/src/index.ts'
import { crossEntropy, mseLoss } from '../../src/index.ts'
import { binary, examples, json, scratch, surprisal, unwrapped } from './support.ts'

const { folder, path, save } = scratch()
const digits = ['digits/logits.npy', 'digits/labels.npy']
const coins = ['segmentation/logits.npy', 'segmentation/mask.npy', '--ignore-index', '255']
const cat = ['denoising/noisy.npy', 'denoising/clean.npy']
const array = (file: string) => readNpy(readFileSync(join(examples, file)))
const written = (name: string) => readNpy(readFileSync(path(name)))

test('--grad is the library’s gradient, bit by bit', () => {
  const { grad } = crossEntropy.valueAndGrad(array(coins[0]), array(coins[1]), { ignoreIndex: 255 })
  const { dtype, shape } = array(coins[0])
  expect(json(['ce', ...coins, '--grad', path('coins.npy')]).grad).toEqual({ input: { file: path('coins.npy'), dtype, shape } })
  expect(written('coins.npy')).toEqual({ dtype, shape, data: grad.data })
})

test('--grad of several arguments', () => {
  const { grad } = mseLoss.valueAndGrad(array(cat[0]), array(cat[1]), { wrt: ['input', 'target'] })
  const { exit, stdout } = surprisal(['mse', ...cat, '--grad', path('input.npy'), '--grad', `target=${path('target.npy')}`])
  expect([exit, written('input.npy').data, written('target.npy').data]).toEqual([0, grad.input.data, grad.target.data])
  expect(stdout).toContain(`gradient of target  → ${path('target.npy')}`)
})

test('--grad of what has no gradient, of nothing that exists, and twice', () => {
  for (const grads of [['target=no.npy'], ['tagret=no.npy'], ['no.npy', 'input=nope.npy']]) {
    const flags = grads.flatMap((grad) => ['--grad', grad])
    expect(surprisal(['ce', '../digits/logits.npy', '../digits/labels.npy', ...flags], { cwd: join(examples, 'digits') }).exit).toBe(2)
  }
  expect(readdirSync(join(examples, 'digits')).filter((file) => /no|nope/.test(file))).toEqual([])
})

test('--out has every value of reduction none, a 0-D array of a mean', () => {
  const values = crossEntropy(array(digits[0]), array(digits[1]), { reduction: 'none' })
  const result = json(['ce', ...digits, '--reduction', 'none', '--out', path('values.npy')])
  expect(written('values.npy')).toEqual({ dtype: 'float32', shape: [360], data: values.data })
  expect(result).toMatchObject({
    shape: [360],
    min: Math.min(...(values.data as Float32Array)),
    max: Math.max(...(values.data as Float32Array)),
  })
  const { value } = json(['ce', ...digits, '--out', path('mean.npy')])
  expect(written('mean.npy')).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(value) })
})

test('a file that exists stays, unless --force', () => {
  const file = save('mine.npy', Buffer.from('mine'))
  const { exit, stdout, stderr } = surprisal(['ce', ...digits, '--grad', file])
  expect([exit, stdout, readFileSync(file, 'utf8')]).toEqual([4, '', 'mine'])
  expect(stderr).toContain('--force')
  expect(surprisal(['ce', ...digits, '--grad', file, '--force']).exit).toBe(0)
  expect(written('mine.npy').shape).toEqual([360, 10])
})

test('an input is never overwritten, under no name, and no output by another', () => {
  const input = save('precious.npy', readFileSync(join(examples, digits[0])))
  symlinkSync(input, path('link.npy'))
  const before = readFileSync(input)
  for (const output of [input, path('link.npy'), join(folder, '.', 'precious.npy')]) {
    expect(surprisal(['ce', input, digits[1], '--grad', output, '--force']).exit).toBe(2)
  }
  expect(readFileSync(input)).toEqual(before)
  expect(surprisal(['ce', ...digits, '--grad', path('same.npy'), '--out', path('same.npy')]).exit).toBe(2)
  expect(existsSync(path('same.npy'))).toBe(false)
})

test('--force writes through a link, and not over a folder', () => {
  const real = save('real.npy', Buffer.from('old'))
  symlinkSync(real, path('alias.npy'))
  mkdirSync(path('folder.npy'))
  expect(surprisal(['ce', ...digits, '--grad', path('alias.npy'), '--force']).exit).toBe(0)
  expect(readNpy(readFileSync(real)).shape).toEqual([360, 10])
  expect(surprisal(['ce', ...digits, '--grad', path('folder.npy'), '--force']).exit).toBe(4)
})

test('all outputs or none, and nothing temporary', () => {
  const { folder, path } = scratch()
  const failing = [
    ['ce', ...digits, '--grad', path('a.npy'), '--out', path(`${'n'.repeat(256)}.npy`)],
    ['ce', ...digits, '--grad', path('a.npy'), '--out', path('nowhere/b.npy')],
    ['ce', coins[0], coins[1], '--grad', path('a.npy')],
    ['ce', ...digits, '--grad', path('a.npy'), '--grad', `target=${path('b.npy')}`],
    ['ce', ...digits, '--grad', path('a.txt')],
  ]
  expect(failing.map((args) => surprisal(args).exit)).toEqual([4, 4, 3, 2, 2])
  expect(readdirSync(folder)).toEqual([])
  expect(surprisal(['ce', ...digits, '--grad', path('a.npy')]).exit).toBe(0)
  expect(readdirSync(folder)).toEqual(['a.npy'])
})

test('a disk that fills up between two outputs', () => {
  const { folder, path } = scratch()
  const call = [
    'digits/mixup-logits.npy',
    'digits/mixup-targets.npy',
    '--weight',
    'digits/weights.npy',
    '--grad',
    `weight=${path('weight.npy')}`,
  ]
  // no file above 2 KiB: the gradient of the weight fits, that of the input does not
  const script = 'trap "" XFSZ; ulimit -f 2; "$@" 2>&1; echo "exit code $?"'
  const args = ['-c', script, 'bash', process.execPath, binary, 'ce', ...call, '--grad', path('input.npy')]
  const said = execFileSync('bash', args, { cwd: examples, encoding: 'utf8' })
  expect(unwrapped(said)).toBe(`error: --grad, ${path('input.npy')}: cannot write it: the file is too large for this system\nexit code 4\n`)
  expect(readdirSync(folder)).toEqual([])
})

test('an interrupted call leaves nothing', async () => {
  const { folder, path } = scratch()
  const child = spawn(process.execPath, [binary, 'ce', digits[0], '-', '--grad', path('a.npy')], { cwd: examples, stdio: 'pipe' })
  await setTimeout(400)
  child.kill('SIGINT')
  const [code, signal] = await once(child, 'exit')
  expect([code, signal]).toEqual([null, 'SIGINT'])
  expect(readdirSync(folder)).toEqual([])
})

test('a reader that leaves early is no error', () => {
  const script = `set -o pipefail; "$NODE" "$BINARY" ce --help | true; echo "$?"; "$NODE" "$BINARY" ce --help | head -1`
  const env = { ...process.env, NODE: process.execPath, BINARY: binary }
  const result = execFileSync('bash', ['-c', `(${script}) 2>&1`], { env, encoding: 'utf8' })
  expect(result).toBe('0\nUsage: surprisal cross-entropy <input> <target> [options]\n')
})

test('the fields of the documents are those that cli/README.md lists', () => {
  const readme = readFileSync(new URL('../../cli/README.md', import.meta.url), 'utf8')
  writeFileSync(path('again.npy'), '')
  const all = ['--reduction', 'none', '--grad', path('again.npy'), '--out', path('out.npy'), '--force', '--weight', 'digits/weights.npy']
  const result = json(['ce', ...digits, ...all])
  const { error } = json(['ce', ...coins.slice(0, 2)])
  for (const field of [...Object.keys(result), ...Object.keys(error)].filter((field) => field !== 'fn'))
    expect(readme).toContain(`\`${field}\``)
  expect(result.options.weight).toEqual({ file: 'digits/weights.npy', dtype: 'float32', shape: [10] })
  expect(Object.keys(result)).toMatchInlineSnapshot(`
    [
      "schema",
      "surprisal",
      "loss",
      "value",
      "sum",
      "denominator",
      "mean",
      "made",
      "counted",
      "ignored",
      "unit",
      "reduction",
      "dtype",
      "shape",
      "parts",
      "averages",
      "chance",
      "floor",
      "gap",
      "accuracy",
      "perClass",
      "perSample",
      "worst",
      "information",
      "psnr",
      "findings",
      "min",
      "max",
      "inputs",
      "options",
      "grad",
      "out",
    ]
  `)
})
