// Which weight of the file belongs to which layer. TF.js looks for `lstm/kernel`; Keras also writes `lstm/lstm_cell/kernel`,
// and puts the names of models around before it.
import { ExportError } from '../../errors.js';
import { quoted } from '../read/refuse.js';
import type { Layer, LayersModel, Weight } from '../types.js';
import type { LayerUse } from './layer-use.js';

interface NamedWeight {
  readonly weight: Weight;
  /** Without Keras's `:0`. */
  readonly parts: readonly string[];
}

export class WeightFinder {
  readonly #where: string;
  /** By the last part of the name, which all candidates share. */
  readonly #byLastPart = new Map<string, NamedWeight[]>();
  readonly #all: Weight[];
  readonly #owners = new Map<Weight, Layer>();
  /** TF.js's name of every weight found, by its name in the file. */
  readonly names = new Map<string, string>();

  constructor({ weights, where }: LayersModel) {
    this.#where = where;
    this.#all = [...weights.values()];
    for (const weight of this.#all) {
      const parts = weight.name.replace(/:\d+$/, '').split('/');
      const last = parts.at(-1)!;
      const same = this.#byLastPart.get(last) ?? [];
      this.#byLastPart.set(last, [...same, { weight, parts }]);
    }
  }

  /** @throws {ExportError} `damaged-model` if there is none, or several fit, or another layer has it */
  find({ layer, scope, where }: Pick<LayerUse, 'layer' | 'scope' | 'where'>, name: string): Weight {
    const weight = this.#match([...scope, name], where);
    const owner = this.#owners.get(weight);
    if (owner !== undefined && owner !== layer) {
      throw new ExportError(
        'damaged-model',
        `${where}: its weight ${quoted(weight.name)} is that of another layer ${quoted(owner.name)}; ` +
          'give all layers names of their own before the model is saved',
      );
    }
    this.#owners.set(weight, layer);
    this.names.set(weight.name, [...scope, name].join('/'));
    return weight;
  }

  /** @throws {ExportError} `damaged-model` if the file has weights that no layer took */
  checkAllUsed(): void {
    const unused = this.#all.find((weight) => !this.#owners.has(weight));
    if (!unused) return;
    throw new ExportError(
      'damaged-model',
      `${this.#where}: weight ${quoted(unused.name)} belongs to no layer; ` +
        'were the description and the weights saved together?',
    );
  }

  /** The name itself; with a cell's name in it; with the names of models before it. The first kind that there is. */
  #match(wanted: readonly string[], where: string): Weight {
    const candidates = this.#byLastPart.get(wanted.at(-1)!) ?? [];
    const isWanted = (parts: readonly string[]) => parts.join('/') === wanted.join('/');
    const withoutCell = (parts: readonly string[]) => parts.toSpliced(-2, 1);
    const tail = (parts: readonly string[]) => parts.slice(-wanted.length);
    const kinds: ((parts: readonly string[]) => boolean)[] = [
      isWanted,
      (parts) => isWanted(withoutCell(parts)),
      (parts) => isWanted(tail(parts)),
      (parts) => isWanted(tail(withoutCell(parts))),
    ];
    for (const fits of kinds) {
      const [found, another] = candidates.filter(({ parts }) => fits(parts));
      if (another) {
        const names = `${quoted(found.weight.name)} and ${quoted(another.weight.name)}`;
        throw new ExportError(
          'damaged-model',
          `${where}: ${names} could both be its ${wanted.at(-1)!}`,
        );
      }
      if (found) return found.weight;
    }
    throw new ExportError('damaged-model', `${where}: has no weight ${quoted(wanted.join('/'))}`);
  }
}
