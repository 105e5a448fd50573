export { formulaNumbers, type FormulaNumbers } from './formula-numbers.js';
