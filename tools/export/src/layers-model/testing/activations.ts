// The activations that the tests go through.

/** Of TF.js's activations, all that TF.js loads again once it saved them. */
export const ACTIVATIONS = [
  'elu',
  'gelu',
  'hardSigmoid',
  'linear',
  'logSoftmax',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
] as const;
