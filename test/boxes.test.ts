import { describe, expect, test } from 'vitest'
import { Random } from '../oracle/random.ts'
import { completeBoxIouLoss, distanceBoxIouLoss, generalizedBoxIouLoss, nn, tensor } from '../src/index.ts'
import { refused } from './support.ts'

const random = new Random(4)
const box = (): number[] => {
  const [x, y] = [10 * random.uniform(), 10 * random.uniform()]
  return [x, y, x + 1 + 5 * random.uniform(), y + 1 + 5 * random.uniform()]
}
const numbers = (values: readonly number[]) => tensor(new Float64Array(values))

describe('the aspect of the complete IoU loss', () => {
  const unlike = (a: readonly number[], b: readonly number[]): number => {
    const angle = ([x1, y1, x2, y2]: readonly number[]) => Math.atan((x2 - x1) / (y2 - y1))
    return ((angle(b) - angle(a)) * 2) ** 2 / Math.PI ** 2
  }

  /** By the slope of the distance IoU loss, which gradcheck proves, and differences of v: α counts as a constant. */
  test.each(Array.from({ length: 8 }, (_, i) => i))('has the gradient of α·v with α held fast, %d', () => {
    const [a, b] = [box(), box()]
    const value = completeBoxIouLoss(numbers(a), numbers(b)).item() - distanceBoxIouLoss(numbers(a), numbers(b)).item()
    const alpha = value / unlike(a, b)
    const { grad } = completeBoxIouLoss.valueAndGrad(numbers(a), numbers(b), { reduction: 'sum', wrt: ['boxes1', 'boxes2'] })
    const distance = distanceBoxIouLoss.valueAndGrad(numbers(a), numbers(b), { reduction: 'sum', wrt: ['boxes1', 'boxes2'] }).grad
    const h = 1e-5
    for (let k = 0; k < 4; k++) {
      const moved = (values: readonly number[], by: number) => values.map((v, i) => (i === k ? v + by : v))
      const byA = (unlike(moved(a, h), b) - unlike(moved(a, -h), b)) / (2 * h)
      const byB = (unlike(a, moved(b, h)) - unlike(a, moved(b, -h))) / (2 * h)
      // a central difference is wrong by about h²
      expect(Number(grad.boxes1.data[k])).toBeCloseTo(Number(distance.boxes1.data[k]) + alpha * byA, 8)
      expect(Number(grad.boxes2.data[k])).toBeCloseTo(Number(distance.boxes2.data[k]) + alpha * byB, 8)
    }
  })
})

describe('boxes', () => {
  test('are compared pair by pair, and averaged only when asked', () => {
    const [a, b] = [
      [
        [0, 0, 2, 2],
        [0, 0, 1, 1],
      ],
      [
        [0, 0, 2, 2],
        [2, 2, 3, 3],
      ],
    ]
    // the second pair: no overlap, and a hull of 9 of which 7 are empty
    const values = generalizedBoxIouLoss(a, b).toArray() as number[]
    expect(values[0]).toBeCloseTo(0, 6)
    expect(values[1]).toBeCloseTo(1 + 7 / 9, 6)
    expect(nn.GeneralizedBoxIoULoss({ reduction: 'mean' })(a, b).item()).toBeCloseTo((1 + 7 / 9) / 2, 6)
  })

  test('no pairs have the mean 0, as in torchvision', () => {
    const none = tensor(new Float32Array(0), { shape: [0, 4] })
    for (const loss of [generalizedBoxIouLoss, distanceBoxIouLoss, completeBoxIouLoss]) {
      expect(loss(none, none, { reduction: 'mean' }).item()).toBe(0)
    }
  })

  test('of halves and of integers are computed in float32', () => {
    expect(distanceBoxIouLoss(tensor([[0, 0, 2, 2]], { dtype: 'float16' }), tensor([[0, 0, 2, 2]], { dtype: 'int32' })).dtype).toBe(
      'float32',
    )
  })

  test('one box of boxes2 may stand for many when that is asked for', () => {
    const many = [box(), box(), box()]
    const one = box()
    expect(refused(() => generalizedBoxIouLoss(many, [one])).code).toBe('shape-broadcast')
    const loss = generalizedBoxIouLoss(many, [one], { broadcast: true }).toArray()
    expect(loss).toEqual(many.map((each) => (generalizedBoxIouLoss([each], [one]).toArray() as number[])[0]))
    expect(refused(() => generalizedBoxIouLoss([one], many, { broadcast: true })).code).toBe('shape')
  })

  test('are rows of four', () => {
    const error = refused(() => generalizedBoxIouLoss([[1, 2, 3]], [[1, 2, 3]]))
    expect(error).toMatchObject({
      code: 'shape',
      argument: 'boxes1',
      pytorch: 'ValueError: not enough values to unpack (expected 4, got 3)',
    })
    const turned = refused(() => generalizedBoxIouLoss(tensor(new Float32Array(24), { shape: [4, 6] }), [[1, 2, 3, 4]]))
    expect(turned.repair).toContain('transpose')
  })
})
