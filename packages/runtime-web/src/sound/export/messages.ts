// Between the page and the worker that makes files of scores.
import type { Score } from '@ostinato/core';

export type ExportFormat = 'midi' | 'wav';

export interface ExportRequest {
  readonly format: ExportFormat;
  readonly score: Score;
}

export type ExportReply =
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done'; readonly file: Blob }
  | { readonly type: 'failed'; readonly message: string };
