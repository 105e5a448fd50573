// The errors of every runtime, beside those of core.
import { OstinatoError } from '@ostinato/core/model';

/** The asked device cannot run the model. `code`: `device-missing` (not on this machine or not installed),
 *  `device-failed` (there, but it refused the model). The message says what to do. */
export class DeviceError extends OstinatoError {}

/** The model cannot answer any more. `code`: `model-disposed`, `process-died`. Load it again. */
export class ModelClosedError extends OstinatoError {}

/** A call failed inside the runtime. `code`: `run-failed` (the model can still be used), `not-built` (the compiled
 *  files of the package are missing, so that no model can be started); of an engine, which can still be used: `process-died`
 *  (twice, while it had this call), `not-ready` (no process could be started in time). */
export class RuntimeError extends OstinatoError {}
