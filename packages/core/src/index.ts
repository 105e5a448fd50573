export { ArtifactError } from './artifact/artifact-error.js';
export type { AddressOptions } from './artifact/fetch/address.js';
export { manifestAddress, parseModelAddress } from './artifact/fetch/address.js';
export type { ArtifactCache, PartialDownload } from './artifact/fetch/artifact-cache.js';
export { beginInMemory } from './artifact/fetch/artifact-cache.js';
export type { CacheApiOptions, CacheStorageLike } from './artifact/fetch/cache-api.js';
export { createCacheApiCache } from './artifact/fetch/cache-api.js';
export type {
  FetchArtifactOptions,
  FetchedArtifact,
  FetchedManifest,
  FetchOptions,
} from './artifact/fetch/fetch-artifact.js';
export { fetchArtifact, fetchFiles, fetchManifest } from './artifact/fetch/fetch-artifact.js';
export type { Fetch, FetchInit, FetchResponse } from './artifact/fetch/fetch-api.js';
export { ModelSourceError } from './artifact/fetch/model-source-error.js';
export type { DownloadProgress } from './artifact/fetch/progress.js';
export type { Golden, GoldenOptions } from './artifact/golden.js';
export {
  checkGolden,
  createGolden,
  goldenSchema,
  GOLDEN_LOGIT_TOLERANCE,
  GOLDEN_SCHEMA_VERSION,
  parseGolden,
} from './artifact/golden.js';
export type { GraphRequest } from './artifact/choose-graph.js';
export { chooseGraph, isReproducible } from './artifact/choose-graph.js';
export type { GraphSignature, GraphValue } from './artifact/graph-signature.js';
export { graphSignature } from './artifact/graph-signature.js';
export type { AsyncHashFunction, HashFunction } from './artifact/hash.js';
export { hashInSlices } from './artifact/hash.js';
export type {
  Architecture,
  FileEntry,
  GraphEntry,
  GraphKind,
  Manifest,
  ModelPrecision,
} from './artifact/manifest.js';
export { MANIFEST_FILE } from './artifact/manifest-file.js';
export {
  manifestFiles,
  manifestSchema,
  MANIFEST_SCHEMA_VERSION,
  parseManifest,
  sealManifest,
} from './artifact/manifest.js';
export type { ModelRuntime, RecommendedSampling } from './artifact/manifest-parts.js';
export { MODEL_RUNTIMES, recommendedSamplingSchema } from './artifact/manifest-parts.js';
export type {
  GraphExpectation,
  InspectGraph,
  VerifiedArtifact,
  VerifiedGraph,
  VerifiedModel,
  VerifyOptions,
} from './artifact/verify.js';
export {
  verifyArtifact,
  verifyFile,
  verifyFileWith,
  verifyGraph,
  verifyModel,
} from './artifact/verify.js';
export type { AudioFormatErrorCode } from './audio/audio-format-error.js';
export { AudioFormatError } from './audio/audio-format-error.js';
export type { SynthesisOptions } from './audio/synthesize.js';
export { synthesisLength, synthesize, synthesizeBlocks } from './audio/synthesize.js';
export type { Synthesizer, SynthesizerNote, SynthesizerOptions } from './audio/synthesizer.js';
export { createSynthesizer } from './audio/synthesizer.js';
export type { StereoBlock } from './audio/voice.js';
export type { ByteSource, WavFormat, WavHeader } from './audio/wav-header.js';
export { readWavHeader, wavFrameBytes } from './audio/wav-header.js';
export { decodeWavMono } from './audio/wav-samples.js';
export { encodeWav, encodeWavHeader, encodeWavSamples } from './audio/wav.js';
export { OstinatoError, VocabularyError } from './errors.js';
export { cutScore } from './generation/cut-score.js';
export { compose, generate } from './generation/generate.js';
export { GenerationError } from './generation/generation-error.js';
export type {
  Composition,
  GenerateOptions,
  Generation,
  GenerationCheckpoint,
  StopReason,
} from './generation/generation-options.js';
export type { Random, Seed } from './generation/random.js';
export { createRandom, shuffle } from './generation/random.js';
export type { SamplingMask } from './generation/sample-token.js';
export { sampleToken } from './generation/sample-token.js';
export type { MidiContainer } from './midi/container.js';
export type { MidiErrorCode } from './midi/midi-format-error.js';
export { MidiFormatError } from './midi/midi-format-error.js';
export type { MidiLimits } from './midi/midi-limits.js';
export { DEFAULT_MIDI_LIMITS } from './midi/midi-limits.js';
export type { MidiWarning, MidiWarningCode } from './midi/midi-warnings.js';
export type { MidiReadResult } from './midi/read-midi.js';
export { readMidi } from './midi/read-midi.js';
export { writeMidi } from './midi/write-midi.js';
export type { ModelSizes } from './model/check-request.js';
export {
  checkBatch,
  checkBias,
  checkConsume,
  checkDecode,
  checkSampling,
  checkScore,
  checkTokens,
} from './model/check-request.js';
export type { Advance } from './model/decode-by-steps.js';
export {
  allowedAfter,
  decodeBySteps,
  logProbability,
  scoreBySteps,
} from './model/decode-by-steps.js';
export type { ModelStatus } from './model/model-status.js';
export type {
  CallOptions,
  ConsumeResult,
  DecodeRequest,
  DecodeResult,
  ModelState,
  NextTokenModel,
  SamplingParameters,
} from './model/next-token-model.js';
export { NEXT_TOKEN_MODEL_VERSION } from './model/next-token-model.js';
export type {
  MusicNetLabelOptions,
  MusicNetLabels,
  MusicNetLabelWarning,
} from './musicnet/labels.js';
export { parseMusicNetLabels } from './musicnet/labels.js';
export type { MusicNetRecording } from './musicnet/metadata.js';
export { parseMusicNetMetadata } from './musicnet/metadata.js';
export type { MusicNetErrorCode } from './musicnet/musicnet-error.js';
export { MusicNetError } from './musicnet/musicnet-error.js';
export type {
  MusicNetPerformance,
  MusicNetPerformanceOptions,
  MusicNetPerformanceWarning,
} from './musicnet/performed-labels.js';
export { parseMusicNetPerformance } from './musicnet/performed-labels.js';
export type { MusicNetPair, MusicNetPairing } from './musicnet/recordings.js';
export { pairMusicNetRecordings } from './musicnet/recordings.js';
export { MUSICNET_TEST_IDS, refuseMusicNetNpz } from './musicnet/release.js';
export type { PianoRollOptions } from './piano-roll/piano-roll.js';
export { pianoRollSvg } from './piano-roll/piano-roll.js';
export {
  compareNotes,
  countNotes,
  scoreDurationSeconds,
  scoreEndTicks,
  sortNotes,
} from './score/measures.js';
export type { KeySignature, Note, Score, Tempo, TimeSignature, Track } from './score/score.js';
export { DEFAULT_MICROSECONDS_PER_QUARTER, PERCUSSION_CHANNEL } from './score/score.js';
export type { TempoMap } from './score/tempo-map.js';
export { createTempoMap } from './score/tempo-map.js';
export { MAX_MICROSECONDS_PER_QUARTER, ScoreError, validateScore } from './score/validate-score.js';
export type { TokenizerConfig } from './tokenizer/config.js';
export type { TempoScale } from './tokenizer/grid.js';
export { TOKENIZER_VERSION, parseTokenizerConfig } from './tokenizer/config.js';
export type { NoteConstraints } from './tokenizer/constraints.js';
export type { BarEvent, DecodedEvent, Decoder, NoteEvent } from './tokenizer/decoder.js';
export type { EncodedScore } from './tokenizer/encoder.js';
export type { Instrument } from './tokenizer/general-midi.js';
export {
  findInstrument,
  GENERAL_MIDI_PROGRAMS,
  instrumentName,
  instrumentSlug,
} from './tokenizer/general-midi.js';
export type { Grammar } from './tokenizer/grammar.js';
export type { GridLoss, GridLossSummary } from './tokenizer/grid-loss.js';
export { mergeGridLosses, summariseGridLoss } from './tokenizer/grid-loss.js';
export { POSITIONS_PER_QUARTER, TICKS_PER_QUARTER } from './tokenizer/grid.js';
export type { Labels } from './tokenizer/head.js';
export { TokenizerError } from './tokenizer/tokenizer-error.js';
export type { EncodeOptions, HeadOptions, Tokenizer } from './tokenizer/tokenizer.js';
export { restoreTokenizer } from './tokenizer/tokenizer.js';
export { createTokenizer, parseTokenizer, tokenizerToJson } from './tokenizer/read-tokenizer.js';
export type { TranspositionRange } from './tokenizer/transpose.js';
export type {
  FitOptions,
  VocabularyCollector,
  VocabularyNeeds,
} from './tokenizer/vocabulary-collector.js';
export { createVocabularyCollector, vocabularyNeeds } from './tokenizer/vocabulary-collector.js';
export { UNKNOWN_LABEL } from './tokenizer/unknown-label.js';
export type { LabelBlock, TokenKind } from './tokenizer/vocabulary.js';
