export { type LstmConfig, lstmParameters, type ParameterSpec } from './lstm-config.js';
export type { NamedTensor, NamedTensors } from './tensor.js';
