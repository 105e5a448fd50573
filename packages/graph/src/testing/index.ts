export type { NdArray } from './nd-array.js';
export { evaluateModel, REFERENCE_OPERATORS, type ReferenceInput } from './reference-evaluator.js';
