import { describe, expect, test } from 'vitest'
import { describeExplained } from '../../cli/src/explain.ts'
import { entries } from '../../src/error-index/entries/index.ts'
import { explain } from '../../src/error-index/explain.ts'
import { fill, parsePattern } from '../../src/error-index/pattern.ts'
import { json, surprisal } from './support.ts'

const plain = { bold: same, dim: same, red: same, green: same, yellow: same }
function same(text: string): string {
  return text
}

test('a message: cause, shapes, repair, and code', () => {
  const { exit, stdout, stderr } = surprisal(['explain', 'size mismatch (got input: [2, 4, 5, 3] , target: [2, 4, 5]'])
  expect([exit, stderr]).toEqual([0, ''])
  expect(stdout).toContain('the 3 classes are on\n  axis 3, the last. They belong on axis 1.')
  expect(stdout).toContain('  input   2   4   5   3\n')
  expect(stdout).toContain('    PyTorch  input.permute(0, 3, 1, 2)\n    here     permute(input, [0, 3, 1, 2])\n')
  expect(stdout).toContain('crossEntropy(view, target)\n')
  expect(stdout).toContain('  In saved arrays, surprisal check finds it: docs/findings/class-axis.md\n  docs/errors.md#size-mismatch\n')
})

test('several words, and a traceback on standard input', () => {
  expect(surprisal('explain Target 255 is out of bounds'.split(' ')).stdout).toContain('ignoreIndex: 255')
  const traceback = 'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\nIndexError: Target 21 is out of bounds.\n'
  const { exit, stdout } = surprisal(['explain', '-'], { input: Buffer.from(traceback) })
  expect(exit).toBe(0)
  expect(stdout).toContain('at least 22 scores per sample')
})

test('what is not known: exit code 1, and what resembles it', () => {
  const unknown = surprisal(['explain', "KeyError: 'loss'"])
  expect(unknown).toEqual({ exit: 1, stdout: 'This text is not known.\nNo known message resembles it.\n', stderr: '' })
  const near = surprisal(['explain', 'expected a floating point type for the target with class probability but got Long'])
  expect([near.exit, near.stdout.includes('Expected floating point type for target with class probabilities, got {dtype}')]).toEqual([
    1,
    true,
  ])
  expect(surprisal(['explain', ' ']).exit).toBe(2)
  expect(surprisal(['explain']).exit).toBe(2)
})

test('words that others say too are only perhaps explained', () => {
  expect(surprisal(['explain', "'NoneType' object has no attribute 'size'"]).stdout).toMatch(/^perhaps: /)
})

test('--json is what the library returns', () => {
  const text = 'RuntimeError: label_smoothing must be between 0.0 and 1.0. Got: inf'
  expect(json(['explain', text])).toEqual({ schema: 1, surprisal: expect.any(String), ...explain(text) })
})

describe('within 100 columns', () => {
  test.each(entries.map((entry) => [entry.id, entry] as const))('%s', (_, entry) => {
    const text = describeExplained(explain(fill(parsePattern(entry.says), entry.sample)), plain)
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(text).not.toMatch(/undefined(?!, \{)| \n/)
  })

  test('the help', () => {
    expect(
      surprisal(['explain', '--help'])
        .stdout.split('\n')
        .filter((line) => line.length > 100),
    ).toEqual([])
  })
})
