// The problems of a route, for its documentation.
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS, problemSchema } from './problem.js';

interface Answer {
  description: string;
  content: { [PROBLEM_TYPE]: { schema: typeof problemSchema } };
}

/** The `responses` of an OpenAPI route for the codes it may answer with, one for each status. */
export function problemAnswers<const Codes extends readonly ProblemCode[]>(
  ...codes: Codes
): Record<(typeof PROBLEMS)[Codes[number]]['status'], Answer> {
  const answers: Record<number, Answer> = {};
  for (const code of codes) {
    const { status, title } = PROBLEMS[code];
    const description = `${title} (\`${code}\`)`;
    answers[status] = {
      description: answers[status] ? `${answers[status].description}; ${description}` : description,
      content: { [PROBLEM_TYPE]: { schema: problemSchema } },
    };
  }
  return answers;
}

/** What may go wrong wherever music is composed or measured in one answer. */
export const MUSIC_PROBLEMS = problemAnswers(
  'invalid-request',
  'invalid-midi',
  'model-not-found',
  'body-too-large',
  'unsupported-media-type',
  'outside-limits',
  'cannot-compose',
  'overloaded',
  'not-ready',
  'model-failed',
  'deadline',
);
