import { expect, test } from 'vitest'
import { columnsOf, hang, wrap } from '../../cli/src/wrap.ts'
import { examples, scratch, surprisal } from './support.ts'

const { save, folder } = scratch()
const text = (words: string) => new TextEncoder().encode(words)
const npy = (header: string, bytes = 24) => {
  const padded = `${header.padEnd(117)}\n`
  return Uint8Array.from([0x93, ...text('NUMPY'), 1, 0, padded.length, 0, ...text(padded), ...new Uint8Array(bytes)])
}
const array = (descr: string, shape: string, bytes?: number) =>
  npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, bytes)

const files = {
  'pickle.npy': array('|O', '(1,)'),
  'text.npy': array('<U4', '(2,)'),
  'complex.npy': array('<c8', '(3,)'),
  'cut.npy': array('<f4', '(300,)'),
  'none.npy': text(''),
  'words.npy': text('hello world, this is no array'),
  'archive.npz': Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0),
  'float.npy': array('<f4', '(6,)'),
  'column.npy': array('<f4', '(6, 1)'),
  'labels.npy': array('<i8', '(3,)'),
  'scores.npy': array('<f4', '(3, 2)'),
  'no-pixels.npy': array('<f4', '(0, 3, 16, 16)', 0),
  'number.npy': array('<f4', '()', 4),
  'report.json': text('no report'),
}
for (const [name, bytes] of Object.entries(files)) save(name, bytes)

const digits = [`${examples}/digits/logits.npy`, `${examples}/digits/labels.npy`]
const ce = ['ce', 'scores.npy', 'labels.npy']
const unreadable = Object.keys(files).slice(0, 7)

const calls: readonly (readonly string[])[] = [
  ...unreadable.map((file) => ['ce', file, 'labels.npy']),
  ...unreadable.slice(0, 2).map((file) => ['check', 'scores.npy', file]),
  ['help'],
  ['ce', '--help'],
  ['triplet-margin-with-distance-loss', '--help'],
  ['ctc', '--help'],
  ['ssim', '--help'],
  ...['check', 'why', 'explain', 'merge', 'list', 'examples'].map((command) => [command, '--help']),
  ['list'],
  [...ce, '--weight', '1,2,3'],
  [...ce, '--weight', '0,0'],
  [...ce, '--reduction', 'none', '--per', 'sample', '--top', '20'],
  [...ce, '--per', 'class'],
  [...ce, '--size-average', 'false', '--reduce', 'false'],
  [...ce, '--grad', 'nowhere/gradient.npy'],
  [...ce, '--label-smoothing', '3'],
  [...ce, '--no-such-option'],
  ['ce', 'scores.npy', 'float.npy'],
  ['ce', 'lost.npy', 'labels.npy'],
  ['ce', 'number.npy', 'number.npy'],
  ['kl', 'scores.npy', 'scores.npy'],
  ['mse', 'column.npy', 'float.npy'],
  ['bce', 'float.npy', 'column.npy'],
  ['bce-with-logits', 'column.npy', 'float.npy'],
  ['triplet', 'scores.npy', 'scores.npy', 'float.npy'],
  ['multilabel-margin', 'scores.npy', 'scores.npy'],
  ['poisson-nll', 'float.npy', 'float.npy'],
  ['dice', 'scores.npy', 'labels.npy'],
  ['psnr', 'no-pixels.npy', 'no-pixels.npy', '--data-range', '1'],
  ['ssim', 'no-pixels.npy', 'no-pixels.npy'],
  ['ssim', `${examples}/denoising/noisy.npy`, `${examples}/denoising/clean.npy`],
  ['perplexity', ...digits],
  ['check', ...digits],
  ['check', 'scores.npy', 'labels.npy'],
  ['check', 'column.npy', 'float.npy'],
  ['check', 'no-pixels.npy', 'no-pixels.npy'],
  ['check', 'scores.npy', 'scores.npy', '--loss', 'kl'],
  ['check', ...digits, '--loss', 'bce'],
  ['merge', 'report.json'],
  ['merge', 'scores.npy'],
  ['why', 'abc'],
  ['why', '0.5', '--loss', 'foo'],
  ['why', '0.5', '--classes', '0'],
  ['why', '0.7437', '--long'],
  ['why', '-0.7', '--loss', 'ce', '--long'],
  ['why', 'nan', '--long'],
  ['explain', `nothing that is known ${'x'.repeat(300)}`],
  ['explain', 'all elements of input should be between 0 and 1'],
  ['explain', 'Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))'],
  ['nce'],
  ['crosentropy'],
  ['examples', 'nowhere'],
]

test.each(calls.map((args) => [args.join(' ').replaceAll(examples, 'examples').slice(0, 80), args] as const))(
  'surprisal %s fits 100 columns',
  (_, args) => {
    const { stdout, stderr, exit } = surprisal(args, { cwd: folder })
    expect(exit).not.toBe(70)
    expect(stdout + stderr).not.toBe('')
    for (const line of `${stdout}\n${stderr}`.replaceAll(examples, 'examples').split('\n'))
      expect(columnsOf(line), line).toBeLessThanOrEqual(100)
  },
)

test('the warning that PyTorch gives is in its own words', () => {
  const { stderr } = surprisal(['kl', 'scores.npy', 'scores.npy'], { cwd: folder })
  const [ours, theirs] = stderr.split('  PyTorch  ')
  expect(ours).toContain("reduction 'mean' divides by the number of elements")
  expect(theirs.replaceAll(/\s+/g, ' ')).toContain(
    "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides",
  )
})

test('wrapping: words stay whole, colours take no columns, the later lines are indented', () => {
  expect(wrap('a bc def', 4)).toEqual(['a bc', 'def'])
  expect(wrap('a longer-than-that b', 4)).toEqual(['a', 'longer-than-that', 'b'])
  expect(wrap('\x1b[31mred\x1b[39m x', 5)).toEqual(['\x1b[31mred\x1b[39m x'])
  expect(
    hang(`${'word '.repeat(30)}end`, 'label  ', '       ')
      .split('\n')
      .slice(1)
      .every((line) => line.startsWith('       w')),
  ).toBe(true)
})
