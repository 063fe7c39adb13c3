import type { Random } from '../../../oracle/random.ts'
import { completeBoxIouLoss, distanceBoxIouLoss, generalizedBoxIouLoss, type Tensor, tensor } from '../../../src/index.ts'
import { normals } from '../batches.ts'
import { call, type Scene } from '../scene.ts'

/** Boxes somewhere in an image of so many pixels, of sizes from `least` to a quarter of it, as a format writes them. */
function boxes(
  random: Random,
  count: number,
  pixels: number,
  format: 'corners' | 'corner and size' | 'centre and size',
  least = 0.01,
): Tensor {
  const rows = Array.from({ length: count }, () => {
    const [w, h] = [0, 0].map(() => pixels * (least + 0.25 * random.uniform()))
    const [x, y] = [(pixels - w) * random.uniform(), (pixels - h) * random.uniform()]
    if (format === 'corners') return [x, y, x + w, y + h]
    return format === 'corner and size' ? [x, y, w, h] : [x + w / 2, y + h / 2, w, h]
  })
  return tensor(Float32Array.from(rows.flat()), { shape: [count, 4] })
}

export const degenerateBoxes: Scene = {
  code: 'degenerate-boxes',
  mistaken: {
    'x, y, width, height as in COCO': (random) =>
      call(generalizedBoxIouLoss, boxes(random, 16, 640, 'corners'), boxes(random, 16, 640, 'corner and size')),
    'centre and size as in YOLO and DETR': (random) =>
      call(completeBoxIouLoss, boxes(random, 16, 1, 'centre and size'), boxes(random, 16, 1, 'centre and size')),
    'four free numbers as corners': (random) => call(distanceBoxIouLoss, normals(random, [16, 4]), boxes(random, 16, 1, 'corners')),
    'padding of zeros': (random) =>
      call(generalizedBoxIouLoss, boxes(random, 3, 640, 'corners'), [
        [1, 2, 3, 4],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]),
  },
  honest: {
    corners: (random) => {
      const n = 1 + random.integer(16)
      return call(
        random.pick([generalizedBoxIouLoss, distanceBoxIouLoss, completeBoxIouLoss]),
        boxes(random, n, 640, 'corners'),
        boxes(random, n, 640, 'corners'),
      )
    },
    'corners in [0, 1], small ones too': (random) =>
      call(completeBoxIouLoss, boxes(random, 8, 1, 'corners', 1e-3), boxes(random, 8, 1, 'corners', 1e-3)),
    'none at all': () =>
      call(generalizedBoxIouLoss, tensor(new Float32Array(0), { shape: [0, 4] }), tensor(new Float32Array(0), { shape: [0, 4] })),
  },
}
