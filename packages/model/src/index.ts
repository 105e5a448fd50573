export { ModelConfigError, ModelError, SafetensorsError } from './errors.js';
export { initializeParameters } from './initialize.js';
export { type LstmConfig, lstmParameters, type ParameterSpec } from './lstm-config.js';
export { LSTM_PRESETS, type LstmPreset, type LstmSizes, presetConfig } from './presets.js';
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './safetensors.js';
export type { NamedTensor, NamedTensors } from './tensor.js';
export { validateLstmConfig } from './validate-config.js';
export {
  type LayerState,
  lstmForward,
  type LstmForwardInputs,
  type LstmForwardOutputs,
} from './lstm-language-model.js';
