// The look of what only a composer has: its settings, the keys and the downloads.
import { css } from 'lit';

export const composerStyles = css`
  .downloads {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }

  .downloads button {
    padding: 0 10px;
    font-size: 0.867em;
  }

  .settings {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 16px 20px;
    min-width: 0;
    margin: 0;
    padding: 18px 20px 20px;
    background: var(--_raised);
    border: 0;
    border-top: 1px solid var(--_border);
  }

  .field {
    display: flex;
    flex-direction: column;
    gap: 4px;
    min-width: 0;
  }

  .wide {
    grid-column: 1 / -1;
  }

  .field > label,
  .caption {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    color: var(--_muted);
    font-size: 0.867em;
    font-weight: 550;
  }

  .caption b {
    color: var(--_text);
    font-variant-numeric: tabular-nums;
  }

  .row {
    display: flex;
    gap: 4px;
    align-items: center;
    min-width: 0;
  }

  .ends {
    display: flex;
    justify-content: space-between;
    margin-top: -8px;
    color: var(--_muted);
    font-size: 0.8em;
  }

  details {
    min-width: 0;
  }

  summary {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 44px;
    font-weight: 550;
    cursor: pointer;
    list-style: none;
    border-radius: 8px;
  }

  summary::-webkit-details-marker {
    display: none;
  }

  summary::before {
    width: 8px;
    height: 8px;
    margin: 0 4px;
    border: solid currentColor;
    border-width: 0 2px 2px 0;
    transform: rotate(-45deg);
    content: '';
  }

  details[open] > summary::before {
    transform: rotate(45deg);
  }

  summary small {
    overflow: hidden;
    color: var(--_muted);
    font-size: 0.867em;
    font-weight: 400;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .panel {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 14px 20px;
    padding-top: 8px;
  }

  .panel p {
    margin: 0;
    color: var(--_muted);
    font-size: 0.933em;
  }

  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .chips legend {
    margin-bottom: 6px;
    padding: 0;
  }

  .chip {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    padding: 0 14px;
    font-size: 0.933em;
    background: var(--_surface);
    border: 1px solid var(--_control);
    border-radius: 999px;
    cursor: pointer;
    user-select: none;
  }

  input:checked + .chip {
    color: var(--_on-accent);
    background: var(--_accent);
    border-color: var(--_accent);
  }

  .piano + .primer {
    margin-top: 10px;
  }

  .primer {
    display: flex;
    margin-bottom: 10px;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }

  .primer .name {
    min-width: 0;
    color: var(--_muted);
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .piano {
    position: relative;
    display: grid;
    grid-template-columns: repeat(var(--_whites, 10), 1fr);
    height: 132px;
    overflow: hidden;
    border: 1px solid var(--_control);
    border-radius: 8px;
    outline-offset: 2px;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
  }

  .piano:focus-visible {
    outline: 2px solid var(--_accent);
  }

  .key {
    position: relative;
    display: flex;
    align-items: flex-end;
    justify-content: center;
    padding-bottom: 8px;
    color: #4b5062;
    font-size: 0.8em;
    background: #fdfdff;
    border-inline-end: 1px solid #b9bec9;
  }

  .key .black {
    position: absolute;
    top: 0;
    right: 0;
    z-index: 1;
    display: flex;
    align-items: flex-end;
    justify-content: center;
    width: 64%;
    height: 60%;
    padding-bottom: 6px;
    color: #e7e9f0;
    background: #20232e;
    border-radius: 0 0 5px 5px;
    transform: translateX(50%);
  }

  .key.down,
  .key .black.down {
    color: var(--_on-accent);
    background: var(--_accent);
  }

  @media (forced-colors: active) {
    input:checked + .chip,
    .key,
    .key .black {
      forced-color-adjust: none;
    }
    .key {
      color: CanvasText;
      background: Canvas;
      border-color: CanvasText;
    }
    .key .black {
      color: Canvas;
      background: CanvasText;
    }
    input:checked + .chip,
    .key.down,
    .key .black.down {
      color: SelectedItemText;
      background: SelectedItem;
    }
  }

  /* In letters of the card: 760 and 460 pixels where nobody has set a larger font. */
  @container (max-width: 50.7em) {
    .settings {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .settings > .field:first-child {
      grid-column: 1 / -1;
    }
  }

  @container (max-width: 30.7em) {
    .settings {
      grid-template-columns: minmax(0, 1fr);
      padding: 16px;
    }
    .panel {
      grid-template-columns: minmax(0, 1fr);
    }
    .key {
      font-size: 0.667em;
    }
  }
`;
