export { chooseGraphs } from './choose-graphs.js';
export { DeviceError, ModelClosedError, RuntimeError } from './errors.js';
export { PendingCalls } from './pending-calls.js';
export type {
  ConsumeRequest,
  DecodeCall,
  GraphKind,
  ModelCalls,
  ModelGraphs,
  Notice,
  Operations,
  Reply,
  Request,
  ScoreRequest,
} from './protocol.js';
export { type ModelPort, RemoteModel } from './remote-model.js';
export { describeError, type ModelServer, replyTo, serveModel } from './serve-model.js';
export {
  type GraphSource,
  ModelSessions,
  type OnnxBackend,
  type SessionsRequest,
  type StepRuns,
} from './sessions.js';
