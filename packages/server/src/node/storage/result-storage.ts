// Where results of jobs lie: a name is written once, whoever comes first.

/** All names end so, and nothing else is ever removed: folders and buckets may hold other things too. */
export const RESULT_SUFFIX = '.ostinato-job.json';

/** The name of a job's result. */
export function resultName(jobId: string): string {
  return jobId + RESULT_SUFFIX;
}

export interface ResultStorage {
  /** Writes a result whole, unless the name is taken: then what is there stays, and nothing is lost, since attempts at
   *  one job give the same bytes.
   *  @param name of `resultName`
   *  @returns whether it was this call that wrote */
  put(name: string, bytes: Uint8Array): Promise<boolean>;
  /** @returns undefined if there is none */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Nothing happens if there is none. */
  remove(name: string): Promise<void>;
  /** Removes the results that were written before a time.
   *  @param time milliseconds since 1970 */
  removeOlderThan(time: number): Promise<void>;
}
