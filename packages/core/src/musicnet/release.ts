// What is known of MusicNet's release: the official split, and the archive that is not read.
import { MusicNetError } from './musicnet-error.js';

/** The official test pieces, by id; all others are training data. */
export const MUSICNET_TEST_IDS: ReadonlySet<number> = new Set([
  1759, 1819, 2106, 2191, 2298, 2303, 2382, 2416, 2556, 2628,
]);

/** Refuses `musicnet.npz` with advice. Its arrays are pickled Python objects: reading them means running what the
 *  file says.
 *  @param name the file as the user named it
 *  @throws {MusicNetError} `npz-archive`, always */
export function refuseMusicNetNpz(name: string): never {
  const message =
    `${name}: musicnet.npz holds pickled Python objects, which cannot be read safely; ` +
    'use the CSV archive (musicnet.tar.gz) or the scores (musicnet_midis.tar.gz) of the same release';
  throw new MusicNetError('npz-archive', message);
}
