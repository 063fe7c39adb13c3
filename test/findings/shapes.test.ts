import { describe, expect, test } from 'vitest'
import { readCall } from '../../src/check.ts'
import { drawShapes } from '../../src/findings/shapes.ts'
import * as library from '../../src/index.ts'
import { type LossFunction, tensor } from '../../src/index.ts'
import * as losses from '../../src/losses/index.ts'

const {
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  generalizedBoxIouLoss,
  linearCrossEntropy,
  mseLoss,
  ssimLoss,
} = library

type Shapes = Readonly<Record<string, readonly number[]>>

/** The drawing of a call with arguments and options of these shapes. */
function drawing(loss: unknown, shapes: Shapes): string {
  const { spec } = loss as LossFunction
  const zeros = (shape: readonly number[]) => tensor(new Float32Array(shape.reduce((size, extent) => size * extent, 1)), { shape })
  const options = Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => (name in spec.options ? [[name, zeros(shape)]] : [])),
  )
  return `\n${drawShapes(readCall(spec, [...spec.inputs.map(({ name }) => zeros(shapes[name])), options])).join('\n')}\n`
}

describe('axes that the contract names', () => {
  test('a target of other extents', () => {
    expect(drawing(crossEntropy, { input: [2, 3, 4, 5], target: [2, 4, 6] })).toMatchInlineSnapshot(`
      "
                N   C   H   W
        input   2   3   4   5
        target  2       4   6   wanted (2, 4, 5) or (2, 3, 4, 5)
                            ^
      "
    `)
  })
  test('channels last', () => {
    expect(drawing(crossEntropy, { input: [2, 4, 5, 3], target: [2, 4, 5] })).toMatchInlineSnapshot(`
      "
                N   C   H   W
        input   2   4   5   3
        target  2       4   5   wanted (2, 5, 3) or (2, 4, 5, 3)
                        ^   ^
      "
    `)
  })
  test('an axis too many stands where it does harm', () => {
    expect(drawing(crossEntropy, { input: [2, 3, 4, 5], target: [2, 1, 4, 5] })).toMatchInlineSnapshot(`
      "
                N   C   H   W
        input   2   3   4   5
        target  2   1   4   5   wanted (2, 4, 5) or (2, 3, 4, 5)
                    ^
      "
    `)
    expect(drawing(crossEntropy, { input: [4, 3], target: [4, 1], weight: [4] })).toMatchInlineSnapshot(`
      "
                N   C
        input   4   3
        target  4   1   wanted (4,) or (4, 3)
        weight      4   wanted (3,)
                    ^
      "
    `)
  })
  test('what fits has no mark', () => {
    expect(drawing(crossEntropy, { input: [2, 7, 50], target: [2, 50], weight: [7] })).not.toContain('^')
    expect(drawing(crossEntropy, { input: [3], target: [] })).not.toContain('^')
    expect(drawing(linearCrossEntropy, { input: [4, 3], linearWeight: [10, 6, 3], target: [4, 6], linearBias: [10, 6] })).not.toContain('^')
  })
  test('arguments of different axes', () => {
    expect(drawing(ctcLoss, { logProbs: [50, 4, 20], targets: [4, 10], inputLengths: [4], targetLengths: [3] })).toMatchInlineSnapshot(`
      "
                        T   N    C    S
        logProbs       50   4   20
        targets             4        10
        inputLengths        4
        targetLengths       3             wanted (4,)
                            ^
      "
    `)
    expect(drawing(cosineEmbeddingLoss, { input1: [4, 3], input2: [4, 3], target: [3] })).toMatchInlineSnapshot(`
      "
                N   D
        input1  4   3
        input2  4   3
        target  3       wanted (4,)
                ^
      "
    `)
    expect(drawing(generalizedBoxIouLoss, { boxes1: [8, 4], boxes2: [7, 4] })).toMatchInlineSnapshot(`
      "
                N   4
        boxes1  8   4
        boxes2  7   4   wanted (8, 4)
                ^
      "
    `)
    expect(drawing(ssimLoss, { input: [4, 3, 20, 30], target: [4, 20, 30, 3] })).toMatchInlineSnapshot(`
      "
                N    C    H    W
        input   4    3   20   30
        target  4   20   30    3   wanted (4, 3, 20, 30)
                     ^    ^    ^
      "
    `)
  })
})

describe('element by element', () => {
  test('pairs, aligned as broadcasting aligns them', () => {
    expect(drawing(mseLoss, { input: [100, 1], target: [100] })).toMatchInlineSnapshot(`
      "
        axis      0     1
        input   100     1
        target        100
        pairs   100   100   10000, of 100 and 100 values
                  ^     ^
      "
    `)
    expect(drawing(mseLoss, { input: [8, 1, 32, 32], target: [8, 32, 32] })).toMatchInlineSnapshot(`
      "
        axis    0   1    2    3
        input   8   1   32   32
        target      8   32   32
        pairs   8   8   32   32   65536, of 8192 and 8192 values
                ^   ^
      "
    `)
  })
  test('a vector of one value per class that would weigh columns', () => {
    expect(drawing(binaryCrossEntropyWithLogits, { input: [8, 3, 32, 32], target: [8, 3, 32, 32], posWeight: [3] })).toMatchInlineSnapshot(`
      "
        axis       0   1    2    3
        input      8   3   32   32
        target     8   3   32   32
        posWeight                3
                                 ^
      "
    `)
  })
  test('what fits has no mark', () => {
    expect(drawing(binaryCrossEntropyWithLogits, { input: [8, 3], target: [8, 3], posWeight: [3] })).not.toContain('^')
    expect(drawing(mseLoss, { input: [], target: [] })).not.toContain('^')
  })
})

test.each(Object.values<unknown>(losses).map((loss) => [(loss as LossFunction).spec.name, loss as LossFunction] as const))(
  '%s: any shapes can be drawn, within 100 columns',
  (_, { spec }) => {
    const shapes = [[], [3], [4, 1], [2, 3, 4], [64, 3, 1024, 1024], [2, 1, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]]
    for (const [i, first] of shapes.entries()) {
      for (const other of shapes) {
        const tensors = Object.fromEntries(
          spec.inputs.map(({ name }, at) => [name, { shape: at === 0 ? first : at === 1 ? other : shapes[i] }]),
        )
        const lines = drawShapes({ spec, tensors: tensors as never })
        expect(lines.length).toBeGreaterThan(spec.inputs.length)
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100)
      }
    }
  },
)
