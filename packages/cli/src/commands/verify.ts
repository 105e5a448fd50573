// `ostinato verify`: does an ONNX file compute what a TF.js model computes?
import { type VerifiedOutput, verifyOnnx, type VerifyReport } from '@ostinato/export';
import type { Command } from 'commander';
import { decimal, integer, namedShape, namePair, path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatTable } from '../terminal/table.js';
import { formatCount, formatPlural } from '../terminal/units.js';

interface VerifyArguments {
  shape?: ReadonlyMap<string, readonly number[]>;
  vocabulary?: number;
  pair?: ReadonlyMap<string, string>;
  runs: number;
  seed: number;
  tolerance: number;
  timeout: number;
  json?: boolean;
}

export function addVerifyCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('verify')
    .description('Run a TF.js model and an ONNX file on the same random inputs, and compare.')
    .argument(
      '<reference>',
      "a GraphModel's or LayersModel's model.json, its weights beside it",
      path,
    )
    .argument('<onnx>', 'an ONNX file', path)
    .option(
      '--shape <NAME=SIZES>',
      'shape of an input, such as tokens=2,16; for axes that no model fixes (default: 2, then 8); may be given several times',
      namedShape,
    )
    .option(
      '--vocabulary <N>',
      'integer inputs are ids in 0..N-1 (default: what the graph looks up)',
      integer(1, 2 ** 24),
    )
    .option(
      '--pair <REFERENCE=ONNX>',
      'an input or output of each that belong together (default: by name, then by order); may be given several times',
      namePair,
    )
    .option('--runs <N>', 'sets of random inputs', integer(1, 100), 3)
    .option('--seed <S>', 'of the random inputs', integer(0, 2 ** 32 - 1), 1)
    .option(
      '--tolerance <X>',
      'largest difference, as a part of the largest number of an output',
      decimal(0, 1),
      1e-5,
    )
    .option(
      '--timeout <SECONDS>',
      'for loading a model and for each of its runs',
      integer(1, 86_400),
      120,
    )
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
The exit code is 0 if they agree, else 1.

Examples:
  $ ostinato verify web/model.json model.onnx
  $ ostinato verify web/model.json model.onnx --shape tokens=4,32 --vocabulary 388`,
    )
    .action(async (reference: string, onnx: string, options: VerifyArguments) => {
      setExitCode(
        await runCommand(options, (context) => verify(reference, onnx, options, context)),
      );
    });
}

async function verify(
  reference: string,
  onnx: string,
  options: VerifyArguments,
  { signal, progress }: CommandContext,
): Promise<Report> {
  const { shape, vocabulary, pair, runs, seed, tolerance, timeout } = options;
  const report = await verifyOnnx(reference, onnx, {
    ...(shape && { shapes: shape }),
    ...(vocabulary !== undefined && { vocabulary }),
    ...(pair && { pairs: pair }),
    runs,
    seed,
    tolerance,
    timeoutSeconds: timeout,
    signal,
    onProgress: (text) => progress.update(text),
  });
  const wrong = report.outputs.filter(({ agrees }) => !agrees);
  return {
    lines: describe(reference, onnx, report),
    data: { reference, onnx, ...report },
    ...(wrong.length > 0 && {
      failure: `${onnx}: does not agree with ${reference}: ${wrong.map(describeWrong).join('; ')}`,
    }),
  };
}

function describe(reference: string, onnx: string, report: VerifyReport): string[] {
  const { inputs, outputs, runs, tolerance, format, agrees } = report;
  const matched = (by: string) => (by === 'caller' ? 'as told' : `by ${by}`);
  return [
    `${reference} (${format}) and ${onnx}: ${formatPlural(runs, 'run')} on random inputs`,
    ...formatTable(
      ['input', 'in the ONNX file', 'matched', 'shape', 'numbers'],
      inputs.map(({ reference: left, onnx: right, matchedBy, shape, kind, idCount }) => [
        printable(left),
        printable(right),
        matched(matchedBy),
        `[${shape.join(', ')}]`,
        idCount === undefined ? (kind === 'boolean' ? '0 and 1' : '-1..1') : `0..${idCount - 1}`,
      ]),
    ),
    ...formatTable(
      [
        'output',
        'in the ONNX file',
        'matched',
        ' largest difference',
        ' mean',
        ' largest number',
        '',
      ],
      outputs.map((output) => [
        printable(output.reference),
        printable(output.onnx),
        matched(output.matchedBy),
        output.largest.toExponential(1),
        output.mean.toExponential(1),
        output.largestValue.toPrecision(3),
        output.agrees ? 'agrees' : 'DIFFERS',
      ]),
    ),
    agrees
      ? `they agree: no number differs by more than ${tolerance} of the largest of its output`
      : `they do not agree within ${tolerance} of the largest number of each output`,
  ];
}

function describeWrong({ reference, largest, limit, count, notFinite }: VerifiedOutput): string {
  if (count === 0) {
    return notFinite === 0
      ? `output ${printable(reference)} is empty, so nothing was compared`
      : `output ${printable(reference)} holds ${formatCount(notFinite)} numbers, none of them finite`;
  }
  return `output ${printable(reference)} differs by ${largest.toExponential(1)}, at most ${limit.toExponential(1)} was expected`;
}
