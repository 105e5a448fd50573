// What a page has loaded, sorted by what it is for.

/** Bytes of a file, as it came over the network and as it is. */
export interface LoadedFile {
  readonly path: string;
  readonly gzip: number;
  readonly raw: number;
}

interface Weight {
  readonly gzip: number;
  readonly raw: number;
}

export interface PageWeight {
  readonly runtime: Weight;
  readonly model: Weight;
  readonly runtimeAndModel: Weight;
  /** The code of the elements, of their sound and of what loads a model. */
  readonly widget: Weight;
  readonly files: readonly LoadedFile[];
}

const isModel = ({ path }: LoadedFile): boolean => path.startsWith('/models/');
const isRuntime = ({ path }: LoadedFile): boolean =>
  /\/(wasm|webgpu)-worker\.js$|\.wasm$/.test(path);

/** @param files all that the page has loaded beside its HTML
 *  @throws {Error} if a part has no files: then they were not all seen */
export function weighPage(files: readonly LoadedFile[]): PageWeight {
  const isRuntimeOrModel = (file: LoadedFile): boolean => isRuntime(file) || isModel(file);
  const sum = (what: string, belongs: (file: LoadedFile) => boolean): Weight => {
    const chosen = files.filter(belongs);
    if (chosen.length === 0) throw new Error(`${what}: the page has loaded no file of it`);
    return {
      gzip: chosen.reduce((total, { gzip }) => total + gzip, 0),
      raw: chosen.reduce((total, { raw }) => total + raw, 0),
    };
  };
  return {
    runtime: sum('runtime', isRuntime),
    model: sum('model', isModel),
    runtimeAndModel: sum('runtime and model', isRuntimeOrModel),
    widget: sum('widget', (file) => !isRuntimeOrModel(file)),
    files,
  };
}
