import { describe, expect, test } from 'vitest'
import { explain } from '../../src/error-index/explain.ts'
import { textsOfSources } from './sources.ts'
import { pytorchOf, textsOfGoldens, thrownBy } from './support.ts'

const said = textsOfGoldens()

describe('every text with which PyTorch refuses a call of the goldens', () => {
  test('there are many', () => expect(said.length).toBeGreaterThan(900))

  test('has an entry', () => {
    const without = said.filter(({ text }) => explain(text).found[0]?.match !== 'whole')
    expect(without).toEqual([])
  })

  test('has the numbers of its message in code that is refused with exactly this text', () => {
    const wrong = said.flatMap(({ text }) => {
      const [{ id, example }] = explain(text).found
      const ours = pytorchOf(example.wrong)
      return ours === example.says ? [] : [{ id, text, says: example.says, ours }]
    })
    expect(wrong).toEqual([])
    const same = said.filter(({ text }) => explain(text).found[0].example.says?.trim() === text.trim())
    // the others are said by a message that stands for them: other wordings of the same, and what only CUDA or Python says
    expect(same.length / said.length).toBeGreaterThan(0.9)
  })

  test('has a call put right', () => {
    const wrong = said.flatMap(({ text }) => {
      const [{ id, example }] = explain(text).found
      const thrown = thrownBy(example.right)
      return thrown === null ? [] : [{ id, text, thrown: String(thrown) }]
    })
    expect(wrong).toEqual([])
  })
})

describe('every text of PyTorch in the code of this library', () => {
  const all = textsOfSources()
  test('there are many', () => expect(all.length).toBeGreaterThan(150))

  test('has an entry', () => {
    // fewer fixed letters are the frame of a text that stands elsewhere
    const whole = all.filter(({ fixed }) => fixed > 16)
    expect(all.length - whole.length).toBeLessThan(12)
    expect(whole.filter(({ text }) => explain(text).found[0]?.match !== 'whole')).toEqual([])
  })
})
