// The look of the piano roll, the seek bar and the controls below it.
import { css } from 'lit';

export const playbackStyles = css`
  .stage {
    position: relative;
    height: var(--ostinato-roll-height, 260px);
    border-bottom: 1px solid var(--_border);
  }

  .roll {
    display: block;
    width: 100%;
    height: 100%;
    cursor: pointer;
    touch-action: pan-y;
  }

  .hint {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    gap: 6px;
    align-items: center;
    justify-content: center;
    padding: 12px 12px 12px 36px;
    color: var(--_muted);
    line-height: 1.25;
    text-align: center;
    text-wrap: balance;
    pointer-events: none;
  }

  .hint strong {
    color: var(--_text);
    font-size: 1.2em;
    font-weight: 600;
  }

  .hint .button {
    pointer-events: auto;
    color: var(--_text);
    background: var(--_surface);
  }

  .drop {
    position: absolute;
    inset: 6px;
    z-index: 2;
    display: flex;
    align-items: center;
    justify-content: center;
    color: var(--_accent);
    font-weight: 600;
    background: color-mix(in srgb, var(--_surface) 86%, transparent);
    border: 2px dashed var(--_accent);
    border-radius: calc(var(--_radius) - 6px);
    pointer-events: none;
  }

  .badge {
    position: absolute;
    top: 10px;
    right: 10px;
    display: flex;
    gap: 8px;
    align-items: center;
    max-width: calc(100% - 64px);
    padding: 4px 12px;
    color: var(--_text);
    font-size: 0.867em;
    background: color-mix(in srgb, var(--_surface) 90%, transparent);
    border: 1px solid var(--_border);
    border-radius: 999px;
    pointer-events: none;
  }

  .badge::before {
    width: 8px;
    height: 8px;
    background: var(--_accent);
    border-radius: 50%;
    content: '';
    animation: breathe 1.4s ease-in-out infinite;
  }

  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }

  progress {
    display: block;
    width: 100%;
    height: 4px;
    background: var(--_border);
    border: 0;
    appearance: none;
    -webkit-appearance: none;
  }

  progress::-webkit-progress-bar {
    background: var(--_border);
  }

  progress::-webkit-progress-value {
    background: var(--_accent);
  }

  progress::-moz-progress-bar {
    background: var(--_accent);
  }

  .loading {
    position: absolute;
    right: 0;
    bottom: 0;
    left: 0;
  }

  /* Time goes from left to right, as on the roll, in every language. */
  .seek,
  .time {
    direction: ltr;
  }

  .seek {
    position: relative;
    height: 48px;
    padding: 0 16px;
    background: var(--_raised);
    border-bottom: 1px solid var(--_border);
  }

  .overview {
    position: absolute;
    inset: 0 16px;
    width: calc(100% - 32px);
    height: 100%;
    pointer-events: none;
  }

  .seek input[type='range'] {
    --_track: transparent;
    position: relative;
    left: -9px;
    width: calc(100% + 18px);
    height: 48px;
  }

  .seek input[type='range']::-webkit-slider-thumb {
    width: 18px;
    height: 48px;
    margin-top: -22px;
    background: linear-gradient(var(--_accent), var(--_accent)) center / 3px 100% no-repeat;
    border: 0;
    border-radius: 0;
  }

  .seek input[type='range']::-moz-range-thumb {
    width: 18px;
    height: 48px;
    background: linear-gradient(var(--_accent), var(--_accent)) center / 3px 100% no-repeat;
    border: 0;
    border-radius: 0;
  }

  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    align-items: center;
    padding: 12px 16px;
  }

  .time {
    min-width: 6.1em;
    padding-inline: 6px;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .time b {
    color: var(--_text);
    font-weight: 600;
  }

  .spacer {
    flex: 1;
  }

  .volume {
    display: flex;
    align-items: center;
  }

  .volume input {
    width: 84px;
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    min-height: 30px;
    margin: 0;
    padding: 0 20px 12px;
    color: var(--_muted);
    font-size: 0.867em;
    list-style: none;
  }

  .legend li {
    display: flex;
    gap: 7px;
    align-items: center;
  }

  .legend li::before {
    width: 10px;
    height: 10px;
    background: currentColor;
    border-radius: 3px;
    content: '';
  }

  .legend span {
    color: var(--_muted);
  }

  @container (max-width: 30.7em) {
    .volume input {
      display: none;
    }
    .controls {
      gap: 4px 2px;
      padding: 10px 8px;
    }
    .time {
      min-width: 5.6em;
      padding-inline: 4px;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .badge::before {
      animation: none;
    }
  }
`;
