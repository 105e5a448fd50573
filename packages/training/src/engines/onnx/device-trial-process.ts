// Entry point of the process that tries a device: one request in, one answer out.
import { tryDevice, type TrialReport, type TrialRequest } from './device-trial.js';

/** What the process answers. */
export type TrialAnswer = { readonly report: TrialReport } | { readonly failure: string };

process.once('message', (request: TrialRequest) => {
  void serve(request);
});

async function serve(request: TrialRequest): Promise<void> {
  const answer = await tryToAnswer(request);
  // A kill, because an orderly end may still stumble over the driver.
  process.send?.(answer, () => process.kill(process.pid, 'SIGKILL'));
}

async function tryToAnswer(request: TrialRequest): Promise<TrialAnswer> {
  try {
    return { report: await tryDevice(request) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
