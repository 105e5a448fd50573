export { chooseGraphs } from './choose-graphs.js';
export { DeviceError, ModelClosedError, RuntimeError } from './errors.js';
export { PendingCalls } from './pending-calls.js';
export type {
  ConsumeRequest,
  DecodeCall,
  GraphKind,
  ModelCalls,
  ModelGraphs,
  OperationName,
  Operations,
  Reply,
  Request,
  ScoreRequest,
} from './protocol.js';
export { type ModelPort, RemoteModel } from './remote-model.js';
export { describeError, type ModelServer, serveModel } from './serve-model.js';
export {
  ModelSessions,
  type OnnxBackend,
  type SessionsRequest,
  type StepRuns,
} from './sessions.js';
