// A process that runs ONNX files which may be damaged: one request, one reply, until it is killed or dies of one.
import { InferenceSession, Tensor } from 'onnxruntime-node';

process.on('message', (request) => void run(request)); // it catches all

async function run({ kind, content, vocabularySize, stateSize }) {
  try {
    const session = await InferenceSession.create(content, {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    const feeds = feedsOf(kind, vocabularySize, stateSize);
    const { state_after: state } = await session.run(feeds);
    await session.release();
    reply({ ran: state.data.length === stateSize, error: 'a state of another size' });
  } catch (error) {
    reply({ ran: false, error: String(error).slice(0, 200) });
  }
}

function reply(result) {
  process.send({ ...result, memory: process.memoryUsage.rss() });
}

function feedsOf(kind, vocabularySize, stateSize) {
  const float = (values, shape) => new Tensor('float32', Float32Array.from(values), shape);
  const integer = (values, shape) => new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
  const state = float(Array(stateSize).fill(0), [1, stateSize]);
  if (kind === 'step') return { tokens: integer([0, 1, 2], [1, 3]), state };
  return {
    state,
    previous_tokens: integer([0], [1]),
    uniforms: float([0.1, 0.5, 0.9], [1, 3]),
    forced_tokens: integer([-1, 1, -1], [1, 3]),
    bias: float(Array(vocabularySize).fill(0), [vocabularySize]),
    temperature: float([1], []),
    top_k: integer([vocabularySize], []),
    top_p: float([1], []),
    min_p: float([0], []),
  };
}
