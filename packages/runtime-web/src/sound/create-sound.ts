// Chooses what plays.
import type { SoundOutput } from './sound-output.js';
import { createWorkletOutput, hasWorklets } from './worklet-output.js';

/** The built-in synthesiser on the audio thread where the browser can do that, else in buffers. With a SoundFont's
 *  address, that: its library and the font are loaded now.
 *  @throws {SoundFontError} if the SoundFont cannot be had */
export async function createSound(
  context: BaseAudioContext,
  soundFont?: string,
): Promise<SoundOutput> {
  if (soundFont) {
    const { createSoundFontOutput } = await import('./soundfont-output.js');
    return createSoundFontOutput(context, soundFont);
  }
  if (hasWorklets(context)) {
    try {
      return await createWorkletOutput(context);
    } catch (error) {
      // The file is not where it should be: heard all the same, and told to who can put it there.
      console.warn("ostinato: the synthesiser runs on the page's thread, for", error);
    }
  }
  const { createBufferOutput } = await import('./buffer-output.js'); // few pages need it
  return createBufferOutput(context);
}
