// The look that both elements share: colours, type, buttons, sliders. Constructable style sheets, so that a page whose
// Content-Security-Policy forbids inline styles can have them.
import { css } from 'lit';

export const baseStyles = css`
  :host {
    --_accent: var(--ostinato-accent, light-dark(#4338ca, #a5b4fc));
    --_on-accent: var(--ostinato-on-accent, light-dark(#ffffff, #1e1b4b));
    --_surface: var(--ostinato-surface, light-dark(#ffffff, #14161c));
    --_raised: var(--ostinato-raised, light-dark(#f5f5f8, #1c1f28));
    --_text: var(--ostinato-text, light-dark(#1b1d28, #eceef4));
    --_muted: var(--ostinato-muted, light-dark(#5a5f70, #a0a7b8));
    --_border: var(--ostinato-border, light-dark(#dfe1e8, #2c303c));
    --_control: var(--ostinato-control-border, light-dark(#858a9b, #70778a));
    --_error: var(--ostinato-error, light-dark(#b42318, #fda29b));
    --_radius: var(--ostinato-radius, 14px);
    --_font: var(--ostinato-font, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif);

    display: block;
    container-type: inline-size;
    min-width: 0;
    color: var(--_text);
    /* Grows with the font that a person has set, and stays legible where a page makes its rem small. */
    font: 400 max(15px, 0.9375rem) / 1.45 var(--_font);
    text-align: start;
  }

  :host([hidden]) {
    display: none;
  }

  * {
    box-sizing: border-box;
  }

  .card {
    position: relative;
    overflow: hidden;
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .icon {
    display: block;
    width: 22px;
    height: 22px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .icon .solid {
    fill: currentColor;
    stroke: none;
  }

  button,
  .button {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-width: 44px;
    max-width: 100%;
    min-height: 44px;
    margin: 0;
    padding: 0;
    color: inherit;
    font: inherit;
    font-weight: 550;
    background: none;
    border: 0;
    border-radius: 10px;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }

  button:hover:not(:disabled),
  .button:hover {
    background: color-mix(in srgb, var(--_text) 8%, transparent);
  }

  button:disabled {
    opacity: 0.4;
    cursor: default;
  }

  button[aria-pressed='true'] {
    color: var(--_accent);
    background: color-mix(in srgb, var(--_accent) 14%, transparent);
  }

  .primary {
    width: 56px;
    height: 56px;
    color: var(--_on-accent);
    background: var(--_accent);
    border-radius: 50%;
  }

  .primary .icon {
    width: 28px;
    height: 28px;
  }

  .primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--_accent) 86%, var(--_text));
  }

  .outlined {
    padding: 0 14px;
    border: 1px solid var(--_control);
  }

  :is(button, a, input, select, summary):focus-visible,
  input:focus-visible + .chip,
  input:focus-visible + .button {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .error {
    display: flex;
    gap: 10px;
    align-items: flex-start;
    padding: 12px 16px;
    color: var(--_error);
    background: color-mix(in srgb, var(--_error) 9%, var(--_surface));
    border-bottom: 1px solid var(--_border);
  }

  .error p {
    flex: 1;
    margin: 0;
    align-self: center;
    overflow-wrap: anywhere;
  }

  .error .icon {
    flex: none;
    margin-top: 11px;
  }

  .probes {
    display: none;
  }

  [data-colour='paper'] {
    color: var(--ostinato-roll, light-dark(#fbfbfd, #101218));
  }
  [data-colour='blackRow'] {
    color: var(--ostinato-roll-black-rows, light-dark(#f1f2f6, #161922));
  }
  [data-colour='line'] {
    color: var(--ostinato-roll-lines, light-dark(#e6e8ee, #1f2330));
  }
  [data-colour='octave'] {
    color: light-dark(#d3d6df, #2d3240);
  }
  [data-colour='text'] {
    color: light-dark(#5a5f70, #9aa2b4);
  }
  [data-colour='playhead'] {
    color: var(--_accent);
  }
  [data-colour='whiteKey'] {
    color: light-dark(#ffffff, #232733);
  }
  [data-colour='blackKey'] {
    color: light-dark(#3a3f50, #0a0b10);
  }
  [data-colour='note-1'] {
    color: var(--ostinato-note-1, light-dark(#4477aa, #77aadd));
  }
  [data-colour='note-2'] {
    color: var(--ostinato-note-2, light-dark(#ee6677, #ee8866));
  }
  [data-colour='note-3'] {
    color: var(--ostinato-note-3, light-dark(#228833, #44bb99));
  }
  [data-colour='note-4'] {
    color: var(--ostinato-note-4, light-dark(#ccbb44, #eedd88));
  }
  [data-colour='note-5'] {
    color: var(--ostinato-note-5, light-dark(#aa3377, #ffaabb));
  }
  [data-colour='note-6'] {
    color: var(--ostinato-note-6, light-dark(#66ccee, #99ddff));
  }
  [data-colour='note-7'] {
    color: var(--ostinato-note-7, light-dark(#888888, #bbbbbb));
  }

  @media (forced-colors: active) {
    [data-colour] {
      forced-color-adjust: none;
    }
    [data-colour] > span {
      forced-color-adjust: auto;
    }
    .primary {
      border: 2px solid;
    }
    button[aria-pressed='true'] {
      outline: 2px solid;
    }
  }
`;
