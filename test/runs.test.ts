import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DType, dtypes, readElement, writeElement } from '../src/tensor/dtype.ts'
import { gather } from '../src/tensor/runs.ts'
import { rowMajor, sizeOf } from '../src/tensor/shape.ts'
import { expandView, forEachIndex, type View } from '../src/tensor/view.ts'

/** A view of some elements: axes permuted, reversed, sliced by two, or repeated. */
const views = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
    order: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
    steps: fc.array(fc.constantFrom(1, 2, -1), { minLength: 4, maxLength: 4 }),
    repeated: fc.array(fc.constantFrom(false, false, true), { minLength: 4, maxLength: 4 }),
    lead: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    dtype: fc.constantFrom<DType>('float32', 'float64', 'float16', 'bfloat16', 'int64', 'uint8'),
  })
  .map(({ shape, order, steps, repeated, lead, dtype }): View => {
    const base = shape.map((extent, axis) => (repeated[axis] ? 1 : 2 * extent))
    const plain = rowMajor(base)
    const data = dtypes[dtype].allocate(Math.max(sizeOf(base), 1))
    for (let i = 0; i < data.length; i++) writeElement(data, dtype, i, (i * 37) % 101)
    let offset = 0
    const strides = shape.map((extent, axis) => {
      if (repeated[axis]) return 0
      if (steps[axis] < 0) offset += (extent - 1) * plain[axis]
      return steps[axis] * plain[axis]
    })
    const axes = shape.map((_, axis) => axis).sort((a, b) => order[a] - order[b])
    const view = { data, dtype, shape: axes.map((axis) => shape[axis]), strides: axes.map((axis) => strides[axis]), offset }
    return expandView(view, [...lead, ...view.shape])
  })

test('any stretch of any view is read as element by element', () => {
  fc.assert(
    fc.property(views, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (view, from, share) => {
      const size = sizeOf(view.shape)
      const start = Math.min(Math.floor(from * size), size - 1)
      const count = Math.ceil(share * (size - start))
      const one: number[] = []
      forEachIndex(view, (index) => one.push(readElement(view.data, view.dtype, index)))
      for (const target of [new Float32Array(count), new Float64Array(count)]) {
        gather(view, start, count, target)
        expect([...target]).toEqual(one.slice(start, start + count))
      }
    }),
    { numRuns: 2000 },
  )
})
