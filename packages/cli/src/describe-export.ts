// What an export made, for people.
import type { ExportedModel, FormReport, ModelReport } from '@ostinato/export';
import { formatTable } from './terminal/table.js';
import { formatBytes, formatCount } from './terminal/units.js';

/** What each form costs and gives. */
export function describeForms({ manifest, report }: ExportedModel): string[] {
  const figures = (nats: number) => [nats.toFixed(4), Math.exp(nats).toFixed(3)];
  const rows = report.forms.map((form) => [
    form.precision,
    formatBytes(bytesOf(form, manifest.graphs)),
    form.logitErrors.largest.toExponential(1),
    form.logitErrors.mean.toExponential(1),
    ...figures(form.natsPerToken),
    formatCount(form.tokensPerSecond ?? 0),
  ]);
  const trained = ['as trained', '', '', '', ...figures(report.trainedNatsPerToken), ''];
  return [
    ...formatTable(
      ['form', ' bytes', ' logit error', ' mean', ' nats/token', ' perplexity', ' tokens/s'],
      [trained, ...rows],
    ),
    describeEvaluation(report),
  ];
}

function bytesOf({ precision }: FormReport, graphs: ExportedModel['manifest']['graphs']): number {
  const own = graphs.filter((graph) => graph.precision === precision);
  return own.reduce((sum, { bytes }) => sum + bytes, 0);
}

function describeEvaluation({ tokens, evaluatedOn }: ModelReport): string {
  return `nats per token: over ${formatCount(tokens)} tokens of ${evaluatedOn}`;
}

/** @param reference what the graphs were held against, with a genitive */
export function describeParity({ precision, parity }: FormReport, reference: string): string {
  const { trainedToStep, trainedToChunk, largestLogit, draws } = parity;
  return (
    `parity of ${precision}: logits within ${trainedToStep.toExponential(1)} (step) and ${trainedToChunk.toExponential(1)} (chunk) ` +
    `of ${reference}, the largest of which is ${largestLogit.toFixed(1)}; ` +
    `${formatCount(draws.tokens)} tokens drawn alike by both graphs`
  );
}
