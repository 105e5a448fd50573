// The part of fs-native-extensions that we use; the package brings no types.
declare module 'fs-native-extensions' {
  /** Locks a file, or `length` bytes of it, for writing: whether it was free. */
  export function tryLock(descriptor: number, offset?: number, length?: number): boolean;
}
