// What the process or worker imports that owns the sessions; the rest of the package, and of core, is its owner's.
export { DeviceError } from './errors.js';
export type {
  ConsumeRequest,
  DecodeCall,
  ModelCalls,
  Reply,
  Request,
  ScoreRequest,
} from './protocol.js';
export { describeError, serveModel } from './serve-model.js';
export { ModelSessions, type OnnxBackend } from './sessions.js';
