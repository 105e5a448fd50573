// The icons of the controls, drawn on a grid of 24 pixels.
import { svg, type SVGTemplateResult } from 'lit';

const icon = (content: SVGTemplateResult): SVGTemplateResult =>
  svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`;

export const ICONS = {
  play: icon(
    svg`<path class="solid" d="M8 5.3v13.4c0 .8.9 1.3 1.6.8l10-6.7a1 1 0 0 0 0-1.6l-10-6.7A1 1 0 0 0 8 5.3z"/>`,
  ),
  pause: icon(svg`<path class="solid" d="M7 5h3.4v14H7zM13.6 5H17v14h-3.4z"/>`),
  stop: icon(svg`<rect class="solid" x="6" y="6" width="12" height="12" rx="1.5"/>`),
  loop: icon(
    svg`<path d="M17 3l3 3-3 3"/><path d="M4 11V9a3 3 0 0 1 3-3h13"/><path d="M7 21l-3-3 3-3"/><path d="M20 13v2a3 3 0 0 1-3 3H4"/>`,
  ),
  volume: icon(
    svg`<path class="solid" d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.500z"/><path d="M15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>`,
  ),
  muted: icon(
    svg`<path class="solid" d="M4 9.500v5h3.500L12 18.500v-13L7.5 9.500z"/><path d="M16 9.500l5 5M21 9.500l-5 5"/>`,
  ),
  dice: icon(
    svg`<rect x="4" y="4" width="16" height="16" rx="3.5"/><circle class="solid" cx="8.7" cy="8.7" r="1.3"/><circle class="solid" cx="15.3" cy="15.3" r="1.3"/><circle class="solid" cx="15.3" cy="8.7" r="1.3"/><circle class="solid" cx="8.7" cy="15.3" r="1.3"/>`,
  ),
  share: icon(
    svg`<path d="M10 13.500a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.3 1.3"/><path d="M14 10.500a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1.3-1.3"/>`,
  ),
  download: icon(svg`<path d="M12 4v11M7.5 11l4.5 4.500L16.5 11M5 19.500h14"/>`),
  sparkle: icon(
    svg`<path class="solid" d="M11 3.500l1.7 5.3 5.3 1.7-5.3 1.700L11 17.500l-1.7-5.300L4 10.500l5.3-1.700z"/><path class="solid" d="M18.5 14.500l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z"/>`,
  ),
  file: icon(svg`<path d="M6 3.500h8l4.5 4.500v12.500H6z"/><path d="M13.5 3.500V8.500H18.5"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`),
  warning: icon(svg`<path d="M12 4.500l8.5 15h-17z"/><path d="M12 10v4.500M12 17v.2"/>`),
} as const;
