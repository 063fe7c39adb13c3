import type { Entry } from '../entry.ts'
import { adaptive } from './adaptive.ts'
import { callArguments } from './arguments.ts'
import { binary } from './binary.ts'
import { classIndices } from './class-indices.ts'
import { classOptions } from './class-options.ts'
import { classShapes } from './class-shapes.ts'
import { devices } from './devices.ts'
import { dtypes } from './dtypes.ts'
import { elementwise } from './elementwise.ts'
import { gradients } from './gradients.ts'
import { pythonTypes } from './python-types.ts'
import { reductions } from './reductions.ts'
import { linearLoss, sequences } from './sequences.ts'
import { tensors } from './tensors.ts'
import { vectors } from './vectors.ts'

/** Every entry of the index. */
export const entries: readonly Entry[] = [
  ...classIndices,
  ...classShapes,
  ...classOptions,
  ...binary,
  ...elementwise,
  ...vectors,
  ...sequences,
  ...linearLoss,
  ...adaptive,
  ...dtypes,
  ...reductions,
  ...callArguments,
  ...pythonTypes,
  ...gradients,
  ...tensors,
  ...devices,
]
