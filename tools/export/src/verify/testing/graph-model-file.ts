// TF.js GraphModels for tests, written as TensorFlow's converter writes them: a GraphDef as JSON, and a file of weights.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type DataType = 'float32' | 'int32';

export interface NodeDefinition {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

export interface FunctionDefinition {
  readonly signature: {
    readonly name: string;
    readonly inputArg: readonly { readonly name: string; readonly type: string }[];
    readonly outputArg: readonly { readonly name: string; readonly type: string }[];
  };
  readonly nodeDef: readonly NodeDefinition[];
  readonly ret: Readonly<Record<string, string>>;
}

/** A GraphModel under construction. */
export class GraphModelFile {
  readonly nodes: NodeDefinition[] = [];
  readonly functions: FunctionDefinition[] = [];
  readonly #weights: { name: string; shape: number[]; dtype: DataType; values: number[] }[] = [];

  /** @param shape -1 where any size will do */
  placeholder(name: string, dtype: DataType, shape: readonly number[]): string {
    return this.node(name, 'Placeholder', [], {
      dtype: typeAttribute(dtype),
      shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } },
    });
  }

  constant(
    name: string,
    dtype: DataType,
    shape: readonly number[],
    values: ArrayLike<number>,
  ): string {
    this.weight(name, dtype, shape, values);
    return this.node(name, 'Const', [], { dtype: typeAttribute(dtype) });
  }

  /** The numbers of a constant, which a node has too, here or in a function. */
  weight(name: string, dtype: DataType, shape: readonly number[], values: ArrayLike<number>): void {
    this.#weights.push({ name, shape: [...shape], dtype, values: Array.from(values) });
  }

  node(
    name: string,
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, unknown>> = {},
  ): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** @param changes put over what is written, for damaged files */
  async write(folder: string, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
    await mkdir(folder, { recursive: true });
    const model = {
      format: 'graph-model',
      generatedBy: '2.9.1',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      modelTopology: {
        node: this.nodes,
        library: { function: this.functions },
        versions: { producer: 1087 },
      },
      weightsManifest: [
        {
          paths: ['group1-shard1of1.bin'],
          weights: this.#weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
        },
      ],
      ...changes,
    };
    const bytes = this.#weights.map(({ dtype, values }) =>
      Buffer.from((dtype === 'float32' ? Float32Array : Int32Array).from(values).buffer),
    );
    await writeFile(join(folder, 'group1-shard1of1.bin'), Buffer.concat(bytes));
    const file = join(folder, 'model.json');
    await writeFile(file, JSON.stringify(model));
    return file;
  }
}

/** TensorFlow's name of a type, as an attribute. */
export function typeAttribute(dtype: DataType): { type: string } {
  return { type: dtype === 'float32' ? 'DT_FLOAT' : 'DT_INT32' };
}
