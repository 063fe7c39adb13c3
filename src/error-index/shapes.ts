import { drawShapes } from '../findings/shapes.ts'
import type { Domain } from '../spec.ts'
import { type Shape, sameShape } from '../tensor/shape.ts'
import type { Repair } from './entry.ts'

/** Scores and class indices, axis under axis. */
export const drawClasses = (input: Shape, target: Shape): string =>
  drawn({ input, target }, (name) => (name === 'input' ? 'logits' : 'classes'))

/** Shapes as broadcasting aligns them, at the right. */
export const drawAligned = (rows: Readonly<Record<string, Shape>>): string => drawn(rows, () => 'real')

function drawn(rows: Readonly<Record<string, Shape>>, domainOf: (name: string) => Domain): string {
  const inputs = Object.keys(rows).map((name) => ({ name, domain: domainOf(name), help: '' }))
  const tensors = Object.fromEntries(Object.entries(rows).map(([name, shape]) => [name, { shape }]))
  return drawShapes({ spec: { inputs, options: {} }, tensors }).join('\n')
}

/** The shape without an axis. */
export const without = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i !== axis)

/** The axis other than 1 without which the scores have the shape of the target: where the classes are; -1 where that is none. */
export const classAxis = (input: Shape, target: Shape): number =>
  input.findIndex((_, axis) => axis !== 1 && sameShape(without(input, axis), target))

/** The order of axes that brings `axis` to place 1. */
export const classesToSecond = (rank: number, axis: number): number[] => {
  const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)
  return [rest[0], axis, ...rest.slice(1)]
}

/** What makes scores and class indices agree: the axis moved, an axis of 1 dropped, a one-hot code turned into indices, a size changed. */
export function shapeRepairs(input: Shape, target: Shape): Repair[] {
  const wanted = without(input, 1)
  const found: Repair[] = []
  const axis = classAxis(input, target)
  if (axis >= 0) {
    const order = classesToSecond(input.length, axis)
    found.push({
      when: `the ${input[axis]} classes are on axis ${axis}: bring them to axis 1`,
      pytorch: `input.permute(${order.join(', ')})`,
      surprisal: `permute(input, [${order.join(', ')}])`,
    })
  }
  for (let at = 0; at < target.length; at++) {
    if (!sameShape(without(target, at), wanted)) continue
    if (target[at] === 1) {
      const reshaped = `reshape(target, [${wanted.join(', ')}])`
      found.push({ when: `axis ${at} of the target has one entry: drop it`, pytorch: `target.squeeze(${at})`, surprisal: reshaped })
    } else if (target[at] === input[1]) {
      const repair = `target.argmax(${at})`
      found.push({
        when: `axis ${at} of the target is a one-hot code`,
        pytorch: repair,
        surprisal: `argmax(target, ${at})`,
      })
    } else if (at === target.length - 1 && (target[at] === 3 || target[at] === 4)) {
      const palette = 'the mask as indices: look its colours up in the palette'
      found.push({ when: `the target is a colour image of ${target[at]} channels`, pytorch: palette, surprisal: palette })
    }
  }
  if (found.length === 0 && target.length === wanted.length && target[0] === wanted[0] && target.length > 1) {
    const swapped = sameShape([target[0], ...target.slice(1).reverse()], wanted)
    if (swapped) {
      const pytorch =
        target.length === 3
          ? 'target.transpose(1, 2)'
          : `target.permute(0, ${wanted
              .map((_, i) => i + 1)
              .slice(0, -1)
              .reverse()
              .join(', ')})`
      const order = [0, ...target.slice(1).map((_, i) => target.length - 1 - i)]
      found.push({ when: 'the axes of the image are exchanged', pytorch, surprisal: `permute(target, [${order.join(', ')}])` })
    } else if (target.length === 3) {
      found.push({
        when: 'the network makes a smaller or larger image than the mask',
        pytorch: `F.interpolate(input, size=(${target.slice(1).join(', ')}), mode='bilinear')`,
        surprisal: `the scores at the size of the mask: shape (${[input[0], input[1], ...target.slice(1)].join(', ')})`,
      })
    }
  }
  return found
}
