import type { Kernel } from './backend.ts'
import { run } from './choose.ts'
import { halvesOf, type Labels, runLabels, wordsOf } from './wasm/labels.ts'

/** Reads labels; how many are not ignored, or null where one is neither ignored nor in [0, count). */
export function readLabels(given: Labels): number | null {
  const none = Number.isNaN(given.ignoreIndex)
  const labels = none ? { ...given, ignoreIndex: -1 } : given
  const { total } = labels.classes.length < worthwhile ? kernel.reference(labels, want) : run(kernel, labels, want)
  return Number.isNaN(total) || (none && total < labels.classes.length) ? null : total
}

const want = { values: false, total: true, gradients: [], scale: 1, upstream: null, into: {} } as const

/** From so many labels on the call of a SIMD kernel pays. */
const worthwhile = 512

/** The total is how many are not ignored; NaN where one is no class. */
const kernel: Kernel<Labels> = {
  family: 'labels',
  about: 'class indices, read and held to their range',
  reference: ({ view, count, ignoreIndex, classes }) => {
    const words = wordsOf(view)
    const [ignoreLow, ignoreHigh] = halvesOf(ignoreIndex)
    let ignored = 0
    for (let row = 0; row < classes.length; row++) {
      const low = words[2 * row]
      const high = words[2 * row + 1]
      if (low === ignoreLow && high === ignoreHigh) {
        classes[row] = -1
        ignored++
      } else {
        if (high !== 0 || low < 0 || low >= count) return { values: null, total: Number.NaN, gradients: {} }
        classes[row] = low
      }
    }
    return { values: null, total: classes.length - ignored, gradients: {} }
  },
  wasm: (labels) => ({ values: null, total: runLabels(labels), gradients: {} }),
}
