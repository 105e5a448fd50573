// The look of fields, choices and sliders, the same in every browser.
import { css } from 'lit';

/** For a page's own fields beside an element as well: they take `--_accent`, `--_surface`, `--_text`, `--_control`, `--_font`. */
export const inputStyles = css`
  input[type='text'],
  select {
    width: 100%;
    min-width: 0;
    height: max(44px, 2.75rem);
    padding: 0 12px;
    color: var(--_text);
    font: 400 max(16px, 1rem) / 1.4 var(--_font);
    background-color: var(--_surface);
    border: 1px solid var(--_control);
    border-radius: 10px;
  }

  input[type='range'] {
    width: 100%;
    height: 44px;
    margin: 0;
    background: none;
    cursor: pointer;
    appearance: none;
    -webkit-appearance: none;
    border-radius: 8px;
    touch-action: pan-y;
  }

  input[type='range']:disabled {
    opacity: 0.4;
    cursor: default;
  }

  input[type='range']::-webkit-slider-runnable-track {
    height: 4px;
    background: var(--_track, var(--_control));
    border-radius: 2px;
  }

  input[type='range']::-moz-range-track {
    height: 4px;
    background: var(--_track, var(--_control));
    border-radius: 2px;
  }

  input[type='range']::-webkit-slider-thumb {
    width: 18px;
    height: 18px;
    margin-top: -7px;
    background: var(--_accent);
    border: 2px solid var(--_surface);
    border-radius: 50%;
    -webkit-appearance: none;
  }

  input[type='range']::-moz-range-thumb {
    width: 14px;
    height: 14px;
    background: var(--_accent);
    border: 2px solid var(--_surface);
    border-radius: 50%;
  }

  select {
    padding-inline-end: 32px;
    background-image:
      linear-gradient(45deg, transparent 50%, currentColor 50%),
      linear-gradient(-45deg, transparent 50%, currentColor 50%);
    background-repeat: no-repeat;
    background-position:
      right 18px center,
      right 13px center;
    background-size: 5px 5px;
    appearance: none;
    -webkit-appearance: none;
  }

  select:dir(rtl) {
    background-position:
      left 13px center,
      left 18px center;
  }

  @media (forced-colors: active) {
    select {
      appearance: auto;
    }
    input[type='range']::-webkit-slider-runnable-track {
      background: var(--_track, CanvasText);
      forced-color-adjust: none;
    }
    input[type='range']::-moz-range-track {
      background: var(--_track, CanvasText);
      forced-color-adjust: none;
    }
    input[type='range']::-webkit-slider-thumb {
      background-color: Highlight;
      forced-color-adjust: none;
    }
    input[type='range']::-moz-range-thumb {
      background-color: Highlight;
      forced-color-adjust: none;
    }
  }
`;
