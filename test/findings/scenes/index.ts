import type { Scene } from '../scene.ts'
import { meanOfMeans } from './mean-of-means.ts'
import { softmaxTwice } from './softmax-twice.ts'
import { sumOrMean } from './sum-or-mean.ts'

/** What each check is tried on, one line each; a check without a scene fails the tests. */
export const scenes: readonly Scene[] = [softmaxTwice, meanOfMeans, sumOrMean]
