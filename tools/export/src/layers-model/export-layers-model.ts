// A TF.js LayersModel to a folder with an ONNX file that anybody's ONNX Runtime runs, held against TF.js first.
import { encodeModel } from '@ostinato/graph';
import { CONVERSION_FILES } from '../file-names.js';
import { PRODUCER_NAME, PRODUCER_VERSION } from '../producer.js';
import { checkFolderIsFree, writeFolder } from '../write-folder.js';
import { convertLayersModel } from './convert-layers-model.js';
import { checkAgainstTfjs, type TfjsParityReport } from './tfjs-parity.js';
import type { ConvertedModel, LayersModel, Port } from './types.js';

export interface ExportLayersModelOptions {
  /** Aborted before the files are written, the export throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal;
}

export interface ExportedLayersModel {
  readonly folder: string;
  readonly converted: ConvertedModel;
  readonly parity: TfjsParityReport;
  /** Of `model.onnx`. */
  readonly bytes: number;
}

/** Writes `model.onnx`, `conversion.json` (inputs, outputs, states and the parity report) and a README. Nothing is written
 *  unless ONNX Runtime computes what TF.js does.
 *  @param folder made if it is not there; an earlier export in it is replaced
 *  @throws {ExportError} `unsupported-layer`, `damaged-model`, `parity`, `tfjs`, `folder-taken` */
export async function exportLayersModel(
  model: LayersModel,
  folder: string,
  { signal }: ExportLayersModelOptions = {},
): Promise<ExportedLayersModel> {
  await checkFolderIsFree(folder);
  const converted = convertLayersModel(model);
  const parity = await checkAgainstTfjs(model, converted, { ...(signal && { signal }) });
  const onnx = encodeModel(converted.model);
  const { inputs, outputs, states, layers } = converted;
  const description = {
    producer: `${PRODUCER_NAME} ${PRODUCER_VERSION}`,
    inputs,
    outputs,
    states,
    layers,
    parity,
  };
  signal?.throwIfAborted();
  await writeFolder(folder, [
    { name: CONVERSION_FILES.model, content: onnx },
    textFile(CONVERSION_FILES.description, `${JSON.stringify(description, null, 2)}\n`),
    textFile(CONVERSION_FILES.readme, readme(model.name, converted, parity)),
  ]);
  return { folder, converted, parity, bytes: onnx.length };
}

function readme(
  name: string,
  { inputs, outputs, states, layers }: ConvertedModel,
  { inputsTried, largestDifference, largestOutput }: TfjsParityReport,
): string {
  const ports = (list: readonly Port[]) => list.map((port) => row(port)).join('\n');
  const sections = [
    `# ${name}`,
    `\`model.onnx\` was converted from a TF.js LayersModel of ${layers.length} layers, with weights in float32.`,
    `| input | type | shape |\n| --- | --- | --- |\n${ports(inputs)}`,
    `| output | type | shape |\n| --- | --- | --- |\n${ports(outputs)}`,
    ...(states.length === 0
      ? []
      : [
          'The states are zeros at the beginning of a sequence; hand in what the run before gave.\n\n' +
            `| state in | state out | shape |\n| --- | --- | --- |\n${states
              .map(
                ({ input, output, shape }) =>
                  `| \`${input}\` | \`${output}\` | [${shape.join(', ')}] |`,
              )
              .join('\n')}`,
        ]),
    `On ${inputsTried} random inputs ONNX Runtime and TF.js differ by at most ${largestDifference.toExponential(1)}, ` +
      `the largest output being ${largestOutput.toPrecision(3)}. \`conversion.json\` says all of this to programs.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function row({ name, dataType, shape, ...rest }: Port & { readonly indexBelow?: number }): string {
  const range = rest.indexBelow === undefined ? '' : `, ids 0..${rest.indexBelow - 1}`;
  return `| \`${name}\` | ${dataType}${range} | [${shape.join(', ')}] |`;
}

function textFile(name: string, text: string) {
  return { name, content: new TextEncoder().encode(text) };
}
