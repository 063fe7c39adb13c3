import { clear, type Detector, type Draft } from '../detector.ts'
import type { Subject } from '../subject.ts'
import { typedCall } from '../typed.ts'
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
  for (let i = 0; i < x.length; i += 4) {
    const [w, h] = [x[i + 2] - x[i], x[i + 3] - x[i + 1]]
    if (x[i + 2] >= 0 && x[i + 3] >= 0) positive++
    if (Math.max(x[i], x[i + 1], x[i + 2], x[i + 3]) <= 1) unit++
    if (!(w < 0 || h < 0 || w === 0 || h === 0)) continue
    if (first < 0) first = i / 4
    if (w < 0 || h < 0) crossed++
    else flat++
  }
  if (first < 0) return []
  // no single row of what is no corner need be crossed, but sizes are never negative
  const isSized = crossed > 0 && positive === count
  const centred = isSized && unit === count
  const corners = centred
    ? `x - w/2, y - h/2, x + w/2, y + h/2 of the columns x, y, w, h of ${name}`
    : `x, y, x + w, y + h of the columns x, y, w, h of ${name}`
  const ordered = 'the smaller and the larger of both x and of both y; or predict sizes that cannot be negative, by exp'
  const format = centred ? 'cxcywh' : 'xywh'
  const converted = typedCall(subject, { [name]: { ours: name, torch: `torchvision.ops.box_convert(${name}, '${format}', 'xyxy')` } }).torch
  const box = Array.from(x.slice(4 * first, 4 * first + 4), figure).join(', ')
  const says =
    crossed > 0
      ? `${grouped(crossed)} of ${grouped(count)} boxes have x2 < x1 or y2 < y1, as box ${first}: [${box}]${isSized ? `; they may be ${centred ? 'centre and size' : 'x, y, width, height'}` : ''}`
      : `${grouped(flat)} of ${grouped(count)} boxes have no area, as box ${first}: [${box}]`
  return [
    {
      level: crossed > 0 ? (isTruth ? 'error' : 'warning') : 'note',
      argument: name,
      message: `${name}: ${says}.`,
      evidence: { boxes: count, crossed, flat, first },
      repair:
        crossed > 0
          ? { surprisal: `give corners: ${isSized ? corners : ordered}`, pytorch: isSized ? converted : `give corners: ${ordered}` }
          : { surprisal: `leave out ${name} without an area`, pytorch: `keep = (${name}[..., 2:] > ${name}[..., :2]).all(-1)` },
      pytorch: null,
    },
  ]
}
