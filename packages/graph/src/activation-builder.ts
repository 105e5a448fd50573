// Activation functions as methods of the builder: each is one ONNX operator.
import type { Attribute, Value } from './ir.js';
import { type Attributes, GraphRecorder } from './recorder.js';

const float = (value: number): Attribute => ({ type: 'float', value });

export class ActivationBuilder extends GraphRecorder {
  /** max(x, 0) */
  relu = (x: Value): Value => this.#like('Relu', [x]);
  /** x above zero, exp(x) - 1 below. */
  elu = (x: Value): Value => this.#like('Elu', [x]);
  /** Elu scaled to keep mean and variance (Klambauer et al. 2017). */
  selu = (x: Value): Value => this.#like('Selu', [x]);
  /** log(1 + exp(x)) */
  softplus = (x: Value): Value => this.#like('Softplus', [x]);
  /** x / (1 + |x|) */
  softsign = (x: Value): Value => this.#like('Softsign', [x]);
  /** Gauss's error function. */
  erf = (x: Value): Value => this.#like('Erf', [x]);

  /** alpha x + beta, cut to 0..1. */
  hardSigmoid(x: Value, alpha: number, beta: number): Value {
    return this.#like('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) });
  }

  /** x above zero, alpha x below. */
  leakyRelu(x: Value, alpha: number): Value {
    return this.#like('LeakyRelu', [x], { alpha: float(alpha) });
  }

  /** x above zero, slope x below; the slope stretches to the shape of `x`. */
  pRelu(x: Value, slope: Value): Value {
    return this.#like('PRelu', [x, slope]);
  }

  /** x where it is above theta, else 0. */
  thresholdedRelu(x: Value, theta: number): Value {
    return this.#like('ThresholdedRelu', [x], { alpha: float(theta) });
  }

  /** x, at least `least` and at most `most`. */
  clip(x: Value, least: number, most: number): Value {
    const bounds = [least, most].map((bound) => this.constant('float32', bound));
    return this.#like('Clip', [x, ...bounds]);
  }

  /** An operator whose result has the type and shape of its first input. */
  #like(opType: string, inputs: readonly [Value, ...Value[]], attributes: Attributes = {}): Value {
    const [{ dataType, shape }] = inputs;
    const [value] = this.node({ opType, inputs, outputs: [{ dataType, shape }], attributes });
    return value;
  }
}
