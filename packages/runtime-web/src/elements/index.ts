export { AudioError } from '../sound/audio-context.js';
export { type SoundFiles, setSoundFiles } from '../sound-files.js';
export type { ComposerModel, ModelLoader } from './compose/model-source.js';
export type { ComposeSettings, Length } from './compose/settings.js';
export { OstinatoComposerElement } from './composer-element.js';
export type { ElementState, OstinatoEventMap } from './events.js';
export { OstinatoPlayerElement } from './player-element.js';
export { PieceError, readMidiFile } from './read-file.js';
export { registerElements } from './register.js';
