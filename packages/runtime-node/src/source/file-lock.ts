// The operating system's lock on an open file. It is let go when the file is closed or the process ends, however it ends.

/** Behind any content that is kept, since Windows lets nobody read what is locked. macOS locks whole files. */
const LOCKED_BYTE = 2 ** 30;

/** @returns whether it was free
 *  @throws where the disk knows no locks, or the addon is not there for this platform */
export async function tryLock(descriptor: number): Promise<boolean> {
  const { tryLock: lock } = await import('fs-native-extensions');
  return process.platform === 'darwin' ? lock(descriptor) : lock(descriptor, LOCKED_BYTE, 1);
}
