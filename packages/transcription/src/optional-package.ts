// Packages that a user may do without.
import { TranscriptionError } from './transcription-error.js';

/** Imports an optional package.
 *  @param name of the package, for the message
 *  @param needs what to install, as npm takes it
 *  @throws {TranscriptionError} `missing-package` with the command that installs it */
export async function importOptional<T>(
  name: string,
  needs: readonly string[],
  load: () => Promise<T> | T,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const reason = isMissing ? 'it is not installed' : `it does not load (${message})`;
    throw new TranscriptionError(
      'missing-package',
      `${name}: ${reason}; run npm install ${needs.join(' ')}`,
      { cause },
    );
  }
}
