// The forms of a model that commands can ask for.
import type { ModelPrecision } from '@ostinato/core';

export const PRECISIONS: readonly ModelPrecision[] = ['int8', 'f16', 'f32', 'int8-dynamic'];
