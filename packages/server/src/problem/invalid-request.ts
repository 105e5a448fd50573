// What a schema found, as a problem that names the places.
import type { z } from '@hono/zod-openapi';
import { ProblemError } from './problem.js';

const MOST_ISSUES = 3;

/** @param issues of a failed parse */
export function invalidRequest(issues: readonly z.core.$ZodIssue[]): ProblemError {
  const told = issues
    .flatMap((issue) => likeliestIssues(issue))
    .slice(0, MOST_ISSUES)
    .map(({ path, message }) => {
      const place = path.map(String).join('.');
      return place === '' ? message : `${place}: ${message}`;
    });
  return new ProblemError('invalid-request', told.join('; '));
}

/** Of the forms that a value may have, the one that it comes nearest to: where the fewest of its own fields are wrong. */
function likeliestIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return [issue];
  const ownFaults = (branch: readonly z.core.$ZodIssue[]): number =>
    branch.filter(({ path }) => path.length <= 1).length;
  const [nearest] = issue.errors.toSorted((a, b) => ownFaults(a) - ownFaults(b));
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Reads what a client gave by other ways than the body of its type.
 *  @throws {ProblemError} `invalid-request` */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues);
}
