// What a person should know of a model: where it comes from and what may be done with it.
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
  /** The shell commands that made it, in order. Default: none. */
  readonly commands?: readonly string[];
}
