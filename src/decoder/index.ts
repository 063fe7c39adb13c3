/** The decoder of loss values: from a number to what may have caused it. */
export { type FactName, facts as whyFacts, type Known } from './facts.ts'
export { type Decoded, type Meaning, why } from './why.ts'
