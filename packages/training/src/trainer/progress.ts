// What a training run tells while it goes.

export type TrainProgress =
  | {
      /** Something that does not stop a run, but that its owner should know. */
      readonly kind: 'warning';
      readonly message: string;
    }
  | {
      readonly kind: 'start';
      /** Steps taken before this session. */
      readonly step: number;
      readonly steps: number;
      /** The engine in its own words. */
      readonly engine: string;
    }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      /** Passes over the training data so far. */
      readonly epoch: number;
      /** Nats per token on this step's batch. */
      readonly loss: number;
      /** L2 norm before clipping. */
      readonly gradientNorm: number;
      /** Share of this step's targets that were the likeliest, 0..1. */
      readonly accuracy: number;
      readonly learningRate: number;
      /** Of recent steps. */
      readonly tokensPerSecond: number;
      /** Until the last step, evaluations included. */
      readonly secondsLeft: number;
    }
  | {
      readonly kind: 'evaluation';
      readonly step: number;
      /** Nats per token on the validation split. */
      readonly loss: number;
      /** 0..1 */
      readonly accuracy: number;
      /** Nats per note; null if the split holds none. */
      readonly lossPerNote: number | null;
      /** Whether no evaluation before was better. */
      readonly best: boolean;
      /** Evaluations since the best one, those of the warm-up not counted. */
      readonly sinceBest: number;
      /** The learning rate of the next step, if the plateau was reached and it was cut; else null. */
      readonly cutTo: number | null;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly folder: string };
