// What flags and file ask for, in the words of the trainer.
import { LSTM_PRESETS, type LstmPreset, type LstmSizes } from '@ostinato/model';
import { resolveTrainOptions, type Run, type TrainOptionsInput } from '@ostinato/training';
import { InputError } from '../input-file.js';
import type { SettingValues } from './config-file.js';
import { type DataFolder, parseDataFolder } from './data-folders.js';
import { DEFAULT_PRESET, type DEVICES, type ENGINES, SETTINGS } from './settings.js';

export type EngineName = (typeof ENGINES)[number];
export type DeviceName = (typeof DEVICES)[number];

export interface TrainConfig {
  readonly data: readonly DataFolder[];
  readonly out: string;
  /** Undefined in a resumed run of which no size was given. */
  readonly sizes: LstmSizes | undefined;
  readonly options: TrainOptionsInput;
  readonly report: boolean;
  readonly engine: EngineName | undefined;
  readonly device: DeviceName | undefined;
  readonly threads: number | undefined;
}

/** @param run the run that goes on, if one does: its network is the one to change sizes of
 *  @throws {InputError} if the data or the folder of the run is missing */
export function readTrainConfig(values: SettingValues, run: Run | undefined): TrainConfig {
  const data = (values['data'] ?? []) as readonly string[];
  const out = values['out'] as string | undefined;
  if (data.length === 0 || out === undefined) {
    const key = out === undefined ? 'out' : 'data';
    const argument = SETTINGS.find((setting) => setting.key === key)?.argument;
    throw new InputError(
      'missing',
      `required option '--${key} ${argument}' not specified; it can stand in the configuration file too`,
    );
  }
  return {
    data: data.flatMap((text) => parseDataFolder(text) ?? []),
    out,
    sizes: sizesOf(values, run),
    options: optionsOf(values),
    report: values['report'] !== false,
    engine: values['engine'] as EngineName | undefined,
    device: values['device'] as DeviceName | undefined,
    threads: values['threads'] as number | undefined,
  };
}

/** Everything that a run would have, defaults included, by the keys of the settings.
 *  @throws {TrainingError} if an option is out of range, or differs from the run's and cannot change */
export function effectiveSettings(values: SettingValues, run: Run | undefined): SettingValues {
  const { kind: _, ...sizes } = sizesOf(values, run) ?? run!.config;
  const options = resolveTrainOptions(optionsOf(values), run?.options);
  const { preset: __, ...given } = values;
  const entries = SETTINGS.map(({ key, option, size }): [string, unknown] => {
    if (option !== undefined) return [key, options[option]];
    return [key, size === undefined ? given[key] : sizes[size]];
  });
  const machine = { report: true, engine: 'onnx', device: 'auto' };
  return {
    ...Object.fromEntries(entries),
    ...Object.fromEntries(
      Object.entries(machine).map(([key, byDefault]) => [key, given[key] ?? byDefault]),
    ),
  };
}

/** Sizes given one by one change those of the preset, or of the run that goes on. */
function sizesOf(values: SettingValues, run: Run | undefined): LstmSizes | undefined {
  const given = SETTINGS.flatMap(({ key, size }): [string, unknown][] =>
    size === undefined || values[key] === undefined ? [] : [[size, values[key]]],
  );
  const preset = values['preset'] as LstmPreset | undefined;
  if (run !== undefined && preset === undefined && given.length === 0) return undefined;
  const { vocabularySize: _, ...own } = run?.config ?? {
    vocabularySize: 0,
    ...LSTM_PRESETS[DEFAULT_PRESET],
  };
  return { ...(preset === undefined ? own : LSTM_PRESETS[preset]), ...Object.fromEntries(given) };
}

function optionsOf(values: SettingValues): TrainOptionsInput {
  const given = SETTINGS.flatMap(({ key, option }): [string, unknown][] =>
    option === undefined || values[key] === undefined ? [] : [[option, values[key]]],
  );
  return Object.fromEntries(given);
}
