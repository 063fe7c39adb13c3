import type { Call } from '../check.ts'
import { LossError } from '../errors.ts'
import type { OverlapProblem } from '../families/overlap/problem.ts'
import type { Plan } from '../loss.ts'
import type { Reduction } from '../spec.ts'
import { isFloating } from '../tensor/dtype.ts'
import { tupleOf } from '../tensor/shape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { numbersOf } from '../tensor/view.ts'
import { axesOf, unitOf } from './axes.ts'
import { type Facets, targetOf } from './facets.ts'
import { type Identity, spell } from './totals.ts'
import type { ReportOptions } from './types.ts'

/** What two reports must have in common to be parts of one. */
export function identityOf(call: Call, plan: Plan, facets: Facets, reduction: Reduction, given: ReportOptions): Identity {
  const { spec, values, tensors } = call
  const { rows, classes, labels } = facets
  const mean = plan.reduction === 'batchmean' ? 'batch' : rows !== null && rows.classes === null ? 'rows' : spec.mean
  const weighted = Object.keys(tensors).some((name) => isWeight(call, name))
  const least = typeof spec.least === 'string' ? Number(values[spec.least]) : (spec.least ?? null)
  return {
    loss: spec.name,
    options: optionsOf(call, plan),
    reduction,
    dtype: plan.dtype,
    mean,
    zero: values.absent === 'skip' || spec.inputs[0].domain === 'boxes' ? 'one' : isUndefined(call) ? 'nan' : 'zero',
    weighted,
    unit: unitOf(call, plan),
    axes: namesOf(call, plan, given.axes),
    classes,
    labels,
    likelihood: spec.likelihood ?? null,
    target:
      rows === null || classes === 0
        ? null
        : { ...targetOf(rows), weights: rows.weight === null ? null : [...numbersOf(rows.weight)].map(spell) },
    least,
    dataRange: given.dataRange ?? null,
    apart: apartOf(call, plan),
  }
}

function namesOf(call: Call, plan: Plan, axes: readonly string[] | undefined): readonly string[] {
  if (axes === undefined) return axesOf(call, plan)
  if (axes.length === plan.shape.length && new Set(axes).size === axes.length) return axes
  throw new LossError({
    code: 'option-range',
    fn: 'report',
    argument: 'axes',
    received: JSON.stringify(axes),
    expected: `a name for each of the ${plan.shape.length} axes of the unreduced result ${tupleOf(plan.shape)}`,
    repair: `axes: ${JSON.stringify(axesOf(call, plan))}`,
    pytorch: null,
  })
}

const isWeight = ({ spec }: Call, name: string): boolean => {
  const option = spec.options[name]
  return option?.kind === 'tensor' && option.domain === 'weights'
}

/** PyTorch's smoothed mean of targets whose weights are all 0 is NaN, whatever the sum. */
const isUndefined = ({ tensors, values }: Call): boolean => tensors.weight !== undefined && Number(values.labelSmoothing) > 0

/** Why the loss of a batch is not the sum of its samples' losses. */
function apartOf({ spec, values, tensors }: Call, { kernel, problem }: Plan): string | null {
  if (spec.mean === 'nothing') return 'this loss is one number for all of its data'
  if (spec.mean === 'parts') return 'this loss is made of the regions of the whole batch, and of two means'
  if (kernel.family === 'contrast' && tensors.negativeKeys === undefined) return 'here each row is compared with the others of its batch'
  const regions =
    kernel.family === 'overlap' ? !(problem as OverlapProblem).perImage : 'perImage' in spec.options && values.perImage !== true
  return regions ? 'this loss is made of the regions of the whole batch, unless perImage is true' : null
}

const reductions = ['reduction', 'sizeAverage', 'reduce']

/** The options that have to be the same: numbers as they are, weights by their values, but not those that have one per sample. */
function optionsOf(call: Call, plan: Plan): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const name of Object.keys(call.spec.options).sort()) {
    const tensor = call.tensors[name]
    const option = call.spec.options[name]
    if (tensor !== undefined && option.kind === 'tensor')
      all[name] = tensorOf(tensor, isWeight(call, name), option.shape === 'classes', plan)
    else if (!reductions.includes(name)) all[name] = plain(call.values[name])
  }
  return all
}

/** As JSON has it: a function only says that it is there. */
const plain = (value: unknown): unknown =>
  typeof value === 'number' ? spell(value) : typeof value === 'function' ? 'given' : (value ?? null)

function tensorOf(tensor: Tensor, isWeight: boolean, perClass: boolean, { shape }: Plan): unknown {
  // one that reaches to the axis of the samples may be another for each of them, and does not tell where there is one sample
  const perSample = shape.length > 0 && tensor.shape.length >= shape.length
  if (!isWeight || (perSample && !perClass)) return 'given'
  const values = [...numbersOf(tensor, isFloating(tensor.dtype) ? tensor.dtype : 'float64')]
  return values.length <= 16 ? values.map(spell) : `${values.length} numbers, ${digest(values)}`
}

/** FNV-1a of 64 bits. */
function digest(values: readonly number[]): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new Uint8Array(Float64Array.from(values).buffer)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16)
}
