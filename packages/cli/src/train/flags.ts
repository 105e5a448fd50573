// The settings as flags of a command.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SettingValues } from './config-file.js';
import { DATA_IN_WORDS, parseDataFolder } from './data-folders.js';
import { fromText, inWords, isIn } from './domain.js';
import { type Setting, SETTINGS } from './settings.js';

export function addSettingFlags(command: Command): void {
  for (const setting of SETTINGS) {
    if (setting.domain.kind === 'boolean') addSwitch(command, setting);
    else command.addOption(valueFlag(setting));
  }
}

/** What was given on the command line, by the key of the setting. */
export function givenFlags(command: Command): SettingValues {
  const given = SETTINGS.flatMap(({ key }): [string, unknown][] => {
    const value: unknown = command.getOptionValue(new Option(`--${key}`).attributeName());
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(given);
}

function valueFlag(setting: Setting): Option {
  const { key, argument, domain, group } = setting;
  const flag = new Option(`--${key} ${argument}`, helpOf(setting)).helpGroup(group);
  if (domain.kind === 'choice') return flag.choices(domain.values);
  return flag.argParser<unknown>((text, before) => {
    const value = parse(setting, text);
    return setting.list ? [...((before ?? []) as unknown[]), value] : value;
  });
}

function parse({ key, domain }: Setting, text: string): unknown {
  if (key === 'data' && parseDataFolder(text) === undefined) {
    throw new InvalidArgumentError(`Expected ${DATA_IN_WORDS}.`);
  }
  const value = fromText(domain, text);
  if (isIn(domain, value)) return value;
  throw new InvalidArgumentError(`Expected ${inWords(domain)}.`);
}

/** Both forms, so that a flag can overrule a file either way; the help shows the one that changes the default. */
function addSwitch(command: Command, setting: Setting): void {
  const { key, group } = setting;
  const onByDefault = setting.default === 'true';
  const on = new Option(`--${key}`, helpOf(setting)).helpGroup(group);
  const off = new Option(`--no-${key}`, setting.helpOff ?? `not: ${setting.help}`).helpGroup(group);
  command.addOption(on.hideHelp(onByDefault));
  command.addOption(off.hideHelp(!onByDefault));
}

function helpOf({ help, default: byDefault, domain }: Setting): string {
  const known = byDefault !== undefined && domain.kind !== 'boolean';
  return known ? `${help} (default: ${byDefault})` : help;
}
