// A WebGPU adapter for tests: the machine's GPU, or SwiftShader, the software adapter that comes with Chromium.
import { existsSync } from 'node:fs';
import { resolveTrainingDevice } from '../engines/onnx/training-device.js';

/** Debian's package `chromium`. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Makes the `webgpu` device work in this process, if the machine has an adapter for it. Call it before the first session.
 *  @returns whether there is one; where there is none, standard error says what to install */
export async function haveWebGpuAdapter(): Promise<boolean> {
  if (await works()) return true;
  if (existsSync(SWIFTSHADER)) process.env['VK_ICD_FILENAMES'] = SWIFTSHADER;
  if (await works()) return true;
  console.error(
    'The tests of the webgpu device skip: no GPU, and no software adapter (Debian: apt-get install chromium libvulkan1).',
  );
  return false;
}

async function works(): Promise<boolean> {
  return resolveTrainingDevice('webgpu').then(
    () => true,
    () => false,
  );
}
