import { sizeOf } from '../../src/tensor/shape.ts'
import type { Case } from '../cases.ts'

/** Of no rows PyTorch returns a number that it has not written. */
export const noRows = (c: Case): string | null =>
  sizeOf(c.tensors.input.shape) === 0 ? 'PyTorch returns uninitialised memory for no rows' : null
