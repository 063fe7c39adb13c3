import type { LossSpec } from '../../spec.ts'
import { sameShape } from '../../tensor/shape.ts'
import { clear, type Detector, type Draft } from '../detector.ts'
import { extentOf, glanceSize, lookedAt } from '../extent.ts'
import type { Subject } from '../subject.ts'
import { typedCall } from '../typed.ts'
import { figure } from '../words.ts'

/** Images of two scales, or of another range than the loss is told. */
export const dataRange: Detector = {
  code: 'data-range',
  title: 'images of another range',
  applies: comparesValues,
  look: (subject) => {
    const { spec, tensors } = subject
    const [a, b] = spec.inputs.map(({ name }) => name)
    if (!sameShape(tensors[a].shape, tensors[b].shape) || tensors[a].size < 16) return clear
    const [x, y] = [a, b].map((name) => ({ name, ...extentOf(subject.glance(name)) }))
    const [small, large] = x.max <= y.max ? [x, y] : [y, x]
    const found: Draft[] = isUnit(small) && isBytes(subject, large) ? [ofScales(subject, small, large)] : []
    if (found.length === 0 && 'dataRange' in spec.options) found.push(...ofRange(subject, b))
    return { found, looked: lookedAt(tensors[a].size, glanceSize) }
  },
  page: {
    looks: 'A squared error in the tens of thousands; a PSNR that is 48 dB off, or negative; an SSIM near 0 for images that look alike.',
    why: 'Pictures are bytes of 0 to 255 in files and numbers in [0, 1] or [−1, 1] in networks, and one of the two was not converted. SSIM and PSNR need to be told the range: their constants are parts of it.',
    sure: 'Bytes beside numbers of [0, 1] are told by whole numbers up to 255 or by the shape of images. Noisy images leave their range a little, and no check minds; values down to −1 of which none is far beyond 1 are a range of [−1, 1].',
    example:
      'check(ssimLoss, tensor(Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)), { shape: [16, 16] }), tensor(Float32Array.from({ length: 256 }, (_, i) => Math.cos(i)), { shape: [16, 16] }))',
  },
}

function comparesValues({ inputs }: LossSpec): boolean {
  return (
    inputs.length === 2 && inputs.every(({ domain }) => domain === 'real' || domain === 'pixels') && inputs[0].axes?.includes('D') !== true
  )
}

interface Range {
  readonly name: string
  readonly min: number
  readonly max: number
}

/** Values that fill a good part of [0, 1], or of [−1, 1]; some more for a network that is not bound to it. */
const isUnit = ({ min, max }: Range): boolean => min >= -1.5 && max <= 1.5 && max > 0.2 && max - min > 0.1

/** Whole numbers up to 255; or, in the shape of images, any that go so far. */
function isBytes({ tensors, sample }: Subject, { name, min, max }: Range): boolean {
  if (!(min >= 0 && max <= 255.5 && max > 64)) return false
  const { shape } = tensors[name]
  const values = sample(name)
  const images = shape.length >= 2 && Math.min(...shape.slice(-2)) >= 8
  return images && (values.every(Number.isInteger) || shape.length >= 3)
}

function ofScales(subject: Subject, small: Range, large: Range): Draft {
  const bytes = { ours: `div(${large.name}, 255)`, torch: `${large.name} / 255` }
  const signed = small.min < -0.1
  const change = signed ? { ours: `sub(div(${large.name}, 127.5), 1)`, torch: `${large.name} / 127.5 - 1` } : bytes
  const { ours, torch } = typedCall(subject, { [large.name]: change })
  return {
    level: 'warning',
    argument: large.name,
    message: `${large.name} goes from ${figure(large.min)} to ${figure(large.max)}, as the bytes of pictures do, and ${small.name} from ${figure(small.min)} to ${figure(small.max)}: the two are of different scales.`,
    evidence: { low: small.min, high: small.max, bytesLow: large.min, bytesHigh: large.max },
    repair: { surprisal: ours, pytorch: torch },
    pytorch: null,
  }
}

/** The truth beside the range that the loss is told; a prediction may well overshoot. */
function ofRange(subject: Subject, name: string): Draft[] {
  const range = Number(subject.values.dataRange)
  const { min, max } = subject.extent(name)
  const within = 0.02 * range
  const signed =
    max - min > 1.1 * range && min < -range / 4 && min >= -range - within && max <= range + within && negatives(subject, name) > 0.05
  if (!signed && max <= 2 * range) return []
  const fitting = signed ? 2 * range : max > 64 * range && max <= 255 ? 255 : Math.ceil(max)
  const typed = typedCall({ ...subject, values: { ...subject.values, dataRange: fitting } })
  return [
    {
      level: signed ? 'warning' : 'error',
      argument: 'dataRange',
      message: signed
        ? `${name} goes from ${figure(min)} to ${figure(max)}: a range of ${figure(2 * range)}, and dataRange is ${range}.`
        : `${name} reaches ${figure(max)}, and dataRange is ${range}.`,
      evidence: { min, max, dataRange: range },
      repair: { surprisal: typed.ours, pytorch: `data_range = ${fitting}` },
      pytorch: null,
    },
  ]
}

function negatives({ sample }: Subject, name: string): number {
  const values = sample(name)
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i] < 0) count++
  return count / values.length
}
