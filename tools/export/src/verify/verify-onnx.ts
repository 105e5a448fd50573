// Does an ONNX file compute what TF.js computes? Both run on the same random inputs.
import { compareOutput, type Difference, joinDifferences } from './compare-outputs.js';
import { planInputs } from './inputs/plan-inputs.js';
import { randomInputs } from './inputs/random-inputs.js';
import { checkPairs, type MatchedPorts, matchPorts, type PortPairs } from './match-ports.js';
import type { NumberKind, NumericTensors, RunnableModel } from './port.js';
import { ModelProcess } from './process/model-process.js';

export interface CompareOptions {
  /** Shapes by the name of an input, of either model. Default: an axis that neither model fixes is 2 long if it is the
   *  first, else 8. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Ids are drawn from 0..vocabulary-1. Default: what the graph says, by the tables that ids are looked up in. */
  readonly vocabulary?: number;
  /** Inputs and outputs of the reference beside those of the ONNX file. Default: by name, then by order. */
  readonly pairs?: PortPairs;
  /** Sets of inputs. Default 3. */
  readonly runs?: number;
  /** 0..2^32-1. Default 1. */
  readonly seed?: number;
  /** Largest difference of an output, per unit of the largest number in it. Default 1e-5. */
  readonly tolerance?: number;
  /** Told what happens, in a few words. */
  readonly onProgress?: (text: string) => void;
}

export interface VerifyOptions extends CompareOptions {
  /** For loading a model and for each of its runs. Default 120. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface VerifiedInput {
  readonly reference: string;
  readonly onnx: string;
  readonly matchedBy: MatchedPorts['by'];
  readonly kind: NumberKind;
  readonly shape: readonly number[];
  /** Ids were drawn below this. */
  readonly idCount?: number;
}

export interface VerifiedOutput extends Difference {
  readonly reference: string;
  readonly onnx: string;
  readonly matchedBy: MatchedPorts['by'];
  /** How far it may be from the reference. */
  readonly limit: number;
  readonly agrees: boolean;
}

export interface VerifyReport {
  /** Format of the reference, such as `TF.js GraphModel`. */
  readonly format: string;
  readonly inputs: readonly VerifiedInput[];
  readonly outputs: readonly VerifiedOutput[];
  readonly tolerance: number;
  readonly runs: number;
  readonly seed: number;
  readonly agrees: boolean;
}

/** Runs a TF.js model and an ONNX file on the same random inputs and compares what they give. Each runs in a process of
 *  its own.
 *  @param reference `model.json` of a TF.js GraphModel or LayersModel, with its weights beside it
 *  @returns the differences, also where they are too large: see `agrees`
 *  @throws {VerifyError} if a file cannot be used, or the two do not take and give the same things */
export async function verifyOnnx(
  reference: string,
  onnx: string,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const { timeoutSeconds = 120, signal, ...compareOptions } = options;
  const { onProgress = () => {} } = options;
  const limits = { seconds: timeoutSeconds, signal };
  onProgress('loading the reference');
  await using tfjs = await ModelProcess.open('tfjs', reference, limits);
  onProgress('loading the ONNX file');
  await using ort = await ModelProcess.open('onnx', onnx, limits);
  return await compareModels(tfjs, ort, compareOptions); // both live as long as that takes
}

/** Compares two models that run.
 *  @throws {VerifyError} as `verifyOnnx` */
export async function compareModels(
  reference: RunnableModel,
  onnx: RunnableModel,
  options: CompareOptions = {},
): Promise<VerifyReport> {
  const { runs = 3, seed = 1, tolerance = 1e-5 } = options;
  const { shapes = new Map(), vocabulary, pairs = new Map(), onProgress = () => {} } = options;
  const [left, right] = [reference.signature, onnx.signature];
  checkPairs(pairs, [...left.inputs, ...left.outputs], [...right.inputs, ...right.outputs]);
  const inputs = planInputs(matchPorts('input', left.inputs, right.inputs, pairs), {
    shapes,
    vocabulary,
  });
  const outputs = matchPorts('output', left.outputs, right.outputs, pairs);
  const differences: Difference[][] = [];
  for (let run = 0; run < runs; run++) {
    onProgress(`comparing: run ${run + 1} of ${runs}`);
    const tensors = randomInputs(inputs, { seed, run });
    const named = (side: 'reference' | 'onnx'): NumericTensors =>
      new Map(inputs.map(({ match }, i) => [match[side].name, tensors[i]]));
    const expected = await reference.run(named('reference'));
    const found = await onnx.run(named('onnx'));
    differences.push(
      outputs.map((match) =>
        compareOutput(
          match.reference.name,
          expected.get(match.reference.name)!,
          found.get(match.onnx.name)!,
        ),
      ),
    );
  }
  const compared = outputs.map((match, i) =>
    judged(match, joinDifferences(differences.map((one) => one[i])), tolerance),
  );
  return {
    format: left.format,
    inputs: inputs.map(({ match, kind, shape, idCount }) => ({
      reference: match.reference.name,
      onnx: match.onnx.name,
      matchedBy: match.by,
      kind,
      shape,
      ...(idCount !== undefined && { idCount }),
    })),
    outputs: compared,
    tolerance,
    runs,
    seed,
    agrees: compared.every(({ agrees }) => agrees),
  };
}

function judged(match: MatchedPorts, difference: Difference, tolerance: number): VerifiedOutput {
  const limit = tolerance * difference.largestValue;
  return {
    reference: match.reference.name,
    onnx: match.onnx.name,
    matchedBy: match.by,
    ...difference,
    limit,
    // Where nothing finite was compared, nothing is known.
    agrees: difference.count > 0 && difference.largest <= limit,
  };
}
