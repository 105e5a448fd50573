// The files of the sound that have to be files of their own: what runs on the audio thread and in workers. They are made by
// scripts/build.mjs and lie beside this module unless a site says otherwise. A strict Content-Security-Policy allows them by
// `script-src 'self'`.

export interface SoundFiles {
  /** The built-in synthesiser, for the audio thread. */
  readonly synthesizer: string | URL;
  /** Makes MIDI and WAV files. */
  readonly exportWorker: string | URL;
  /** The processor of spessasynth_lib; loaded only where a SoundFont is asked for. */
  readonly soundFont: string | URL;
}

let chosen: Partial<SoundFiles> = {};

/** Says where a site keeps the files, where they are not beside the module. Call it before anything plays. */
export function setSoundFiles(files: Partial<SoundFiles>): void {
  chosen = { ...chosen, ...files };
}

/** The addresses in use. Written out, because that is how bundlers find what to copy. */
export function soundFiles(): SoundFiles {
  return {
    synthesizer: new URL('./synthesizer-worklet.js', import.meta.url),
    exportWorker: new URL('./export-worker.js', import.meta.url),
    soundFont: new URL('./soundfont-worklet.js', import.meta.url),
    ...chosen,
  };
}
