import { describe, expect, test } from 'vitest'
import { Random, seedOf } from '../../oracle/random.ts'
import { detectors } from '../../src/findings/index.ts'
import { check } from '../../src/index.ts'
import { scenes } from './scenes/index.ts'

const draws = 40

test('every check has a scene', () => {
  expect(scenes.map(({ code }) => code).sort()).toEqual(detectors.map(({ code }) => code).sort())
})

for (const { code, aboutNaN, mistaken, honest } of scenes) {
  describe(code, () => {
    test.each(Object.entries(mistaken))('names %s', (name, draw) => {
      const random = new Random(seedOf(code + name))
      for (let i = 0; i < draws; i++) {
        const { loss, args } = draw(random)
        const findings = check(loss, ...args)
        expect(findings.map((finding) => finding.code)).toContain(code)
        for (const { message, repair } of findings)
          expect(`${message} ${repair.surprisal} ${repair.pytorch}`).not.toMatch(aboutNaN ? /undefined|\[object/ : /undefined|NaN|\[object/)
      }
    })

    test.each(Object.entries(honest))('is silent about %s', (name, draw) => {
      const random = new Random(seedOf(code + name))
      for (let i = 0; i < draws; i++) {
        const { loss, args } = draw(random)
        expect(check(loss, ...args).filter((finding) => finding.code === code)).toEqual([])
      }
    })
  })
}
