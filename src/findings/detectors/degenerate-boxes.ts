import { clear, type Detector, type Draft } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { remarked, repairOf, type Typed, typedCall } from '../typed.ts'
import { figure, grouped } from '../words.ts'

/** Boxes whose right side is left of their left one, as width and height taken for a corner make them; and boxes without an area. */
export const degenerateBoxes: Detector = {
  code: 'degenerate-boxes',
  title: 'boxes that are no corners x1 < x2, y1 < y2',
  applies: ({ inputs }) => inputs.some(({ domain }) => domain === 'boxes'),
  look: (subject) => {
    if (subject.plan === null) return clear
    return subject.spec.inputs.flatMap(({ name, domain }, i) => (domain === 'boxes' ? ofBoxes(subject, name, i > 0) : []))
  },
  page: {
    looks:
      'A loss above 1 for boxes that lie on each other, or one that does not fall; torchvision computes areas below 0 and says nothing.',
    why: 'Annotations come as x, y, width, height (COCO) or as centre and size (YOLO, DETR), and the loss takes two corners. A width is often smaller than x, so that the "second corner" lies before the first.',
    sure: 'A true box with x2 < x1 is none. Predicted corners may cross at the start of a training, when the network gives four free numbers; that is a warning. Boxes in another format whose sizes happen to be larger than their positions cannot be told.',
    example: 'check(generalizedBoxIouLoss, [[10, 10, 30, 40]], [[100, 80, 30, 40]])',
  },
}

function ofBoxes(subject: Subject, name: string, isTruth: boolean): Draft[] {
  const x = subject.numbers(name)
  const count = x.length / 4
  let [crossed, flat, first, positive, unit] = [0, 0, -1, 0, 0]
  // most batches are honest, and told so in few steps
  let i = 0
  while (i < x.length && !(x[i + 2] <= x[i] || x[i + 3] <= x[i + 1])) i += 4
  if (i >= x.length) return []
  for (i = 0; i < x.length; i += 4) {
    const w = x[i + 2] - x[i]
    const h = x[i + 3] - x[i + 1]
    if (x[i + 2] >= 0 && x[i + 3] >= 0) positive++
    if (Math.max(x[i], x[i + 1], x[i + 2], x[i + 3]) <= 1) unit++
    if (!(w < 0 || h < 0 || w === 0 || h === 0)) continue
    if (first < 0) first = i / 4
    if (w < 0 || h < 0) crossed++
    else flat++
  }
  if (first < 0) return []
  // no single row of what is no corner need be crossed, but sizes are never negative
  const sized = crossed > 0 && positive === count
  const centred = sized && unit === count
  const box = Array.from(x.slice(4 * first, 4 * first + 4), figure).join(', ')
  const says =
    crossed > 0
      ? `${grouped(crossed)} of ${grouped(count)} boxes have x2 < x1 or y2 < y1, as box ${first}: [${box}]${sized ? `; they may be ${centred ? 'centre and size' : 'x, y, width, height'}` : ''}`
      : `${grouped(flat)} of ${grouped(count)} boxes have no area, as box ${first}: [${box}]`
  return [
    {
      level: crossed > 0 ? (isTruth ? 'error' : 'warning') : 'note',
      argument: name,
      message: `${name}: ${says}.`,
      evidence: { boxes: count, crossed, flat, first },
      repair: repairOf(crossed === 0 ? kept(subject, name) : sized ? converted(subject, centred) : ordered(subject, name)),
      pytorch: null,
    },
  ]
}

/** Corners of boxes that are position and size, of both arguments where both are: a product with a matrix. */
function converted(subject: Subject, centred: boolean): Typed {
  const matrix = centred
    ? '[[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]]'
    : '[[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]'
  const names = subject.spec.inputs.flatMap(({ name, domain }) => (domain === 'boxes' && isSized(subject, name) ? [name] : []))
  const changes = names.map((name) => {
    const { shape } = subject.tensors[name]
    const rows = `matmul(${shape.length === 2 ? name : `reshape(${name}, [-1, 4])`}, ${matrix})`
    const ours = shape.length === 2 ? rows : `reshape(${rows}, [${shape.join(', ')}])`
    return [name, { ours, torch: `torchvision.ops.box_convert(${name}, '${centred ? 'cxcywh' : 'xywh'}', 'xyxy')` }]
  })
  return typedCall(subject, Object.fromEntries(changes))
}

/** Whether boxes are position and size by the look of them: no size is negative, and some are smaller than the position. */
function isSized({ numbers }: Subject, name: string): boolean {
  const x = numbers(name)
  let crossed = false
  for (let i = 0; i < x.length; i += 4) {
    if (!(x[i + 2] >= 0 && x[i + 3] >= 0)) return false
    crossed ||= x[i + 2] < x[i] || x[i + 3] < x[i + 1]
  }
  return crossed
}

/** The rows of boxes as plain arrays. */
const rowsOf = (name: string, rank: number): string =>
  `reshape(${name}, [-1, 4]).toArray()`.replace(rank === 2 ? /reshape\((\w+), \[-1, 4\]\)/ : /^$/, 'tensor($1)')

/** Corners in order: the smaller ones first. */
function ordered(subject: Subject, name: string): Typed {
  const { shape } = subject.tensors[name]
  const corners = '([x1, y1, x2, y2]) => [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]'
  const rows = `${rowsOf(name, shape.length)}.map(${corners})`
  const ours = shape.length === 2 ? rows : `reshape(${rows}, [${shape.join(', ')}])`
  const [low, high] = [`${name}[..., :2]`, `${name}[..., 2:]`]
  const torch = `torch.cat([torch.minimum(${low}, ${high}), torch.maximum(${low}, ${high})], -1)`
  return remarked(typedCall(subject, { [name]: { ours, torch } }), 'or predict sizes that cannot be negative, by exp')
}

/** Which boxes have an area. */
const kept = ({ tensors }: Subject, name: string): Typed =>
  remarked(
    {
      ours: `const keep = ${rowsOf(name, tensors[name].shape.length)}.map(([x1, y1, x2, y2]) => x2 > x1 && y2 > y1)`,
      torch: `keep = (${name}[..., 2:] > ${name}[..., :2]).all(-1)`,
    },
    'leave the other boxes out of both arrays',
  )
