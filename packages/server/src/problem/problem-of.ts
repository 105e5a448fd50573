// From whatever was thrown to a problem that a client may see.
import { OstinatoError } from '@ostinato/core';
import { HTTPException } from 'hono/http-exception';
import { ProblemError } from './problem.js';

/** @param error of core, of a runtime, of Hono, or anything else; what is not known becomes `internal` without details */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException) return problemOfStatus(error);
  if (error instanceof OstinatoError) return problemOfOstinato(error);
  if (error instanceof Error && error.name === 'AbortError') {
    return new ProblemError('cancelled', 'the client went away', { cause: error });
  }
  if (error instanceof RangeError) {
    return new ProblemError('invalid-request', error.message, { cause: error });
  }
  return internal(error);
}

function problemOfOstinato(error: OstinatoError): ProblemError {
  switch (error.name) {
    case 'MidiFormatError':
      return problemOfMidi(error);
    case 'GenerationError':
    case 'TokenizerError':
    case 'VocabularyError':
    case 'ScoreError':
      return new ProblemError('cannot-compose', error.message, { cause: error });
    case 'ModelClosedError':
    case 'RuntimeError':
    case 'DeviceError': {
      const detail = 'the model could not answer; try again';
      return new ProblemError('model-failed', detail, {
        headers: { 'retry-after': '1' },
        cause: error,
      });
    }
    default:
      return internal(error);
  }
}

/** What is only too much of a file is not a fault of the file. */
function problemOfMidi(error: OstinatoError): ProblemError {
  if (!error.code.startsWith('limit-')) {
    return new ProblemError('invalid-midi', error.message, { cause: error });
  }
  const detail = error.message.replace(/; raise .*/, '; give a part of it');
  return new ProblemError('outside-limits', detail, { cause: error });
}

function problemOfStatus(error: HTTPException): ProblemError {
  if (error.status === 400) {
    const detail = error.message || 'the request cannot be read';
    return new ProblemError('invalid-request', detail, { cause: error });
  }
  if (error.status === 413) {
    const detail = 'the body is larger than this server takes';
    return new ProblemError('body-too-large', detail, { cause: error });
  }
  if (error.status === 415) {
    const detail =
      'the body has a content type that is not taken here; /openapi.json lists those that are';
    return new ProblemError('unsupported-media-type', detail, { cause: error });
  }
  return internal(error);
}

function internal(cause: unknown): ProblemError {
  return new ProblemError(
    'internal',
    'something went wrong here; the logs know the request by its id',
    { cause },
  );
}
