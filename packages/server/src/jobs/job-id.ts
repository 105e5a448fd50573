// Ids of jobs: the model's name, so that whoever has an id knows where to look, and 128 bits that nobody guesses.

const RANDOM_BYTES = 16;
const JOB_ID = /^([\w.-]{1,64})\.([\w-]{22})$/;

/** @param model a name as `createApp` takes it */
export function newJobId(model: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${model}.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** The model of a job, or undefined if the text is no id. */
export function modelOfJobId(id: string): string | undefined {
  return JOB_ID.exec(id)?.[1];
}
