import type { Detector } from './detector.ts'
import { meanOfMeans } from './detectors/mean-of-means.ts'
import { softmaxTwice } from './detectors/softmax-twice.ts'
import { sumOrMean } from './detectors/sum-or-mean.ts'

/** The table of checks, one line each: `check`, the command line, the pages and the measured false alarms derive from it. */
export const detectors: readonly Detector[] = [softmaxTwice, meanOfMeans, sumOrMean]
