// Colours and type of the piano roll. Colours of notes are Paul Tol's "bright" scheme on light paper and his "light"
// scheme on dark, which stay apart for colour-blind readers (https://personal.sron.nl/~pault/).

const NOTES_ON_LIGHT = [
  '#4477aa',
  '#ee6677',
  '#228833',
  '#ccbb44',
  '#aa3377',
  '#66ccee',
  '#888888',
];
const NOTES_ON_DARK = ['#77aadd', '#ee8866', '#44bb99', '#eedd88', '#ffaabb', '#99ddff', '#bbbbbb'];

/** How many layers have a colour. */
export const LAYER_COLOURS = NOTES_ON_LIGHT.length;

/** The style sheet; light unless the reader prefers dark. Class names begin with `or-`, so that it can be put into a
 *  page. */
export const STYLE = [
  '.or-roll{font:11px system-ui,"DejaVu Sans",sans-serif}',
  '.or-paper{fill:#fff}.or-black{fill:none;stroke:#f3f4f7}.or-octave{stroke:#d5d8df}',
  '.or-bar{stroke:#e3e5ea}.or-frame{fill:none;stroke:#b9bec9}',
  '.or-roll text{fill:#5a6070}.or-roll .or-title{fill:#1d212b;font-size:16px;font-weight:600}',
  '.or-note{fill:none}',
  layerRules(NOTES_ON_LIGHT),
  '@media(prefers-color-scheme:dark){',
  '.or-paper{fill:#15171c}.or-black{stroke:#1b1e25}.or-octave{stroke:#343945}',
  '.or-bar{stroke:#272b34}.or-frame{stroke:#454b59}',
  '.or-roll text{fill:#9aa2b4}.or-roll .or-title{fill:#eceef3}',
  layerRules(NOTES_ON_DARK),
  '}',
].join('');

function layerRules(colours: readonly string[]): string {
  return colours
    .map((colour, i) => `.or-${i}{stroke:${colour}}rect.or-${i}{fill:${colour}}`)
    .join('');
}
