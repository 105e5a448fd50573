export type {
  Attribute,
  DataType,
  Dimension,
  Graph,
  Model,
  Node,
  Shape,
  Tensor,
  Value,
} from './ir.js';
