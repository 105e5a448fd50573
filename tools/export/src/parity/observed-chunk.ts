// One run of the chunk graph that shows its logits. It runs here and not in the runtime, which has no use for them.
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Feeds a sequence through the chunk graph as forced tokens.
 *  @param graph an ONNX file made by `encodeObservedChunk`
 *  @param tokens ids, shape [T]
 *  @returns logits after each token, shape [T, V] */
export async function chunkLogits(
  graph: Uint8Array,
  tokens: Int32Array,
  sizes: { readonly vocabularySize: number; readonly stateSize: number },
): Promise<Float32Array> {
  const { vocabularySize, stateSize } = sizes;
  const session = await InferenceSession.create(graph, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { disable_quant_qdq: '1' } }, // as the runtime does
  });
  // The first token is the one before; what follows the last is of no interest, any token will do.
  const forced = [...tokens.slice(1), tokens[0]];
  const scalar = (value: number) => new Tensor('float32', [value], []);
  const int64 = (values: readonly number[], shape: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
  try {
    const outputs = await session.run({
      state: new Tensor('float32', new Float32Array(stateSize), [1, stateSize]),
      previous_tokens: int64([tokens[0]], [1]),
      uniforms: new Tensor('float32', new Float32Array(tokens.length), [1, tokens.length]),
      forced_tokens: int64(forced, [1, tokens.length]),
      bias: new Tensor('float32', new Float32Array(vocabularySize), [vocabularySize]),
      temperature: scalar(1),
      top_k: int64([vocabularySize], []),
      top_p: scalar(1),
      min_p: scalar(0),
    });
    return outputs['logits'].data as Float32Array;
  } finally {
    await session.release();
  }
}
