import { type Shape, sizeOf } from '../src/tensor/shape.ts'
import { type Case, type CaseTensor, encode, valuesOf } from './cases.ts'
import { drawers } from './drawers.ts'
import { lossOf } from './run-case.ts'

/** A smaller case that still fails in the same way, found by trying what is simpler until nothing simpler fails. */
export async function shrink(start: Case, fails: (cases: readonly Case[]) => Promise<readonly boolean[]>): Promise<Case> {
  let best = start
  for (let round = 0; round < 200; round++) {
    const candidates = simpler(best).filter((c) => drawers[lossOf(c.loss).spec.name]?.safe?.(c) !== false)
    const failing = await fails(candidates)
    const next = candidates.find((_, i) => failing[i])
    if (next === undefined) return best
    best = next
  }
  return best
}

/** Candidates, those that remove most first. */
function simpler(c: Case): Case[] {
  return [...smaller(c), ...without(c), ...simplerValues(c)]
}

/** Along each axis that tensors share, half of it or one less. */
function smaller(c: Case): Case[] {
  const extents = new Set(Object.values(c.tensors).flatMap(({ shape }) => shape.filter((extent) => extent > 1)))
  const cuts = [...extents].flatMap((extent) =>
    [...new Set([1, extent >> 1, extent - 1])]
      .filter((to) => to < extent)
      .flatMap((to) => [0, extent - to].map((from) => ({ extent, from, to }))),
  )
  const cut = cuts.map(({ extent, from, to }) => mapTensors(c, (t) => sliced(t, (own) => (own === extent ? [from, to] : [0, own]))))
  const flat = mapTensors(c, (t) =>
    t.shape.length > 2
      ? { ...t, shape: t.shape.slice(0, -1), data: sliced(t, (own, axis) => (axis === t.shape.length - 1 ? [0, 1] : [0, own])).data }
      : t,
  )
  return sizeOf(Object.values(c.tensors)[0].shape) > 0 ? [...cut, flat].filter((made) => JSON.stringify(made) !== JSON.stringify(c)) : []
}

function sliced(t: CaseTensor, part: (extent: number, axis: number) => readonly [from: number, length: number]): CaseTensor {
  const parts = t.shape.map((extent, axis) => part(extent, axis))
  const shape: Shape = parts.map(([, length]) => length)
  const values = valuesOf(t)
  const picked = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    let rest = i
    let at = 0
    let stride = 1
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (parts[axis][0] + (rest % shape[axis])) * stride
      rest = Math.floor(rest / shape[axis])
      stride *= t.shape[axis]
    }
    return values[at]
  })
  return encode(t.dtype, shape, picked, t.layout)
}

function without(c: Case): Case[] {
  const { upstream: _, ...plain } = c
  return [
    ...(c.upstream === undefined ? [] : [plain, ...(c.upstream.length > 1 ? [{ ...c, upstream: c.upstream.slice(0, 1) }] : [])]),
    ...Object.keys(c.options).map((name) => ({
      ...c,
      options: Object.fromEntries(Object.entries(c.options).filter(([other]) => other !== name)),
    })),
    ...Object.keys(c.tensors)
      .slice(2)
      .map((name) => ({
        ...c,
        requires: c.requires.filter((other) => other !== name),
        tensors: Object.fromEntries(Object.entries(c.tensors).filter(([other]) => other !== name)),
      })),
    ...c.requires.map((name) => ({ ...c, requires: c.requires.filter((other) => other !== name) })),
    ...Object.keys(c.tensors)
      .filter((name) => c.tensors[name].layout !== undefined)
      .map((name) => ({ ...c, tensors: { ...c.tensors, [name]: { ...c.tensors[name], layout: undefined } } })),
  ]
}

/** Each value 0 or 1, or rounded, where it is not yet. */
function simplerValues(c: Case): Case[] {
  return Object.entries(c.tensors).flatMap(([name, t]) => {
    const values = valuesOf(t)
    const tries: Case[] = []
    const attempt = (next: Float64Array) => {
      if (next.some((v, i) => !Object.is(v, values[i])))
        tries.push({ ...c, tensors: { ...c.tensors, [name]: encode(t.dtype, t.shape, next, t.layout) } })
    }
    attempt(values.map(() => 1))
    attempt(values.map(() => 0))
    values.slice(0, 12).forEach((value, i) => {
      const simple = value === 0 ? 0 : Math.round(value) !== value && Number.isFinite(value) ? Math.round(value) : value === 1 ? 1 : 0
      attempt(values.with(i, simple))
    })
    return tries
  })
}

const mapTensors = (c: Case, change: (t: CaseTensor) => CaseTensor): Case => ({
  ...c,
  tensors: Object.fromEntries(Object.entries(c.tensors).map(([name, t]) => [name, change(t)])),
})
