// What a person should know of a model: where it comes from and what may be done with it.
import { basename, resolve } from 'node:path';
import type { RecommendedSampling } from '@ostinato/core';

export interface AboutModel {
  /** Short name, such as `musicnet-base`. */
  readonly name: string;
  /** One or two sentences. */
  readonly description: string;
  /** Of the weights, an SPDX identifier if there is one. */
  readonly licence: string;
  /** Whom to credit: authors of the data, and how they ask to be named. */
  readonly attribution: string;
  readonly training: {
    /** The data, in words. */
    readonly data: string;
    /** Optimizer steps. */
    readonly steps: number;
    /** Training targets consumed. */
    readonly tokens: number;
    /** Figures by name, such as `validationLoss`. */
    readonly metrics: Readonly<Record<string, number>>;
    /** What it was trained on and for how long. Default: not said. */
    readonly hardware?: string;
  };
  /** How to draw from it where a caller has no opinion. Default: temperature 1, nothing cut. */
  readonly sampling?: RecommendedSampling;
  /** More for the card, Markdown. Default: nothing. */
  readonly notes?: string;
  /** The shell commands that made it, in order. Default: none. */
  readonly commands?: readonly string[];
}

/** What whoever exports may say of a model. */
export type AboutOptions = Partial<Omit<AboutModel, 'training'>> & {
  /** The data, in words. */
  readonly data?: string;
  readonly hardware?: string;
};

/** Fills in what is not said: the folder's name, and that the rest is not recorded. */
export function describeModel(
  folder: string,
  { data = 'not recorded', hardware, ...texts }: AboutOptions,
  training: Pick<AboutModel['training'], 'steps' | 'tokens' | 'metrics'>,
): AboutModel {
  return {
    name: basename(resolve(folder)),
    description: 'A music model trained with Ostinato.',
    licence: 'unspecified',
    attribution: 'The licence of the training data applies.',
    ...texts,
    training: { data, ...training, ...(hardware !== undefined && { hardware }) },
  };
}
